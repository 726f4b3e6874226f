using Nunchi.Chat;
using Nunchi.Data.Scenes;
using Nunchi.Data.Tasks;

namespace Nunchi.Evaluation.Suites;

/// <summary>A kind of item of a suite: which pictures and questions it has, and how they are asked.</summary>
internal sealed class Slot
{
    private const int Attempts = 400, QuestionsOfAPicture = 8;

    /// <summary>Another attempt's pictures have nothing to do with those of the series next to it.</summary>
    private const ulong AttemptStep = 0xD1B54A32D192ED03UL;

    /// <summary>How many of a round of items are of this kind.</summary>
    public required int Weight { get; init; }

    public required IReadOnlyList<SceneKind> Scenes { get; init; }

    /// <summary>What is asked, each as often as in training, where the picture allows it.</summary>
    public IReadOnlyList<TaskKind> Tasks { get; init; } = [];

    public double English { get; init; } = 0.2;

    public int MaxTurns { get; init; } = 1;

    public bool SeveralImages { get; init; }

    /// <summary>Which samples are taken; others are drawn anew.</summary>
    public Func<TrainingSample, bool> Fits { get; init; } = _ => true;

    /// <summary>The first question as the model is asked; null asks what the sample asks.</summary>
    public Func<TrainingSample, Message>? Ask { get; init; }

    public SampleSource Source(SceneAssets assets, SceneSplit split, SceneOptions? pictures) => new(assets, split, new TaskMixture
    {
        Scenes = Scenes.ToDictionary(kind => kind, _ => 1.0),
        Tasks = Tasks.ToDictionary(task => task, task => TaskMixture.DefaultTasks[task]),
        MaxTurns = MaxTurns,
        English = English,
        SeveralImages = SeveralImages ? 1 : 0,
        TextOnly = 0,
        Pictures = pictures ?? new SceneOptions(),
    });

    public EvaluationItem Draw(SampleSource source, ulong seed, int index)
    {
        TrainingSample? sample = null;
        for (ulong attempt = 0; attempt < Attempts; attempt++)
        {
            ulong series = unchecked(seed + (attempt * AttemptStep));
            // Another question about the same picture costs nothing; a few times, then another picture.
            sample = attempt % QuestionsOfAPicture == 0 || sample is not { Pictures: [var picture] }
                ? source.Draw(series, (ulong)index)
                : source.Ask(picture, series, sample.Id) ?? sample;
            if (Fits(sample))
                return Item(sample, index);
        }
        throw new InvalidOperationException($"Item {index}: none of {Attempts} drawn samples of {string.Join(", ", Scenes)} fits. Are fonts or emoji missing?");
    }

    private EvaluationItem Item(TrainingSample sample, int index) => new(index, [.. sample.Pictures.Select(picture => picture.Image)], [.. sample.Pictures.Select(picture => picture.Scene)], [.. sample.Turns.Select((truth, turn) => new EvaluationQuestion(
        turn == 0 && Ask is not null ? Ask(sample) : QuestionForm.Of(sample.Messages[2 * turn]),
        string.Concat(sample.Messages[(2 * turn) + 1].Parts.OfType<TextPart>().Select(part => part.Text)),
        truth))]);
}
