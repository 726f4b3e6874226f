using System.Runtime.InteropServices;
using SkiaSharp;

namespace Nunchi.Data.Scenes;

/// <summary>Irregularities that turn flat colour into a surface.</summary>
internal static class Texture
{
    /// <summary>Soft light and dark patches: a few random pixels, enlarged.</summary>
    public static void Mottle(SceneBuilder b, int cells, int strength)
    {
        int columns = Math.Max(2, cells * b.Width / 640), rows = Math.Max(2, cells * b.Height / 640);
        Enlarge(b, columns, rows, strength, smooth: true, 0);
    }

    /// <summary>Grains of about a pixel or two.</summary>
    public static void Speckle(SceneBuilder b, float strength)
    {
        int size = b.Random.Between(1, 2);
        Enlarge(b, b.Width / size, b.Height / size, (int)(80 * strength), smooth: false, 0);
    }

    /// <summary>Round patches with soft edges.</summary>
    public static void Blobs(SceneBuilder b, int count, SKRect area, float least, float most, Func<SKColor> colour)
    {
        float side = Math.Min(b.Width, b.Height);
        for (int i = 0; i < count; i++)
        {
            float radius = side * b.Random.Between(least, most);
            var middle = new SKPoint(b.Random.Between(area.Left, area.Right), b.Random.Between(area.Top, area.Bottom));
            SKColor shade = colour();
            using var shader = SKShader.CreateRadialGradient(middle, radius, [shade, shade, shade.WithAlpha(0)], [0, b.Random.Between(0.2f, 0.85f), 1], SKShaderTileMode.Clamp);
            using var paint = new SKPaint { Shader = shader, IsAntialias = true };
            b.Canvas.DrawCircle(middle, radius, paint);
        }
    }

    private static void Enlarge(SceneBuilder b, int columns, int rows, int strength, bool smooth, float turn)
    {
        byte[] pixels = new byte[columns * rows * 4];
        Span<uint> words = MemoryMarshal.Cast<byte, uint>(pixels.AsSpan());
        for (int i = 0; i < words.Length; i++)
        {
            ulong bits = b.Random.NextBits();
            uint alpha = (uint)((bits & 0xFF) * (ulong)strength / 255);
            bool light = (bits & 0x100) != 0;
            words[i] = (alpha << 24) | (light ? alpha * 0x010101u : 0);
        }
        GCHandle pin = GCHandle.Alloc(pixels, GCHandleType.Pinned);
        try
        {
            var info = new SKImageInfo(columns, rows, SKColorType.Rgba8888, SKAlphaType.Premul);
            using SKImage image = SKImage.FromPixelCopy(info, pin.AddrOfPinnedObject(), columns * 4);
            using var paint = new SKPaint();
            var sampling = smooth ? new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.None) : new SKSamplingOptions(SKFilterMode.Nearest, SKMipmapMode.None);
            b.Canvas.Save();
            if (turn != 0)
                b.Canvas.RotateDegrees(turn);
            b.Canvas.DrawImage(image, SKRect.Create(columns, rows), SKRect.Create(b.Width, b.Height), sampling, paint);
            b.Canvas.Restore();
        }
        finally
        {
            pin.Free();
        }
    }
}
