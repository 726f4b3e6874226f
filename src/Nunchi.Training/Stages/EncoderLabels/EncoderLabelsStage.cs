using Nunchi.Data.Pages;
using Nunchi.Data.Sheets;
using Nunchi.Models;
using Nunchi.Tensors;
using Nunchi.Tensors.Operators;
using Nunchi.Training.Pipelines;
using Nunchi.Training.Recipes;
using Nunchi.Training.Runs;
using Nunchi.Training.Sheets;
using Nunchi.Training.Stages.Patches;

namespace Nunchi.Training.Stages.EncoderLabels;

/// <summary>
/// Trains the encoder on pages that we drew, so that the label of every patch is known: the parts of the syllable that covers it, the object, the colour
/// and the code of its box. The curriculum watches the share of glyph patches whose three parts are all right.
/// </summary>
internal sealed class EncoderLabelsStage : Stage<LabelledPage>
{
    // Up to this error of a code's number the loss is quadratic.
    private const float BoxDelta = 0.5f;

    // Height in pixels of a word's box from which its glyphs count as large.
    private const float LargeHeight = 20;
    private static readonly string[] Names = ["initial", "medial", "final", "object", "colour", "box", "right.glyph", "right.initial", "right.object", "right.colour", "right.small", "right.large", "error.side", "error.side.object"];
    private readonly VisionLanguageModel _model;
    private readonly LabelHeads _heads;
    private readonly Tape _tape;
    private readonly PageBatch _batch = new();
    private readonly PageSource _pages;
    private readonly double[] _counts = new double[LabelHeads.Count];
    private readonly int[][] _guesses;

    public EncoderLabelsStage(StageContext context)
        : base(context)
    {
        var recipe = context.Recipe;
        _model = ModelBuilder.Create(context.Backend, ModelBuilder.Configure(recipe.Model, recipe.Tokenizer.Vocabulary), recipe.Seed);
        var data = (EncoderLabelsData)context.Stage.Data;
        _pages = new PageSource(context, _model.Config, data.Pages);
        _heads = new LabelHeads(context.Backend, recipe.Model.Encoder.Width, data, context.SeedFor("heads"));
        _tape = new Tape(context.Backend, recording: true);
        _guesses = [.. _heads.Classes.Select(_ => Array.Empty<int>())];
        Parameters = [.. ModelBuilder.Parameters(_model, ModelModule.Encoder), .. _heads.Parameters];
    }

    public override IReadOnlyList<TrainingParameter> Parameters { get; }

    public override IReadOnlyList<string> MeterNames => Names;

    public override int Levels => PageCurriculum.Levels;

    public override void Evaluate(int samples, int level, StepReport report)
    {
        using var maker = _pages.Maker("evaluation");
        var size = Context.Stage.Batch.Samples ?? 8;
        double loss = 0;
        _tape.WithoutRecording(() =>
        {
            for (var first = 0; first < samples; first += size)
            {
                List<LabelledPage> pages = [.. Enumerable.Range(first, Math.Min(size, samples - first)).Select(index => Draw(maker, index, level))];
                Count([pages]);
                report.Loss = 0;
                Accumulate(pages, pages.Count, report);
                loss += report.Loss * pages.Count;
            }
        });
        report.Samples = samples;
        report.Loss = loss / samples;
        Finish(report);
    }

    public override string Sheet(int samples, int level, string title)
    {
        using var maker = _pages.Maker("sheet");
        var sheet = new SheetWriter(title);
        _tape.WithoutRecording(() =>
        {
            for (var index = 0; index < samples; index++)
            {
                var page = Draw(maker, index, level);
                _batch.Fill([page]);
                var features = Features([page]);
                foreach (var kind in (LabelKind[])[LabelKind.Initial, LabelKind.Medial, LabelKind.Final, LabelKind.Object])
                    Guess(kind, _heads.Apply(_tape, features, kind));
                sheet.Add(PageFigure.Draw(page, _guesses));
                _tape.Reset();
            }
        });
        return sheet.Finish();
    }

    protected override LabelledPage CreateSample() => new(Context.Recipe.Model.Encoder.Tile, Context.Recipe.Model.Encoder.Patch);

    protected override ISampleMaker<LabelledPage> CreateMaker() => _pages.Maker("pages");

    protected override int Tokens(LabelledPage sample) => sample.Patches;

    protected override void Prepare(IReadOnlyList<IReadOnlyList<LabelledPage>> parts) => Count(parts);

    protected override void Accumulate(List<LabelledPage> part, double stepWeight, StepReport report)
    {
        _batch.Fill(part);
        var features = Features(part);
        var boxes = PageBatch.Boxes(_tape, part);
        for (var i = 0; i < LabelHeads.Count; i++)
        {
            var weight = _heads.LossWeights[i];
            if (weight == 0 || _counts[i] == 0)
                continue;
            var kind = (LabelKind)i;
            var prediction = _heads.Apply(_tape, features, kind);
            if (kind != LabelKind.Box)
                Guess(kind, prediction);
            Tensor losses;
            if (kind == LabelKind.Box)
                Losses.SmoothL1(_tape, prediction, boxes, _batch.HasBox, BoxDelta, (float)(weight / _counts[i]), out losses);
            else
                Losses.CrossEntropy(_tape, prediction, _batch.Labels[i], (float)(weight / _counts[i]), out losses);
            double sum = 0;
            foreach (var loss in losses.Span)
                sum += loss;
            if (kind == LabelKind.Box)
                MeasureBoxes(report, prediction, boxes);
            report.Loss += weight * sum / _counts[i];
            report.Meters.Add(i, sum, CountLabelled(i));
        }

        Measure(report, part);
        var patches = part.Count * part[0].Patches;
        report.Operations += 3 * (Operations.Encoder(_model.Config, part.Count) + _heads.Operations(patches, _model.Config.Vision.HiddenSize));
        if (_tape.Recording)
            _tape.Backward();
        _tape.Reset();
    }

    protected override void Finish(StepReport report) => report.Accuracy = report.Meters.Mean(LabelHeads.Count) ?? 0;

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (!disposing)
            return;
        _batch.Dispose();
        _tape.Dispose();
        _heads.Dispose();
        _model.Dispose();
    }

    private Tensor Features(IReadOnlyList<LabelledPage> pages)
    {
        var patches = PageBatch.Patches(_tape, pages);
        var hidden = _model.Encoder.Forward(_tape, patches, _batch.Layout);
        return LayerNorm.Apply(_tape, hidden, _model.Encoder.PostNormWeight, _model.Encoder.PostNormBias, (float)_model.Config.Vision.LayerNormEpsilon);
    }

    private LabelledPage Draw(PageMaker maker, int index, int level)
    {
        var page = CreateSample();
        maker.Make(index, level, page);
        return page;
    }

    private void Count(IReadOnlyList<IReadOnlyList<LabelledPage>> parts)
    {
        Array.Clear(_counts);
        foreach (var part in parts)
            foreach (var page in part)
                for (var i = 0; i < _counts.Length; i++)
                    _counts[i] += PageBatch.CountOf((LabelKind)i, page);
    }

    private double CountLabelled(int head)
    {
        if (head == (int)LabelKind.Box)
            return Sum(_batch.HasBox.Span);
        var count = 0;
        foreach (var label in _batch.Labels[head].Span)
            if (label >= 0)
                count++;
        return count;
    }

    private static int Sum(ReadOnlySpan<int> values)
    {
        var sum = 0;
        foreach (var value in values)
            sum += value;
        return sum;
    }

    private void Guess(LabelKind kind, Tensor logits)
    {
        if (_guesses[(int)kind].Length < logits.Rows)
            _guesses[(int)kind] = new int[logits.Rows];
        var guesses = _guesses[(int)kind];
        for (var row = 0; row < logits.Rows; row++)
            guesses[row] = Greedy.Choose(logits.Row(row));
    }

    private void Measure(StepReport report, List<LabelledPage> part)
    {
        var initial = _batch.Labels[(int)LabelKind.Initial].Span;
        var medial = _batch.Labels[(int)LabelKind.Medial].Span;
        var final = _batch.Labels[(int)LabelKind.Final].Span;
        var objects = _batch.Labels[(int)LabelKind.Object].Span;
        var colours = _batch.Labels[(int)LabelKind.Colour].Span;
        for (var i = 0; i < initial.Length; i++)
        {
            if (initial[i] > 0)
            {
                var first = Is(LabelKind.Initial, i, initial[i]);
                report.Meters.Add(LabelHeads.Count + 1, first ? 1 : 0, 1);
                var whole = first && Is(LabelKind.Medial, i, medial[i]) && Is(LabelKind.Final, i, final[i]) ? 1 : 0;
                report.Meters.Add(LabelHeads.Count, whole, 1);
                report.Meters.Add(LabelHeads.Count + (Height(part, i) < LargeHeight ? 4 : 5), whole, 1);
            }

            if (objects[i] > 0)
                report.Meters.Add(LabelHeads.Count + 2, Is(LabelKind.Object, i, objects[i]) ? 1 : 0, 1);
            if (colours[i] > 0)
                report.Meters.Add(LabelHeads.Count + 3, Is(LabelKind.Colour, i, colours[i]) ? 1 : 0, 1);
        }
    }

    // Mean distance of the sides of boxes from where they are, in sides of the page.
    private void MeasureBoxes(StepReport report, Tensor prediction, Tensor truth)
    {
        for (var row = 0; row < prediction.Rows; row++)
        {
            if (_batch.HasBox[row] == 0)
                continue;
            var error = BoxCode.Distance(BoxCode.Read(prediction.Row(row)), BoxCode.Read(truth.Row(row)));
            report.Meters.Add(LabelHeads.Count + 6, error, 1);
            if (_batch.Labels[(int)LabelKind.Object][row] > 0)
                report.Meters.Add(LabelHeads.Count + 7, error, 1);
        }
    }

    // Height in pixels of the word that covers a patch of the batch.
    private static float Height(List<LabelledPage> part, int row)
    {
        var (page, patch) = (part[row / part[0].Patches], row % part[0].Patches);
        return (page.Box[(4 * patch) + 3] - page.Box[(4 * patch) + 1]) * page.Size;
    }

    private bool Is(LabelKind kind, int patch, int label) => _guesses[(int)kind] is var guesses && patch < guesses.Length && guesses[patch] == label;
}
