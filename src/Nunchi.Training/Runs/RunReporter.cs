using System.Globalization;
using System.Text;
using Nunchi.Tensors.Optimizers;
using Nunchi.Training.Pipelines;
using Nunchi.Training.Recipes;
using Nunchi.Training.Stages;

namespace Nunchi.Training.Runs;

/// <summary>Tells what happens: a line of JSON in the log and a line for people on the console.</summary>
internal sealed class RunReporter : IDisposable
{
    private readonly RunLog _log;
    private readonly TextWriter _console;
    private readonly double? _peak;
    private LogInterval? _interval;

    /// <param name="logPath">The log.</param>
    /// <param name="logBytes">Bytes of it to keep.</param>
    /// <param name="console">Where people read.</param>
    /// <param name="peak">The machine's float32 peak in operations a second, or null when it was not measured.</param>
    public RunReporter(string logPath, long logBytes, TextWriter console, double? peak)
    {
        _log = new RunLog(logPath, logBytes);
        _console = console;
        _peak = peak;
    }

    public long LogBytes => _log.Length;

    /// <summary>The interval that the next line will cover.</summary>
    public LogIntervalState? Interval => _interval?.State;

    public void Say(string line)
    {
        _console.WriteLine(line);
        // Who follows a log file sees a line when it is written, not when a buffer is full.
        _console.Flush();
    }

    public void StageStarted(StageRecipe recipe, Stage stage, TrainingState state, int level, IReadOnlyList<Optimizer> optimizers)
    {
        _interval = new LogInterval(stage.MeterNames);
        if (state.Interval is { } interval)
            _interval.Restore(interval);
        var total = stage.Parameters.Sum(parameter => parameter.Tensor.Count);
        var learning = optimizers.Sum(optimizer => optimizer.Groups.Sum(group => group.Parameters.Sum(parameter => parameter.Value.Count)));
        _log.Write("stage", json =>
        {
            json.WriteString("stage", recipe.Name);
            json.WriteNumber("step", state.Step);
            json.WriteNumber("parameters", total);
            json.WriteNumber("learning", learning);
            json.WriteNumber("level", level);
            RunLog.WriteNumber(json, "peak_gflops", _peak / 1e9);
        });
        Say($"stage {recipe.Name}: {total / 1e6:F2} M parameters, {learning / 1e6:F2} M learning, step {state.Step} of {recipe.Steps}, level {level}");
    }

    public void StepTaken(StepReport report, double gradientNorm, double seconds, double waited) => _interval!.Add(report, gradientNorm, seconds, waited);

    public void StepSkipped(TrainingState state, string complaint)
    {
        _log.Write("skipped", json =>
        {
            json.WriteString("stage", state.Stage);
            json.WriteNumber("step", state.Step);
            json.WriteString("reason", complaint);
            json.WriteNumber("skipped", state.Guard.Broken);
        });
        Say($"step {state.Step} skipped: {complaint} ({state.Guard.BrokenInARow} in a row, {state.Guard.Broken} in all)");
    }

    public void RolledBack(TrainingState state, string checkpoint)
    {
        _log.Write("rollback", json =>
        {
            json.WriteString("stage", state.Stage);
            json.WriteNumber("step", state.Step);
            json.WriteNumber("rate_factor", state.RateFactor);
        });
        Say($"too many broken steps in a row: went back to {checkpoint} (step {state.Step}); every learning rate is now {state.RateFactor:G3} of the recipe's");
    }

    public void LevelRose(TrainingState state, Curriculum curriculum)
    {
        _log.Write("level", json =>
        {
            json.WriteString("stage", state.Stage);
            json.WriteNumber("step", state.Step);
            json.WriteNumber("samples", state.Samples);
            json.WriteNumber("level", curriculum.Level);
            json.WriteNumber("accuracy", curriculum.Accuracy);
        });
        Say($"step {state.Step}: accuracy {curriculum.Accuracy:P1} after {state.Samples} samples; level {curriculum.Level} begins");
    }

    public void WriteInterval(StageRecipe recipe, TrainingState state, Curriculum curriculum, double rateFactor)
    {
        var interval = _interval!;
        var memory = Environment.WorkingSet;
        _log.Write("step", json =>
        {
            json.WriteString("stage", state.Stage);
            json.WriteNumber("step", state.Step);
            json.WriteNumber("samples", state.Samples);
            json.WriteNumber("tokens", state.Tokens);
            RunLog.WriteNumber(json, "loss", interval.Loss);
            RunLog.WriteNumber(json, "gradient_norm", interval.GradientNorm);
            json.WriteStartObject("learning_rate");
            foreach (var (module, rate) in recipe.Modules)
                json.WriteNumber(module, rate.LearningRate * rateFactor);
            json.WriteEndObject();
            json.WriteStartObject("means");
            for (var i = 0; i < interval.Meters.Names.Count; i++)
                if (interval.Meters.Mean(i) is { } mean)
                    RunLog.WriteNumber(json, interval.Meters.Names[i], mean);
            json.WriteEndObject();
            json.WriteNumber("level", curriculum.Level);
            json.WriteNumber("accuracy", curriculum.Accuracy);
            RunLog.WriteNumber(json, "samples_per_second", interval.Samples / interval.Seconds);
            RunLog.WriteNumber(json, "tokens_per_second", interval.Tokens / interval.Seconds);
            RunLog.WriteNumber(json, "data_wait_share", interval.Waited / interval.Seconds);
            RunLog.WriteNumber(json, "gflops", interval.Operations / interval.Seconds / 1e9);
            RunLog.WriteNumber(json, "peak_share", interval.Operations / interval.Seconds / _peak);
            json.WriteNumber("skipped", state.Guard.Broken);
            json.WriteNumber("dropped", state.Dropped);
            json.WriteNumber("memory_mb", memory / 1048576);
        });
        Say(Line(recipe, state, curriculum, interval, memory));
        interval.Clear();
    }

    public void Evaluated(StageRecipe recipe, TrainingState state, StepReport report, int level)
    {
        _log.Write("evaluation", json =>
        {
            json.WriteString("stage", recipe.Name);
            json.WriteNumber("step", state.Step);
            json.WriteNumber("level", level);
            json.WriteNumber("samples", report.Samples);
            RunLog.WriteNumber(json, "loss", report.Loss);
            json.WriteStartObject("means");
            for (var i = 0; i < report.Meters.Names.Count; i++)
                if (report.Meters.Mean(i) is { } mean)
                    RunLog.WriteNumber(json, report.Meters.Names[i], mean);
            json.WriteEndObject();
        });
        var line = new StringBuilder($"  evaluation on {report.Samples} samples: loss {report.Loss:F4}");
        AppendMeters(line, report.Meters);
        Say(line.ToString());
    }

    public void SheetWritten(string path) => Say($"  sheet {path}");

    public void Saved(string path) => Say($"  checkpoint {path}");

    public void Dispose() => _log.Dispose();

    private string Line(StageRecipe recipe, TrainingState state, Curriculum curriculum, LogInterval interval, long memory)
    {
        var line = new StringBuilder();
        line.Append(CultureInfo.InvariantCulture, $"{state.Step}/{recipe.Steps} L{curriculum.Level} loss {interval.Loss:F4} grad {interval.GradientNorm:G3}");
        AppendMeters(line, interval.Meters);
        line.Append(CultureInfo.InvariantCulture, $" | {interval.Samples / interval.Seconds:F1} samples/s {interval.Tokens / interval.Seconds:F0} tokens/s wait {interval.Waited / interval.Seconds:P0}");
        line.Append(CultureInfo.InvariantCulture, $" {interval.Operations / interval.Seconds / 1e9:F0} GFLOP/s");
        if (_peak is { } peak)
            line.Append(CultureInfo.InvariantCulture, $" ({interval.Operations / interval.Seconds / peak:P0} of peak)");
        line.Append(CultureInfo.InvariantCulture, $" {memory / 1048576} MB");
        return line.ToString();
    }

    private static void AppendMeters(StringBuilder line, Meters meters)
    {
        for (var i = 0; i < meters.Names.Count; i++)
            if (meters.Mean(i) is { } mean)
                line.Append(CultureInfo.InvariantCulture, $" {meters.Names[i]} {mean:G3}");
    }
}
