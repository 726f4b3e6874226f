using Nunchi.Images;
using Nunchi.Models;
using Nunchi.Tests.Checkpoints;
using Nunchi.Tests.Goldens;

namespace Nunchi.Tests.Models;

public class ConfigReaderTests
{
    [Theory]
    [InlineData("varco1-tiny")]
    [InlineData("varco1-tiny-tf446")]
    public void Load_Qwen2_FillsDefaultsThatTheFileLeavesOut(string golden)
    {
        VisionLanguageConfig config = ConfigReader.Load(GoldenFiles.Path(golden));

        Assert.Equal(16, config.Text.HeadSize);
        Assert.Equal(1e-6, config.Text.RmsNormEpsilon);
        Assert.Equal(1e6, config.Text.RopeTheta);
        Assert.True(config.Text.AttentionBias);
        Assert.False(config.Text.OutputBias);
        Assert.False(config.Text.QueryKeyNorm);
        Assert.False(config.Text.TieWordEmbeddings);
        Assert.Equal("gelu_pytorch_tanh", config.Vision.Activation);
        Assert.Equal(4, config.Vision.TokensPerSide);
        Assert.Equal(36, config.GridPinpoints.Count);
        Assert.Equal(736, config.ImageTokenId);
        Assert.Equal([735], config.Text.EosTokenIds);
    }

    [Fact]
    public void Load_Qwen3_ReadsHeadSizeNormsAndTie()
    {
        VisionLanguageConfig config = ConfigReader.Load(GoldenFiles.Path("varco2-tiny"));

        Assert.Equal(32, config.Text.HeadSize);
        Assert.True(config.Text.QueryKeyNorm);
        Assert.False(config.Text.AttentionBias);
        Assert.True(config.Text.TieWordEmbeddings);
        Assert.Equal(2, config.VisionLayersUsed);
        Assert.Equal(new ImageSize(64, 128), config.GridPinpoints[1]);
    }

    [Theory]
    [InlineData("\"model_type\": \"llava_onevision\"", "\"model_type\": \"paligemma\"", "\"paligemma\"; expected a family that is known: llava_onevision, llava_next, llava")]
    [InlineData("\"rope_type\": \"default\"", "\"rope_type\": \"longrope\"", "text_config.rope_parameters.rope_type\" is \"longrope\"; expected default, linear, dynamic, yarn or llama3")]
    [InlineData("\"rope_type\": \"default\"", "\"rope_type\": \"linear\"", "text_config.rope_parameters.factor\" is missing")]
    [InlineData("\"rope_type\": \"default\"", "\"rope_type\": \"linear\", \"factor\": 0.5", "expected a number from 1")]
    [InlineData("\"rope_type\": \"default\"", "\"rope_type\": \"llama3\", \"factor\": 8", "low_freq_factor\" is missing")]
    [InlineData("\"rope_type\": \"default\"", "\"rope_type\": \"yarn\", \"factor\": 4, \"beta_fast\": 0.5", "at least beta_slow 1")]
    [InlineData("\"rope_theta\": 1000000.0", "\"rope_theta\": \"big\"", "rope_theta")]
    [InlineData("\"hidden_size\": 64", "\"hidden_size\": -64", "expected a whole number from 1")]
    [InlineData("\"num_key_value_heads\": 2", "\"num_key_value_heads\": 3", "a divisor of num_attention_heads 4")]
    [InlineData("\"head_dim\": 32", "\"head_dim\": 31", "an even number")]
    [InlineData("\"use_sliding_window\": false", "\"use_sliding_window\": true", "sliding window is not supported")]
    [InlineData("\"model_type\": \"qwen3\"", "\"model_type\": \"gemma\"", "expected one of qwen2, qwen3, llama, mistral")]
    [InlineData("\"model_type\": \"siglip_vision_model\"", "\"model_type\": \"siglip2_vision_model\"", "expected one of siglip_vision_model, clip_vision_model")]
    [InlineData("\"model_type\": \"siglip_vision_model\"", "\"model_type\": \"clip_vision_model\"", "expected \"default\": tiles are put together from 16 features each, this gives 17")]
    [InlineData("\"vision_feature_select_strategy\": \"full\"", "\"vision_feature_select_strategy\": \"default\"", "expected \"full\": tiles are put together from 16 features each, this gives 15")]
    [InlineData("\"vision_feature_select_strategy\": \"full\"", "\"vision_feature_select_strategy\": \"some\"", "expected one of default, full")]
    [InlineData("\"vision_aspect_ratio\": \"anyres_max_9\"", "\"vision_aspect_ratio\": \"anyres_max_x\"", "anyres_max_N")]
    [InlineData("\"vision_feature_layer\": -1", "\"vision_feature_layer\": [-1, -2]", "joined from several layers")]
    [InlineData("\"vision_feature_layer\": -1", "\"vision_feature_layer\": -3", "not the embeddings")]
    [InlineData("\"image_token_index\": 736", "\"image_token_index\": 776", "whole number from 0 to 775")]
    [InlineData("\"model_type\": \"llava_onevision\"", "\"model_type\": 7", "expected a text")]
    [InlineData("\"model_type\": \"llava_onevision\"", "\"model_type\": ", "no valid JSON")]
    [InlineData("\"hidden_act\": \"silu\"", "\"hidden_act\": \"relu\"", "expected one of silu")]
    public void Load_WrongValue_NamesFileKeyAndWhatIsExpected(string from, string to, string fault)
    {
        using var copy = new TemporaryCheckpoint();
        copy.Edit("config.json", text => text.Replace(from, to, StringComparison.Ordinal));

        string message = Assert.Throws<InvalidDataException>(() => ConfigReader.Load(copy.Directory)).Message;

        Assert.Contains(Path.Combine(copy.Directory, "config.json"), message);
        Assert.Contains(fault, message);
    }

    [Fact]
    public void Load_NoCheckpoint_SaysWhatIsMissing()
    {
        using var copy = new TemporaryCheckpoint();

        Assert.Contains("no config.json", Assert.Throws<FileNotFoundException>(() => ConfigReader.Load(copy.Root)).Message);
        Assert.Contains("no checkpoint directory", Assert.Throws<FileNotFoundException>(() => ConfigReader.Load(Path.Combine(copy.Root, "absent"))).Message);
    }

    [Theory]
    [InlineData("\"eos_token_id\": 735", new[] { 735 })]
    [InlineData("\"eos_token_id\": [735, 733]", new[] { 735, 733 })]
    [InlineData("\"eos_token_id\": null", new[] { 735 })]
    public void LoadGeneration_OneOrMoreEndTokens_ListsThem(string line, int[] expected)
    {
        using var copy = new TemporaryCheckpoint();
        copy.Edit("generation_config.json", text => text.Replace("\"eos_token_id\": 735", line, StringComparison.Ordinal));

        Assert.Equal(expected, GenerationConfig.Load(copy.Directory, ConfigReader.Load(copy.Directory).Text).EosTokenIds);
    }

    [Fact]
    public void LoadGeneration_NoFile_TakesTheDecodersEndToken()
    {
        using var copy = new TemporaryCheckpoint();
        File.Delete(Path.Combine(copy.Directory, "generation_config.json"));

        Assert.Equal([735], GenerationConfig.Load(copy.Directory, ConfigReader.Load(copy.Directory).Text).EosTokenIds);
    }

    [Fact]
    public void Load_Llava15_TakesClipLlamaAndOneView()
    {
        VisionLanguageConfig config = ConfigReader.Load(GoldenFiles.Path("llava15-tiny"));

        Assert.Equal("llava", config.Family);
        Assert.False(config.TilesPictures);
        Assert.Empty(config.GridPinpoints);
        Assert.True(config.Vision.HasClassToken);
        Assert.Equal((9, 10, 9), (config.Vision.Tokens, config.Vision.SequenceLength, config.Vision.FeaturesPerCrop));
        Assert.Equal(2, config.VisionLayersUsed);
        Assert.Equal("quick_gelu", config.Vision.Activation);
        Assert.Equal("llama", config.Text.Family);
        Assert.Equal(1e-5, config.Text.RmsNormEpsilon);
    }

    [Fact]
    public void Load_Llava15WithNothingButWhatMustBeWritten_TakesTheClassesDefaults()
    {
        using var copy = new TemporaryCheckpoint();
        copy.Edit("config.json", _ => """{"model_type": "llava", "text_config": {"vocab_size": 32064, "max_position_embeddings": 4096, "rms_norm_eps": 1e-05}}""");

        VisionLanguageConfig config = ConfigReader.Load(copy.Directory);

        Assert.Equal((4096, 11008, 32, 32, 32, 128), (config.Text.HiddenSize, config.Text.IntermediateSize, config.Text.Layers, config.Text.QueryHeads, config.Text.KeyHeads, config.Text.HeadSize));
        Assert.Equal([2], config.Text.EosTokenIds);
        Assert.Equal((1024, 4096, 24, 16, 336, 14), (config.Vision.HiddenSize, config.Vision.IntermediateSize, config.Vision.Layers, config.Vision.Heads, config.Vision.ImageSize, config.Vision.PatchSize));
        Assert.Equal((23, 576), (config.VisionLayersUsed, config.Vision.FeaturesPerCrop));
        Assert.Equal(32000, config.ImageTokenId);
    }

    [Fact]
    public void Load_LlavaNextWithMistral_TakesTheClassesDefaultsAndNoWindow()
    {
        using var copy = new TemporaryCheckpoint();
        copy.Edit("config.json", _ => """
            {"model_type": "llava_next", "vision_config": {"model_type": "clip_vision_model", "hidden_size": 1024, "intermediate_size": 4096, "num_hidden_layers": 24, "num_attention_heads": 16, "image_size": 336, "patch_size": 14},
             "text_config": {"model_type": "mistral", "max_position_embeddings": 32768, "rope_theta": 1000000.0, "sliding_window": null, "vocab_size": 32064}}
            """);

        VisionLanguageConfig config = ConfigReader.Load(copy.Directory);

        Assert.Equal((8, 14336, 32768, 1e6), (config.Text.KeyHeads, config.Text.IntermediateSize, config.Text.MaxPositions, config.Text.RopeTheta));
        Assert.Equal(5, config.GridPinpoints.Count);
        Assert.Equal("anyres", config.VisionAspectRatio);
        Assert.Equal(TilingMode.AnyRes, config.DefaultTiling(3));
        Assert.Equal(576, config.Vision.FeaturesPerCrop);
    }

    [Theory]
    [InlineData("", 4096)]
    [InlineData("\"sliding_window\": 1024,", 1024)]
    [InlineData("\"sliding_window\": null,", 32768)]
    public void Load_MistralsWindow_BoundsTheContextToWhatIsExact(string line, int expected)
    {
        using var copy = new TemporaryCheckpoint();
        copy.Edit("config.json", _ => $$$"""{"model_type": "llava_next", "text_config": {{{{line}}} "model_type": "mistral", "max_position_embeddings": 32768, "vocab_size": 32064}}""");

        Assert.Equal(expected, ConfigReader.Load(copy.Directory).Text.MaxPositions);
    }

    [Fact]
    public void Load_LlavaOnevisionWithLlama_IsRead()
    {
        using var copy = new TemporaryCheckpoint();
        copy.Edit("config.json", text => text.Replace("\"model_type\": \"qwen3\"", "\"model_type\": \"llama\"", StringComparison.Ordinal));

        VisionLanguageConfig config = ConfigReader.Load(copy.Directory);

        Assert.False(config.Text.QueryKeyNorm);
        Assert.Equal("llama", config.Text.Family);
    }
}
