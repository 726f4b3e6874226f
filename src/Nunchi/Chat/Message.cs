using Nunchi.Grounding;
using Nunchi.Images;

namespace Nunchi.Chat;

/// <summary>Who speaks in a message.</summary>
public enum Role
{
    /// <summary>Instructions that hold for the whole conversation.</summary>
    System,

    /// <summary>The person who asks.</summary>
    User,

    /// <summary>The model.</summary>
    Assistant,
}

/// <summary>One part of a message: a piece of text, a picture, a task or a region.</summary>
public abstract record ContentPart;

/// <summary>A piece of text. Whatever it holds, it never becomes a control token.</summary>
/// <param name="Text">The text as the person typed it (or, from the assistant, with its grounding tags).</param>
public sealed record TextPart(string Text) : ContentPart;

/// <summary>A picture at this place of the message.</summary>
/// <param name="Image">The decoded picture.</param>
public sealed record ImagePart(RgbImage Image) : ContentPart;

/// <summary>What a picture is asked for beside a question in words. These are the only ways for a program to place the control tokens that a person cannot type.</summary>
public enum VisualTask
{
    /// <summary><c>&lt;ocr&gt;</c>: all text in the picture in reading order, each piece with its box. Stands alone.</summary>
    Read,

    /// <summary><c>&lt;gro&gt;</c> and a line end: the answer ties its phrases to boxes. Stands before the question.</summary>
    Ground,
}

/// <summary>A task at this place of the message.</summary>
/// <param name="Task">The task.</param>
public sealed record TaskPart(VisualTask Task) : ContentPart;

/// <summary>
/// A phrase of a question with the region that it means: <c>&lt;obj&gt;phrase&lt;/obj&gt;&lt;bbox&gt;x1, y1, x2, y2&lt;/bbox&gt;</c>, or <c>&lt;char&gt;</c> for text.
/// </summary>
/// <param name="Phrase">The words, as in <c>이 물건</c>.</param>
/// <param name="Kind">An object or text.</param>
/// <param name="Boxes">Its regions, one or more.</param>
public sealed record RegionPart(string Phrase, SpanKind Kind, IReadOnlyList<BoundingBox> Boxes) : ContentPart;

/// <summary>A message of a conversation.</summary>
/// <param name="Role">Who speaks.</param>
/// <param name="Parts">What is said, in order.</param>
public sealed record Message(Role Role, IReadOnlyList<ContentPart> Parts)
{
    /// <summary>A message of text only.</summary>
    public Message(Role role, string text) : this(role, [new TextPart(text)])
    {
    }
}
