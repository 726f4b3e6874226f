using Nunchi.Training.Recipes;
using Nunchi.Training.Stages;

namespace Nunchi.Training.Runs;

/// <summary>Where the modules of a new stage get their starting values: what the recipe names, else the latest earlier stage of the run that has them, else chance.</summary>
internal static class ModuleSources
{
    public static void Load(Recipe recipe, int index, Stage stage, CheckpointStore checkpoints, RunReporter reporter)
    {
        var random = new List<string>();
        foreach (var module in StageRecipe.ModulesOf(recipe.Stages[index].Kind))
        {
            var parameters = stage.Parameters.Where(parameter => parameter.Module == module).ToList();
            var source = recipe.Stages[index].Init.GetValueOrDefault(module) ?? EarlierStage(recipe, index, module, checkpoints);
            if (source is null)
            {
                reporter.Say($"{module}: random start");
                random.Add(module);
                continue;
            }

            CheckpointStore.ReadParameters(source, parameters);
            reporter.Say($"{module}: from {source}");
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
}
