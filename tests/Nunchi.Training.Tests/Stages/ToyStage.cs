using Nunchi.Data.Pages;
using Nunchi.Tensors;
using Nunchi.Tensors.Backends;
using Nunchi.Tensors.Operators;
using Nunchi.Training.Pipelines;
using Nunchi.Training.Recipes;
using Nunchi.Training.Stages;

namespace Nunchi.Training.Tests.Stages;

/// <summary>A sample of <see cref="ToyStage"/>: a point and its class.</summary>
internal sealed class ToySample
{
    public long Index { get; set; }

    public int Level { get; set; }

    public float[] Point { get; } = new float[ToyStage.Width];

    public int Class { get; set; }
}

/// <summary>A stage that takes no time: a linear classifier of random points, whose classes get more with the level.</summary>
internal sealed class ToyStage : Stage<ToySample>
{
    public const int Width = 6;
    public const int Classes = 5;
    private readonly Tensor _weight;
    private readonly Tensor _bias;
    private readonly Tape _tape;
    private readonly Func<long, bool> _broken;
    private readonly ulong _seed;

    public ToyStage(StageContext context, Func<long, bool>? broken = null)
        : base(context)
    {
        _broken = broken ?? (_ => false);
        _seed = context.SeedFor("toy");
        _tape = new Tape(context.Backend, recording: true);
        _weight = new Tensor(context.Backend, Classes, Width);
        _bias = new Tensor(context.Backend, 1, Classes);
        var random = new SeededRandom(_seed);
        foreach (ref var value in _weight.Span)
            value = random.Normal() * 0.1f;
        _bias.Span.Clear();
        Parameters = [new TrainingParameter("weight", "decoder", _weight, true, true), new TrainingParameter("bias", "decoder", _bias, false, false)];
    }

    public static ComputeBackend Backend() => new ReferenceBackend();

    public List<(long Index, int Level)> Seen { get; } = [];

    public override IReadOnlyList<TrainingParameter> Parameters { get; }

    public override IReadOnlyList<string> MeterNames => ["right"];

    public override int Levels => 4;

    public override void Evaluate(int samples, int level, StepReport report)
    {
        report.Samples = samples;
        report.Loss = 1;
    }

    public override string Sheet(int samples, int level, string title) => $"<!doctype html><title>{title}</title>";

    protected override ToySample CreateSample() => new();

    protected override ISampleMaker<ToySample> CreateMaker() => new Maker(_seed);

    protected override int Tokens(ToySample sample) => 1 + (int)(sample.Index % 7);

    protected override bool MustDrop(ToySample sample) => sample.Index % 19 == 18;

    protected override void Accumulate(List<ToySample> part, double stepWeight, StepReport report)
    {
        var points = _tape.Rent(part.Count, Width);
        using var labels = new IndexBuffer();
        for (var i = 0; i < part.Count; i++)
        {
            Seen.Add((part[i].Index, part[i].Level));
            part[i].Point.CopyTo(points.Row(i));
            if (_broken(part[i].Index))
                points.Row(i)[0] = float.NaN;
            labels.Add(part[i].Class);
        }

        var logits = Linear.Apply(_tape, points, _weight, _bias);
        for (var i = 0; i < part.Count; i++)
            report.Meters.Add(0, logits.Row(i)[part[i].Class] == logits.Row(i).ToArray().Max() ? 1 : 0, 1);
        Losses.CrossEntropy(_tape, logits, labels, (float)(1 / stepWeight), out var losses);
        foreach (var loss in losses.Span)
            report.Loss += loss / stepWeight;
        _tape.Backward();
        _tape.Reset();
    }

    protected override void Finish(StepReport report) => report.Accuracy = report.Meters.Mean(0) ?? 0;

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _tape.Dispose();
        _weight.Dispose();
        _bias.Dispose();
    }

    private sealed class Maker(ulong seed) : ISampleMaker<ToySample>
    {
        public void Make(long index, int level, ToySample sample)
        {
            var random = new SeededRandom(seed + (ulong)index);
            sample.Index = index;
            sample.Level = level;
            sample.Class = random.Below(2 + level);
            for (var i = 0; i < Width; i++)
                sample.Point[i] = random.Normal() + (i == sample.Class ? 3 : 0);
        }
    }
}
