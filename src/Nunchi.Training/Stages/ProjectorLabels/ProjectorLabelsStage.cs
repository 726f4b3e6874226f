using Nunchi.Data.Fonts;
using Nunchi.Data.Pages;
using Nunchi.Models;
using Nunchi.Tensors;
using Nunchi.Tensors.Operators;
using Nunchi.Text;
using Nunchi.Training.Pipelines;
using Nunchi.Training.Recipes;
using Nunchi.Training.Runs;
using Nunchi.Training.Stages.EncoderLabels;
using Nunchi.Training.Vocabularies;

namespace Nunchi.Training.Stages.ProjectorLabels;

/// <summary>
/// Trains the projector on drawn pages so that a patch lands near the embedding of the token that it shows: the decoder, which has learned text, then
/// finds in a picture what it already knows. Loss is a softmax over the whole vocabulary of the projected patch times the (frozen) embedding rows;
/// a patch that shows nothing is a blank. Objects have no token of their own and count nothing here.
/// </summary>
internal sealed class ProjectorLabelsStage : Stage<LabelledPage>
{
    // Logit of a patch that lies exactly on the embedding of its token, against about 0 for the others.
    private const double Sharpness = 12;
    private const int CalibrationPages = 16;
    private static readonly string[] Names = ["right", "right.glyph", "right.blank"];
    private readonly VisionLanguageModel _model;
    private readonly Tokenizer _tokenizer;
    private readonly FontLibrary _fonts;
    private readonly Tape _tape;
    private readonly PageBatch _batch = new();
    private readonly IndexBuffer _rows = new();
    private readonly IndexBuffer _labels = new();
    private readonly Dictionary<char, int> _tokens = [];
    private readonly int _blank;
    private Tensor? _targets;

    public ProjectorLabelsStage(StageContext context)
        : base(context)
    {
        var recipe = context.Recipe;
        _fonts = PageMaker.FindFonts(context.Stage.Name);
        _tokenizer = MiniTokenizer.Prepare(recipe.Tokenizer, SequenceStage.TokenizerDirectory(context.RunDirectory), (ulong)recipe.Seed).Tokenizer;
        _model = ModelBuilder.Create(context.Backend, ModelBuilder.Configure(recipe.Model, SequenceStage.Vocabulary(_tokenizer), _tokenizer), recipe.Seed);
        _tape = new Tape(context.Backend, recording: true);
        _blank = Token(' ') ?? throw new InvalidDataException("the tokenizer has no token for a blank");
        Parameters = [.. ModelBuilder.Parameters(_model, ModelModule.Encoder, ModelModule.Projector, ModelModule.Newline, ModelModule.Decoder)];
    }

    public override IReadOnlyList<TrainingParameter> Parameters { get; }

    public override IReadOnlyList<string> MeterNames => Names;

    public override int Levels => PageCurriculum.Levels;

    public override void StartAtRandom(IReadOnlyCollection<string> modules)
    {
        if (!modules.Contains("projector"))
            return;
        using var maker = Maker("calibration");
        Answers.ProjectorCalibration.Apply(_model, _tape, Enumerable.Range(0, CalibrationPages).Select(index => Features([Draw(maker, index, Levels - 1)])));
    }

    public override void Evaluate(int samples, int level, StepReport report)
    {
        using var maker = Maker("evaluation");
        double loss = 0, weight = 0;
        _tape.Recording = false;
        try
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
        }
        finally
        {
            _tape.Reset();
            _tape.Recording = true;
        }

        report.Samples = samples;
        report.Loss = weight > 0 ? loss / weight : double.NaN;
        Finish(report);
    }

    public override string Sheet(int samples, int level, string title) => throw new NotSupportedException("a stage on labels of the projector shows no sheet; set every.sheet to 0");

    protected override LabelledPage CreateSample() => new(Context.Recipe.Model.Encoder.Tile, Context.Recipe.Model.Encoder.Patch);

    protected override ISampleMaker<LabelledPage> CreateMaker() => Maker("pages");

    protected override int Tokens(LabelledPage sample) => sample.Patches;

    protected override double Weight(LabelledPage sample)
    {
        var count = 0;
        for (var patch = 0; patch < sample.Patches; patch++)
            if (Label(sample, patch) is not null)
                count++;
        return count;
    }

    protected override void Accumulate(List<LabelledPage> part, double stepWeight, StepReport report)
    {
        _rows.Clear();
        _labels.Clear();
        for (var page = 0; page < part.Count; page++)
        {
            for (var patch = 0; patch < part[page].Patches; patch++)
            {
                if (Label(part[page], patch) is not { } label)
                    continue;
                _rows.Add((page * part[page].Patches) + patch);
                _labels.Add(label);
            }
        }

        if (_rows.Count == 0)
            return;
        var projected = _model.Projector.Forward(_tape, Features(part));
        var logits = Linear.Apply(_tape, Rows.Gather(_tape, projected, _rows), Targets());
        Measure(report, logits);
        Losses.CrossEntropy(_tape, logits, _labels, (float)(1 / stepWeight), out var losses);
        double sum = 0;
        foreach (var loss in losses.Span)
            sum += loss;
        report.Loss += sum / stepWeight;
        var patches = (double)part.Count * part[0].Patches;
        report.Operations += (Operations.Encoder(_model.Config, part.Count) * (Context.Stage.Modules.ContainsKey("encoder") ? 3 : 1))
            + (3 * Operations.Projector(_model.Config, patches)) + (2 * Operations.Head(_model.Config, _rows.Count));
        if (_tape.Recording)
            _tape.Backward();
        _tape.Reset();
    }

    protected override void Finish(StepReport report) => report.Accuracy = report.Meters.Mean(1) ?? 0;

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (!disposing)
            return;
        _targets?.Dispose();
        _batch.Dispose();
        _rows.Dispose();
        _labels.Dispose();
        _tape.Dispose();
        _model.Dispose();
    }

    private PageMaker Maker(string purpose) => new(_fonts, Context.SeedFor(purpose));

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

    /// <summary>[vocabulary, decoder width]: the embedding, scaled so that a patch that equals a row scores <see cref="Sharpness"/>. It is read when the first step runs, after the decoder was loaded.</summary>
    private Tensor Targets()
    {
        if (_targets is not null)
            return _targets;
        var embedding = _model.Decoder.Embedding;
        double squares = 0;
        foreach (var value in embedding.Span)
            squares += (double)value * value;
        var scale = (float)(Sharpness * embedding.Rows / squares);
        _targets = new Tensor(Context.Backend, embedding.Rows, embedding.Columns);
        for (var i = 0; i < embedding.Span.Length; i++)
            _targets.Span[i] = embedding.Span[i] * scale;
        return _targets;
    }

    /// <summary>The token that a patch shows; null where nothing is asked: objects, and characters without a token.</summary>
    private int? Label(LabelledPage page, int patch)
    {
        if (page.ObjectClass[patch] != 0)
            return null;
        var character = DenseLabels.Decode(page.Initial[patch], page.Medial[patch], page.Final[patch]);
        return character == '�' ? null : Token(character);
    }

    private int? Token(char character)
    {
        if (!_tokens.TryGetValue(character, out var token))
        {
            List<int> ids = [];
            _tokenizer.Encode(character.ToString(), ids, allowSpecial: false);
            _tokens[character] = token = ids.Count == 1 ? ids[0] : -1;
        }

        return token < 0 ? null : token;
    }

    private void Measure(StepReport report, Tensor logits)
    {
        for (var i = 0; i < _labels.Count; i++)
        {
            var right = Greedy.Choose(logits.Row(i)) == _labels[i] ? 1 : 0;
            report.Meters.Add(0, right, 1);
            report.Meters.Add(_labels[i] == _blank ? 2 : 1, right, 1);
        }
    }
}
