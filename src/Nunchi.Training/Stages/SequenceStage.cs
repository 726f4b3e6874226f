using Nunchi.Models;
using Nunchi.Tensors;
using Nunchi.Tensors.Backends;
using Nunchi.Text;
using Nunchi.Training.Pipelines;
using Nunchi.Training.Recipes;
using Nunchi.Training.Stages.Patches;
using Nunchi.Training.Vocabularies;

namespace Nunchi.Training.Stages;

/// <summary>A stage whose samples are token sequences, packed below each other so that none sees another. The loss is the mean over labelled tokens of a step.</summary>
internal abstract class SequenceStage : Stage<SequenceSample>
{
    private const int VocabularyStep = 64;
    private readonly Lane _whole;
    private readonly Lane[] _lanes;
    private readonly string[] _meters;
    private readonly IReadOnlyList<string> _tasks;

    protected SequenceStage(StageContext context, IReadOnlyList<string> tasks, int longest, params ModelModule[] modules)
        : base(context)
    {
        var recipe = context.Recipe;
        Longest = Math.Min(longest, recipe.Model.Decoder.MaxPositions);
        Prompts = MiniTokenizer.Prepare(recipe.Tokenizer, TokenizerDirectory(context.RunDirectory), (ulong)recipe.Seed);
        Model = ModelBuilder.Create(context.Backend, ModelBuilder.Configure(recipe.Model, Vocabulary(Prompts.Tokenizer), Prompts.Tokenizer), recipe.Seed);
        Parameters = [.. ModelBuilder.Parameters(Model, modules)];
        _whole = Lane.Create(context, Model, Prompts.Tokenizer, context.Backend, gradients: null);
        _lanes = new Lane[context.Stage.Batch.Lanes > 1 ? context.Stage.Batch.Lanes : 0];
        for (var i = 0; i < _lanes.Length; i++)
        {
            var own = context.Backend.Threads == 1 ? null : context.CreateBackend(context.Backend.Threads);
            _lanes[i] = Lane.Create(context, Model, Prompts.Tokenizer, own ?? context.Backend, i == 0 ? null : new GradientSet(own ?? context.Backend)) with { OwnBackend = own };
        }

        _tasks = tasks;
        _meters = ["right", .. tasks.Select(task => $"loss.{task}"), .. tasks.Select(task => $"right.{task}"), "error.side", .. ThingLoss.Meters, .. Attention is { } attention ? AttentionSupervision.Meters(attention) : []];
    }

    public sealed override IReadOnlyList<TrainingParameter> Parameters { get; }

    public sealed override IReadOnlyList<string> MeterNames => _meters;

    protected VisionLanguageModel Model { get; }

    protected PromptBuilder Prompts { get; }

    /// <summary>Longest sample in tokens.</summary>
    protected int Longest { get; }

    protected Tape Tape => _whole.Tape;

    /// <summary>A loss on where tokens of answers look; null without.</summary>
    protected AttentionRecipe? Attention => (Context.Stage.Data as AnswerData)?.Attention;

    /// <summary>What patches can show, where samples tell it: in a stage on symbols, and where boxes have a loss of their own; null elsewhere.</summary>
    protected PatchThings? Known => (_whole.Symbols ?? _whole.Places)?.Known;

    /// <summary>What pictures are made of in a stage on symbols; null in every other.</summary>
    protected PatchVectors? Symbols => _whole.Symbols;

    /// <summary>Rows of the embedding for a tokenizer: its ids, rounded up.</summary>
    public static int Vocabulary(Tokenizer tokenizer) => (tokenizer.VocabularySize + VocabularyStep - 1) / VocabularyStep * VocabularyStep;

    public static string TokenizerDirectory(string runDirectory) => Path.Combine(runDirectory, "tokenizer");

    public sealed override void AddGlyphCodes() => ComposedEmbedding.AddGlyphs(Model, new PatchThings(Prompts.Tokenizer));

    public sealed override void Evaluate(int samples, int level, StepReport report)
    {
        using var maker = (IDisposable)CreateMaker("evaluation");
        double loss = 0, weight = 0;
        Tape.WithoutRecording(() =>
        {
            List<SequenceSample> part = [];
            for (var index = 0; index < samples; index++)
            {
                var sample = CreateSample();
                ((ISampleMaker<SequenceSample>)maker).Make(index, level, sample);
                if (sample.IsTooLong || sample.Labelled == 0)
                    continue;
                part.Clear();
                part.Add(sample);
                report.Loss = 0;
                Accumulate(part, sample.Labelled, report);
                loss += report.Loss * sample.Labelled;
                weight += sample.Labelled;
                report.Samples++;
            }
        });

        report.Loss = weight > 0 ? loss / weight : double.NaN;
        Finish(report);
    }

    protected sealed override ISampleMaker<SequenceSample> CreateMaker() => CreateMaker(Samples);

    /// <summary>The purpose of what is trained on.</summary>
    protected const string Samples = "samples";

    /// <summary>A maker whose series is named by its purpose; it is disposable.</summary>
    protected abstract ISampleMaker<SequenceSample> CreateMaker(string purpose);

    protected sealed override SequenceSample CreateSample() => new();

    protected sealed override int Tokens(SequenceSample sample) => sample.Ids.Count;

    protected sealed override bool MustDrop(SequenceSample sample) => sample.IsTooLong || sample.Labelled == 0;

    protected sealed override double Weight(SequenceSample sample) => sample.Labelled;

    // Lanes find the newline vector as it must be and leave it.
    protected sealed override void Prepare(IReadOnlyList<IReadOnlyList<SequenceSample>> parts) => Symbols?.SetNewline();

    protected sealed override void Accumulate(List<SequenceSample> part, double stepWeight, StepReport report) => Accumulate(_whole, part, stepWeight, report);

    protected sealed override void Accumulate(int lane, List<SequenceSample> part, double stepWeight, StepReport report) => Accumulate(_lanes[lane], part, stepWeight, report);

    protected sealed override void GiveThreads(int lane, int threads)
    {
        if (_lanes[lane].OwnBackend is { } backend)
            backend.ActiveThreads = threads;
    }

    protected sealed override void GatherLanes()
    {
        foreach (var lane in _lanes)
            lane.Gradients?.AddToParameters(Context.Backend);
    }

    private void Accumulate(Lane lane, List<SequenceSample> part, double stepWeight, StepReport report)
    {
        var pass = lane.Pass;
        if (lane.Tape.Recording && lane.Guesses is { } guesses)
            report.Operations += guesses.Write(part, pass, lane.Tape);
        pass.Clear();
        foreach (var sample in part)
            pass.Add(sample);
        report.Loss += pass.Run(lane.Tape, 1 / stepWeight) / stepWeight;
        report.Operations += pass.ForwardOperations + BackwardOperations(pass);
        if (pass.SideError is { } error)
            report.Meters.Add(1 + (2 * _tasks.Count), error, 1);
        if (pass.Images > 0)
            pass.Things?.Measure(report, 2 + (2 * _tasks.Count));
        pass.Looks?.Measure(report, 2 + (2 * _tasks.Count) + ThingLoss.Meters.Count);
        var at = 0;
        foreach (var sample in part)
        {
            for (var i = 1; i < sample.Ids.Count; i++)
            {
                if (sample.Labels[i] < 0)
                    continue;
                var right = pass.Right[at] ? 1 : 0;
                if (IsAnswer(sample.Tasks[i]))
                    report.Meters.Add(0, right, 1);
                report.Meters.Add(1 + sample.Tasks[i], pass.Losses[at], 1);
                report.Meters.Add(1 + _tasks.Count + sample.Tasks[i], right, 1);
                at++;
            }
        }
    }

    /// <summary>Whether labels of a task count for the accuracy that the curriculum follows.</summary>
    protected virtual bool IsAnswer(int task) => true;

    protected sealed override void Finish(StepReport report) => report.Accuracy = report.Meters.Mean(0) ?? 0;

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (!disposing)
            return;
        _whole.Dispose();
        foreach (var lane in _lanes)
            lane.Dispose();
        Model.Dispose();
    }

    // A module that learns costs twice its forward again; a frozen one that gradients cross costs it once; a frozen encoder nothing.
    private double BackwardOperations(AnswerPass pass)
    {
        var rates = Context.Stage.Modules;
        double Factor(string module, bool crossed) => rates.ContainsKey(module) ? 2 : crossed ? 1 : 0;
        return (Factor("encoder", false) * pass.EncoderOperations) + (Factor("projector", rates.ContainsKey("encoder")) * pass.ProjectorOperations) + (Factor("decoder", true) * pass.DecoderOperations);
    }

    /// <summary>What one thread of work needs to run passes over the shared model.</summary>
    /// <param name="Tape">Runs and records.</param>
    /// <param name="Pass">Puts sequences together.</param>
    /// <param name="Symbols">What pictures are made of; null for an encoder's features.</param>
    /// <param name="Places">What patches are to show, for losses of their own; null without.</param>
    /// <param name="Gradients">Where gradients go; null for the parameters' own.</param>
    private sealed record Lane(Tape Tape, AnswerPass Pass, PatchVectors? Symbols, PatchVectors? Places, GradientSet? Gradients) : IDisposable
    {
        /// <summary>Writes the model's own guesses into answers before they are learned from; null without.</summary>
        public OwnGuesses? Guesses { get; init; }

        /// <summary>A backend to dispose with it.</summary>
        public ComputeBackend? OwnBackend { get; init; }

        public static Lane Create(StageContext context, VisionLanguageModel model, Tokenizer tokenizer, ComputeBackend backend, GradientSet? gradients)
        {
            var symbols = context.Stage.Kind == StageKind.Symbols ? new PatchVectors(model, new PatchThings(tokenizer)) : null;
            var answers = context.Stage.Data as AnswerData;
            var boxes = answers?.Boxes ?? new BoxRecipe(0);
            var patches = answers?.Patches ?? new PatchRecipe(0, 0, 0);
            var places = symbols is null && boxes.Weight + patches.Things + patches.Colours + patches.Grounds > 0 ? new PatchVectors(model, new PatchThings(tokenizer), boxes.Share) : null;
            var pass = new AnswerPass(model, symbols, places) { BoxWeight = boxes.Weight, ThingWeight = patches.Things, ColourWeight = patches.Colours, GroundWeight = patches.Grounds, Looks = answers?.Attention is { } attention ? new AttentionSupervision(attention) : null };
            return new Lane(new Tape(backend, recording: true, gradients), pass, symbols, places, gradients) { Guesses = answers is { Guesses: > 0 and var share } ? new OwnGuesses(tokenizer, share) : null };
        }

        public void Dispose()
        {
            Pass.Dispose();
            Symbols?.Dispose();
            Places?.Dispose();
            Gradients?.Dispose();
            Tape.Dispose();
            OwnBackend?.Dispose();
        }
    }
}
