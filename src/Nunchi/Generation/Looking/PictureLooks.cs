using Nunchi.Chat;
using Nunchi.Images;

namespace Nunchi.Generation.Looking;

/// <summary>
/// The same pictures seen several times, each time stretched a little another way: letters and things meet other borders of patches and tiles, while places as shares of the picture stay what they
/// are. What one look mistakes, the others seldom mistake alike.
/// </summary>
internal sealed class PictureLooks
{
    private static readonly (double Width, double Height)[] Stretches = [(1, 1), (1.15, 1), (1, 1.15), (0.9, 0.9)];
    private readonly ChangedPictures[] _stretched = [.. Enumerable.Range(0, Stretches.Length).Select(look => new ChangedPictures(picture => Stretch(picture, look)))];

    /// <summary>The size of a picture at a look.</summary>
    /// <param name="size">The picture's.</param>
    /// <param name="look">Which look, 0..<see cref="GenerationOptions.MostLooks"/>-1; the first sees pictures as they are.</param>
    public static ImageSize SizeOf(ImageSize size, int look) =>
        new(Math.Max(1, (int)Math.Round(size.Height * Stretches[look].Height)), Math.Max(1, (int)Math.Round(size.Width * Stretches[look].Width)));

    /// <summary>A conversation as a look sees it.</summary>
    public IReadOnlyList<Message> Show(IReadOnlyList<Message> conversation, int look) => look == 0 ? conversation : _stretched[look].Show(conversation);

    private static RgbImage Stretch(RgbImage picture, int look)
    {
        ImageSize size = SizeOf(new ImageSize(picture.Height, picture.Width), look);
        return Resampler.Resize(picture, size.Width, size.Height);
    }
}
