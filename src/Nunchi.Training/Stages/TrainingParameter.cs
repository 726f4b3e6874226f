using Nunchi.Tensors;
using Nunchi.Tensors.Backends;
using Nunchi.Tensors.Optimizers;
using Nunchi.Training.Recipes;

namespace Nunchi.Training.Stages;

/// <summary>A tensor of a stage.</summary>
/// <param name="Name">Unique in the stage; checkpoints carry it.</param>
/// <param name="Module">encoder, projector, decoder, or heads (which learn with the encoder).</param>
/// <param name="Tensor">The values.</param>
/// <param name="InsideLayer">A matrix inside a layer: Muon's.</param>
/// <param name="Decays">A matrix: weight decay is for these.</param>
/// <param name="RowBlocks">Rows of the separate matrices stacked in it, or null.</param>
internal sealed record TrainingParameter(string Name, string Module, Tensor Tensor, bool InsideLayer, bool Decays, IReadOnlyList<int>? RowBlocks = null)
{
    /// <summary>The module whose learning rate it follows.</summary>
    public string RateModule => Module == "heads" ? "encoder" : Module;
}

/// <summary>Puts the parameters that learn into optimisers, by module, kind of optimiser and decay.</summary>
internal static class OptimizerFactory
{
    public static IReadOnlyList<Optimizer> Create(ComputeBackend backend, IReadOnlyList<TrainingParameter> parameters, StageRecipe stage)
    {
        var recipe = stage.Optimizer;
        var muon = new List<ParameterGroup>();
        var adamW = new List<ParameterGroup>();
        foreach (var (module, rate) in stage.Modules)
        {
            var own = parameters.Where(parameter => parameter.Module == module).ToList();
            var heads = parameters.Where(parameter => parameter.Module != module && parameter.RateModule == module).ToList();
            bool IsMuon(TrainingParameter parameter) => recipe.Muon && rate.MuonLearningRate > 0 && parameter.InsideLayer;
            AddGroup(muon, $"{module} muon", own.Where(IsMuon), rate.MuonLearningRate, recipe.MuonWeightDecay);
            AddGroup(adamW, $"{module} matrices", own.Where(parameter => !IsMuon(parameter) && parameter.Decays), rate.LearningRate, recipe.WeightDecay);
            AddGroup(adamW, $"{module} vectors", own.Where(parameter => !IsMuon(parameter) && !parameter.Decays), rate.LearningRate, 0);
            AddGroup(adamW, $"{module} head matrices", heads.Where(parameter => parameter.Decays), rate.HeadsLearningRate, recipe.WeightDecay);
            AddGroup(adamW, $"{module} head vectors", heads.Where(parameter => !parameter.Decays), rate.HeadsLearningRate, 0);
        }

        var optimizers = new List<Optimizer>();
        if (muon.Count > 0)
            optimizers.Add(new Muon(backend, muon, new MuonOptions(recipe.Momentum, true, recipe.NewtonSchulzSteps)));
        if (adamW.Count > 0)
            optimizers.Add(new AdamW(backend, adamW, new AdamWOptions(recipe.Beta1, recipe.Beta2, recipe.Epsilon)));
        return optimizers;
    }

    private static void AddGroup(List<ParameterGroup> groups, string name, IEnumerable<TrainingParameter> parameters, double rate, double decay)
    {
        OptimizerParameter[] members = [.. parameters.Select(parameter => new OptimizerParameter(parameter.Name, parameter.Tensor, parameter.RowBlocks))];
        if (members.Length > 0)
            groups.Add(new ParameterGroup(name, members, rate, decay));
    }
}
