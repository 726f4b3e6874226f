namespace Nunchi.Gguf;

/// <summary>What an image encoder has, as far as its file depends on it.</summary>
internal sealed record GgufVisionShape
{
    public required long Width { get; init; }

    public required long Inner { get; init; }

    public required int Layers { get; init; }

    public required long PatchSize { get; init; }

    public required long Positions { get; init; }

    public required long TextWidth { get; init; }

    /// <summary>CLIP: a class token, a norm before the layers, no bias on the patches.</summary>
    public required bool IsClip { get; init; }

    public required bool ProjectorBias { get; init; }

    public required bool HasNewline { get; init; }
}

/// <summary>The tensors of encoder and projector as llama.cpp's clip loader calls them.</summary>
internal static class GgufVisionNames
{
    private const string Tower = "model.vision_tower.", Projector = "model.multi_modal_projector.";

    public static IEnumerable<GgufTensorName> Of(GgufVisionShape shape)
    {
        long width = shape.Width;
        yield return new("v.patch_embd.weight", Tower + "embeddings.patch_embedding.weight", [width, 3, shape.PatchSize, shape.PatchSize]);
        if (!shape.IsClip)
            yield return new("v.patch_embd.bias", Tower + "embeddings.patch_embedding.bias", [width]);
        yield return new("v.position_embd.weight", Tower + "embeddings.position_embedding.weight", [shape.Positions, width]);
        if (shape.IsClip)
        {
            yield return new("v.class_embd", Tower + "embeddings.class_embedding", [width]);
            yield return new("v.pre_ln.weight", Tower + "pre_layrnorm.weight", [width]);
            yield return new("v.pre_ln.bias", Tower + "pre_layrnorm.bias", [width]);
        }
        for (int i = 0; i < shape.Layers; i++)
        {
            string to = $"v.blk.{i}.", from = $"{Tower}encoder.layers.{i}.";
            foreach (var (name, published) in ((string, string)[])[("attn_q", "self_attn.q_proj"), ("attn_k", "self_attn.k_proj"), ("attn_v", "self_attn.v_proj"), ("attn_out", "self_attn.out_proj")])
            {
                yield return new($"{to}{name}.weight", $"{from}{published}.weight", [width, width]);
                yield return new($"{to}{name}.bias", $"{from}{published}.bias", [width]);
            }
            foreach (var (name, published) in ((string, string)[])[("ln1", "layer_norm1"), ("ln2", "layer_norm2")])
            {
                yield return new($"{to}{name}.weight", $"{from}{published}.weight", [width]);
                yield return new($"{to}{name}.bias", $"{from}{published}.bias", [width]);
            }
            yield return new(to + "ffn_up.weight", from + "mlp.fc1.weight", [shape.Inner, width]);
            yield return new(to + "ffn_up.bias", from + "mlp.fc1.bias", [shape.Inner]);
            yield return new(to + "ffn_down.weight", from + "mlp.fc2.weight", [width, shape.Inner]);
            yield return new(to + "ffn_down.bias", from + "mlp.fc2.bias", [width]);
        }
        yield return new("mm.0.weight", Projector + "linear_1.weight", [shape.TextWidth, width]);
        if (shape.ProjectorBias)
            yield return new("mm.0.bias", Projector + "linear_1.bias", [shape.TextWidth]);
        yield return new("mm.2.weight", Projector + "linear_2.weight", [shape.TextWidth, shape.TextWidth]);
        if (shape.ProjectorBias)
            yield return new("mm.2.bias", Projector + "linear_2.bias", [shape.TextWidth]);
        if (shape.HasNewline)
            yield return new("v.image_newline", "model.image_newline", [shape.TextWidth]);
    }
}
