using Nunchi.Chat;
using Nunchi.Data.Scenes;

namespace Nunchi.Data.Tasks;

/// <summary>Makes conversations by number: the same seed and index give the same sample, from any thread, in any order. It keeps no state.</summary>
public sealed class SampleSource
{
    private readonly SceneSampler _scenes;
    private readonly TaskKind[] _kinds;

    /// <summary>A source of samples.</summary>
    /// <param name="assets">Fonts and things.</param>
    /// <param name="split">What samples may be made of.</param>
    /// <param name="mixture">What they are; null for everything.</param>
    /// <exception cref="ArgumentException">A number of the mixture is out of range.</exception>
    public SampleSource(SceneAssets assets, SceneSplit split, TaskMixture? mixture = null)
    {
        Mixture = (mixture ?? TaskMixture.All).Validate();
        _scenes = new SceneSampler(assets, split, Mixture.Pictures, Mixture.Scenes);
        _kinds = [.. Mixture.Tasks.Where(t => t.Value > 0).Select(t => t.Key).Order()];
    }

    /// <summary>What the samples are.</summary>
    public TaskMixture Mixture { get; }

    /// <summary>What the pictures are made of.</summary>
    public SceneSplit Split => _scenes.Split;

    /// <summary>Makes one sample.</summary>
    /// <param name="seed">The seed of the series.</param>
    /// <param name="index">Which sample of the series.</param>
    public TrainingSample Draw(ulong seed, ulong index) => DrawSeveral(seed, index, 1)[0];

    /// <summary>Makes several conversations about one picture, each of which knows nothing of the others; the first is that of <see cref="Draw"/>.</summary>
    /// <param name="seed">The seed of the series.</param>
    /// <param name="index">Which picture of the series.</param>
    /// <param name="most">How many, at least 1. Samples of several pictures or none come alone, and questions that came before are not asked again.</param>
    public IReadOnlyList<TrainingSample> DrawSeveral(ulong seed, ulong index, int most)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        var random = new SceneRandom(seed, ~index);
        bool korean = !random.Chance(Mixture.English);
        double share = random.Unit();
        if (share < Mixture.TextOnly)
            return [TextTasks.Sample(Id(seed, index), Split, random, korean, Mixture.MaxTurns, Mixture.OnlyFacts)];
        if (share < Mixture.TextOnly + Mixture.SeveralImages)
            return [SeveralImageTasks.Sample(Id(seed, index), _scenes, random, korean)];
        for (ulong attempt = 0; attempt < 16; attempt++)
        {
            // A picture that allows none of the wanted questions is drawn anew, still a function of seed and index alone.
            RenderedScene picture = _scenes.Draw(attempt == 0 ? seed : random.NextBits(), index);
            List<Turn> turns = Converse(picture.Scene, random, korean);
            if (turns.Count == 0)
                continue;
            List<TrainingSample> samples = [Assemble(Id(seed, index), Split, [picture], turns)];
            var asked = new HashSet<string>(StringComparer.Ordinal) { turns[0].Question };
            for (int conversation = 1; conversation < most; conversation++)
            {
                turns = Converse(picture.Scene, random, !random.Chance(Mixture.English));
                if (turns.Count > 0 && asked.Add(turns[0].Question))
                    samples.Add(Assemble($"{Id(seed, index)}-{conversation}", Split, [picture], turns));
            }
            return samples;
        }
        throw new InvalidOperationException($"Sample {index} of seed {seed}: none of 16 pictures allowed any of the questions {string.Join(", ", _kinds)}. Widen the mixture's tasks or scenes.");
    }

    /// <summary>Questions about a record that was drawn before, as a conversation.</summary>
    /// <param name="picture">A picture with its record.</param>
    /// <param name="seed">Chooses the questions.</param>
    /// <param name="id">Name of the sample.</param>
    /// <returns>The sample, or null when the picture allows none of the mixture's questions.</returns>
    public TrainingSample? Ask(RenderedScene picture, ulong seed, string id)
    {
        ArgumentNullException.ThrowIfNull(picture);
        var random = new SceneRandom(seed, ~picture.Scene.Index);
        List<Turn> turns = Converse(picture.Scene, random, !random.Chance(Mixture.English));
        return turns.Count == 0 ? null : Assemble(id, Split, [picture], turns);
    }

    internal static string Id(ulong seed, ulong index) => $"{seed}-{index}";

    internal static TrainingSample Assemble(string id, SceneSplit split, IReadOnlyList<RenderedScene> pictures, IReadOnlyList<Turn> turns)
    {
        var messages = new List<Message>(2 * turns.Count);
        for (int i = 0; i < turns.Count; i++)
        {
            List<ContentPart> parts = i == 0 ? [.. pictures.Select(p => new ImagePart(p.Image))] : [];
            if (turns[i].Question.Length > 0)
                parts.Add(new TextPart(turns[i].Question));
            messages.Add(new Message(Role.User, parts));
            messages.Add(new Message(Role.Assistant, turns[i].Answer));
        }
        return new TrainingSample(id, split, messages, [.. turns.Select(t => t.Truth with { About = t.About })], pictures);
    }

    private List<Turn> Converse(Scene scene, SceneRandom random, bool korean)
    {
        var ask = new AskContext(scene, random, korean) { SeveralThings = Mixture.SeveralThings, AlikeAbsent = Mixture.AlikeAbsent };
        double[] weights = [.. _kinds.Select(kind => Mixture.Tasks[kind])];
        var turns = new List<Turn>();
        int wanted = random.Between(1, Mixture.MaxTurns);
        while (turns.Count < wanted)
        {
            Turn? turn = random.Chance(0.35) ? FollowUpTasks.Ask(ask) : null;
            if (turn is null || !Wanted(turn))
            {
                if (!weights.Any(w => w > 0))
                    break;
                int chosen = random.Weighted(weights);
                turn = TaskCatalogue.Makers[_kinds[chosen]](ask);
                weights[chosen] *= turn is null ? 0.25 : 0.4;
                if (weights[chosen] < 1e-3 * Mixture.Tasks[_kinds[chosen]])
                    weights[chosen] = 0;
                if (turn is null)
                    continue;
            }

            // Only a picture that comes without a word asks for a caption by itself.
            if ((turn.Question.Length == 0 && turns.Count > 0) || turns.Any(t => Repeats(t, turn)))
                continue;
            turns.Add(turn);
            ask.Last = turn;
        }
        return turns;
    }

    private static bool Repeats(Turn before, Turn now) =>
        before.Question == now.Question || before.Answer == now.Answer
        || (before.Truth.Question == now.Truth.Question && (now.Truth.Task is TaskKind.Read or TaskKind.Caption or TaskKind.GroundedCaption || (now.Subject is not null && ReferenceEquals(before.Subject, now.Subject))));

    private bool Wanted(Turn turn) => Mixture.Tasks.TryGetValue(turn.Truth.Task, out double weight) && weight > 0;
}
