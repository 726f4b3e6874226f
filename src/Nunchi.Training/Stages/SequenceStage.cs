using System.Runtime.InteropServices;
using Nunchi.Models;
using Nunchi.Tensors;
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
    private readonly AnswerPass _pass;
    private readonly PatchVectors? _symbols;
    private readonly PatchVectors? _places;
    private readonly Tape _tape;
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
        _tape = new Tape(context.Backend, recording: true);
        _symbols = context.Stage.Kind == StageKind.Symbols ? new PatchVectors(Model, new PatchThings(Prompts.Tokenizer)) : null;
        var boxes = (context.Stage.Data as AnswerData)?.Boxes ?? new BoxRecipe(0);
        _places = _symbols is null && boxes.Weight > 0 ? new PatchVectors(Model, new PatchThings(Prompts.Tokenizer), boxes.Share) : null;
        _pass = new AnswerPass(Model, _symbols, _places) { BoxWeight = boxes.Weight };
        _tasks = tasks;
        _meters = ["right", .. tasks.Select(task => $"loss.{task}"), .. tasks.Select(task => $"right.{task}"), "error.side"];
    }

    public sealed override IReadOnlyList<TrainingParameter> Parameters { get; }

    public sealed override IReadOnlyList<string> MeterNames => _meters;

    protected VisionLanguageModel Model { get; }

    protected PromptBuilder Prompts { get; }

    /// <summary>Longest sample in tokens.</summary>
    protected int Longest { get; }

    protected Tape Tape => _tape;

    /// <summary>What patches can show, where samples tell it: in a stage on symbols, and where boxes have a loss of their own; null elsewhere.</summary>
    protected PatchThings? Known => (_symbols ?? _places)?.Known;

    /// <summary>What pictures are made of in a stage on symbols; null in every other.</summary>
    protected PatchVectors? Symbols => _symbols;

    /// <summary>Rows of the embedding for a tokenizer: its ids, rounded up.</summary>
    public static int Vocabulary(Tokenizer tokenizer) => (tokenizer.VocabularySize + VocabularyStep - 1) / VocabularyStep * VocabularyStep;

    public static string TokenizerDirectory(string runDirectory) => Path.Combine(runDirectory, "tokenizer");

    public sealed override void Evaluate(int samples, int level, StepReport report)
    {
        using var maker = (IDisposable)CreateMaker("evaluation");
        double loss = 0, weight = 0;
        _tape.WithoutRecording(() =>
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

    protected sealed override ISampleMaker<SequenceSample> CreateMaker() => CreateMaker("samples");

    /// <summary>A maker whose series is named by its purpose; it is disposable.</summary>
    protected abstract ISampleMaker<SequenceSample> CreateMaker(string purpose);

    protected sealed override SequenceSample CreateSample() => new();

    protected sealed override int Tokens(SequenceSample sample) => sample.Ids.Count;

    protected sealed override bool MustDrop(SequenceSample sample) => sample.IsTooLong || sample.Labelled == 0;

    protected sealed override double Weight(SequenceSample sample) => sample.Labelled;

    protected sealed override void Accumulate(List<SequenceSample> part, double stepWeight, StepReport report)
    {
        _pass.Clear();
        foreach (var sample in part)
            _pass.Add(CollectionsMarshal.AsSpan(sample.Ids), CollectionsMarshal.AsSpan(sample.Labels), sample.Images, sample.Shown, sample.Shared, CollectionsMarshal.AsSpan(sample.Branches));
        report.Loss += _pass.Run(_tape, 1 / stepWeight) / stepWeight;
        report.Operations += _pass.ForwardOperations + BackwardOperations(_pass);
        if (_pass.SideError is { } error)
            report.Meters.Add(1 + (2 * _tasks.Count), error, 1);
        var at = 0;
        foreach (var sample in part)
        {
            for (var i = 1; i < sample.Ids.Count; i++)
            {
                if (sample.Labels[i] < 0)
                    continue;
                var right = _pass.Right[at] ? 1 : 0;
                if (IsAnswer(sample.Tasks[i]))
                    report.Meters.Add(0, right, 1);
                report.Meters.Add(1 + sample.Tasks[i], _pass.Losses[at], 1);
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
        _pass.Dispose();
        _symbols?.Dispose();
        _places?.Dispose();
        _tape.Dispose();
        Model.Dispose();
    }

    // A module that learns costs twice its forward again; a frozen one that gradients cross costs it once; a frozen encoder nothing.
    private double BackwardOperations(AnswerPass pass)
    {
        var rates = Context.Stage.Modules;
        double Factor(string module, bool crossed) => rates.ContainsKey(module) ? 2 : crossed ? 1 : 0;
        return (Factor("encoder", false) * pass.EncoderOperations) + (Factor("projector", rates.ContainsKey("encoder")) * pass.ProjectorOperations) + (Factor("decoder", true) * pass.DecoderOperations);
    }
}
