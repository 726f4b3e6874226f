namespace Nunchi.Images;

/// <summary>A picture that cannot be read: not a picture, damaged, cut off, of an unsupported kind, or over a limit.</summary>
public sealed class ImageFormatException : IOException
{
    /// <summary>With a message that names the picture and what is wrong with it.</summary>
    public ImageFormatException(string message) : base(message)
    {
    }

    /// <summary>With the cause.</summary>
    public ImageFormatException(string message, Exception inner) : base(message, inner)
    {
    }
}
