using System.CommandLine;

namespace Nunchi.Cli;

/// <summary>The picture that a command is about.</summary>
internal static class PictureArgument
{
    public static Argument<string> Create() => new("FILE") { Description = "a picture (PNG, JPEG, WebP, GIF or BMP)" };
}
