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
        LlavaOnevisionConfig config = ConfigReader.Load(GoldenFiles.Path(golden));

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
        LlavaOnevisionConfig config = ConfigReader.Load(GoldenFiles.Path("varco2-tiny"));

        Assert.Equal(32, config.Text.HeadSize);
        Assert.True(config.Text.QueryKeyNorm);
        Assert.False(config.Text.AttentionBias);
        Assert.True(config.Text.TieWordEmbeddings);
        Assert.Equal(2, config.VisionLayersUsed);
        Assert.Equal(new ImageSize(64, 128), config.GridPinpoints[1]);
    }

    [Theory]
    [InlineData("\"model_type\": \"llava_onevision\"", "\"model_type\": \"paligemma\"", "\"paligemma\"; expected a family that is known: llava_onevision")]
    [InlineData("\"rope_type\": \"default\"", "\"rope_type\": \"linear\"", "text_config.rope_parameters.rope_type\" is \"linear\"; expected default")]
    [InlineData("\"rope_theta\": 1000000.0", "\"rope_theta\": \"big\"", "rope_theta")]
    [InlineData("\"hidden_size\": 64", "\"hidden_size\": -64", "expected a whole number from 1")]
    [InlineData("\"num_key_value_heads\": 2", "\"num_key_value_heads\": 3", "a divisor of num_attention_heads 4")]
    [InlineData("\"head_dim\": 32", "\"head_dim\": 31", "an even number")]
    [InlineData("\"use_sliding_window\": false", "\"use_sliding_window\": true", "sliding window is not supported")]
    [InlineData("\"model_type\": \"qwen3\"", "\"model_type\": \"gemma\"", "expected one of qwen2, qwen3, llama")]
    [InlineData("\"model_type\": \"siglip_vision_model\"", "\"model_type\": \"clip_vision_model\"", "expected one of siglip_vision_model")]
    [InlineData("\"vision_feature_select_strategy\": \"full\"", "\"vision_feature_select_strategy\": \"default\"", "expected one of full")]
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
}
