using Nunchi.Checkpoints;
using Nunchi.Models;
using Nunchi.Models.Families;

namespace Nunchi.Tests.Checkpoints;

public class CheckpointLayoutTests
{
    [Theory]
    [InlineData("image_newline", "model.image_newline")]
    [InlineData("vision_tower.vision_model.encoder.layers.3.mlp.fc1.bias", "model.vision_tower.encoder.layers.3.mlp.fc1.bias")]
    [InlineData("vision_tower.encoder.layers.3.mlp.fc1.bias", "model.vision_tower.encoder.layers.3.mlp.fc1.bias")]
    [InlineData("multi_modal_projector.linear_1.weight", "model.multi_modal_projector.linear_1.weight")]
    [InlineData("language_model.model.layers.0.self_attn.q_proj.weight", "model.language_model.layers.0.self_attn.q_proj.weight")]
    [InlineData("language_model.lm_head.weight", "lm_head.weight")]
    [InlineData("model.language_model.norm.weight", "model.language_model.norm.weight")]
    [InlineData("model.vision_tower.vision_model.post_layernorm.bias", "model.vision_tower.post_layernorm.bias")]
    [InlineData("model.vision_tower.post_layernorm.bias", "model.vision_tower.post_layernorm.bias")]
    [InlineData("lm_head.weight", "lm_head.weight")]
    [InlineData("model.layers.7.mlp.up_proj.weight", "model.language_model.layers.7.mlp.up_proj.weight")]
    [InlineData("model.embed_tokens.weight", "model.language_model.embed_tokens.weight")]
    [InlineData("model.norm.weight", "model.language_model.norm.weight")]
    [InlineData("model.image_newline", "model.image_newline")]
    [InlineData("model.mm_projector.0.bias", "model.multi_modal_projector.linear_1.bias")]
    [InlineData("model.mm_projector.2.weight", "model.multi_modal_projector.linear_2.weight")]
    [InlineData("model.vision_tower.vision_tower.vision_model.embeddings.patch_embedding.weight", "model.vision_tower.embeddings.patch_embedding.weight")]
    [InlineData("vision_tower.vision_model.pre_layrnorm.bias", "model.vision_tower.pre_layrnorm.bias")]
    [InlineData("model.vision_tower.vision_model.embeddings.class_embedding", "model.vision_tower.embeddings.class_embedding")]
    [InlineData("transformer.wte.weight", null)]
    public void ToParameterName_EveryLayout_GivesOneName(string published, string? expected) =>
        Assert.Equal(expected, CheckpointLayout.ToParameterName(Onevision, published));

    [Theory]
    [InlineData("model.image_newline")]
    [InlineData("lm_head.weight")]
    [InlineData("model.language_model.layers.0.mlp.down_proj.weight")]
    [InlineData("model.vision_tower.embeddings.patch_embedding.bias")]
    [InlineData("model.multi_modal_projector.linear_2.bias")]
    public void ToWrittenName_ThenBack_IsTheSame(string name) =>
        Assert.All(ModelFamilies.All.Where(family => name != "model.image_newline" || family.Name != "llava"), family =>
            Assert.Equal(name, CheckpointLayout.ToParameterName(family, CheckpointLayout.ToWrittenName(family, name))));

    [Fact]
    public void ToParameterName_NewlineInAFamilyWithoutOne_HasNoPlace() =>
        Assert.Null(CheckpointLayout.ToParameterName(ModelFamilies.Find("llava")!, "image_newline"));

    [Theory]
    [InlineData("model.language_model.layers.0.self_attn.rotary_emb.inv_freq", true)]
    [InlineData("model.vision_tower.head.probe", true)]
    [InlineData("model.vision_tower.encoder.layers.26.mlp.fc1.weight", true)]
    [InlineData("model.vision_tower.encoder.layers.25.mlp.fc1.weight", false)]
    [InlineData("model.vision_tower.encoder.layers.27.mlp.fc1.weight", false)]
    public void IsIgnored_OnlyWhatNothingNeeds(string name, bool expected) =>
        Assert.Equal(expected, CheckpointLayout.IsIgnored(name, new VisionLanguageConfig { Vision = new ImageEncoderConfig { Layers = 27 }, Text = new TextDecoderConfig(), VisionFeatureLayer = -2 }));

    private static ModelFamily Onevision { get; } = ModelFamilies.Find("llava_onevision")!;
}
