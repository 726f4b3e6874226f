using Nunchi.Checkpoints;
using Nunchi.Models;
using Nunchi.Tensors.Backends;
using Nunchi.Training.Recipes;
using Nunchi.Training.Stages;

namespace Nunchi.Training.Runs;

/// <summary>Where the modules of a new stage get their starting values: what the recipe names, else the latest earlier stage of the run that has them, else chance.</summary>
internal static class ModuleSources
{
    public static void Load(Recipe recipe, int index, Stage stage, StageRunContext context, ComputeBackend backend)
    {
        var random = new List<string>();
        foreach (var module in StageRecipe.ModulesOf(recipe.Stages[index].Kind))
        {
            var parameters = stage.Parameters.Where(parameter => parameter.Module == module).ToList();
            var heads = stage.Parameters.Where(parameter => parameter.Module != module && parameter.RateModule == module).ToList();
            var source = recipe.Stages[index].Init.GetValueOrDefault(module) ?? EarlierStage(recipe, index, module, context.Checkpoints);
            if (source is null)
            {
                context.Reporter.Say($"{module}: random start");
                random.Add(module);
                continue;
            }

            Read(source, parameters, backend, recipe.Stages[index].GrowsLayers, context.Reporter);
            var kept = heads.Count > 0 ? CheckpointStore.ReadKnown(source, heads) : 0;
            context.Reporter.Say($"{module}: from {source}{(heads.Count == 0 ? "" : kept == heads.Count ? ", with its heads" : kept == 0 ? "; heads: random start" : $", with {kept} of {heads.Count} tensors of its heads; the others: random start")}");
        }

        if (recipe.Stages[index].AddsGlyphCodes && random.Contains("decoder"))
        {
            context.Reporter.Say("decoder: a random start has the codes of glyphs; add_glyph_codes adds none");
        }
        else if (recipe.Stages[index].AddsGlyphCodes)
        {
            stage.AddGlyphCodes();
            context.Reporter.Say("decoder: the codes of glyphs were added to its embedding");
        }

        stage.StartAtRandom(random);
    }

    private static string? EarlierStage(Recipe recipe, int index, string module, CheckpointStore checkpoints)
    {
        for (var earlier = index - 1; earlier >= 0; earlier--)
        {
            if (StageRecipe.ModulesOf(recipe.Stages[earlier].Kind).Contains(module) && checkpoints.LatestOf(earlier, recipe.Stages[earlier].Name) is { } checkpoint)
                return checkpoint;
        }

        return null;
    }

    private static void Read(string source, IReadOnlyList<TrainingParameter> parameters, ComputeBackend backend, bool grows, RunReporter reporter)
    {
        var checkpoint = Path.Combine(source, "parameters.safetensors");
        if (!File.Exists(checkpoint))
        {
            if (!File.Exists(Path.Combine(source, "config.json")))
                throw new InvalidDataException($"{source} is neither a checkpoint of a run (parameters.safetensors) nor a model directory (config.json)");
            ReadModel(source, parameters, backend, grows, reporter);
            return;
        }

        var growth = grows ? new LayerGrowth(parameters, CheckpointStore.ParameterNames(source)) : null;
        CheckpointStore.ReadParameters(source, growth?.Renamed ?? parameters);
        Silence(growth, parameters, reporter);
    }

    private static void Silence(LayerGrowth? growth, IReadOnlyList<TrainingParameter> parameters, RunReporter reporter)
    {
        if (growth is not { Added: > 0 })
            return;
        growth.Silence();
        reporter.Say($"{parameters[0].Module}: {growth.Added} layers were added that change nothing yet");
    }

    private static void ReadModel(string source, IReadOnlyList<TrainingParameter> parameters, ComputeBackend backend, bool grows, RunReporter reporter)
    {
        using VisionLanguageModel model = CheckpointReader.Load(source, backend);
        var tensors = model.Parameters.All.ToDictionary(parameter => parameter.Name, parameter => parameter.Tensor, StringComparer.Ordinal);
        var growth = grows ? new LayerGrowth(parameters, tensors.Keys) : null;
        foreach (var parameter in growth?.Renamed ?? parameters)
        {
            if (!tensors.TryGetValue(parameter.Name, out var tensor))
                throw new InvalidDataException($"{source} has no tensor for {parameter.Name}; its model has other layers than the recipe's");
            if (tensor.Rows != parameter.Tensor.Rows || tensor.Columns != parameter.Tensor.Columns)
                throw new InvalidDataException($"{source}: {parameter.Name} has the shape {tensor}, the recipe's model {parameter.Tensor}");
            tensor.Span.CopyTo(parameter.Tensor.Span);
        }

        Silence(growth, parameters, reporter);
    }
}
