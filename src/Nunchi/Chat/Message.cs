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

/// <summary>One part of a message: a piece of text or a picture.</summary>
public abstract record ContentPart;

/// <summary>A piece of text. Whatever it holds, it never becomes a control token.</summary>
/// <param name="Text">The text as the person typed it (or, from the assistant, with its grounding tags).</param>
public sealed record TextPart(string Text) : ContentPart;

/// <summary>A picture at this place of the message.</summary>
/// <param name="Image">The decoded picture.</param>
public sealed record ImagePart(RgbImage Image) : ContentPart;

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
