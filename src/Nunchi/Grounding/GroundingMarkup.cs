using Nunchi.Chat;

namespace Nunchi.Grounding;

/// <summary>The tags that tie phrases to regions, as VARCO-VISION writes them.</summary>
public static class GroundingMarkup
{
    /// <summary>Opens an object phrase.</summary>
    public const string ObjectOpen = "<obj>";

    /// <summary>Closes an object phrase.</summary>
    public const string ObjectClose = "</obj>";

    /// <summary>Opens a piece of text that stands in the picture.</summary>
    public const string TextOpen = "<char>";

    /// <summary>Closes a piece of text.</summary>
    public const string TextClose = "</char>";

    /// <summary>Opens the boxes of the phrase before it.</summary>
    public const string BoxOpen = "<bbox>";

    /// <summary>Closes the boxes.</summary>
    public const string BoxClose = "</bbox>";

    /// <summary>Stands between two boxes of one phrase.</summary>
    public const string Delimiter = "<delim>";

    /// <summary>Asks for an answer with boxes.</summary>
    public const string AskForBoxes = "<gro>";

    /// <summary>Asks for all text with boxes.</summary>
    public const string AskForTexts = "<ocr>";

    internal static readonly string[] All =
        [ObjectOpen, ObjectClose, TextOpen, TextClose, BoxOpen, BoxClose, Delimiter, AskForBoxes, AskForTexts];

    /// <summary>A phrase with its boxes, in tags.</summary>
    /// <param name="phrase">The words; no tag may stand in them.</param>
    /// <param name="kind">An object or text.</param>
    /// <param name="boxes">One or more, within 0..1.</param>
    /// <exception cref="ArgumentException">There is no box, one is out of range, or the phrase holds a tag.</exception>
    public static string Write(string phrase, SpanKind kind, IReadOnlyList<BoundingBox> boxes)
    {
        if (boxes.Count == 0)
            throw new ArgumentException("A grounded phrase needs at least one box.", nameof(boxes));
        if (All.FirstOrDefault(tag => phrase.Contains(tag, StringComparison.Ordinal)) is { } tag)
            throw new ArgumentException($"The phrase \"{phrase}\" holds the tag {tag}.", nameof(phrase));
        (string open, string close) = kind == SpanKind.Text ? (TextOpen, TextClose) : (ObjectOpen, ObjectClose);
        return $"{open}{phrase}{close}{BoxOpen}{CoordinateFormat.Format(boxes)}{BoxClose}";
    }
}
