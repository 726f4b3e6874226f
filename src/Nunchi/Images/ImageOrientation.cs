namespace Nunchi.Images;

/// <summary>Turns a picture the way its EXIF orientation says it was held.</summary>
internal static class ImageOrientation
{
    /// <param name="image">The stored picture.</param>
    /// <param name="orientation">EXIF's number: 1 as stored, 2 mirrored, 3 half a turn, 4 upside down, 5 transposed, 6 a quarter clockwise, 7 transversed, 8 a quarter back.</param>
    public static RgbImage Apply(RgbImage image, int orientation)
    {
        if (orientation is < 2 or > 8)
            return image;
        bool turned = orientation >= 5;
        int width = turned ? image.Height : image.Width, height = turned ? image.Width : image.Height;
        bool fromRight = orientation is 2 or 3 or 7 or 8, fromBottom = orientation is 3 or 4 or 6 or 7;
        var result = new RgbImage(width, height);
        byte[] source = image.Pixels, target = result.Pixels;
        int at = 0;
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++, at += 3)
            {
                int column = turned ? y : x, row = turned ? x : y;
                if (fromRight)
                    column = image.Width - 1 - column;
                if (fromBottom)
                    row = image.Height - 1 - row;
                int from = (row * image.Width + column) * 3;
                target[at] = source[from];
                target[at + 1] = source[from + 1];
                target[at + 2] = source[from + 2];
            }
        }
        return result;
    }
}
