using Nunchi.Training.Recipes;
using Nunchi.Training.Tests.Goldens;

namespace Nunchi.Training.Tests.Recipes;

public class RecipeTests
{
    private const string Good = """
        name: tiny
        seed: 3
        model:
          encoder: {width: 64, layers: 2, heads: 2, mlp: 128, tile: 64, patch: 16}
          decoder: {width: 64, layers: 2, heads: 2, key_value_heads: 1, mlp: 128}
          images: {grids: [1x1, 2x1], anyres_max: 4}
        stages:
          - name: encoder
            kind: encoder_labels
            steps: 100
            batch: {samples: 8}
            modules:
              encoder: {learning_rate: 0.003, muon_learning_rate: 0.03}
            optimizer: {kind: muon+adamw}
            schedule: {kind: trapezoid, warmup_steps: 10, decay_steps: 20}
          - name: align
            kind: projector
            steps: 50
            batch: {tokens: 2048, accumulate: 2}
            modules: {encoder: frozen, projector: {learning_rate: 0.001}, decoder: frozen}
            clip: 1
        """;

    [Fact]
    public void Parse_GoodRecipe_GivesItsValues()
    {
        var recipe = Recipe.Parse("tiny.yaml", Good);

        Assert.Equal(("tiny", 3, 1), (recipe.Name, recipe.Seed, recipe.Producers));
        Assert.Equal([new TileGrid(1, 1), new TileGrid(2, 1)], recipe.Model.Images.Grids);
        Assert.Equal(new ModuleRate(0.003, 0.03, 0.003), recipe.Stages[0].Modules["encoder"]);
        Assert.Equal(new BatchRecipe(null, 2048, 2), recipe.Stages[1].Batch);
        Assert.Equal(["projector"], recipe.Stages[1].Modules.Keys);
        Assert.Equal(0.5, recipe.Stages[0].Schedule.Factor(90), 1e-12);
    }

    [Theory]
    [InlineData("steps: 100", "stepps: 100", 10, "unknown key 'stepps'", "did you mean 'steps'")]
    [InlineData("    steps: 100\n", "", 8, "stages[0] needs the key 'steps'", "a whole number")]
    [InlineData("    batch: {samples: 8}", "    batch: {samples: 8}\n    clipp: 1", 12, "unknown key 'clipp'", "did you mean 'clip'?")]
    [InlineData("seed: 3", "sede: 3", 2, "unknown key 'sede'", "did you mean 'seed'?")]
    [InlineData("heads: 2, mlp: 128, tile", "heads: 3, mlp: 128, tile", 4, "model.encoder.heads is 3", "divide the width 64")]
    [InlineData("steps: 100", "steps: 0", 10, "stages[0].steps is '0'", "from 1 to 100000000")]
    [InlineData("steps: 100", "steps: many", 10, "stages[0].steps is 'many'")]
    [InlineData("warmup_steps: 10", "warmup_steps: 100", 15, "warmup_steps is '100'", "from 0 to 99")]
    [InlineData("learning_rate: 0.003", "learning_rate: .nan", 13, "learning_rate is '.nan'")]
    [InlineData("kind: encoder_labels", "kind: encoder_lables", 9, "is 'encoder_lables'", "did you mean 'encoder_labels'?")]
    [InlineData("{samples: 8}", "{samples: 8, tokens: 100}", 11, "exactly one of samples and tokens")]
    [InlineData("{samples: 8}", "{samples: 8, lanes: 2}", 11, "unknown key 'lanes'")]
    [InlineData("accumulate: 2}", "accumulate: 2, lanes: 3}", 19, "lanes is 3, but a step has 2 parts")]
    [InlineData("[1x1, 2x1]", "[1x1, 2by1]", 6, "'2by1'", "ROWSxCOLUMNS")]
    [InlineData("decoder: frozen}", "decoder: {learning_rate: 1}}", 20, "must freeze encoder and decoder")]
    [InlineData("steps: 100", "steps: 100\n    data: {things: 0.5}", 11, "things", "say with 'scenes'")]
    [InlineData("steps: 100", "steps: 100\n    data: {scenes: 0.5, things: 2}", 11, "things is '2'", "from 0 to 1")]
    [InlineData("kind: projector\n", "kind: projector_labels\n    data: {levels: [{words: 1}]}\n", 18, "unknown key 'levels'")]
    [InlineData("kind: projector\n", "kind: projector_labels\n    every: {sheet: 5}\n", 18, "shows no sheets")]
    [InlineData("kind: projector\n", "kind: projector_labels\n    data: {teacher: nowhere}\n", 18, "names 'nowhere', which is not there")]
    [InlineData("    kind: projector\n    steps: 50\n    batch: {tokens: 2048, accumulate: 2}\n    modules: {encoder: frozen, projector: {learning_rate: 0.001}, decoder: frozen}", "    kind: projector_labels\n    steps: 50\n    batch: {samples: 2}\n    modules: {encoder: frozen, projector: {learning_rate: 0.001}, decoder: {learning_rate: 0.1}}", 20, "must freeze the decoder")]
    [InlineData("encoder: {learning_rate: 0.003, muon_learning_rate: 0.03}", "encoder: frozen", 13, "at least one module must learn")]
    [InlineData("clip: 1", "data: {attention: {weight: 1, layers: [2]}}", 8, "names layer 2", "layers 0 to 1")]
    [InlineData("steps: 100", "steps: 100\n    add_glyph_codes: true", 11, "unknown key 'add_glyph_codes'")]
    [InlineData("name: align", "name: encoder", 8, "two stages named 'encoder'")]
    [InlineData("clip: 1", "init: {projector: nowhere/model}", 21, "'nowhere/model'", "is not there")]
    [InlineData("seed: 3", "seed: [3", 0, "is not valid YAML")]
    [InlineData("seed: 3", "seed: {a: 1}", 2, "seed is 'a mapping'")]
    [InlineData("seed: 3", "name: again", 0, "is not valid YAML")]
    public void Parse_Mistake_NamesFileLineAndKey(string from, string to, int line, params string[] parts)
    {
        var error = Assert.Throws<RecipeException>(() => Recipe.Parse("tiny.yaml", Replace(from, to)));

        Assert.StartsWith(line > 0 ? $"tiny.yaml:{line}: " : "tiny.yaml", error.Message, StringComparison.Ordinal);
        foreach (var part in parts)
            Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_ALossOnAttention_GivesItsValues()
    {
        var stage = Recipe.Parse("tiny.yaml", Replace("    clip: 1", "    add_glyph_codes: true\n    data: {attention: {weight: 0.5, layers: [1, 0]}, slips: 0.25, guesses: 0.5}")).Stages[1];

        Assert.True(stage.AddsGlyphCodes);
        var attention = ((AnswerData)stage.Data).Attention!;
        Assert.Equal(0.5, attention.Weight);
        Assert.Equal([1, 0], attention.Layers);
        Assert.Equal((0.25, 0.5), (((AnswerData)stage.Data).Slips, ((AnswerData)stage.Data).Guesses));
    }

    [Theory]
    [InlineData("levels: []", "is empty")]
    [InlineData("levels: [{word: 1}]", "did you mean 'words'?")]
    [InlineData("levels: [{words: 0}]", "a share above 0")]
    [InlineData("levels: [{words: -1}]", "expected a number from 0")]
    [InlineData("max_tokens: 3", "from 64 to 131072")]
    [InlineData("mistakes: 0.5", "unknown key 'mistakes'")]
    [InlineData("noise: 5", "unknown key 'noise'")]
    [InlineData("attention: {weight: 1, layers: []}", "at least one")]
    [InlineData("attention: {weight: 1, layers: [1, 1]}", "each layer once")]
    [InlineData("attention: {weight: 1, layers: [1], own_layers: [1]}", "none of own_layers")]
    [InlineData("slips: 0.5", "'attention' finds out")]
    [InlineData("guesses: 0.5", "'attention' finds out")]
    [InlineData("slips: 2, attention: {weight: 1, layers: [1]}", "from 0 to 1")]
    [InlineData("attention: {layers: [1]}", "weight")]
    [InlineData("attention: {weight: -1, layers: [1]}", "from 0 to 1000")]
    public void Parse_MistakeInTheDataOfAStage_SaysWhatIsAllowed(string data, string part)
    {
        var error = Assert.Throws<RecipeException>(() => Recipe.Parse("tiny.yaml", Replace("    clip: 1", $"    data: {{{data}}}")));

        Assert.StartsWith("tiny.yaml:21: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("- a\n- b")]
    [InlineData("a: 1\n---\nb: 2")]
    [InlineData("just words")]
    public void Parse_NotAMapping_IsARecipeError(string text) => Assert.Throws<RecipeException>(() => Recipe.Parse("x.yaml", text));

    [Fact]
    public void Parse_NestedWithoutEnd_IsARecipeError() =>
        Assert.Contains("nested", Assert.Throws<RecipeException>(() => Recipe.Parse("x.yaml", "a: " + new string('[', 200_000))).Message, StringComparison.Ordinal);

    [Fact]
    public void Load_MissingFileOrDirectory_SaysSo()
    {
        Assert.Contains("no such recipe", Assert.Throws<RecipeException>(() => Recipe.Load("nowhere.yaml")).Message, StringComparison.Ordinal);
        Assert.Contains("is a directory", Assert.Throws<RecipeException>(() => Recipe.Load(Path.GetTempPath())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_RecipesOfTheRepository_AreGood()
    {
        var files = Directory.GetFiles(Path.Combine(GoldenFiles.Path(), "..", "..", "recipes"), "*.yaml");

        Assert.Contains(files, file => Path.GetFileName(file) == "nunchi-mini.yaml");
        Assert.All(files, file => Assert.NotEmpty(Recipe.Load(file).Stages));
    }

    [Theory]
    [InlineData("clip", "clipp", 1)]
    [InlineData("seed", "sede", 1)]
    [InlineData("warmup_steps", "warmupsteps", 1)]
    [InlineData("a", "bcd", 3)]
    public void NearestName_Distance_CountsEdits(string a, string b, int distance) => Assert.Equal(distance, Nunchi.Text.NameDistance.Between(a, b));

    private static string Replace(string from, string to)
    {
        Assert.Contains(from, Good, StringComparison.Ordinal);
        return Good.Replace(from, to, StringComparison.Ordinal);
    }
}
