using Nunchi.Data.Scenes;
using Nunchi.Grounding;

namespace Nunchi.Data.Tasks;

/// <summary>A picture about which a question is made, and how it is to be worded.</summary>
internal sealed class AskContext(Scene scene, SceneRandom random, bool korean)
{
    public Scene Scene { get; } = scene;

    public SceneRandom Random { get; } = random;

    /// <summary>Korean or English.</summary>
    public bool Korean { get; } = korean;

    public string Language => Korean ? "ko" : "en";

    /// <summary>See <see cref="TaskMixture.SeveralThings"/>.</summary>
    public double SeveralThings { get; init; }

    /// <summary>See <see cref="TaskMixture.AlikeAbsent"/>.</summary>
    public double AlikeAbsent { get; init; }

    /// <summary>What was asked last, so that a pronoun can stand for it.</summary>
    public Turn? Last { get; set; }

    public IReadOnlyList<ThingGroup> Groups { get; } = ThingGroup.Of(scene);

    /// <summary>The same from left to right: the order in which answers list them, since a picture does not tell in which order it was drawn.</summary>
    public IReadOnlyList<ThingGroup> FromLeft => field ??= [.. Groups.OrderBy(group => group.Members[0].Box.CentreX)];

    /// <summary>See <see cref="ThingGroup.ByPlace"/>.</summary>
    public IReadOnlyList<(Spot Spot, IReadOnlyList<ThingGroup> Groups)> ByPlace => field ??= ThingGroup.ByPlace(Scene);

    /// <summary>Texts that can be read.</summary>
    public IReadOnlyList<SceneText> Readable { get; } = [.. scene.Texts.Where(t => t.Legible)];

    /// <summary>One of several wordings in the language of the conversation.</summary>
    public string Say(string[] korean, string[] english) => Random.Pick(Korean ? korean : english);

    /// <summary>One of several wordings, filled.</summary>
    public string Say(string[] korean, string[] english, params ReadOnlySpan<string> words) => Phrase.Fill(Say(korean, english), words);

    public TurnTruth Truth(TaskKind task, string question) => new() { Task = task, Question = question, Group = Scene.Kind.ToString().ToLowerInvariant(), Language = Language };
}

/// <summary>A question with its answer.</summary>
internal sealed record Turn(string Question, string Answer, TurnTruth Truth)
{
    /// <summary>The things the question was about, for which a pronoun can stand; null when it was about none.</summary>
    public ThingGroup? Subject { get; init; }

    /// <summary>See <see cref="TurnTruth.About"/>.</summary>
    public IReadOnlyList<BoundingBox> About { get => field ?? Subject?.Boxes ?? []; init; }
}
