using Nunchi.Data.Objects;
using Nunchi.Data.Pages;
using Nunchi.Models;
using Nunchi.Tensors;
using Nunchi.Tensors.Backends;
using Nunchi.Tensors.Operators;
using Nunchi.Training.Pipelines;
using Nunchi.Training.Recipes;
using Nunchi.Training.Runs;
using Nunchi.Training.Stages.EncoderLabels;
using Nunchi.Training.Stages.Patches;
using Nunchi.Training.Vocabularies;

namespace Nunchi.Training.Stages.ProjectorLabels;

/// <summary>
/// Trains the projector on drawn pages so that a patch lands near the vector of what it shows (<see cref="PatchVectors"/>): the decoder, which has learned text or
/// symbols, then finds in a picture what it already knows. Loss is a softmax over everything that a patch can show, of the projected patch times the (frozen)
/// vectors, and half as much over colours and over what lies behind, where that is known; the code of the box around it is regressed, to zero where there is none, and so is the whole vector: what a softmax leaves
/// free would be noise to the decoder. With a teacher the target is what the teacher's projector makes of the same page instead.
/// </summary>
internal sealed class ProjectorLabelsStage : Stage<LabelledPage>
{
    private const float ColourWeight = 0.5f;
    private const float BoxWeight = 0.25f;

    // Larger than any difference, so that the loss is a square, divided by it.
    private const float VectorDelta = 1000;
    private const int CalibrationPages = 16;
    private static readonly string[] Names = [.. ThingLoss.Meters, "error.side", "error.vector"];
    private readonly VisionLanguageModel _model;
    private readonly PageSource _pages;
    private readonly Tape _tape;
    private readonly PageBatch _batch = new();
    private readonly PatchVectors _vectors;
    private readonly BoxLoss _boxes;
    private readonly ThingLoss _things;
    private readonly IndexBuffer _knownRows = new();
    private readonly double _vectorWeight;
    private readonly VisionLanguageModel? _teacher;
    private readonly Tape? _teacherTape;

    public ProjectorLabelsStage(StageContext context)
        : base(context)
    {
        var recipe = context.Recipe;
        var tokenizer = MiniTokenizer.Prepare(recipe.Tokenizer, SequenceStage.TokenizerDirectory(context.RunDirectory), (ulong)recipe.Seed).Tokenizer;
        _model = ModelBuilder.Create(context.Backend, ModelBuilder.Configure(recipe.Model, SequenceStage.Vocabulary(tokenizer), tokenizer), recipe.Seed);
        _vectors = new PatchVectors(_model, new PatchThings(tokenizer));
        _boxes = new BoxLoss(context.Backend, _vectors);
        _things = new ThingLoss(context.Backend, _vectors);
        var data = (ProjectorLabelsData)context.Stage.Data;
        _vectorWeight = data.VectorWeight;
        if (data.Teacher is not null)
        {
            _teacher = LoadTeacher(data.Teacher, context.Backend);
            _teacherTape = new Tape(context.Backend, recording: false);
        }

        _pages = new PageSource(context, _model.Config, data.Pages);
        _tape = new Tape(context.Backend, recording: true);
        Parameters = [.. ModelBuilder.Parameters(_model, ModelModule.Encoder, ModelModule.Projector, ModelModule.Newline, ModelModule.Decoder)];
    }

    public override IReadOnlyList<TrainingParameter> Parameters { get; }

    public override IReadOnlyList<string> MeterNames => Names;

    public override int Levels => PageCurriculum.Levels;

    public override void StartAtRandom(IReadOnlyCollection<string> modules)
    {
        if (!modules.Contains("projector"))
            return;
        _vectors.SetNewline();
        using var maker = _pages.Maker("calibration");
        Answers.ProjectorCalibration.Apply(_model, _tape, Enumerable.Range(0, CalibrationPages).Select(index => Features([Draw(maker, index, Levels - 1)])));
    }

    public override void AddGlyphCodes() => ComposedEmbedding.AddGlyphs(_model, _vectors.Known);

    public override void Evaluate(int samples, int level, StepReport report)
    {
        using var maker = _pages.Maker("evaluation");
        double loss = 0, weight = 0;
        _tape.WithoutRecording(() =>
        {
            for (var index = 0; index < samples; index++)
            {
                List<LabelledPage> page = [Draw(maker, index, level)];
                var labelled = Weight(page[0]);
                if (labelled == 0)
                    continue;
                report.Loss = 0;
                Accumulate(page, labelled, report);
                loss += report.Loss * labelled;
                weight += labelled;
            }
        });

        report.Samples = samples;
        report.Loss = weight > 0 ? loss / weight : double.NaN;
        Finish(report);
    }

    public override string Sheet(int samples, int level, string title) => throw new NotSupportedException("a stage on labels of the projector shows no sheet; set every.sheet to 0");

    protected override LabelledPage CreateSample() => new(Context.Recipe.Model.Encoder.Tile, Context.Recipe.Model.Encoder.Patch);

    protected override ISampleMaker<LabelledPage> CreateMaker() => _pages.Maker("pages");

    protected override int Tokens(LabelledPage sample) => sample.Patches;

    protected override double Weight(LabelledPage sample)
    {
        if (_teacher is not null)
            return sample.Patches;
        var count = 0;
        for (var patch = 0; patch < sample.Patches; patch++)
            if (_vectors.Known.Of(sample, patch) is not null)
                count++;
        return count;
    }

    protected override void Accumulate(List<LabelledPage> part, double stepWeight, StepReport report)
    {
        var projected = _model.Projector.Forward(_tape, Features(part));
        var encoderPasses = Context.Stage.Modules.ContainsKey("encoder") ? 3 : 1;
        var patches = (double)part.Count * part[0].Patches;
        report.Operations += (Operations.Encoder(_model.Config, part.Count) * encoderPasses) + (3 * Operations.Projector(_model.Config, patches));
        if (_teacher is null)
            ScoreLabels(projected, part, stepWeight, report);
        else
            Imitate(_teacher, projected, part, stepWeight, report);
        if (_tape.Recording)
            _tape.Backward();
        _tape.Reset();
        _teacherTape?.Reset();
    }

    protected override void Finish(StepReport report) => report.Accuracy = report.Meters.Mean(1) ?? 0;

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (!disposing)
            return;
        _vectors.Dispose();
        _boxes.Dispose();
        _things.Dispose();
        _knownRows.Dispose();
        _batch.Dispose();
        _tape.Dispose();
        _teacherTape?.Dispose();
        _teacher?.Dispose();
        _model.Dispose();
    }

    private VisionLanguageModel LoadTeacher(string directory, ComputeBackend backend)
    {
        var teacher = Checkpoints.CheckpointReader.Load(directory, backend);
        var (mine, own) = (_model.Config, teacher.Config);
        if ((own.Vision.ImageSize, own.Vision.PatchSize, own.Text.HiddenSize) == (mine.Vision.ImageSize, mine.Vision.PatchSize, mine.Text.HiddenSize))
            return teacher;
        teacher.Dispose();
        throw new TrainingException(
            $"the teacher {directory} sees tiles of {own.Vision.ImageSize} px in patches of {own.Vision.PatchSize} and gives {own.Text.HiddenSize} numbers a patch; the recipe's model has {mine.Vision.ImageSize}, {mine.Vision.PatchSize} and {mine.Text.HiddenSize}");
    }

    // The target is what the teacher's projector gives.
    private void Imitate(VisionLanguageModel teacher, Tensor projected, List<LabelledPage> part, double stepWeight, StepReport report)
    {
        var hidden = teacher.Encoder.Forward(_teacherTape!, PageBatch.Patches(_teacherTape!, part), _batch.Layout);
        var truth = teacher.Projector.Forward(_teacherTape!, hidden);
        double squares = 0;
        foreach (var value in truth.Span)
            squares += (double)value * value;
        _knownRows.Clear();
        for (var row = 0; row < projected.Rows; row++)
            _knownRows.Add(1);
        Regress(projected, truth, Math.Max(squares, double.Epsilon) / projected.Rows, 1 / stepWeight, projected.Rows, report);
    }

    // Half of the squared distance of the rows that are known, in squared lengths of their targets.
    private void Regress(Tensor projected, Tensor truth, double squaredLength, double weight, int known, StepReport report)
    {
        var factor = VectorDelta * (float)(weight / squaredLength);
        Losses.SmoothL1(_tape, projected, truth, _knownRows, VectorDelta, factor, out var losses);
        double sum = 0;
        foreach (var loss in losses.Span)
            sum += loss;
        report.Loss += sum * factor;
        report.Meters.Add(ThingLoss.Meters.Count + 1, 2 * VectorDelta * sum / squaredLength, known);
    }

    private void ScoreLabels(Tensor projected, List<LabelledPage> part, double stepWeight, StepReport report)
    {
        report.Loss += _things.Apply(_tape, projected, row => Shown(part, row), (float)(1 / stepWeight), (float)(ColourWeight / stepWeight), (float)(ColourWeight / stepWeight));
        _things.Measure(report, 0);
        var boxWeight = (float)(BoxWeight / stepWeight);
        report.Loss += boxWeight * _boxes.Apply(_tape, projected, row => part[row / part[0].Patches].BoxOf(row % part[0].Patches), boxWeight);
        report.Meters.Add(ThingLoss.Meters.Count, (_boxes.SideError ?? 0) * _boxes.Boxes, _boxes.Boxes);
        ScoreVectors(projected, part, stepWeight, report);
        report.Operations += 4.0 * _things.Labelled * _vectors.Things.Count;
    }

    private LabelledPage Draw(PageMaker maker, int index, int level)
    {
        var page = CreateSample();
        maker.Make(index, level, page);
        return page;
    }

    private Tensor Features(IReadOnlyList<LabelledPage> pages)
    {
        _batch.Fill(pages);
        return _model.Encoder.Forward(_tape, PageBatch.Patches(_tape, pages), _batch.Layout);
    }

    // Null for a glyph that has no token.
    private ShownPatch? Shown(List<LabelledPage> part, int row)
    {
        var (page, patch) = (part[row / part[0].Patches], row % part[0].Patches);
        return _vectors.Known.Of(page, patch) is { } thing ? ShownPatch.Of(thing, _vectors.Known, page, patch) : null;
    }

    // The target is the vector that a decoder on symbols was shown.
    private void ScoreVectors(Tensor projected, List<LabelledPage> part, double stepWeight, StepReport report)
    {
        var truth = _tape.Rent(projected.Rows, projected.Columns);
        _knownRows.Clear();
        for (var row = 0; row < projected.Rows; row++)
        {
            var shown = Shown(part, row);
            _knownRows.Add(shown is null ? 0 : 1);
            if (shown is { } patch)
            {
                _vectors.Write(patch, truth.Row(row));
                if (patch.Ground == (int)ColourName.None && patch.Backdrop == 0)
                    _vectors.KeepGrounds(projected.Row(row), truth.Row(row));
            }
            else
            {
                truth.Row(row).Clear();
            }
        }

        Regress(projected, truth, 1, _vectorWeight / stepWeight, _things.Labelled, report);
    }
}
