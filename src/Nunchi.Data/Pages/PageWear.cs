using SkiaSharp;

namespace Nunchi.Data.Pages;

/// <summary>What cameras and files do to a picture: blur, tone, noise, JPEG.</summary>
internal sealed class PageWear : IDisposable
{
    private const int NoiseLength = 1 << 14;
    private readonly SeededRandom _random;
    private readonly sbyte[] _noise = new sbyte[NoiseLength];
    private readonly byte[] _tone = new byte[256];
    private readonly SKBitmap _bitmap;

    public PageWear(SeededRandom random, int size)
    {
        _random = random;
        SeededRandom fixedNoise = new(20);
        for (int i = 0; i < NoiseLength; i++)
            _noise[i] = (sbyte)MathF.Round(fixedNoise.Normal() * 32);
        _bitmap = new SKBitmap(new SKImageInfo(size, size, SKColorType.Rgba8888, SKAlphaType.Opaque));
    }

    public void Dispose() => _bitmap.Dispose();

    /// <param name="canvas">The page.</param>
    /// <param name="difficulty">What may happen.</param>
    /// <param name="smallestLetters">Height of the smallest letters in page pixels, which decides how much blur still leaves them readable.</param>
    public void Apply(PlanarCanvas canvas, PageDifficulty difficulty, float smallestLetters)
    {
        if (_random.Chance(difficulty.BlurShare))
            Blur(canvas, smallestLetters);
        if (_random.Chance(difficulty.ToneShare))
            Tone(canvas);
        if (_random.Chance(difficulty.NoiseShare))
            Noise(canvas);
    }

    public void Jpeg(byte[] rgb, PageDifficulty difficulty)
    {
        if (!_random.Chance(difficulty.JpegShare))
            return;
        Span<byte> pixels = _bitmap.GetPixelSpan();
        int count = _bitmap.Width * _bitmap.Height;
        for (int i = 0; i < count; i++)
        {
            pixels[4 * i] = rgb[3 * i];
            pixels[4 * i + 1] = rgb[3 * i + 1];
            pixels[4 * i + 2] = rgb[3 * i + 2];
            pixels[4 * i + 3] = 255;
        }

        using SKData data = _bitmap.Encode(SKEncodedImageFormat.Jpeg, _random.Range(25, 85));
        using SKCodec codec = SKCodec.Create(data);
        SKCodecResult result = codec.GetPixels(_bitmap.Info, _bitmap.GetPixels());
        if (result != SKCodecResult.Success)
            throw new InvalidOperationException($"A JPEG picture that was just written could not be read back ({result}).");
        for (int i = 0; i < count; i++)
        {
            rgb[3 * i] = pixels[4 * i];
            rgb[3 * i + 1] = pixels[4 * i + 1];
            rgb[3 * i + 2] = pixels[4 * i + 2];
        }
    }

    private void Blur(PlanarCanvas canvas, float smallestLetters)
    {
        int passes = _random.Range(1, smallestLetters < 18 ? 1 : smallestLetters < 28 ? 2 : 4);
        int side = _random.Range(20, 80);
        int direction = _random.Below(4);
        for (int i = 0; i < passes; i++)
        {
            if (direction != 0)
                Smoothing.Across(canvas, side);
            if (direction != 1)
                Smoothing.Down(canvas, side);
        }
    }

    private void Tone(PlanarCanvas canvas)
    {
        float contrast = _random.Between(0.6f, 1.25f);
        float brightness = _random.Between(-40, 40);
        foreach (byte[] plane in canvas.Planes)
        {
            float cast = _random.Between(-10, 10);
            for (int i = 0; i < 256; i++)
                _tone[i] = (byte)Math.Clamp((i - 128) * contrast + 128 + brightness + cast, 0, 255);
            Span<byte> pixels = plane.AsSpan(0, canvas.Width * canvas.Height);
            for (int i = 0; i < pixels.Length; i++)
                pixels[i] = _tone[pixels[i]];
        }
    }

    private void Noise(PlanarCanvas canvas)
    {
        int strength = _random.Range(1, 14);
        bool same = _random.Chance(0.5f);
        int start = _random.Below(NoiseLength);
        foreach (byte[] plane in canvas.Planes)
        {
            if (!same)
                start = _random.Below(NoiseLength);
            int at = start;
            for (int y = 0; y < canvas.Height; y++)
            {
                Span<byte> row = plane.AsSpan(y * canvas.Width, canvas.Width);
                at = (at + 7919) & (NoiseLength - 1);
                for (int x = 0; x < row.Length; x++)
                    row[x] = (byte)Math.Clamp(row[x] + ((_noise[(at + x) & (NoiseLength - 1)] * strength) >> 5), 0, 255);
            }
        }
    }
}
