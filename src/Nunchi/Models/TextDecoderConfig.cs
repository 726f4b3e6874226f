namespace Nunchi.Models;

/// <summary>
/// Sizes and switches of a decoder of the Llama kind: pre-norm layers of rotary grouped-query attention and a gated feed-forward part.
/// Qwen2 adds biases to queries, keys and values; Qwen3 normalises each query and key head instead.
/// </summary>
public sealed record TextDecoderConfig
{
    /// <summary>The family as checkpoints call it: "qwen2", "qwen3", "llama" or "mistral".</summary>
    public string Family { get; init; } = "qwen3";

    /// <summary>Rows of the embedding; at least the tokenizer's number of ids.</summary>
    public int VocabularySize { get; init; } = 151936;

    /// <summary>Width of a token.</summary>
    public int HiddenSize { get; init; } = 4096;

    /// <summary>Width inside the feed-forward part.</summary>
    public int IntermediateSize { get; init; } = 22016;

    /// <summary>Layers.</summary>
    public int Layers { get; init; } = 32;

    /// <summary>Query heads; a multiple of <see cref="KeyHeads"/>.</summary>
    public int QueryHeads { get; init; } = 32;

    /// <summary>Key and value heads.</summary>
    public int KeyHeads { get; init; } = 32;

    /// <summary>Floats per head, even; not always the width divided by the heads.</summary>
    public int HeadSize { get; init; } = 128;

    /// <summary>Base of the rotary frequencies.</summary>
    public double RopeTheta { get; init; } = 10000;

    /// <summary>How the rotary frequencies are stretched; null leaves them as they are.</summary>
    public RopeScaling? RopeScaling { get; init; }

    /// <summary>Added to the mean square in RMSNorm.</summary>
    public double RmsNormEpsilon { get; init; } = 1e-6;

    /// <summary>Biases on queries, keys and values.</summary>
    public bool AttentionBias { get; init; }

    /// <summary>A bias on the attention's output projection.</summary>
    public bool OutputBias { get; init; }

    /// <summary>RMSNorm on each query and key head before the rotation.</summary>
    public bool QueryKeyNorm { get; init; } = true;

    /// <summary>The head that gives logits is the embedding.</summary>
    public bool TieWordEmbeddings { get; init; }

    /// <summary>Longest sequence in tokens.</summary>
    public int MaxPositions { get; init; } = 32768;

    /// <summary>Standard deviation of matrices that start at random.</summary>
    public double InitializerRange { get; init; } = 0.02;

    /// <summary>First token of a text, where the family has one.</summary>
    public int? BosTokenId { get; init; }

    /// <summary>Tokens that end an answer.</summary>
    public IReadOnlyList<int> EosTokenIds { get; init; } = [];

    /// <summary>Filler token.</summary>
    public int? PadTokenId { get; init; }

    /// <summary>Rows of the fused query, key and value projection.</summary>
    public int FusedHeadRows => (QueryHeads + (2 * KeyHeads)) * HeadSize;
}
