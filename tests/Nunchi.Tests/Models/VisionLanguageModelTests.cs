using Nunchi.Models;
using Nunchi.Tensors;
using Nunchi.Tensors.Operators;

namespace Nunchi.Tests.Models;

public class VisionLanguageModelTests
{
    [Fact]
    public void Forward_NothingTrainable_RecordsNothing()
    {
        using var golden = new GoldenModel("varco2-tiny");
        Fill(golden);
        golden.Tape.Recording = true;

        Tensor images = golden.Model.EncodeImages(golden.Tape, golden.Images);
        golden.Model.Forward(golden.Tape, golden.Tokens, images);

        Assert.Equal(0, golden.Tape.NodeCount);
    }

    [Fact]
    public void EncodeImages_FrozenEncoder_RecordsTheProjectorOnly()
    {
        using var golden = new GoldenModel("varco2-tiny");
        Fill(golden);
        golden.Tape.Recording = true;
        golden.Model.Parameters.SetTrainable(ModelModule.Projector, true);

        golden.Model.EncodeImages(golden.Tape, golden.Images);

        // linear, GELU, linear, concatenation with the newline, gather
        Assert.Equal(5, golden.Tape.NodeCount);
    }

    [Fact]
    public void Step_Repeated_AllocatesNearlyNothing()
    {
        using var golden = new GoldenModel("varco2-tiny");
        var pictures = golden.Processor.Process([GoldenModel.Picture("square")], cancellation: TestContext.Current.CancellationToken);
        foreach (ModelModule module in Enum.GetValues<ModelModule>())
            golden.Model.Parameters.SetTrainable(module, true);
        int[] ids = [734, .. Enumerable.Repeat(736, pictures.TokenCount), 1, 2, 3];
        using var rows = new IndexBuffer([88, 89, 90]);
        using var labels = new IndexBuffer([1, 2, 3]);
        for (int i = 0; i < 3; i++)
            Step();

        long before = GC.GetAllocatedBytesForCurrentThread(), bytes = golden.Tape.Workspace.Bytes;
        for (int i = 0; i < 5; i++)
            Step();

        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / 5, 0, 4096);
        Assert.Equal(bytes, golden.Tape.Workspace.Bytes);

        void Step()
        {
            golden.Images.Clear();
            golden.Tokens.Clear();
            golden.Images.Add(pictures);
            golden.Tokens.Add(ids);
            golden.Tape.Recording = true;
            Tensor images = golden.Model.EncodeImages(golden.Tape, golden.Images);
            Tensor hidden = golden.Model.Forward(golden.Tape, golden.Tokens, images);
            golden.Tape.Release(images);
            Losses.CrossEntropy(golden.Tape, golden.Model.Logits(golden.Tape, hidden, rows), labels, 1f / 3, out _);
            golden.Tape.Backward();
            golden.Tape.Reset();
            golden.Model.Parameters.ForgetGradients();
        }
    }

    [Fact]
    public void Initialise_SameSeed_GivesTheSameModelWithTheAskedDeviations()
    {
        using var golden = new GoldenModel("varco2-tiny");
        golden.Model.Initialise(3);
        float[][] first = [.. golden.Model.Parameters.All.Select(parameter => parameter.Tensor.Span.ToArray())];
        golden.Model.Initialise(4);
        Assert.NotEqual(first[0], golden.Model.Parameters.All[0].Tensor.Span.ToArray());
        golden.Model.Initialise(3);

        Assert.Equal(first, golden.Model.Parameters.All.Select(parameter => parameter.Tensor.Span.ToArray()));
        Assert.Equal(0.02, Deviation(golden, "model.language_model.embed_tokens.weight"), 0.001);
        Assert.Equal(0.02 / Math.Sqrt(6), Deviation(golden, "model.language_model.layers.1.mlp.down_proj.weight"), 0.0005);
        Assert.Equal(0.02 / Math.Sqrt(4), Deviation(golden, "model.vision_tower.encoder.layers.1.mlp.fc2.weight"), 0.0005);
        Assert.Equal(1 / Math.Sqrt(64), Deviation(golden, "model.image_newline"), 0.05);
        Assert.All(golden.Model.Parameters["model.vision_tower.encoder.layers.0.self_attn.qkv_proj.bias"].Tensor.Span.ToArray(), value => Assert.Equal(0, value));
        Assert.All(golden.Model.Parameters["model.language_model.norm.weight"].Tensor.Span.ToArray(), value => Assert.Equal(1, value));
    }

    [Fact]
    public void Parameters_Marks_FollowTheirPlaces()
    {
        using var golden = new GoldenModel("varco2-tiny");
        ParameterSet parameters = golden.Model.Parameters;

        Parameter fused = parameters["model.language_model.layers.0.self_attn.qkv_proj.weight"];
        Assert.True(fused.IsMatrixInsideLayer);
        Assert.Equal([128L, 64, 64], fused.Views.Select(view => view.Shape[0]));
        Assert.False(parameters["model.language_model.embed_tokens.weight"].IsMatrixInsideLayer);
        Assert.True(parameters["model.language_model.embed_tokens.weight"].Decays);
        Assert.False(parameters["model.language_model.norm.weight"].Decays);
        Assert.Equal(ModelModule.Newline, parameters["model.image_newline"].Module);
        Assert.Equal(parameters.Count(), Enum.GetValues<ModelModule>().Sum(module => parameters.Count(module)));
        parameters.SetTrainable(ModelModule.Encoder, true);
        Assert.False(parameters["model.vision_tower.post_layernorm.weight"].Trainable);
        Assert.True(parameters["model.vision_tower.embeddings.patch_embedding.weight"].Trainable);
        Assert.False(fused.Trainable);
        Assert.Throws<KeyNotFoundException>(() => parameters["model.language_model.layers.0.self_attn.q_proj.weight"]);
    }

    [Fact]
    public void Add_PicturesForAnotherEncoder_Fails()
    {
        using var one = new GoldenModel("varco1-tiny");
        using var two = new GoldenModel("varco2-tiny");
        var pictures = one.Processor.Process([GoldenModel.Picture("square")], cancellation: TestContext.Current.CancellationToken);

        Assert.Contains("crops of 60 and patches of 14", Assert.Throws<ArgumentException>(() => two.Images.Add(pictures)).Message);
    }

    [Fact]
    public void Forward_TooFewFeatures_TellsBothCounts()
    {
        using var golden = new GoldenModel("varco2-tiny");
        golden.Tokens.Add([1, 736, 736, 2]);
        using var rows = new Tensor(golden.Backend, 1, 64);

        Assert.Contains("2 image features, the pictures give 1", Assert.Throws<ArgumentException>(() => golden.Model.Forward(golden.Tape, golden.Tokens, rows)).Message);
    }

    [Fact]
    public void Forward_CacheWhileRecording_Fails()
    {
        using var golden = new GoldenModel("varco2-tiny");
        using var cache = new Nunchi.Generation.KeyValueCache(golden.Backend, golden.Model.Config.Text);
        golden.Tape.Recording = true;
        golden.Tokens.AddAfter([1, 2], 0, 0);

        Assert.Throws<ArgumentException>(() => golden.Model.Forward(golden.Tape, golden.Tokens, null, cache));
    }

    private static double Deviation(GoldenModel golden, string name)
    {
        double squares = 0;
        ReadOnlySpan<float> values = golden.Model.Parameters[name].Tensor.Span;
        foreach (float value in values)
            squares += (double)value * value;
        return Math.Sqrt(squares / values.Length);
    }

    private static void Fill(GoldenModel golden)
    {
        golden.Images.Add(golden.Processor.Process([GoldenModel.Picture("square")], cancellation: TestContext.Current.CancellationToken));
        golden.Tokens.Add([734, .. Enumerable.Repeat(736, golden.Images.Tokens), 1, 2]);
    }
}
