namespace Nunchi.Text.PreTokenization;

/// <summary>Where a stretch of text stands.</summary>
internal enum TextPlace
{
    /// <summary>At the start of the whole text.</summary>
    Start,

    /// <summary>After an added token.</summary>
    AfterToken,

    /// <summary>In the middle of a stretch: it goes on what came before it.</summary>
    Inside,
}

/// <summary>Where a sign for a blank is put before a text that does not begin with one.</summary>
internal enum PrependScheme
{
    Always,
    First,
    Never,
}

/// <summary>Writes blanks as a sign (<c>▁</c>) and puts one in front (Hugging Face's <c>Metaspace</c>).</summary>
/// <param name="Sign">The sign.</param>
/// <param name="Scheme">Before which stretches a sign is put.</param>
/// <param name="Splits">Whether the text is cut before every sign.</param>
internal sealed record Metaspace(char Sign, PrependScheme Scheme, bool Splits)
{
    /// <summary>The text with its signs.</summary>
    public ReadOnlySpan<char> Write(ReadOnlySpan<char> text, TextPlace place)
    {
        if (text.IsEmpty)
            return text;
        var prepends = text[0] != ' ' && text[0] != Sign && Scheme switch
        {
            PrependScheme.Always => place != TextPlace.Inside,
            PrependScheme.First => place == TextPlace.Start,
            _ => false,
        };
        if (!prepends && !text.Contains(' '))
            return text;
        var written = new char[text.Length + (prepends ? 1 : 0)];
        written[0] = Sign;
        text.Replace(written.AsSpan(prepends ? 1 : 0), ' ', Sign);
        return written;
    }
}
