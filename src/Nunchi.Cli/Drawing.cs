using Nunchi.Cli.Preview;
using Nunchi.Chat;
using Nunchi.Grounding;
using Nunchi.Images;
using Nunchi.Tensors.Safetensors;

namespace Nunchi.Cli;

/// <summary>Pictures with the boxes of an answer.</summary>
internal static class Drawing
{
    /// <summary>Checks the kind of a picture to be written before any work is done for it.</summary>
    /// <exception cref="UsageException">The name does not end in .png, .jpg or .jpeg.</exception>
    public static void RequireKind(string path)
    {
        if (!IsPng(path) && !IsJpeg(path))
            throw new UsageException($"'{path}' cannot be drawn; the name of a picture to write ends in .png, .jpg or .jpeg.");
    }

    /// <summary>Writes the picture with the boxes in the colours of their phrases.</summary>
    public static void Save(string path, RgbImage image, IReadOnlyList<GroundedSpan> spans)
    {
        RequireKind(path);
        RgbImage drawn = GroundingOverlay.Draw(image, spans);
        AtomicFile.WriteAllBytes(path, IsPng(path) ? ImageEncoder.ToPng(drawn) : ImageEncoder.ToJpeg(drawn));
    }

    /// <summary>Shows the picture with its boxes where the terminal can; elsewhere nothing.</summary>
    public static void Preview(Shell shell, RgbImage image, IReadOnlyList<GroundedSpan> spans)
    {
        if (shell.Quiet || shell.OutTerminal.Pictures == PictureProtocol.None)
            return;
        shell.Out.Write(TerminalPicture.Draw(GroundingOverlay.Draw(image, spans), shell.OutTerminal, ImageEncoder.ToPng));
        shell.Out.Flush();
    }

    private static bool IsPng(string path) => path.EndsWith(".png", StringComparison.OrdinalIgnoreCase);

    private static bool IsJpeg(string path) =>
        path.EndsWith(".jpg", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".jpeg", StringComparison.OrdinalIgnoreCase);
}
