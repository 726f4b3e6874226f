using Nunchi.Images;

namespace Nunchi.Cli;

/// <summary>A picture from a file.</summary>
/// <param name="Name">The file's name, without its folder.</param>
/// <param name="Image">Its pixels.</param>
internal sealed record Picture(string Name, RgbImage Image)
{
    /// <summary>Reads a picture file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="limits">What it may cost; null for <see cref="ImageLimits.Default"/>.</param>
    /// <exception cref="FileNotFoundException">The file is not there.</exception>
    /// <exception cref="InvalidDataException">It is a directory.</exception>
    /// <exception cref="ImageFormatException">The file is empty, no picture, damaged or over a limit; the message names it.</exception>
    public static Picture Read(string path, ImageLimits? limits = null)
    {
        if (Directory.Exists(path))
            throw new InvalidDataException($"{path} is a directory; a picture file is expected.");
        if (!File.Exists(path))
            throw new FileNotFoundException($"{path} does not exist; a picture file is expected.");
        return new Picture(Path.GetFileName(path), ImageDecoder.DecodeFile(path, limits));
    }
}
