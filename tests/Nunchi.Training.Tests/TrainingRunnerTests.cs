using System.Text.Json;
using Nunchi.Data.Fonts;
using Nunchi.Training.Recipes;
using Nunchi.Training.Runs;
using Nunchi.Training.Tests.Goldens;

namespace Nunchi.Training.Tests;

public sealed class TrainingRunnerTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("nunchi-train-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Run_StoppedAndResumed_EndsWithTheSameBytesAsARunThatWasNot()
    {
        var recipe = WriteRecipe("text", "steps: 12, batch: {tokens: 256}, modules: {decoder: {learning_rate: 0.003}}, data: {conversation_share: 0.5, length: 64}, every: {log: 4, checkpoint: 5, evaluate: 6, sheet: 12, evaluate_samples: 2, sheet_samples: 1}");
        Assert.Equal(TrainingEnd.Complete, Run(recipe, "whole"));

        using var cancellation = new CancellationTokenSource();
        var console = new CancellingWriter(cancellation, "checkpoints/01-text-step-00000005");
        Assert.Equal(TrainingEnd.Stopped, TrainingRunner.Run(recipe, new TrainingOptions { RunDirectory = Place("stopped"), Console = console }, cancellation.Token));
        Assert.Contains("--resume", console.ToString(), StringComparison.Ordinal);
        Assert.Equal(TrainingEnd.Complete, TrainingRunner.Run(null, new TrainingOptions { RunDirectory = Place("stopped"), Resume = true, Console = TextWriter.Null }, TestContext.Current.CancellationToken));

        foreach (var file in (string[])["parameters.safetensors", "optimizer.safetensors"])
            Assert.Equal(File.ReadAllBytes(LastCheckpoint("whole", file)), File.ReadAllBytes(LastCheckpoint("stopped", file)));
        Assert.Equal(Losses("whole"), Losses("stopped"));
        Assert.True(File.Exists(Path.Combine(Place("whole"), "sheets", "01-text-step-00000012.html")));
        Assert.True(File.Exists(Path.Combine(Place("whole"), "tokenizer", "tokenizer.json")));
    }

    [Fact]
    public void Run_Rehearsal_GoesThroughEveryStageAndLeavesNothingToGoOnFrom()
    {
        const string Text = "kind: text, batch: {tokens: 128}, modules: {decoder: {learning_rate: 0.003}}, data: {length: 48}, every: {evaluate: 500, sheet: 500}";
        var recipe = WriteRecipe("text", $"steps: 5000, {Text["kind: text, ".Length..]}}}\n  - {{name: more, steps: 2, {Text}");
        var console = new StringWriter();
        List<StageEstimate> estimates = [];
        TrainingOptions Options() => new() { RunDirectory = Place("rehearsal"), RehearsalSteps = 3, Console = console, Estimated = estimates.Add };
        Assert.Equal(TrainingEnd.Complete, TrainingRunner.Run(recipe, Options(), TestContext.Current.CancellationToken));

        Assert.Equal([("text", 5000), ("more", 2)], estimates.Select(estimate => (estimate.Stage, estimate.Steps)));
        Assert.All(estimates, estimate => Assert.True(estimate.SecondsPerStep > 0 && estimate.Time.TotalSeconds > 0));
        Assert.Contains("the recipe goes through: 2 stages", console.ToString(), StringComparison.Ordinal);
        Assert.Equal(["01-text-step-00000003.html", "02-more-step-00000002.html"], Directory.GetFiles(Path.Combine(Place("rehearsal"), "sheets")).Select(Path.GetFileName).Order(StringComparer.Ordinal));

        // Neither is trained from it, nor does it empty what is no rehearsal; another rehearsal takes its place.
        foreach (var resume in (bool[])[true, false])
            Assert.Contains("rehearsal", Assert.Throws<TrainingException>(() => TrainingRunner.Run(recipe, new TrainingOptions { RunDirectory = Place("rehearsal"), Resume = resume, Console = TextWriter.Null }, TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(Place("rehearsal"), "mine.txt"), "kept");
        Assert.Equal(TrainingEnd.Complete, TrainingRunner.Run(recipe, Options(), TestContext.Current.CancellationToken));
        Assert.Equal(4, estimates.Count);
        Assert.Equal("kept", File.ReadAllText(Path.Combine(Place("rehearsal"), "mine.txt")));
        Directory.CreateDirectory(Place("other"));
        File.WriteAllText(Path.Combine(Place("other"), "mine.txt"), "kept");
        Assert.Contains("--out", Assert.Throws<TrainingException>(() => TrainingRunner.Run(recipe, Options() with { RunDirectory = Place("other") }, TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);
        Assert.Equal("kept", File.ReadAllText(Path.Combine(Place("other"), "mine.txt")));
        foreach (var wrong in (TrainingOptions[])[Options() with { RehearsalSteps = 1 }, Options() with { Resume = true }])
            Assert.Throws<TrainingException>(() => TrainingRunner.Run(recipe, wrong, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Run_Lanes_GiveTheSameBytesWithAnyThreadsAndTheLossesOfPartsInTurn()
    {
        const string Stage = "steps: 6, modules: {decoder: {learning_rate: 0.003, muon_learning_rate: 0.01} }, optimizer: {kind: muon+adamw}, data: {conversation_share: 0.5, length: 48}, every: {log: 1}";
        var lanes = WriteRecipe("text", $"{Stage}, batch: {{tokens: 160, accumulate: 5, lanes: 3}}");
        foreach (var threads in (int[])[1, 2, 4])
            Assert.Equal(TrainingEnd.Complete, TrainingRunner.Run(lanes, new TrainingOptions { RunDirectory = Place($"lanes-{threads}"), Threads = threads, Console = TextWriter.Null }, TestContext.Current.CancellationToken));
        Run(WriteRecipe("text", $"{Stage}, batch: {{tokens: 160, accumulate: 5}}"), "turns");

        foreach (var file in (string[])["parameters.safetensors", "optimizer.safetensors"])
        {
            Assert.Equal(File.ReadAllBytes(LastCheckpoint("lanes-1", file)), File.ReadAllBytes(LastCheckpoint("lanes-2", file)));
            Assert.Equal(File.ReadAllBytes(LastCheckpoint("lanes-1", file)), File.ReadAllBytes(LastCheckpoint("lanes-4", file)));
        }

        Assert.Equal(Losses("lanes-1"), Losses("lanes-2"));
        Assert.Equal(6, Losses("turns").Length);
        Assert.All(Losses("turns").Zip(Losses("lanes-1")), pair => Assert.Equal(pair.First, pair.Second, 2e-3 * pair.First));
    }

    [Fact]
    public void Run_SlipsAndGuesses_GiveTheSameBytesWithAnyThreadsAndAfterAStop()
    {
        Assert.SkipUnless(FontLibrary.Find().Training.Count > 0, "pictures are drawn with Korean fonts and there are none; eng/fonts.sh installs them");
        string Stage(string data) => $"steps: 4, modules: {{encoder: frozen, projector: {{learning_rate: 0.003}}, decoder: {{learning_rate: 0.003}} }}, batch: {{samples: 2, accumulate: 2, lanes: 2}}, data: {{levels: [{{glimpses: 1}}], conversations: 2, attention: {{weight: 0.2, layers: [1]}}{data} }}, every: {{log: 1, checkpoint: 2}}";
        var recipe = WriteRecipe("finetune", Stage(", slips: 0.5, guesses: 0.7"));
        foreach (var threads in (int[])[1, 3])
            Assert.Equal(TrainingEnd.Complete, TrainingRunner.Run(recipe, new TrainingOptions { RunDirectory = Place($"threads-{threads}"), Threads = threads, Console = TextWriter.Null }, TestContext.Current.CancellationToken));
        using var cancellation = new CancellationTokenSource();
        Assert.Equal(TrainingEnd.Stopped, TrainingRunner.Run(recipe, new TrainingOptions { RunDirectory = Place("stopped"), Console = new CancellingWriter(cancellation, "step-00000002") }, cancellation.Token));
        Assert.Equal(TrainingEnd.Complete, TrainingRunner.Run(null, new TrainingOptions { RunDirectory = Place("stopped"), Resume = true, Console = TextWriter.Null }, TestContext.Current.CancellationToken));
        Run(WriteRecipe("finetune", Stage(", slips: 0.5")), "unguessed");

        Assert.Equal(File.ReadAllBytes(LastCheckpoint("threads-1", "parameters.safetensors")), File.ReadAllBytes(LastCheckpoint("threads-3", "parameters.safetensors")));
        Assert.Equal(File.ReadAllBytes(LastCheckpoint("threads-1", "parameters.safetensors")), File.ReadAllBytes(LastCheckpoint("stopped", "parameters.safetensors")));
        Assert.NotEqual(Losses("unguessed"), Losses("threads-1"));
    }

    [Fact]
    public void Run_DirectoryHoldsARun_SaysHowToGoOn()
    {
        var recipe = WriteRecipe("text", "steps: 1, batch: {samples: 1}, modules: {decoder: {learning_rate: 0.003}}");
        Run(recipe, "run");

        Assert.Contains("--resume", Assert.Throws<TrainingException>(() => Run(recipe, "run")).Message, StringComparison.Ordinal);
        File.AppendAllText(recipe, "# changed\n");
        var error = Assert.Throws<TrainingException>(() => TrainingRunner.Run(recipe, new TrainingOptions { RunDirectory = Place("run"), Resume = true, Console = TextWriter.Null }, TestContext.Current.CancellationToken));
        Assert.Contains("differs from the recipe", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Resume_WhileAnotherTrainingRunsThere_IsRefusedAndHarmsNothing()
    {
        var recipe = WriteRecipe("text", "steps: 12, batch: {samples: 1}, modules: {decoder: {learning_rate: 0.003}}, every: {log: 1, checkpoint: 4}");
        Exception? refused = null;
        var console = new ActingWriter("checkpoints/01-text-step-00000004", () => refused = Record.Exception(() =>
            TrainingRunner.Run(null, new TrainingOptions { RunDirectory = Place("run"), Resume = true, Console = TextWriter.Null }, TestContext.Current.CancellationToken)));
        Assert.Equal(TrainingEnd.Complete, TrainingRunner.Run(recipe, new TrainingOptions { RunDirectory = Place("run"), Console = console }, TestContext.Current.CancellationToken));

        Assert.Contains("another training is running", Assert.IsType<TrainingException>(refused).Message, StringComparison.Ordinal);
        Assert.Equal(12, Losses("run").Length);
    }

    [Fact]
    public void Run_NothingToResume_SaysSo() =>
        Assert.Contains("nothing to resume", Assert.Throws<TrainingException>(() => TrainingRunner.Run(null, new TrainingOptions { RunDirectory = Place("nowhere"), Resume = true }, TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);

    [Fact]
    public void Run_UnknownStage_SuggestsTheNearest()
    {
        var recipe = WriteRecipe("text", "steps: 1, batch: {samples: 1}, modules: {decoder: {learning_rate: 0.003}}");

        var error = Assert.Throws<RecipeException>(() => TrainingRunner.Run(recipe, new TrainingOptions { RunDirectory = Place("run"), Stages = ["txt"], Console = TextWriter.Null }, TestContext.Current.CancellationToken));
        Assert.Contains("did you mean 'text'?", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("state.json", "{")]
    [InlineData("state.json", "null")]
    [InlineData("parameters.safetensors", "not a safetensors file")]
    public void Resume_DamagedCheckpoint_NamesTheFile(string file, string content)
    {
        var recipe = WriteRecipe("text", "steps: 3, batch: {samples: 1}, modules: {decoder: {learning_rate: 0.003}}");
        using var cancellation = new CancellationTokenSource();
        TrainingRunner.Run(recipe, new TrainingOptions { RunDirectory = Place("run"), Console = new CancellingWriter(cancellation, "step-00000000") }, cancellation.Token);
        File.WriteAllText(LastCheckpoint("run", file), content);

        var error = Assert.Throws<InvalidDataException>(() => TrainingRunner.Run(null, new TrainingOptions { RunDirectory = Place("run"), Resume = true, Console = TextWriter.Null }, TestContext.Current.CancellationToken));
        Assert.Contains(file, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_InitFromACheckpointOfAnotherRun_StartsWithItsParameters()
    {
        const string Stage = "steps: 2, batch: {samples: 1}, modules: {decoder: {learning_rate: 0.003} }";
        Run(WriteRecipe("text", Stage), "first");
        var checkpoint = Path.GetDirectoryName(LastCheckpoint("first", "state.json"))!;
        var second = WriteRecipe("text", $"{Stage}, init: {{decoder: '{checkpoint}'}}, every: {{keep: 9}}");
        Run(second, "second");

        var start = Path.Combine(Place("second"), "checkpoints", "01-text-step-00000000", "parameters.safetensors");
        Assert.Equal(File.ReadAllBytes(Path.Combine(checkpoint, "parameters.safetensors")), File.ReadAllBytes(start));
    }

    [Theory]
    [InlineData("varco2-tiny", "the recipe's model")]
    [InlineData("images", "neither a checkpoint of a run")]
    public void Run_InitFromSomethingThatDoesNotFit_SaysWhy(string source, string reason)
    {
        var recipe = WriteRecipe("text", $"steps: 2, batch: {{samples: 1}}, modules: {{decoder: {{learning_rate: 0.003}}}}, init: {{decoder: '{GoldenFiles.Path(source)}'}}");

        var error = Assert.Throws<InvalidDataException>(() => Run(recipe, "run"));
        Assert.Contains(source, error.Message, StringComparison.Ordinal);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_ProjectorWithATeacher_ComesCloserToWhatTheTeacherGives()
    {
        Assert.SkipUnless(FontLibrary.Find().Training.Count > 0, "pages are drawn with Korean fonts and there are none; eng/fonts.sh installs them");
        var recipe = WriteImitation("varco2-tiny", 64);

        Assert.Equal(TrainingEnd.Complete, Run(recipe, "run"));
        var losses = Losses("run");
        Assert.True(losses[^1] < 0.7 * losses[0], $"the distance fell from {losses[0]} to {losses[^1]} only");
    }

    [Fact]
    public void Run_TeacherOfAnotherShape_SaysWhatDiffers()
    {
        Assert.SkipUnless(FontLibrary.Find().Training.Count > 0, "pages are drawn with Korean fonts and there are none; eng/fonts.sh installs them");

        var error = Assert.Throws<TrainingException>(() => Run(WriteImitation("varco2-tiny", 32), "run"));
        Assert.Contains("gives 64 numbers a patch; the recipe's model has 64, 16 and 32", error.Message, StringComparison.Ordinal);
    }

    private TrainingEnd Run(string recipe, string name) => TrainingRunner.Run(recipe, new TrainingOptions { RunDirectory = Place(name), Console = TextWriter.Null }, TestContext.Current.CancellationToken);

    private double[] Losses(string run) =>
        [.. File.ReadLines(Path.Combine(Place(run), "log.jsonl")).Select(line => JsonDocument.Parse(line).RootElement)
            .Where(line => line.GetProperty("kind").GetString() == "step").Select(line => line.GetProperty("loss").GetDouble())];

    private string Place(string name) => Path.Combine(_directory, name);

    private string LastCheckpoint(string run, string file) => Path.Combine(Directory.GetDirectories(Path.Combine(Place(run), "checkpoints")).Order(StringComparer.Ordinal).Last(), file);

    [Fact]
    public void Run_GlyphCodesForARandomStart_AreNotAddedTwice()
    {
        const string Stage = "steps: 2, batch: {tokens: 128}, modules: {decoder: {learning_rate: 0.003}}, data: {length: 48}";
        Run(WriteRecipe("text", Stage), "plain");
        var console = new StringWriter();
        Assert.Equal(TrainingEnd.Complete, TrainingRunner.Run(WriteRecipe("text", $"{Stage}, add_glyph_codes: true"), new TrainingOptions { RunDirectory = Place("codes"), Console = console }, TestContext.Current.CancellationToken));

        Assert.Contains("add_glyph_codes adds none", console.ToString(), StringComparison.Ordinal);
        Assert.Equal(File.ReadAllBytes(LastCheckpoint("plain", "parameters.safetensors")), File.ReadAllBytes(LastCheckpoint("codes", "parameters.safetensors")));
    }

    private string WriteRecipe(string kind, string stage)
    {
        var path = Path.Combine(_directory, "recipe.yaml");
        File.WriteAllText(path, $$"""
            name: tiny
            seed: 5
            compute: {threads: 2}
            tokenizer: {path: '{{GoldenFiles.Path("varco2-tiny", "tokenizer.json")}}', vocabulary: 768}
            model:
              encoder: {width: 32, layers: 1, heads: 2, mlp: 64, tile: 64, patch: 16}
              decoder: {width: 32, layers: 2, heads: 2, key_value_heads: 1, head_size: 16, mlp: 64, max_positions: 512}
              images: {grids: [1x1]}
            stages:
              - {name: text, kind: {{kind}}, {{stage}} }

            """);
        return path;
    }

    private string WriteImitation(string teacher, int width)
    {
        var stage = $"steps: 40, batch: {{samples: 4}}, modules: {{encoder: frozen, projector: {{learning_rate: 0.01}}, decoder: frozen}}, data: {{teacher: '{GoldenFiles.Path(teacher)}'}}, every: {{log: 5}}";
        var path = WriteRecipe("projector_labels", stage);
        File.WriteAllText(path, File.ReadAllText(path).Replace("decoder: {width: 32,", $"decoder: {{width: {width},", StringComparison.Ordinal));
        return path;
    }

    /// <summary>Asks the run to stop when a text is written.</summary>
    private sealed class CancellingWriter(CancellationTokenSource cancellation, string text) : ActingWriter(text, cancellation.Cancel);

    /// <summary>Does something in the middle of a run: when a text is written.</summary>
    private class ActingWriter(string text, Action act) : StringWriter
    {
        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            if (value?.Contains(text, StringComparison.Ordinal) == true)
                act();
        }
    }
}
