using Nunchi.Training.Recipes;

namespace Nunchi.Training.Runs;

/// <summary>What a checkpoint keeps of the guard.</summary>
internal sealed record StepGuardState(double LossMean = 0, double GradientMean = 0, int GoodSteps = 0, int BrokenInARow = 0, long Broken = 0);

/// <summary>Tells broken steps from good ones: values that are not finite, and spikes far above the running mean.</summary>
internal sealed class StepGuard(GuardRecipe recipe, StepGuardState? state)
{
    private const double Smoothing = 0.02;

    public StepGuardState State { get; private set; } = state ?? new StepGuardState();

    /// <summary>Whether so many steps in a row were broken that the run should go back.</summary>
    public bool MustRollBack => State.BrokenInARow > recipe.MostInARow;

    /// <summary>Judges a step before the optimiser sees it.</summary>
    /// <returns>What is wrong with it, or null when it is good.</returns>
    public string? Judge(double loss, double gradientNorm)
    {
        var complaint = Complaint(loss, gradientNorm);
        if (complaint is not null)
        {
            State = State with { BrokenInARow = State.BrokenInARow + 1, Broken = State.Broken + 1 };
            return complaint;
        }

        var share = Math.Max(Smoothing, 1.0 / (State.GoodSteps + 1));
        State = State with
        {
            LossMean = State.LossMean + ((loss - State.LossMean) * share),
            GradientMean = State.GradientMean + ((gradientNorm - State.GradientMean) * share),
            GoodSteps = State.GoodSteps + 1,
            BrokenInARow = 0,
        };
        return null;
    }

    private string? Complaint(double loss, double gradientNorm)
    {
        if (!double.IsFinite(loss))
            return $"the loss is {loss}";
        if (!double.IsFinite(gradientNorm))
            return $"the gradient norm is {gradientNorm}";
        if (State.GoodSteps < recipe.AfterSteps)
            return null;
        if (loss > State.LossMean * recipe.LossFactor)
            return $"the loss {loss:G4} is more than {recipe.LossFactor} times its running mean {State.LossMean:G4}";
        if (gradientNorm > State.GradientMean * recipe.GradientFactor)
            return $"the gradient norm {gradientNorm:G4} is more than {recipe.GradientFactor} times its running mean {State.GradientMean:G4}";
        return null;
    }
}
