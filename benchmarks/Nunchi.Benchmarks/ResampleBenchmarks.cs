using BenchmarkDotNet.Attributes;
using Nunchi.Images;

namespace Nunchi.Benchmarks;

/// <summary>Resizing as preprocessing does it: a photograph to its canvas and to the base view, a page to its canvas, a small picture enlarged.</summary>
[MemoryDiagnoser]
public class ResampleBenchmarks
{
    private readonly RgbImage _photo = Noise(4000, 3000);
    private readonly RgbImage _page = Noise(2480, 3508);
    private readonly RgbImage _small = Noise(640, 480);

    [Benchmark]
    public RgbImage PhotoToCanvas() => Resampler.Resize(_photo, 2304, 1728);

    [Benchmark]
    public RgbImage PhotoToBaseView() => Resampler.Resize(_photo, 384, 384);

    [Benchmark]
    public RgbImage PageToCanvas() => Resampler.Resize(_page, 1629, 2304);

    [Benchmark]
    public RgbImage SmallToCanvas() => Resampler.Resize(_small, 768, 576);

    private static RgbImage Noise(int width, int height)
    {
        var image = new RgbImage(width, height);
        new Random(1).NextBytes(image.Pixels);
        return image;
    }
}
