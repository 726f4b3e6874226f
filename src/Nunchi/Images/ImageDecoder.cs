using SkiaSharp;

namespace Nunchi.Images;

/// <summary>Decodes.</summary>
public static class ImageDecoder
{
    /// <summary>Decodes.</summary>
    public static RgbImage Decode(byte[] data)
    {
        using var codec = SKCodec.Create(new SKMemoryStream(data), out var r) ?? throw new ImageFormatException(r.ToString());
        var info = new SKImageInfo(codec.Info.Width, codec.Info.Height, SKColorType.Rgba8888, SKAlphaType.Unpremul, null);
        var px = new byte[info.BytesSize];
        unsafe { fixed (byte* p = px) { r = codec.GetPixels(info, (IntPtr)p); } }
        if (r != SKCodecResult.Success) throw new ImageFormatException(r.ToString());
        var rgb = new RgbImage(info.Width, info.Height);
        for (int i = 0; i < info.Width * info.Height; i++) { rgb.Pixels[i * 3] = px[i * 4]; rgb.Pixels[i * 3 + 1] = px[i * 4 + 1]; rgb.Pixels[i * 3 + 2] = px[i * 4 + 2]; }
        return rgb;
    }
}
