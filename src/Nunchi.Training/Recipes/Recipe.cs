namespace Nunchi.Training.Recipes;

/// <summary>
/// Everything that makes a model: sizes, tokenizer and stages, in the order in which they run. Read from YAML by <see cref="Load"/>; <c>docs/training.md</c> lists the keys.
/// </summary>
public sealed record Recipe
{
    /// <summary>The file it was read from.</summary>
    public required string Path { get; init; }

    /// <summary>The file's text, kept with the run.</summary>
    public required string Text { get; init; }

    /// <summary>Name of the model, for example "nunchi-mini".</summary>
    public required string Name { get; init; }

    /// <summary>Seed of everything random: starting weights, data, order.</summary>
    public required int Seed { get; init; }

    /// <summary>Threads that make samples beside the training itself.</summary>
    public required int Producers { get; init; }

    /// <summary>What the arithmetic runs on.</summary>
    public required ComputeRecipe Compute { get; init; }

    /// <summary>Sizes.</summary>
    public required ModelRecipe Model { get; init; }

    /// <summary>The vocabulary.</summary>
    public required TokenizerRecipe Tokenizer { get; init; }

    /// <summary>The stages.</summary>
    public required IReadOnlyList<StageRecipe> Stages { get; init; }

    /// <summary>Reads and checks a recipe.</summary>
    /// <param name="path">A YAML file of at most 1 MiB.</param>
    /// <exception cref="RecipeException">It is missing, no YAML, has an unknown key, a value out of range or a path that is not there.</exception>
    public static Recipe Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Parse(path, RecipeFile.ReadText(path));
    }

    /// <summary>Reads and checks the text of a recipe.</summary>
    /// <param name="path">Its file, for messages and for the paths it names.</param>
    /// <param name="text">YAML.</param>
    /// <exception cref="RecipeException">See <see cref="Load"/>.</exception>
    public static Recipe Parse(string path, string text) => Parse(path, text, pathsMustExist: true);

    /// <summary>The same recipe with a few steps of every stage, an evaluation and a sheet of a few samples after them where it has any.</summary>
    internal Recipe Rehearsed(int steps) => this with { Stages = [.. Stages.Select(stage => stage.Rehearsed(Math.Min(steps, stage.Steps)))] };

    internal static Recipe Parse(string path, string text, bool pathsMustExist)
    {
        var section = RecipeFile.Parse(path, text, pathsMustExist);
        var recipe = new Recipe
        {
            Path = path,
            Text = text,
            Name = section.Text("name"),
            Seed = section.Integer("seed", 1, 0, int.MaxValue),
            Producers = section.Integer("producers", 1, 1, 64),
            Compute = ComputeRecipe.Read(section.SectionOrNull("compute")),
            Model = ModelRecipe.Read(section.Section("model")),
            Tokenizer = TokenizerRecipe.Read(section.SectionOrNull("tokenizer")),
            Stages = [.. section.Sections("stages").Select(StageRecipe.Read)],
        };
        if (recipe.Stages.Count == 0)
            throw section.Error("stages", "is empty; a recipe needs at least one stage");
        foreach (var twice in recipe.Stages.GroupBy(stage => stage.Name, StringComparer.Ordinal).Where(group => group.Count() > 1))
            throw section.Error("stages", $"has two stages named '{twice.Key}'; names must differ");
        foreach (var stage in recipe.Stages)
        {
            if (stage.Data is AnswerData { Attention: { } attention } && attention.Layers.Concat(attention.OwnLayers).Max() is var last && last >= recipe.Model.Decoder.Layers)
                throw section.Error("stages", $"has '{stage.Name}' whose data.attention names layer {last}; the decoder has layers 0 to {recipe.Model.Decoder.Layers - 1}");
        }

        section.Finish();
        return recipe;
    }
}
