using Nunchi.Checkpoints;
using Nunchi.Gguf;
using Nunchi.Tensors.Safetensors;
using Nunchi.Tests.Goldens;

namespace Nunchi.Tests.Gguf;

public class GgufProjectorTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Write_Onevision_HasLlamaCppsKeysAndNames()
    {
        using var folder = new TemporaryFolder();
        GgufExport.WriteProjector(GoldenFiles.Path("varco2-tiny"), folder["mmproj.gguf"], GgufWeights.F32, cancellation: Token);

        using GgufFile file = GgufFile.Open(folder["mmproj.gguf"]);

        Assert.Equal("clip", file.Text("general.architecture"));
        Assert.Equal("mmproj", file.Text("general.type"));
        Assert.Equal("mlp", file.Text("clip.projector_type"));
        Assert.True(file.Flag("clip.has_vision_encoder"));
        Assert.True(file.Flag("clip.use_gelu"));
        Assert.Equal(64, file.Whole("clip.vision.image_size"));
        Assert.Equal(16, file.Whole("clip.vision.patch_size"));
        Assert.Equal(64, file.Whole("clip.vision.embedding_length"));
        Assert.Equal(120, file.Whole("clip.vision.feed_forward_length"));
        Assert.Equal(2, file.Whole("clip.vision.block_count"));
        Assert.Equal([2], file.Wholes("clip.vision.feature_layer"));
        Assert.Equal(64, file.Whole("clip.vision.projection_dim"));
        Assert.Equal(4, file.Whole("clip.vision.attention.head_count"));
        Assert.Equal(3, file.Length("clip.vision.image_mean"));
        Assert.Equal([64, 64, 128, 64], file.Wholes("clip.vision.image_grid_pinpoints")!.Take(4)); // width, height
        Assert.Equal([64, 3, 16, 16], file.Find("v.patch_embd.weight")!.Shape);
        Assert.Equal([16, 64], file.Find("v.position_embd.weight")!.Shape);
        Assert.Null(file.Find("v.post_ln.weight"));
        Assert.NotNull(file.Find("v.image_newline"));
        Assert.Equal(4 + (2 * 16) + 4, file.Entries.Count);
    }

    [Fact]
    public void Write_Clip_HasClassTokenAndQuickGelu()
    {
        using var folder = new TemporaryFolder();
        GgufExport.WriteProjector(GoldenFiles.Path("llava15-tiny"), folder["mmproj.gguf"], GgufWeights.F32, cancellation: Token);

        using GgufFile file = GgufFile.Open(folder["mmproj.gguf"]);

        Assert.False(file.Flag("clip.use_gelu"));
        Assert.Equal(2, file.Whole("clip.vision.block_count")); // the second-to-last of three
        Assert.Equal([2], file.Wholes("clip.vision.feature_layer"));
        Assert.Equal([10, 48], file.Find("v.position_embd.weight")!.Shape);
        Assert.Equal([48], file.Find("v.class_embd")!.Shape);
        Assert.NotNull(file.Find("v.pre_ln.bias"));
        Assert.Null(file.Find("v.patch_embd.bias"));
        Assert.Null(file.Find("v.image_newline"));
        Assert.Null(file.Length("clip.vision.image_grid_pinpoints"));
    }

    [Fact]
    public void Write_F32_HoldsTheCheckpointsValues()
    {
        using var folder = new TemporaryFolder();
        GgufExport.WriteProjector(GoldenFiles.Path("varco2-tiny"), folder["mmproj.gguf"], GgufWeights.F32, cancellation: Token);
        using GgufFile file = GgufFile.Open(folder["mmproj.gguf"]);
        using SafetensorsFile golden = SafetensorsFile.Open(GoldenFiles.Path("varco2-tiny", "model.safetensors"));

        foreach (var (name, published) in ((string, string)[])
            [("v.blk.1.ffn_up.weight", "vision_tower.encoder.layers.1.mlp.fc1.weight"), ("v.blk.0.attn_out.bias", "vision_tower.encoder.layers.0.self_attn.out_proj.bias"),
            ("v.blk.1.ln2.weight", "vision_tower.encoder.layers.1.layer_norm2.weight"), ("mm.2.weight", "multi_modal_projector.linear_2.weight"), ("v.patch_embd.weight", "vision_tower.embeddings.patch_embedding.weight")])
        {
            float[] values = new float[file.Find(name)!.Count];
            file.Read(file.Find(name)!, values);
            Assert.Equal(golden.ReadSingles(published), values);
        }
    }

    [Theory]
    [InlineData(GgufWeights.Q4_K, GgufTensorType.F16, GgufTensorType.F16)]
    [InlineData(GgufWeights.BF16, GgufTensorType.BF16, GgufTensorType.F16)]
    [InlineData(GgufWeights.Q8_0, GgufTensorType.Q8_0, GgufTensorType.F16)]
    [InlineData(GgufWeights.F32, GgufTensorType.F32, GgufTensorType.F32)]
    public void Write_Types_KeepTheEncoderFromFewBits(GgufWeights weights, GgufTensorType matrix, GgufTensorType patches)
    {
        using var folder = new TemporaryFolder();
        GgufExport.WriteProjector(GoldenFiles.Path("varco2-tiny"), folder["mmproj.gguf"], weights, cancellation: Token);

        using GgufFile file = GgufFile.Open(folder["mmproj.gguf"]);

        Assert.Equal(matrix, file.Find("v.blk.0.attn_q.weight")!.Type);
        Assert.Equal(patches, file.Find("v.patch_embd.weight")!.Type);
        Assert.Equal(GgufTensorType.F32, file.Find("v.position_embd.weight")!.Type);
        Assert.Equal(GgufTensorType.F32, file.Find("v.blk.0.attn_q.bias")!.Type);
    }

    [Fact]
    public void Write_MissingTensor_LeavesNoFile()
    {
        using var folder = new TemporaryFolder();
        using var copy = new Checkpoints.TemporaryCheckpoint();
        copy.Edit("config.json", text => text.Replace("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 3", StringComparison.Ordinal));

        string message = Assert.Throws<InvalidDataException>(() => GgufExport.WriteProjector(copy.Directory, folder["mmproj.gguf"], GgufWeights.F32, cancellation: Token)).Message;

        Assert.Contains("model.vision_tower.encoder.layers.2.self_attn.q_proj.weight", message);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }
}
