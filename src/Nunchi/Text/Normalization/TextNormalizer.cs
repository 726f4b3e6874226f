namespace Nunchi.Text.Normalization;

/// <summary>What a file does to a text before it is cut into words: its steps in order.</summary>
internal sealed class TextNormalizer(IReadOnlyList<NormalizingStep> steps)
{
    /// <summary>Whether composing (form C) is all that is done.</summary>
    public bool IsComposition => steps is [ComposingStep];

    /// <summary>Whether nothing is done.</summary>
    public bool IsEmpty => steps.Count == 0;

    /// <summary>Whether <see cref="ApplyTracked"/> can be used.</summary>
    public bool CanTrack => steps.All(step => step.CanTrack);

    /// <summary>Applies all steps.</summary>
    /// <param name="text">A stretch of text between added tokens, or a part of one.</param>
    /// <param name="inside">Whether it goes on what came before it, so that nothing is put before it.</param>
    public ReadOnlySpan<char> Apply(ReadOnlySpan<char> text, bool inside)
    {
        foreach (var step in steps)
            text = step.Apply(text, inside, null);
        return text;
    }

    /// <summary>Applies all steps and tells where each character came from.</summary>
    /// <param name="text">A stretch of text between added tokens, or a part of one.</param>
    /// <param name="inside">Whether it goes on what came before it, so that nothing is put before it.</param>
    /// <param name="origins">For each character of the result and for its end, where it was in the text.</param>
    public ReadOnlySpan<char> ApplyTracked(ReadOnlySpan<char> text, bool inside, out List<int> origins)
    {
        origins = [.. Enumerable.Range(0, text.Length + 1)];
        foreach (var step in steps)
            text = step.Apply(text, inside, origins);
        return text;
    }
}

/// <summary>One step of a normaliser.</summary>
internal abstract class NormalizingStep
{
    /// <summary>Whether the step can say where its characters came from.</summary>
    public virtual bool CanTrack => true;

    /// <param name="text">The text.</param>
    /// <param name="inside">Whether the text goes on what came before it.</param>
    /// <param name="origins">Null, or the place of each character and of the end, brought up to date.</param>
    public abstract ReadOnlySpan<char> Apply(ReadOnlySpan<char> text, bool inside, List<int>? origins);
}

/// <summary><c>NFC</c>.</summary>
internal sealed class ComposingStep : NormalizingStep
{
    public override bool CanTrack => false;

    public override ReadOnlySpan<char> Apply(ReadOnlySpan<char> text, bool inside, List<int>? origins) =>
        NfcNormalizer.IsCertainlyNormalized(text) ? text : NfcNormalizer.Normalize(text);
}

/// <summary><c>Prepend</c>: puts something before a text that is not empty.</summary>
internal sealed class PrependingStep(string prefix) : NormalizingStep
{
    public override ReadOnlySpan<char> Apply(ReadOnlySpan<char> text, bool inside, List<int>? origins)
    {
        if (text.IsEmpty || inside)
            return text;
        origins?.InsertRange(0, Enumerable.Repeat(origins[0], prefix.Length));
        return string.Concat(prefix, text);
    }
}

/// <summary><c>Replace</c> of one string by another.</summary>
internal sealed class ReplacingStep(string pattern, string content) : NormalizingStep
{
    public override ReadOnlySpan<char> Apply(ReadOnlySpan<char> text, bool inside, List<int>? origins)
    {
        if (text.IndexOf(pattern) < 0)
            return text;
        if (origins is not null)
            Track(text, origins);
        return text.ToString().Replace(pattern, content, StringComparison.Ordinal);
    }

    private void Track(ReadOnlySpan<char> text, List<int> origins)
    {
        var before = origins.ToArray();
        origins.Clear();
        var at = 0;
        while (text[at..].IndexOf(pattern) is var skip and >= 0)
        {
            origins.AddRange(before.AsSpan(at, skip));
            at += skip;
            origins.AddRange(Enumerable.Repeat(before[at], content.Length));
            at += pattern.Length;
        }

        origins.AddRange(before.AsSpan(at));
    }
}
