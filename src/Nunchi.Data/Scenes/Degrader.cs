using Nunchi.Images;
using SkiaSharp;

namespace Nunchi.Data.Scenes;

/// <summary>What light, lens, sensor and file format do to a picture. Nothing moves: the places in the record stay true.</summary>
internal static class Degrader
{
    /// <summary>Chooses how the picture suffers; blur and motion stay well below what the smallest text bears unless it is meant to be unreadable.</summary>
    public static SceneDegradation Choose(SceneBuilder b, bool unreadable)
    {
        SceneRandom random = b.Random;
        float harsh = b.Harshness;
        float smallest = b.Texts.Count == 0 ? 40 : Math.Max(8, b.Texts.Min(t => t.Height));
        if (unreadable)
        {
            bool motion = random.Chance(0.25);
            return new SceneDegradation
            {
                Blur = motion ? 0.8f : Math.Max(2, random.Between(0.22f, 0.34f) * b.Texts.Max(t => t.Height)),
                Motion = motion ? random.Between(0.8f, 1.1f) * b.Texts.Max(t => t.Height) : 0,
                Noise = random.Between(0, 6f),
                Jpeg = random.Chance(0.5) ? random.Between(40, 90) : 0,
            };
        }
        return new SceneDegradation
        {
            Blur = random.Chance(0.45 * harsh) ? Math.Min(random.Between(0.4f, 1.5f) * harsh, 0.065f * smallest) : 0,
            Motion = random.Chance(0.12 * harsh) ? Math.Min(random.Between(1.5f, 5f) * harsh, 0.16f * smallest) : 0,
            Noise = random.Chance(0.45 * harsh) ? random.Between(1f, 13f) * harsh : 0,
            Jpeg = random.Chance(0.55 * Math.Min(1, harsh)) ? random.Between((int)(85 - (45 * Math.Min(1, harsh))), 95) : 0,
            Resolution = random.Chance(0.15 * harsh) ? Math.Max(random.Between(0.55f, 0.9f), Math.Min(1, 12f / smallest)) : 1,
        };
    }

    /// <summary>Light that falls unevenly: a gradient, a bright spot, a shadow with an edge, darker corners.</summary>
    public static void Light(SceneBuilder b)
    {
        SKCanvas canvas = b.Canvas;
        canvas.ResetMatrix();
        SceneRandom random = b.Random;
        float harsh = b.Harshness;
        if (random.Chance(0.45 * harsh))
        {
            float angle = random.Between(0, MathF.Tau);
            var reach = new SKPoint(MathF.Cos(angle) * b.Width / 2, MathF.Sin(angle) * b.Height / 2);
            var middle = new SKPoint(b.Width / 2f, b.Height / 2f);
            using var shader = SKShader.CreateLinearGradient(middle - reach, middle + reach,
                [SKColors.Black.WithAlpha((byte)random.Between(20, 120)), SKColors.Transparent, SKColors.White.WithAlpha((byte)random.Between(0, 70))], SKShaderTileMode.Clamp);
            using var paint = new SKPaint { Shader = shader };
            canvas.DrawPaint(paint);
        }
        if (random.Chance(0.15 * harsh))
            Texture.Blobs(b, 1, SKRect.Create(b.Width, b.Height), 0.15f, 0.5f, () => SKColors.White.WithAlpha((byte)random.Between(30, 110)));
        if (random.Chance(0.18 * harsh))
        {
            using var path = new SKPath();
            float x = random.Between(-0.2f, 0.8f) * b.Width, width = random.Between(0.15f, 0.6f) * b.Width, lean = random.Between(-0.5f, 0.5f) * b.Width;
            path.AddPoly([new SKPoint(x, 0), new SKPoint(x + width, 0), new SKPoint(x + width + lean, b.Height), new SKPoint(x + lean, b.Height)]);
            using var paint = new SKPaint { Color = SKColors.Black.WithAlpha((byte)random.Between(25, 95)), IsAntialias = true };
            canvas.DrawPath(path, paint);
        }
        if (random.Chance(0.2 * harsh))
        {
            using var shader = SKShader.CreateRadialGradient(new SKPoint(b.Width / 2f, b.Height / 2f), 0.75f * Math.Max(b.Width, b.Height),
                [SKColors.Transparent, SKColors.Black.WithAlpha((byte)random.Between(40, 140))], [0.5f, 1], SKShaderTileMode.Clamp);
            using var paint = new SKPaint { Shader = shader };
            canvas.DrawPaint(paint);
        }
    }

    /// <summary>Blur, motion, coarse pixels, colour cast, noise and compression.</summary>
    /// <returns>The picture, and the JPEG file it came out of when it was compressed.</returns>
    public static (RgbImage Image, byte[]? Jpeg) Apply(SceneBuilder b, SceneDegradation plan)
    {
        SKSurface surface = b.Surface;
        if (plan.Resolution < 1)
            Coarsen(b, plan.Resolution);
        if (plan.Blur > 0)
        {
            using SKImage image = surface.Snapshot();
            using var filter = SKImageFilter.CreateBlur(plan.Blur, plan.Blur, SKShaderTileMode.Clamp);
            using var paint = new SKPaint { ImageFilter = filter, BlendMode = SKBlendMode.Src };
            surface.Canvas.DrawImage(image, 0, 0, paint);
        }
        if (plan.Motion > 0)
            Smear(b, plan.Motion);
        using SKImage drawn = surface.Snapshot();
        using var bitmap = new SKBitmap(new SKImageInfo(b.Width, b.Height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        drawn.ReadPixels(bitmap.Info, bitmap.GetPixels(), bitmap.RowBytes, 0, 0);
        Sensor(bitmap.GetPixelSpan(), b, plan.Noise);
        if (plan.Jpeg == 0)
            return (ToRgb(bitmap), null);
        using SKData data = bitmap.Encode(SKEncodedImageFormat.Jpeg, plan.Jpeg);
        using SKBitmap decoded = SKBitmap.Decode(data, new SKImageInfo(b.Width, b.Height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        return (ToRgb(decoded), data.ToArray());
    }

    private static void Coarsen(SceneBuilder b, float resolution)
    {
        int width = Math.Max(1, (int)(b.Width * resolution)), height = Math.Max(1, (int)(b.Height * resolution));
        using SKImage image = b.Surface.Snapshot();
        using var small = SKSurface.Create(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        var linear = new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear);
        small.Canvas.DrawImage(image, SKRect.Create(b.Width, b.Height), SKRect.Create(width, height), linear);
        using SKImage shrunk = small.Snapshot();
        b.Canvas.DrawImage(shrunk, SKRect.Create(width, height), SKRect.Create(b.Width, b.Height), new SKSamplingOptions(SKFilterMode.Linear));
    }

    private static void Smear(SceneBuilder b, float length)
    {
        using SKImage image = b.Surface.Snapshot();
        float angle = b.Random.Between(0, MathF.PI);
        int copies = Math.Clamp((int)MathF.Ceiling(length) + 1, 2, 24);
        using var paint = new SKPaint();
        var sampling = new SKSamplingOptions(SKFilterMode.Linear);
        for (int i = 0; i < copies; i++)
        {
            float shift = length * ((i / (float)(copies - 1)) - 0.5f);
            paint.Color = SKColors.White.WithAlpha((byte)(255 / (i + 1)));
            b.Canvas.Save();
            b.Canvas.Translate(shift * MathF.Cos(angle), shift * MathF.Sin(angle));
            b.Canvas.DrawImage(image, 0, 0, sampling, paint);
            b.Canvas.Restore();
        }
    }

    private static void Sensor(Span<byte> rgba, SceneBuilder b, float noise)
    {
        SceneRandom random = b.Random;
        Span<byte> curve = stackalloc byte[3 * 256];
        float harsh = b.Harshness;
        float contrast = 1 + (harsh * random.Between(-0.22f, 0.22f)), brightness = harsh * random.Between(-24f, 24f), gamma = MathF.Exp(harsh * random.Between(-0.25f, 0.25f));
        for (int channel = 0; channel < 3; channel++)
        {
            float gain = 1 + (harsh * random.Between(-0.08f, 0.08f));
            for (int v = 0; v < 256; v++)
            {
                float value = 255 * MathF.Pow(v / 255f, gamma);
                curve[(channel * 256) + v] = (byte)Math.Clamp(((value - 128) * contrast * gain) + 128 + brightness, 0, 255);
            }
        }
        if (noise <= 0)
        {
            for (int i = 0; i < rgba.Length; i += 4)
            {
                rgba[i] = curve[rgba[i]];
                rgba[i + 1] = curve[256 + rgba[i + 1]];
                rgba[i + 2] = curve[512 + rgba[i + 2]];
            }
            return;
        }

        // Three 21-bit fields of one draw; each field's three 7-bit parts add up to a bell of deviation 64 steps.
        int strength = (int)(noise * 1024 / 64);
        for (int i = 0; i < rgba.Length; i += 4)
        {
            ulong bits = random.NextBits();
            for (int channel = 0; channel < 3; channel++)
            {
                int sum = (int)(bits & 127) + (int)((bits >> 7) & 127) + (int)((bits >> 14) & 127) - 190;
                bits >>= 21;
                int value = curve[(channel * 256) + rgba[i + channel]] + ((sum * strength) >> 10);
                rgba[i + channel] = (byte)Math.Clamp(value, 0, 255);
            }
        }
    }

    private static RgbImage ToRgb(SKBitmap bitmap)
    {
        ReadOnlySpan<byte> from = bitmap.GetPixelSpan();
        byte[] to = new byte[bitmap.Width * bitmap.Height * 3];
        for (int i = 0, j = 0; j < to.Length; i += 4, j += 3)
        {
            to[j] = from[i];
            to[j + 1] = from[i + 1];
            to[j + 2] = from[i + 2];
        }
        return new RgbImage(bitmap.Width, bitmap.Height, to);
    }
}
