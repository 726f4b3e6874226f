using Nunchi.Chat;
using Nunchi.Data.Scenes;
using Nunchi.Grounding;

namespace Nunchi.Data.Tasks;

/// <summary>A conversation to learn from or to be measured with: messages with their pictures, and what each answer must hold.</summary>
/// <param name="Id">Unique within a series: "seed-index".</param>
/// <param name="Split">Training or held out.</param>
/// <param name="Messages">User and assistant in turn; pictures lie in the user's messages before the text.</param>
/// <param name="Turns">One entry for each assistant message, in order.</param>
/// <param name="Pictures">The pictures in order of appearance with their records; empty for text alone.</param>
public sealed record TrainingSample(
    string Id, SceneSplit Split, IReadOnlyList<Message> Messages, IReadOnlyList<TurnTruth> Turns, IReadOnlyList<RenderedScene> Pictures);

/// <summary>What is true about one question, for measuring an answer that was worded differently.</summary>
public sealed record TurnTruth
{
    /// <summary>What the question asks of the model.</summary>
    public required TaskKind Task { get; init; }

    /// <summary>Finer name of the question, such as "station_name" or "yesno_colour".</summary>
    public required string Question { get; init; }

    /// <summary>Kind of the picture, or "text".</summary>
    public required string Group { get; init; }

    /// <summary>"ko" or "en".</summary>
    public required string Language { get; init; }

    /// <summary>The whole expected text, for reading; null otherwise.</summary>
    public string? Text { get; init; }

    /// <summary>Short forms of which a right answer holds at least one: "판교", "Pangyo"; empty where none can be told.</summary>
    public IReadOnlyList<string> Accept { get; init; } = [];

    /// <summary>The answer as a class: "yes", "no", "yellow", "3", "left"; null where there is none.</summary>
    public string? Label { get; init; }

    /// <summary>Phrases or texts with the boxes that belong to them.</summary>
    public IReadOnlyList<TruthBoxes> Boxes { get; init; } = [];

    /// <summary>Boxes of what is to be looked at before anything is said: what the question is about or, where it asks for what is not there, what could be taken for it; empty where there is no such thing.</summary>
    public IReadOnlyList<BoundingBox> About { get; init; } = [];

    /// <summary>Height in pixels of the text that the question is about (the smallest, for whole pictures); null where it is about none.</summary>
    public float? TextHeight { get; init; }
}

/// <summary>A phrase or text and where it is.</summary>
/// <param name="Phrase">Phrase or text.</param>
/// <param name="Kind">"obj" or "char".</param>
/// <param name="Boxes">Exact boxes, as fractions of the picture, not yet on the grid; none when the phrase asks for something that is not there.</param>
public sealed record TruthBoxes(string Phrase, string Kind, IReadOnlyList<BoundingBox> Boxes);
