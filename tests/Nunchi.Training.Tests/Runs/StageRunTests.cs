using System.Text.Json;
using Nunchi.Training.Runs;

namespace Nunchi.Training.Tests.Runs;

public class StageRunTests
{
    private const string Rising = "curriculum: {threshold: 0.6, minimum_steps: 5, window: 5}, every: {log: 3, checkpoint: 7, evaluate: 10, sheet: 20}";

    [Theory]
    [InlineData(Rising)]
    [InlineData("batch: {tokens: 30, accumulate: 2}, " + Rising)]
    public void Run_AbandonedAndResumed_IsBitEqualToARunThatWasNot(string settings)
    {
        using var whole = new ToyRun(extra: settings);
        Assert.Equal(StageEnd.Complete, whole.Run.Run(CancellationToken.None));

        using var first = new ToyRun(extra: settings, producers: 1);
        first.Run.StepDone = step =>
        {
            if (step == 25)
                throw new OperationCanceledException("the power went out");
        };
        Assert.Throws<OperationCanceledException>(() => first.Run.Run(CancellationToken.None));
        using var second = new ToyRun(first.Directory, settings, producers: 3, resume: true);
        Assert.Equal(21, second.Run.State.Step);
        Assert.Equal(StageEnd.Complete, second.Run.Run(CancellationToken.None));

        Assert.Equal(whole.Values, second.Values);
        Assert.Equal(whole.Run.State.Samples, second.Run.State.Samples);
        Assert.Equal(whole.Run.State.Curriculum!.Levels, second.Run.State.Curriculum!.Levels);
        Assert.True(second.Run.State.Curriculum.Levels.Length > 2, "the level never rose, so the test shows nothing about it");
        Assert.True(whole.Run.State.Dropped > 0, "no sample was dropped, so the test shows nothing about it");
    }

    [Fact]
    public void Run_AnyNumberOfProducers_SeesTheSameSamplesAtTheSameLevels()
    {
        using var one = new ToyRun(extra: Rising, producers: 1);
        using var four = new ToyRun(extra: Rising, producers: 4);
        one.Run.Run(CancellationToken.None);
        four.Run.Run(CancellationToken.None);

        Assert.Equal(one.Stage.Seen, four.Stage.Seen);
        Assert.Equal(one.Values, four.Values);
    }

    [Fact]
    public void Run_Cancelled_SavesAndGoesOnBitEqual()
    {
        using var whole = new ToyRun();
        whole.Run.Run(CancellationToken.None);

        using var cancellation = new CancellationTokenSource();
        using var first = new ToyRun();
        first.Run.StepDone = step =>
        {
            if (step == 11)
                cancellation.Cancel();
        };
        Assert.Equal(StageEnd.Stopped, first.Run.Run(cancellation.Token));
        using var second = new ToyRun(first.Directory, resume: true);
        Assert.Equal(11, second.Run.State.Step);
        second.Run.Run(CancellationToken.None);

        Assert.Equal(whole.Values, second.Values);
    }

    [Fact]
    public void Run_NotANumberInABatch_SkipsTheStepAndReportsIt()
    {
        using var run = new ToyRun(extra: "every: {checkpoint: 1, keep: 100}", broken: index => index == 50);
        run.Run.Run(CancellationToken.None);

        Assert.Equal(1, run.Run.State.Guard.Broken);
        Assert.Contains("skipped: the loss is NaN", run.Console.ToString(), StringComparison.Ordinal);
        var line = Assert.Single(run.Log(), line => line.Contains("\"skipped\",", StringComparison.Ordinal));
        var step = JsonDocument.Parse(line).RootElement.GetProperty("step").GetInt32();
        Assert.Equal(
            File.ReadAllBytes(Path.Combine(run.Checkpoints.All[step - 1], "parameters.safetensors")),
            File.ReadAllBytes(Path.Combine(run.Checkpoints.All[step], "parameters.safetensors")));
        Assert.Equal(
            File.ReadAllBytes(Path.Combine(run.Checkpoints.All[step - 1], "optimizer.safetensors")),
            File.ReadAllBytes(Path.Combine(run.Checkpoints.All[step], "optimizer.safetensors")));
        Assert.All(run.Values, value => Assert.True(float.IsFinite(value)));
    }

    [Fact]
    public void Run_ManyBrokenStepsInARow_GoesBackWithALowerRateAndOn()
    {
        using var run = new ToyRun(extra: "guard: {most_in_a_row: 3, rollback_factor: 0.5}, every: {checkpoint: 5}", broken: index => index is >= 96 and < 130);
        Assert.Equal(StageEnd.Complete, run.Run.Run(CancellationToken.None));

        Assert.Equal(1, run.Run.State.Rollbacks);
        Assert.Equal(0.5, run.Run.State.RateFactor);
        Assert.Contains("went back to", run.Console.ToString(), StringComparison.Ordinal);
        Assert.Single(run.Log(), line => line.Contains("\"rollback\"", StringComparison.Ordinal));
    }

    [Fact]
    public void Run_NothingButBrokenSteps_EndsWithAReason()
    {
        using var run = new ToyRun(extra: "guard: {most_in_a_row: 2}", broken: _ => true);

        var error = Assert.Throws<TrainingException>(() => run.Run.Run(CancellationToken.None));
        Assert.Contains("lower its learning rates", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_DiskFullDuringACheckpoint_KeepsTheOlderOneAndSaysSo()
    {
        using var run = new ToyRun(extra: "every: {checkpoint: 10}");
        run.Checkpoints.Writing = path =>
        {
            if (path.Contains("00000020", StringComparison.Ordinal) && path.EndsWith("optimizer.safetensors", StringComparison.Ordinal))
                throw new IOException("No space left on device");
        };

        var error = Assert.Throws<TrainingException>(() => run.Run.Run(CancellationToken.None));

        Assert.Contains("No space left on device", error.Message, StringComparison.Ordinal);
        Assert.Contains("--resume", error.Message, StringComparison.Ordinal);
        Assert.EndsWith("step-00000010", run.Checkpoints.Latest, StringComparison.Ordinal);
        Assert.Equal(2, Directory.GetFileSystemEntries(Path.Combine(run.Directory, "checkpoints")).Length);
        using var resumed = new ToyRun(run.Directory, resume: true);
        Assert.Equal(10, resumed.Run.State.Step);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Open_KilledWhileACheckpointWasReplaced_HasOneWholeCheckpoint(bool newOneIsThere)
    {
        using var run = new ToyRun(extra: "every: {checkpoint: 20}");
        run.Run.Run(CancellationToken.None);
        var root = Path.Combine(run.Directory, "checkpoints");
        var latest = run.Checkpoints.Latest!;
        var count = run.Checkpoints.All.Count;
        Directory.Move(latest, Path.Combine(root, ".replaced-" + Path.GetFileName(latest)));
        if (newOneIsThere)
        {
            Directory.CreateDirectory(latest);
            File.WriteAllText(Path.Combine(latest, "new"), "");
        }
        else
            Directory.CreateDirectory(Path.Combine(root, ".unfinished-" + Path.GetFileName(latest)));

        var opened = new CheckpointStore(run.Directory);

        Assert.Equal(latest, opened.Latest);
        Assert.Equal(newOneIsThere, File.Exists(Path.Combine(latest, "new")));
        Assert.Equal(count, Directory.GetFileSystemEntries(root).Length);
    }

    [Fact]
    public void Run_ManyCheckpoints_KeepsTheNewest()
    {
        using var run = new ToyRun(extra: "every: {checkpoint: 10, keep: 2}");
        run.Run.Run(CancellationToken.None);

        Assert.Equal(["01-toy-step-00000030", "01-toy-step-00000040"], run.Checkpoints.All.Select(Path.GetFileName));
    }

    [Fact]
    public void Run_Complete_LogsEveryIntervalAsAnObjectALine()
    {
        using var run = new ToyRun(extra: "every: {log: 8, evaluate: 20, sheet: 40}");
        run.Run.Run(CancellationToken.None);

        var lines = run.Log().Select(line => JsonDocument.Parse(line).RootElement).ToList();
        var steps = lines.Where(line => line.GetProperty("kind").GetString() == "step").ToList();
        Assert.Equal([8, 16, 24, 32, 40], steps.Select(line => line.GetProperty("step").GetInt32()));
        foreach (var name in (string[])["loss", "gradient_norm", "learning_rate", "means", "level", "samples_per_second", "tokens_per_second", "data_wait_share", "gflops", "peak_share", "memory_mb", "skipped", "dropped"])
            Assert.True(steps[0].TryGetProperty(name, out _), name);
        Assert.Equal(2, lines.Count(line => line.GetProperty("kind").GetString() == "evaluation"));
        Assert.True(File.Exists(Path.Combine(run.Directory, "sheets", "01-toy-step-00000040.html")));
    }

    [Fact]
    public void Resume_LogHasLinesAfterTheCheckpoint_CutsThem()
    {
        using var first = new ToyRun(extra: "every: {log: 1, checkpoint: 10}");
        first.Run.StepDone = step =>
        {
            if (step == 17)
                throw new OperationCanceledException();
        };
        Assert.Throws<OperationCanceledException>(() => first.Run.Run(CancellationToken.None));
        using var second = new ToyRun(first.Directory, "every: {log: 1, checkpoint: 10}", resume: true);
        second.Run.Run(CancellationToken.None);

        var steps = second.Log().Select(line => JsonDocument.Parse(line).RootElement).Where(line => line.GetProperty("kind").GetString() == "step").Select(line => line.GetProperty("step").GetInt32());
        Assert.Equal(Enumerable.Range(1, 40), steps);
    }
}
