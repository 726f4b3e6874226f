using Nunchi.Data.Pages;
using Nunchi.Images;

namespace Nunchi.Training.Stages.Patches;

/// <summary>Where a picture's pixels fall on each of its crops, as <see cref="ImageProcessor"/> cuts them with an anyres layout.</summary>
internal static class CropViews
{
    /// <summary>One mapping a crop, in order: the whole view, then the tiles row by row.</summary>
    /// <param name="image">The prepared picture.</param>
    /// <param name="tile">Side of a crop in pixels.</param>
    public static IEnumerable<Homography> Of(ProcessedImage image, int tile)
    {
        var (height, width) = (image.Size.Height, image.Size.Width);
        if (image.IsStretched)
        {
            yield return Homography.Crop(0, 0, width, height, tile);
            yield break;
        }

        if (image.Geometry is not { } geometry)
        {
            var side = Math.Max(width, height);
            yield return Homography.Crop(-((side - width) / 2), -((side - height) / 2), side, side, tile);
            yield break;
        }

        yield return Homography.Crop(0, 0, width, height, tile);
        double scaleX = (double)geometry.Resized.Width / width, scaleY = (double)geometry.Resized.Height / height;
        for (var row = 0; row < geometry.Grid.Height; row++)
            for (var column = 0; column < geometry.Grid.Width; column++)
                yield return Homography.Crop(((column * tile) - geometry.PadLeft) / scaleX, ((row * tile) - geometry.PadTop) / scaleY, tile / scaleX, tile / scaleY, tile);
    }
}
