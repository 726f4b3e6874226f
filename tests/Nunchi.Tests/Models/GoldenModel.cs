using System.Text.Json;
using Nunchi.Checkpoints;
using Nunchi.Images;
using Nunchi.Models;
using Nunchi.Tensors;
using Nunchi.Tensors.Backends;
using Nunchi.Tensors.Cpu;
using Nunchi.Tensors.Quantization;
using Nunchi.Tensors.Safetensors;
using Nunchi.Tests.Goldens;

namespace Nunchi.Tests.Models;

/// <summary>A golden checkpoint, loaded, with what a test needs to run it.</summary>
internal sealed class GoldenModel : IDisposable
{
    /// <param name="checkpoint">A directory under tests/goldens.</param>
    /// <param name="backend">Disposed with the model.</param>
    /// <param name="weights">How its matrices are kept.</param>
    /// <param name="roundedRotary">For the numbers of checkpoints that were made by casting the whole model, its rotary frequencies included, to bfloat16.</param>
    public GoldenModel(string checkpoint, ComputeBackend? backend = null, bool roundedRotary = false, WeightChoice weights = default)
    {
        Backend = backend ?? CpuBackend.Create(new CpuOptions { Threads = 2 });
        Model = CheckpointReader.Load(GoldenFiles.Path(checkpoint), Backend, weights);
        Model.Decoder.RoundsRotaryFrequencies = roundedRotary;
        Processor = CheckpointImages.Load(GoldenFiles.Path(checkpoint), Model.Config);
        Tape = new Tape(Backend);
        Images = new ImageBatch(Model.Config.Vision);
        Tokens = new TokenBatch(Model.Config.ImageTokenId);
    }

    public ComputeBackend Backend { get; }

    public VisionLanguageModel Model { get; }

    public ImageProcessor Processor { get; }

    public Tape Tape { get; }

    public ImageBatch Images { get; }

    public TokenBatch Tokens { get; }

    public static RgbImage Picture(string name) => ImageDecoder.Decode(File.ReadAllBytes(GoldenFiles.Path("images", name + ".png")));

    public ProcessedImages Process(JsonElement goldenCase)
    {
        RgbImage[] pictures = [.. goldenCase.GetProperty("images").EnumerateArray().Select(name => Picture(name.GetString()!))];
        return Processor.Process(pictures, goldenCase.TryGetProperty("tiling", out JsonElement tiling) && tiling.GetString() == "single_view_each" ? TilingMode.SingleView : TilingMode.AnyRes);
    }

    /// <summary>The tokens and the features of the pictures of one of varco2-tiny's cases; no features where it has no picture.</summary>
    public (int[] Ids, Tensor? Rows) Case(string name)
    {
        JsonElement item = GoldenFiles.Json("varco2-tiny-cases", "cases.json").EnumerateArray().Single(candidate => candidate.GetProperty("name").GetString() == name);
        using SafetensorsFile file = SafetensorsFile.Open(GoldenFiles.Path("varco2-tiny-cases", name + ".safetensors"));
        int[] ids = [.. file.ReadIntegers("input_ids").Select(id => (int)id)];
        if (item.GetProperty("image_tokens").GetInt32() == 0)
            return (ids, null);
        Images.Clear();
        Images.Add(Process(item));
        Tensor rented = Model.EncodeImages(Tape, Images);
        var rows = new Tensor(Backend, rented.Rows, rented.Columns);
        rented.Span.CopyTo(rows.Span);
        Tape.Reset();
        return (ids, rows);
    }

    public void Dispose()
    {
        Tokens.Dispose();
        Images.Dispose();
        Tape.Dispose();
        Model.Dispose();
        Backend.Dispose();
    }
}
