using Nunchi.Checkpoints;
using Nunchi.Data.Scenes;
using Nunchi.Data.Sheets;
using Nunchi.Data.Tasks;
using Nunchi.Images;
using Nunchi.Models;
using Nunchi.Training.Pipelines;
using Nunchi.Training.Recipes;
using Nunchi.Training.Runs;
using Nunchi.Training.Sheets;
using Nunchi.Training.Stages.Patches;
using Nunchi.Training.Vocabularies;

namespace Nunchi.Training.Stages.Answers;

/// <summary>Trains on pictures and answers: the projector alone between frozen parts, or whatever is not frozen.</summary>
internal sealed class AnswerStage : SequenceStage
{
    private const int CalibrationSamples = 24;

    // Of several conversations about one picture a sheet shows so many.
    private const int ShownConversations = 2;
    private static readonly string[] TaskNames = [.. Enum.GetNames<TaskKind>().Select(name => name.ToLowerInvariant()), "picture", "drill"];
    private readonly ImageProcessor _images;
    private readonly IReadOnlyList<IReadOnlyList<WeightedSource>> _levels;

    public AnswerStage(StageContext context)
        : base(context, TaskNames, ((AnswerData)context.Stage.Data).MaxTokens, Modules(context.Stage.Kind))
    {
        _images = new ImageProcessor(ModelBuilder.Images(Model.Config, context.Recipe.Model), Model.Config.Vision.PatchSize);
        _levels = Sources((AnswerData)context.Stage.Data, FindAssets(context.Stage.Name));
    }

    public override int Levels => _levels.Count;

    public override void StartAtRandom(IReadOnlyCollection<string> modules)
    {
        if (modules.Contains("decoder"))
            ComposedEmbedding.Apply(Model, Prompts.Tokenizer, Context.SeedFor("syllables"));
        if (!modules.Contains("projector"))
            return;
        using var maker = Maker("calibration");
        ProjectorCalibration.Apply(Model, Tape, Enumerable.Range(0, CalibrationSamples).Select(index =>
        {
            var sample = new SequenceSample();
            maker.Make(index, _levels.Count - 1, sample);
            return sample.Images;
        }).OfType<ProcessedImages>());
    }

    public override string Sheet(int samples, int level, string title)
    {
        using var maker = Maker("sheet", keepSource: true);
        using var answers = new GreedyAnswers(Model, Prompts, Tape, Symbols);
        var sheet = new SheetWriter(title);
        var sample = new SequenceSample();
        for (var index = 0; index < samples; index++)
        {
            maker.Make(index, level, sample);
            if (sample.IsTooLong)
                continue;
            foreach (var source in sample.Sources.Take(ShownConversations))
            {
                List<string> given = [.. source.Turns.Select((_, turn) => answers.Answer([.. source.Messages.Take((2 * turn) + 1)], sample.Images, sample.Shown))];
                sheet.Add(AnswerFigure.Draw(source, given));
            }
        }

        return sheet.Finish();
    }

    /// <summary>Writes the model as a directory that inference and transformers load; a stage on symbols has no whole model.</summary>
    public override void Export(string directory)
    {
        if (Symbols is null)
            CheckpointWriter.Write(directory, Model, _images.Config, CheckpointWriter.CopyTextFiles(TokenizerDirectory(Context.RunDirectory)),
                generation: Context.Recipe.Model.Generation);
    }

    protected override ISampleMaker<SequenceSample> CreateMaker(string purpose) => Maker(purpose, slips: purpose == Samples);

    protected override bool IsAnswer(int task) => task != AnswerMaker.PictureTask && task != AnswerMaker.DrillTask;

    private static ModelModule[] Modules(StageKind kind) =>
        kind == StageKind.Symbols ? [ModelModule.Decoder] : [ModelModule.Encoder, ModelModule.Projector, ModelModule.Newline, ModelModule.Decoder];

    private AnswerMaker Maker(string purpose, bool keepSource = false, bool slips = false)
    {
        var data = (AnswerData)Context.Stage.Data;
        return new AnswerMaker(Prompts, _images, _levels, Longest, Context.SeedFor(purpose), data.Conversations)
        {
            KeepSource = keepSource,
            Symbols = Known is null ? null : new PatchSymbols(Known, Model.Config.Vision.ImageSize, Model.Config.Vision.PatchSize, data.Mistakes, data.Noise),
            Looks = Attention is null || keepSource ? null : new AnswerLooks(Prompts.Tokenizer),
            Slips = slips && data.Slips > 0 ? new AnswerSlips(Prompts.Tokenizer, data.Slips) : null,
            LabelsPictures = Symbols is not null,
            Drills = Symbols is null || data.Drills == 0 || keepSource ? null : new DrillMaker(Symbols.Known, Prompts.Tokenizer, Model.Config.ImageTokenId, data.Mistakes, data.Noise),
            DrillShare = data.Drills,
        };
    }

    internal static SceneAssets FindAssets(string stage)
    {
        try
        {
            return SceneAssets.Find();
        }
        catch (FileNotFoundException error)
        {
            throw new TrainingException($"stage '{stage}' draws pictures with Korean fonts: {error.Message}", error);
        }
    }

    private static IReadOnlyList<IReadOnlyList<WeightedSource>> Sources(AnswerData data, SceneAssets assets)
    {
        var known = new Dictionary<string, SampleSource>(StringComparer.Ordinal);
        foreach (var mixture in data.Levels.SelectMany(level => level.Keys).Distinct())
            known[mixture] = new SampleSource(assets, SceneSplit.Training, AnswerData.Mixtures[mixture].Tasks);
        return [.. data.Levels.Select(level => (IReadOnlyList<WeightedSource>)[.. level.Where(share => share.Value > 0).Select(share => Source(share.Key, share.Value))])];

        WeightedSource Source(string mixture, double weight) => new(known[mixture], weight, AnswerData.Mixtures[mixture].View, AnswerData.Mixtures[mixture].Density);
    }
}
