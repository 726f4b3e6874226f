using System.Globalization;
using System.Text;
using System.Text.Json;
using Nunchi.Images;
using Nunchi.Models.Families;
using Nunchi.Tensors.Safetensors;

namespace Nunchi.Models;

/// <summary>Writes <c>config.json</c> and <c>generation_config.json</c> as transformers 5 does.</summary>
public static class ConfigWriter
{
    /// <summary>The release whose form is written.</summary>
    public const string TransformersVersion = "5.23.0";

    /// <summary>Writes both files, each atomically.</summary>
    /// <param name="directory">An existing directory.</param>
    /// <param name="config">What to write.</param>
    /// <param name="dataType">Element type of the weights: "float32" or "bfloat16".</param>
    /// <param name="generation">Penalties and search that answers are made with; null for none.</param>
    /// <exception cref="IOException">The disk is full or the directory cannot be written.</exception>
    public static void Write(string directory, VisionLanguageConfig config, string dataType, GenerationConfig? generation = null)
    {
        AtomicFile.WriteAllText(Path.Combine(directory, "config.json"), Format(config, dataType));
        AtomicFile.WriteAllText(Path.Combine(directory, GenerationConfig.FileName), FormatGeneration(config.Text, generation));
    }

    /// <summary>The text of <c>config.json</c>.</summary>
    /// <param name="config">What to write.</param>
    /// <param name="dataType">Element type of the weights: "float32" or "bfloat16".</param>
    public static string Format(VisionLanguageConfig config, string dataType) => WriteObject(json =>
    {
        json.WriteStartArray("architectures");
        json.WriteStringValue(ModelFamilies.Of(config).ArchitectureName);
        json.WriteEndArray();
        json.WriteString("dtype", dataType);
        if (config.TilesPictures)
            WritePinpoints(json, config);
        if (config.Family != VisionLanguageConfig.LlavaOnevision)
            json.WriteNumber("image_seq_length", config.Vision.FeaturesPerCrop);
        json.WriteNumber("image_token_index", config.ImageTokenId);
        json.WriteString("model_type", config.Family);
        json.WriteBoolean("multimodal_projector_bias", config.ProjectorBias);
        json.WriteString("projector_hidden_act", config.ProjectorActivation);
        json.WriteStartObject("text_config");
        WriteText(json, config.Text);
        json.WriteEndObject();
        json.WriteBoolean("tie_word_embeddings", config.Text.TieWordEmbeddings);
        json.WriteString("transformers_version", TransformersVersion);
        if (config.VideoTokenId is { } video)
            json.WriteNumber("video_token_index", video);
        if (config.Family == VisionLanguageConfig.LlavaOnevision)
            json.WriteString("vision_aspect_ratio", config.VisionAspectRatio);
        json.WriteStartObject("vision_config");
        WriteVision(json, config.Vision);
        json.WriteEndObject();
        json.WriteNumber("vision_feature_layer", config.VisionFeatureLayer);
        json.WriteString("vision_feature_select_strategy", config.Vision.DropsFirstToken ? "default" : "full");
    });

    private static void WritePinpoints(Utf8JsonWriter json, VisionLanguageConfig config)
    {
        json.WriteStartArray("image_grid_pinpoints");
        foreach (ImageSize size in config.GridPinpoints)
        {
            json.WriteStartArray();
            json.WriteNumberValue(size.Height);
            json.WriteNumberValue(size.Width);
            json.WriteEndArray();
        }
        json.WriteEndArray();
    }

    /// <summary>The text of <c>generation_config.json</c>.</summary>
    /// <param name="text">The decoder, for its special tokens.</param>
    /// <param name="generation">Penalties and search; what changes nothing is left out, as transformers does.</param>
    public static string FormatGeneration(TextDecoderConfig text, GenerationConfig? generation = null) => WriteObject(json =>
    {
        json.WriteBoolean("_from_model_config", true);
        if (generation is { AnswerNoRepeatNGramSize: > 0 and var inAnswer })
            json.WriteNumber(GenerationConfig.AnswerNoRepeatKey, inAnswer);
        WriteIds(json, text);
        if (generation is { Beams: > 1, LengthPenalty: not 1 and var length })
            WriteFloat(json, "length_penalty", length);
        if (generation is { NoRepeatNGramSize: > 0 and var size })
            json.WriteNumber("no_repeat_ngram_size", size);
        if (generation is { Beams: > 1 and var beams })
            json.WriteNumber("num_beams", beams);
        json.WriteBoolean("output_attentions", false);
        json.WriteBoolean("output_hidden_states", false);
        WriteOptional(json, "pad_token_id", text.PadTokenId);
        if (generation is { Looks: > 1 and var looks })
            json.WriteNumber(GenerationConfig.LooksKey, looks);
        if (generation is { RepetitionPenalty: not 1 and var penalty })
            WriteFloat(json, "repetition_penalty", penalty);
        json.WriteString("transformers_version", TransformersVersion);
        json.WriteBoolean("use_cache", true);
    });

    private static void WriteText(Utf8JsonWriter json, TextDecoderConfig text)
    {
        bool qwen2 = text.Family == "qwen2", llama = text.Family == "llama", qwen = text.Family is "qwen2" or "qwen3";
        if (!qwen2)
            json.WriteBoolean("attention_bias", text.AttentionBias);
        WriteFloat(json, "attention_dropout", 0);
        WriteIds(json, text);
        if (!qwen2)
            json.WriteNumber("head_dim", text.HeadSize);
        json.WriteString("hidden_act", "silu");
        json.WriteNumber("hidden_size", text.HiddenSize);
        WriteFloat(json, "initializer_range", text.InitializerRange);
        json.WriteNumber("intermediate_size", text.IntermediateSize);
        if (qwen)
        {
            json.WriteStartArray("layer_types");
            for (int i = 0; i < text.Layers; i++)
                json.WriteStringValue("full_attention");
            json.WriteEndArray();
        }
        json.WriteNumber("max_position_embeddings", text.MaxPositions);
        if (qwen)
            json.WriteNumber("max_window_layers", 28);
        if (llama)
            json.WriteBoolean("mlp_bias", false);
        json.WriteString("model_type", text.Family);
        json.WriteNumber("num_attention_heads", text.QueryHeads);
        json.WriteNumber("num_hidden_layers", text.Layers);
        json.WriteNumber("num_key_value_heads", text.KeyHeads);
        WriteOptional(json, "pad_token_id", text.PadTokenId);
        if (llama)
            json.WriteNumber("pretraining_tp", 1);
        WriteFloat(json, "rms_norm_eps", text.RmsNormEpsilon);
        WriteRope(json, text);
        if (!llama)
            json.WriteNull("sliding_window");
        json.WriteBoolean("tie_word_embeddings", text.TieWordEmbeddings);
        json.WriteBoolean("use_cache", true);
        if (qwen)
            json.WriteBoolean("use_sliding_window", false);
        json.WriteNumber("vocab_size", text.VocabularySize);
    }

    private static void WriteRope(Utf8JsonWriter json, TextDecoderConfig text)
    {
        json.WriteStartObject("rope_parameters");
        if (text.RopeScaling is { } scaling)
        {
            if (scaling is { Kind: RopeScalingKind.Yarn, AttentionFactor: { } attention })
                WriteFloat(json, "attention_factor", attention);
            if (scaling.Kind == RopeScalingKind.Yarn)
            {
                WriteFloat(json, "beta_fast", scaling.BetaFast);
                WriteFloat(json, "beta_slow", scaling.BetaSlow);
            }
            WriteFloat(json, "factor", scaling.Factor);
            if (scaling.Kind == RopeScalingKind.Llama3)
            {
                WriteFloat(json, "high_freq_factor", scaling.HighFrequencyFactor);
                WriteFloat(json, "low_freq_factor", scaling.LowFrequencyFactor);
            }
            if (scaling.OriginalPositions > 0)
                json.WriteNumber("original_max_position_embeddings", scaling.OriginalPositions);
        }
        WriteFloat(json, "rope_theta", text.RopeTheta);
        json.WriteString("rope_type", text.RopeScaling?.Kind.ToString().ToLowerInvariant() ?? "default");
        if (text.RopeScaling is { Kind: RopeScalingKind.Yarn, Truncate: false })
            json.WriteBoolean("truncate", false);
        json.WriteEndObject();
    }

    private static void WriteVision(Utf8JsonWriter json, ImageEncoderConfig vision)
    {
        WriteFloat(json, "attention_dropout", 0);
        json.WriteString("hidden_act", vision.Activation);
        json.WriteNumber("hidden_size", vision.HiddenSize);
        json.WriteNumber("image_size", vision.ImageSize);
        json.WriteNumber("intermediate_size", vision.IntermediateSize);
        WriteFloat(json, "layer_norm_eps", vision.LayerNormEpsilon);
        json.WriteString("model_type", vision.Family);
        json.WriteNumber("num_attention_heads", vision.Heads);
        json.WriteNumber("num_channels", 3);
        json.WriteNumber("num_hidden_layers", vision.Layers);
        json.WriteNumber("patch_size", vision.PatchSize);
        if (!vision.HasClassToken)
            json.WriteBoolean("vision_use_head", false);
    }

    private static void WriteIds(Utf8JsonWriter json, TextDecoderConfig text)
    {
        WriteOptional(json, "bos_token_id", text.BosTokenId);
        if (text.EosTokenIds.Count < 2)
        {
            WriteOptional(json, "eos_token_id", text.EosTokenIds.Count == 0 ? null : text.EosTokenIds[0]);
            return;
        }
        json.WriteStartArray("eos_token_id");
        foreach (int id in text.EosTokenIds)
            json.WriteNumberValue(id);
        json.WriteEndArray();
    }

    private static void WriteOptional(Utf8JsonWriter json, string key, int? value)
    {
        if (value is { } number)
            json.WriteNumber(key, number);
        else
            json.WriteNull(key);
    }

    // Python distinguishes 1 from 1.0, and so do its type checks when it reads the file.
    private static void WriteFloat(Utf8JsonWriter json, string key, double value)
    {
        string text = value.ToString("R", CultureInfo.InvariantCulture);
        json.WritePropertyName(key);
        json.WriteRawValue(text.AsSpan().IndexOfAny('.', 'E') < 0 ? text + ".0" : text);
    }

    private static string WriteObject(Action<Utf8JsonWriter> body)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, IndentSize = 2, NewLine = "\n" }))
        {
            json.WriteStartObject();
            body(json);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(stream.ToArray()) + "\n";
    }
}
