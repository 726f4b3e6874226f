using System.Runtime.InteropServices;
using SkiaSharp;

namespace Nunchi.Images;

/// <summary>
/// Decodes JPEG, PNG, GIF, WebP and BMP to RGB as Pillow's <c>convert("RGB")</c> does: the EXIF orientation is applied, alpha is dropped and
/// the colours under it kept, colour profiles are not applied, the first frame counts. A picture that is cut off is an error.
/// </summary>
public static class ImageDecoder
{
    private const string Unnamed = "the picture";

    /// <summary>Decodes a picture file held in memory.</summary>
    /// <param name="data">The file's bytes.</param>
    /// <param name="limits">What it may cost; <see cref="ImageLimits.Default"/> if null.</param>
    /// <param name="name">What messages call it.</param>
    /// <param name="cancellation">Ends the decoding.</param>
    /// <exception cref="ImageFormatException">It is no picture, damaged, cut off, or over a limit.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static RgbImage Decode(byte[] data, ImageLimits? limits = null, string? name = null, CancellationToken cancellation = default) =>
        Decode(data, limits ?? ImageLimits.Default, name ?? Unnamed, TimeProvider.System, cancellation);

    /// <summary>Reads a stream to its end and decodes it.</summary>
    /// <param name="stream">The file's bytes from here on; no more than the limit of them is read.</param>
    /// <param name="limits">What it may cost; <see cref="ImageLimits.Default"/> if null.</param>
    /// <param name="name">What messages call it.</param>
    /// <param name="cancellation">Ends the decoding.</param>
    /// <exception cref="ImageFormatException">It is no picture, damaged, cut off, or over a limit.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static RgbImage Decode(Stream stream, ImageLimits? limits = null, string? name = null, CancellationToken cancellation = default) =>
        Decode(ReadAll(stream, limits ?? ImageLimits.Default, name ?? Unnamed, cancellation), limits, name, cancellation);

    /// <summary>Reads a file and decodes it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="limits">What it may cost; <see cref="ImageLimits.Default"/> if null.</param>
    /// <param name="cancellation">Ends the decoding.</param>
    /// <exception cref="ImageFormatException">It is not there or cannot be opened, is no picture, damaged, cut off, or over a limit.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static RgbImage DecodeFile(string path, ImageLimits? limits = null, CancellationToken cancellation = default)
    {
        if (Directory.Exists(path))
            throw new ImageFormatException($"{path}: a directory; a picture file was expected.");
        if (!File.Exists(path))
            throw new ImageFormatException($"{path}: there is no such file.");
        try
        {
            using FileStream stream = File.OpenRead(path);
            return Decode(stream, limits, path, cancellation);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException and not ImageFormatException)
        {
            throw new ImageFormatException($"{path}: cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Reads kind and size of a picture from its first bytes.</summary>
    /// <param name="data">The file's bytes.</param>
    /// <param name="name">What messages call it.</param>
    /// <exception cref="ImageFormatException">It is no picture of a kind that is read, or its header is damaged.</exception>
    public static ImageHeader Identify(ReadOnlySpan<byte> data, string? name = null) => ImageHeader.Read(data, name ?? Unnamed);

    internal static RgbImage Decode(byte[] data, ImageLimits limits, string name, TimeProvider clock, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (data.LongLength > limits.MaxBytes)
            throw TooLong(name, limits);
        ImageHeader header = ImageHeader.Read(data, name);
        Check(header, limits, name);
        if (header.Format == ImageFormat.Gif)
            return GifFrame.Decode(data, limits, name);
        using var source = new BoundedStream(data, clock, limits.MaxTime, cancellation);
        RgbImage? image = TryDecode(source, header, limits, name, out string problem);
        if (source.IsStopped)
        {
            cancellation.ThrowIfCancellationRequested();
            throw new ImageFormatException($"{name}: decoding took longer than the limit of {limits.MaxTime.TotalSeconds:0.###} s.");
        }
        if (image is null)
            throw new ImageFormatException($"{name}: {problem} ({header.Format}, {header.Width} x {header.Height} pixels, {data.Length} bytes).");
        return ImageOrientation.Apply(image, ExifOrientation.Read(data, header.Format));
    }

    private static RgbImage? TryDecode(BoundedStream source, ImageHeader header, ImageLimits limits, string name, out string problem)
    {
        using var stream = new SKManagedStream(source);
        using SKCodec? codec = SKCodec.Create(stream, out SKCodecResult result);
        if (codec is null)
        {
            problem = Explain(result);
            return null;
        }
        Check(header with { Width = codec.Info.Width, Height = codec.Info.Height }, limits, name);
        var info = new SKImageInfo(codec.Info.Width, codec.Info.Height, SKColorType.Rgba8888, SKAlphaType.Unpremul);
        return Decode(codec, info, out problem);
    }

    private static unsafe RgbImage? Decode(SKCodec codec, SKImageInfo info, out string problem)
    {
        long pixels = (long)info.Width * info.Height;
        void* buffer = NativeMemory.AllocZeroed((nuint)pixels, 4);
        try
        {
            SKCodecResult result = codec.GetPixels(info, (nint)buffer);
            problem = Explain(result);
            if (result != SKCodecResult.Success)
                return null;
            var image = new RgbImage(info.Width, info.Height);
            PixelFormats.DropAlpha(new ReadOnlySpan<byte>(buffer, checked((int)(pixels * 4))), image.Pixels);
            return image;
        }
        finally
        {
            NativeMemory.Free(buffer);
        }
    }

    internal static void Check(ImageHeader header, ImageLimits limits, string name)
    {
        if (header.Width > limits.MaxWidth || header.Height > limits.MaxHeight || header.Width * header.Height > limits.MaxPixels)
        {
            throw new ImageFormatException(
                $"{name}: {header.Width} x {header.Height} pixels; the limits are {limits.MaxWidth} columns, {limits.MaxHeight} rows and {limits.MaxPixels} pixels.");
        }
    }

    private static byte[] ReadAll(Stream stream, ImageLimits limits, string name, CancellationToken cancellation)
    {
        using var bytes = new MemoryStream();
        var buffer = new byte[81920];
        for (int read; (read = stream.Read(buffer)) > 0;)
        {
            cancellation.ThrowIfCancellationRequested();
            if (bytes.Length + read > limits.MaxBytes)
                throw TooLong(name, limits);
            bytes.Write(buffer, 0, read);
        }
        return bytes.ToArray();
    }

    private static ImageFormatException TooLong(string name, ImageLimits limits) => new($"{name}: longer than the limit of {limits.MaxBytes} bytes.");

    private static string Explain(SKCodecResult result) => result switch
    {
        SKCodecResult.IncompleteInput => "the picture is cut off",
        SKCodecResult.ErrorInInput => "the picture is damaged",
        SKCodecResult.Unimplemented or SKCodecResult.InvalidConversion => "a variant of the format that is not supported",
        _ => "the picture cannot be decoded",
    };
}
