namespace Nunchi.Training.Recipes;

/// <summary>How much one optimiser step sees.</summary>
/// <param name="Samples">Samples per part of a step, or null when tokens decide.</param>
/// <param name="Tokens">Most tokens per part of a step, or null when samples decide. Samples are packed in their order until the next would not fit.</param>
/// <param name="Accumulate">Parts whose gradients are summed into one step.</param>
/// <param name="Lanes">Parts that run at once, each on its share of the threads and with gradients of its own; results do not depend on the threads.</param>
public sealed record BatchRecipe(int? Samples, int? Tokens, int Accumulate, int Lanes = 1)
{
    internal static BatchRecipe Read(RecipeSection section, bool sequences)
    {
        var batch = new BatchRecipe(
            section.Has("samples") ? section.Integer("samples", null, 1, 65536) : null,
            section.Has("tokens") ? section.Integer("tokens", null, 16, 1 << 24) : null,
            section.Integer("accumulate", 1, 1, 4096),
            sequences ? section.Integer("lanes", 1, 1, 64) : 1);
        if (batch.Lanes > batch.Accumulate)
            throw section.Error("lanes", $"is {batch.Lanes}, but a step has {batch.Accumulate} part{(batch.Accumulate == 1 ? "" : "s")}: accumulate must be at least as many");
        if (batch.Samples is null == batch.Tokens is null)
            throw section.Error(batch.Samples is null ? "samples" : "tokens", "and its counterpart: give exactly one of samples and tokens");
        section.Finish();
        return batch;
    }
}

/// <summary>How fast a module learns.</summary>
/// <param name="LearningRate">Peak rate of AdamW, for everything or (with Muon) for what Muon does not take.</param>
/// <param name="MuonLearningRate">Peak rate of Muon for the matrices inside layers.</param>
/// <param name="HeadsLearningRate">Peak rate of AdamW for heads that are thrown away: new ones on an encoder that has learned need a higher one than it.</param>
public sealed record ModuleRate(double LearningRate, double MuonLearningRate, double HeadsLearningRate)
{
    internal static ModuleRate Read(RecipeSection section, bool muon, bool heads)
    {
        var learningRate = section.Number("learning_rate", null, 0, 10);
        var rate = new ModuleRate(learningRate, muon ? section.Number("muon_learning_rate", 0, 0, 10) : 0, heads ? section.Number("heads_learning_rate", learningRate, 0, 10) : 0);
        section.Finish();
        return rate;
    }
}

/// <summary>How parameters move.</summary>
/// <param name="Muon">Muon takes the matrices inside layers of modules that have a Muon rate; AdamW takes the rest.</param>
/// <param name="Beta1">AdamW.</param>
/// <param name="Beta2">AdamW.</param>
/// <param name="Epsilon">AdamW.</param>
/// <param name="WeightDecay">Decay of matrices under AdamW.</param>
/// <param name="Momentum">Muon.</param>
/// <param name="MuonWeightDecay">Decay under Muon.</param>
/// <param name="NewtonSchulzSteps">Muon.</param>
public sealed record OptimizerRecipe(
    bool Muon, double Beta1 = 0.9, double Beta2 = 0.95, double Epsilon = 1e-8, double WeightDecay = 0, double Momentum = 0.95, double MuonWeightDecay = 0, int NewtonSchulzSteps = 5)
{
    private static readonly Dictionary<string, bool> Kinds = new(StringComparer.Ordinal) { ["adamw"] = false, ["muon+adamw"] = true };

    internal static OptimizerRecipe Read(RecipeSection? section, out bool muon)
    {
        muon = false;
        if (section is null)
            return new OptimizerRecipe(false);
        muon = section.Choice("kind", (bool?)false, Kinds);
        var betas = section.Numbers("betas", [0.9, 0.95], 0, 0.999999);
        if (betas.Count != 2)
            throw section.Error("betas", $"has {betas.Count} numbers; expected two");
        var optimizer = new OptimizerRecipe(muon, betas[0], betas[1], section.Number("epsilon", 1e-8, 1e-16, 1), section.Number("weight_decay", 0, 0, 10));
        if (muon)
        {
            optimizer = optimizer with
            {
                Momentum = section.Number("momentum", 0.95, 0, 0.9999),
                MuonWeightDecay = section.Number("muon_weight_decay", 0, 0, 10),
                NewtonSchulzSteps = section.Integer("newton_schulz_steps", 5, 1, 20),
            };
        }

        section.Finish();
        return optimizer;
    }
}

/// <summary>When samples get harder: as soon as the running accuracy passes a threshold, but not too often.</summary>
/// <param name="Start">First level.</param>
/// <param name="Highest">Last level, or null for the hardest that the data knows.</param>
/// <param name="Threshold">Accuracy to pass, 0 to 1.</param>
/// <param name="MinimumSteps">Least steps between two levels.</param>
/// <param name="Window">Steps over which the accuracy is averaged (exponentially).</param>
public sealed record CurriculumRecipe(int Start = 0, int? Highest = null, double Threshold = 0.5, int MinimumSteps = 100, int Window = 50)
{
    internal static CurriculumRecipe Read(RecipeSection? section)
    {
        if (section is null)
            return new CurriculumRecipe();
        var curriculum = new CurriculumRecipe(
            section.Integer("start", 0, 0, 1000),
            section.Has("highest") ? section.Integer("highest", null, 0, 1000) : null,
            section.Number("threshold", 0.5, 0, 1),
            section.Integer("minimum_steps", 100, 1, 1_000_000),
            section.Integer("window", 50, 1, 100_000));
        if (curriculum.Highest < curriculum.Start)
            throw section.Error("highest", $"is {curriculum.Highest}; it must be at least the start {curriculum.Start}");
        section.Finish();
        return curriculum;
    }
}

/// <summary>What counts as a broken step, and what follows.</summary>
/// <param name="LossFactor">A loss above this many times its running mean is a spike.</param>
/// <param name="GradientFactor">A gradient norm above this many times its running mean is a spike.</param>
/// <param name="AfterSteps">Good steps before spikes are looked for; non-finite values always count.</param>
/// <param name="MostInARow">After more broken steps in a row than this the run goes back to its last checkpoint.</param>
/// <param name="RollbackFactor">Factor on every learning rate after going back.</param>
public sealed record GuardRecipe(double LossFactor = 5, double GradientFactor = 20, int AfterSteps = 100, int MostInARow = 10, double RollbackFactor = 0.5)
{
    internal static GuardRecipe Read(RecipeSection? section)
    {
        if (section is null)
            return new GuardRecipe();
        var guard = new GuardRecipe(
            section.Number("loss_factor", 5, 1.01, 1e9),
            section.Number("gradient_factor", 20, 1.01, 1e9),
            section.Integer("after_steps", 100, 1, 1_000_000),
            section.Integer("most_in_a_row", 10, 1, 1_000_000),
            section.Number("rollback_factor", 0.5, 0.01, 1));
        section.Finish();
        return guard;
    }
}

/// <summary>How often to log, measure, show and save, in steps.</summary>
/// <param name="Log">A line in the log and on the console.</param>
/// <param name="Evaluate">Loss and accuracy on samples set aside; 0 for never.</param>
/// <param name="Sheet">A page with pictures and the model's answers; 0 for never.</param>
/// <param name="Checkpoint">A checkpoint.</param>
/// <param name="Keep">Checkpoints of the stage to keep, the newest.</param>
/// <param name="EvaluateSamples">Samples set aside for an evaluation.</param>
/// <param name="SheetSamples">Samples on a page.</param>
public sealed record IntervalsRecipe(int Log = 20, int Evaluate = 500, int Sheet = 2000, int Checkpoint = 500, int Keep = 2, int EvaluateSamples = 64, int SheetSamples = 16)
{
    internal static IntervalsRecipe Read(RecipeSection? section, bool sheets = true)
    {
        if (section is null)
            return sheets ? new IntervalsRecipe() : new IntervalsRecipe(Sheet: 0);
        if (!sheets && section.Has("sheet"))
            throw section.Error("sheet", "has no meaning here: this kind of stage shows no sheets");
        var intervals = new IntervalsRecipe(
            section.Integer("log", 20, 1, 1_000_000),
            section.Integer("evaluate", 500, 0, 100_000_000),
            sheets ? section.Integer("sheet", 2000, 0, 100_000_000) : 0,
            section.Integer("checkpoint", 500, 1, 100_000_000),
            section.Integer("keep", 2, 1, 1000),
            section.Integer("evaluate_samples", 64, 1, 100_000),
            section.Integer("sheet_samples", 16, 1, 1000));
        section.Finish();
        return intervals;
    }
}
