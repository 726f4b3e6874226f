using Nunchi.Text.BytePairs;
using Nunchi.Text.PreTokenization;

namespace Nunchi.Text.Files;

/// <summary>What a tokenizer file says, checked and ready to use.</summary>
internal sealed record TokenizerDefinition
{
    public required Vocabulary Vocabulary { get; init; }

    public required MergeTable Merges { get; init; }

    public required IReadOnlyList<AddedToken> AddedTokens { get; init; }

    /// <summary>Ids of single bytes; -1 for bytes that UTF-8 never has and the file does not list.</summary>
    public required int[] ByteIds { get; init; }

    public required bool IgnoreMerges { get; init; }

    public required bool ComposesUnicode { get; init; }

    public required PreTokenizer PreTokenizer { get; init; }

    public required bool AddPrefixSpace { get; init; }

    /// <summary>Ids that the file's post-processor puts before and after a text (such as a beginning-of-text token).</summary>
    public required IReadOnlyList<int> PrefixIds { get; init; }

    public required IReadOnlyList<int> SuffixIds { get; init; }
}
