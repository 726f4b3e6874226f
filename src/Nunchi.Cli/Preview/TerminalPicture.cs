using Nunchi.Images;

namespace Nunchi.Cli.Preview;

/// <summary>Shows a picture on a terminal in the best way that it has.</summary>
internal static class TerminalPicture
{
    private const int Rows = 20;

    // A character cell is taken as 10 x 20 pixels where a protocol wants pixels.
    private const int CellWidth = 10;
    private const int CellHeight = 20;

    /// <param name="image">The picture.</param>
    /// <param name="terminal">Where it is shown.</param>
    /// <param name="encodePng">Makes a PNG file of a picture.</param>
    /// <returns>What to write; empty where no picture can be shown.</returns>
    public static string Draw(RgbImage image, Terminal terminal, Func<RgbImage, byte[]> encodePng)
    {
        int columns = Math.Min(terminal.Width - 1, 72);
        return terminal.Pictures switch
        {
            PictureProtocol.HalfBlocks => HalfBlocks.Draw(image, columns, Rows, terminal.Color),
            PictureProtocol.Kitty => Kitty(encodePng(Shrink(image, columns))),
            PictureProtocol.Iterm => Iterm(encodePng(Shrink(image, columns))),
            PictureProtocol.Sixel => Sixel.Draw(Shrink(image, columns)),
            _ => "",
        };
    }

    private static RgbImage Shrink(RgbImage image, int columns)
    {
        (int width, int height) = HalfBlocks.Fit(image, columns * CellWidth, Rows * CellHeight);
        return width == image.Width && height == image.Height ? image : Thumbnail.Scale(image, width, height);
    }

    /// <summary>The kitty graphics protocol: transmit and display a PNG, base64 in pieces of 4,096.</summary>
    private static string Kitty(byte[] png)
    {
        string data = Convert.ToBase64String(png);
        var text = new System.Text.StringBuilder();
        for (int start = 0; start < data.Length; start += 4096)
        {
            int length = Math.Min(4096, data.Length - start);
            string control = start == 0 ? "a=T,f=100,q=2," : "";
            text.Append($"\e_G{control}m={(start + length < data.Length ? 1 : 0)};").Append(data, start, length).Append("\e\\");
        }
        return text.Append('\n').ToString();
    }

    /// <summary>iTerm2's inline images (OSC 1337).</summary>
    private static string Iterm(byte[] png) => $"\e]1337;File=inline=1;size={png.Length};preserveAspectRatio=1:{Convert.ToBase64String(png)}\a\n";
}
