using Nunchi.Models;

namespace Nunchi.Gguf;

/// <summary>Reads a decoder's sizes from GGUF metadata.</summary>
internal static class GgufTextConfig
{
    private const int MaximumSize = 1 << 20;

    /// <exception cref="InvalidDataException">The architecture is another one, a value is missing or out of range, or a feature is not supported.</exception>
    public static TextDecoderConfig Read(GgufFile file)
    {
        string? architecture = file.Text("general.architecture");
        if (architecture is null || !GgufTextNames.Architectures.Contains(architecture))
            throw file.Wrong("general.architecture", $"a text model of {string.Join(", ", GgufTextNames.Architectures)}{(architecture == "clip" ? " (this is a projector; name the text model's file)" : "")}");
        if (file.Whole($"{architecture}.expert_count") is > 0)
            throw file.Wrong($"{architecture}.expert_count", "none; mixtures of experts are not supported");
        int hidden = Whole("embedding_length", 1, MaximumSize), heads = Whole("attention.head_count", 1, MaximumSize);
        int keyHeads = Whole("attention.head_count_kv", 1, MaximumSize, heads), headSize = Whole("attention.key_length", 2, 4096, hidden / heads);
        if (heads % keyHeads != 0)
            throw file.Wrong($"{architecture}.attention.head_count_kv", $"a divisor of the {heads} heads");
        if (headSize % 2 != 0 || Whole("attention.value_length", 2, 4096, headSize) != headSize || Whole("rope.dimension_count", 2, 4096, headSize) != headSize)
            throw file.Wrong($"{architecture}.attention.key_length", $"an even number that value_length and rope.dimension_count equal");
        int vocabulary = file.Find("token_embd.weight") is { Shape: [var rows, _] } && rows <= 1 << 24 ? (int)rows
            : throw new InvalidDataException($"{file.Path}: it has no tensor \"token_embd.weight\" with 1 to {1 << 24} rows.");
        int positions = Whole("context_length", 1, 1 << 24);
        double theta = file.Number($"{architecture}.rope.freq_base") is { } given ? given is >= 1 and <= 1e12 ? given : throw file.Wrong($"{architecture}.rope.freq_base", "a number from 1 to 1e12") : 10000;
        return new TextDecoderConfig
        {
            Family = architecture,
            VocabularySize = vocabulary,
            HiddenSize = hidden,
            IntermediateSize = Whole("feed_forward_length", 1, MaximumSize),
            Layers = Whole("block_count", 1, 1024),
            QueryHeads = heads,
            KeyHeads = keyHeads,
            HeadSize = headSize,
            RopeTheta = theta,
            RopeScaling = GgufRope.Read(file, $"{architecture}.rope.", headSize, theta),
            RmsNormEpsilon = file.Number($"{architecture}.attention.layer_norm_rms_epsilon") is { } epsilon and >= 0 and <= 1 ? Decimal(epsilon) : throw file.Wrong($"{architecture}.attention.layer_norm_rms_epsilon", "a number from 0 to 1"),
            AttentionBias = file.Find("blk.0.attn_q.bias") is not null,
            OutputBias = file.Find("blk.0.attn_output.bias") is not null,
            QueryKeyNorm = architecture == "qwen3",
            TieWordEmbeddings = file.Find("output.weight") is null,
            MaxPositions = positions,
            BosTokenId = Id("bos_token_id"),
            EosTokenIds = Ends(),
            PadTokenId = Id("padding_token_id"),
        };

        int Whole(string key, int least, int most, int? fallback = null)
        {
            string full = $"{architecture}.{key}";
            long? value = file.Whole(full) ?? fallback;
            return value is { } number && number >= least && number <= most ? (int)number : throw file.Wrong(full, $"a whole number from {least} to {most}");
        }

        int? Id(string key)
        {
            string full = "tokenizer.ggml." + key;
            return file.Whole(full) is not { } id ? null : id >= 0 && id < vocabulary ? (int)id : throw file.Wrong(full, $"an id from 0 to {vocabulary - 1}");
        }

        IReadOnlyList<int> Ends()
        {
            if (file.Wholes(GgufTextMetadata.EndIds) is { } listed)
                return [.. listed.Select(id => id >= 0 && id < vocabulary ? (int)id : throw file.Wrong(GgufTextMetadata.EndIds, $"ids from 0 to {vocabulary - 1}"))];
            return [.. new[] { Id("eos_token_id"), Id("eot_token_id") }.OfType<int>().Distinct()];
        }
    }

    // Files hold float32; 1e-6 as float32 and then as double is another number than the 1e-6 of a config.json.
    private static double Decimal(double value) => double.Parse(((float)value).ToString("R", System.Globalization.CultureInfo.InvariantCulture), System.Globalization.CultureInfo.InvariantCulture);
}
