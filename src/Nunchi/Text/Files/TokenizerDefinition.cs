using Nunchi.Text.BytePairs;
using Nunchi.Text.Normalization;
using Nunchi.Text.PreTokenization;

namespace Nunchi.Text.Files;

/// <summary>What a tokenizer file says, checked and ready to use.</summary>
internal sealed record TokenizerDefinition
{
    public required TokenModel Model { get; init; }

    public required IReadOnlyList<AddedToken> AddedTokens { get; init; }

    public required TextNormalizer Normalizer { get; init; }

    /// <summary>Cuts text into words; null for BPE on characters, which cuts at its signs for blanks.</summary>
    public required PreTokenizer? PreTokenizer { get; init; }

    /// <summary>Whether a stretch of text that does not begin with a blank gets one (byte-level BPE).</summary>
    public required bool AddPrefixSpace { get; init; }

    /// <summary>How blanks are written (BPE on characters), or null when they are left as they are.</summary>
    public required Metaspace? Metaspace { get; init; }

    /// <summary>Ids that the file's post-processor puts before and after a text (such as a beginning-of-text token).</summary>
    public required IReadOnlyList<int> PrefixIds { get; init; }

    public required IReadOnlyList<int> SuffixIds { get; init; }
}
