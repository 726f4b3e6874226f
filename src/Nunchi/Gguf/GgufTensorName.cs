using Nunchi.Models;

namespace Nunchi.Gguf;

/// <summary>A tensor under its two names.</summary>
/// <param name="Gguf">Its name in GGUF files.</param>
/// <param name="Parameter">Its name as a parameter of a model.</param>
/// <param name="Shape">Its shape, outermost first.</param>
/// <param name="PermutedHeads">
/// 0, or the number of heads whose rows stand in another order: llama.cpp rotates neighbouring rows of "llama" models where transformers rotates rows half a head apart.
/// </param>
internal sealed record GgufTensorName(string Gguf, string Parameter, IReadOnlyList<long> Shape, int PermutedHeads = 0)
{
    /// <summary>The row in transformers' order that is this row in llama.cpp's order.</summary>
    public long SourceRow(long row)
    {
        if (PermutedHeads == 0)
            return row;
        long size = Shape[0] / PermutedHeads, head = row / size, within = row % size;
        return (head * size) + (within % 2 * (size / 2)) + (within / 2);
    }
}

/// <summary>The tensors of a text decoder as llama.cpp calls them for the architectures qwen2, qwen3 and llama.</summary>
internal static class GgufTextNames
{
    public const string Prefix = "model.language_model.";

    public static IReadOnlyList<string> Architectures { get; } = ["qwen2", "qwen3", "llama"];

    /// <summary>The architecture that runs a family of decoders, or null. Mistral's is Llama's.</summary>
    public static string? Architecture(string family) => family == "mistral" ? "llama" : Architectures.Contains(family) ? family : null;

    /// <summary>All tensors of a decoder, in the order in which they are written.</summary>
    public static IEnumerable<GgufTensorName> Of(TextDecoderConfig text)
    {
        long width = text.HiddenSize, inner = text.IntermediateSize, queries = (long)text.QueryHeads * text.HeadSize, keys = (long)text.KeyHeads * text.HeadSize;
        bool permuted = Architecture(text.Family) == "llama";
        yield return new("token_embd.weight", Prefix + "embed_tokens.weight", [text.VocabularySize, width]);
        for (int i = 0; i < text.Layers; i++)
        {
            string to = $"blk.{i}.", from = $"{Prefix}layers.{i}.";
            yield return new(to + "attn_norm.weight", from + "input_layernorm.weight", [width]);
            yield return new(to + "attn_q.weight", from + "self_attn.q_proj.weight", [queries, width], permuted ? text.QueryHeads : 0);
            yield return new(to + "attn_k.weight", from + "self_attn.k_proj.weight", [keys, width], permuted ? text.KeyHeads : 0);
            yield return new(to + "attn_v.weight", from + "self_attn.v_proj.weight", [keys, width]);
            if (text.AttentionBias)
            {
                yield return new(to + "attn_q.bias", from + "self_attn.q_proj.bias", [queries], permuted ? text.QueryHeads : 0);
                yield return new(to + "attn_k.bias", from + "self_attn.k_proj.bias", [keys], permuted ? text.KeyHeads : 0);
                yield return new(to + "attn_v.bias", from + "self_attn.v_proj.bias", [keys]);
            }
            yield return new(to + "attn_output.weight", from + "self_attn.o_proj.weight", [width, queries]);
            if (text.OutputBias)
                yield return new(to + "attn_output.bias", from + "self_attn.o_proj.bias", [width]);
            if (text.QueryKeyNorm)
            {
                yield return new(to + "attn_q_norm.weight", from + "self_attn.q_norm.weight", [text.HeadSize]);
                yield return new(to + "attn_k_norm.weight", from + "self_attn.k_norm.weight", [text.HeadSize]);
            }
            yield return new(to + "ffn_norm.weight", from + "post_attention_layernorm.weight", [width]);
            yield return new(to + "ffn_gate.weight", from + "mlp.gate_proj.weight", [inner, width]);
            yield return new(to + "ffn_up.weight", from + "mlp.up_proj.weight", [inner, width]);
            yield return new(to + "ffn_down.weight", from + "mlp.down_proj.weight", [width, inner]);
        }
        yield return new("output_norm.weight", Prefix + "norm.weight", [width]);
        if (!text.TieWordEmbeddings)
            yield return new("output.weight", "lm_head.weight", [text.VocabularySize, width]);
    }
}
