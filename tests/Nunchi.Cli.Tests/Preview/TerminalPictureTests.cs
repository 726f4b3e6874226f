using Nunchi.Cli.Preview;
using Nunchi.Images;

namespace Nunchi.Cli.Tests.Preview;

public class TerminalPictureTests
{
    private static readonly RgbImage TwoRows = new(1, 2, [255, 0, 0, 0, 0, 255]);

    [Fact]
    public void HalfBlocks_TwoPixels_AreOneCharacterInTwoColours() =>
        Assert.Equal("\e[38;2;255;0;0;48;2;0;0;255m▀\e[0m\n", HalfBlocks.Draw(TwoRows, 10, 10, ColorDepth.True));

    [Fact]
    public void HalfBlocks_TwoHundredFiftySixColours_UsesTheCube() =>
        Assert.Equal("\e[38;5;196;48;5;21m▀\e[0m\n", HalfBlocks.Draw(TwoRows, 10, 10, ColorDepth.TwoHundredFiftySix));

    [Fact]
    public void Fit_LargePicture_KeepsItsShape()
    {
        Assert.Equal((40, 20), HalfBlocks.Fit(new RgbImage(400, 200), 40, 100));
        Assert.Equal((4, 2), HalfBlocks.Fit(new RgbImage(4, 2), 40, 100));
        Assert.Equal((1, 10), HalfBlocks.Fit(new RgbImage(1, 1000), 40, 10));
    }

    [Fact]
    public void Scale_Halved_AveragesPixels()
    {
        RgbImage small = Thumbnail.Scale(new RgbImage(2, 2, [0, 0, 0, 100, 0, 0, 200, 0, 0, 100, 40, 0]), 1, 1);

        Assert.Equal([100, 10, 0], small.Pixels);
    }

    [Fact]
    public void Sixel_OneColour_IsOneRunABand()
    {
        var image = new RgbImage(10, 8);
        Array.Fill(image.Pixels, (byte)255);

        string text = Sixel.Draw(image);

        Assert.StartsWith("\eP0;1q\"1;1;10;8", text, StringComparison.Ordinal);
        Assert.EndsWith("#215!10~$-#215!10B$-\e\\\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Kitty_LargeFile_IsSentInPieces()
    {
        string text = TerminalPicture.Draw(TwoRows, new Terminal(true, 80, ColorDepth.True, PictureProtocol.Kitty), _ => new byte[6000]);

        Assert.Equal(2, text.Split("\e_G").Length - 1);
        Assert.StartsWith("\e_Ga=T,f=100,q=2,m=1;", text, StringComparison.Ordinal);
        Assert.Contains("\e_Gm=0;", text, StringComparison.Ordinal);
        Assert.Equal(new byte[6000], Convert.FromBase64String(string.Concat(text.TrimEnd('\n').Split("\e\\").Select(piece => piece[(piece.IndexOf(';', StringComparison.Ordinal) + 1)..]))));
    }

    [Fact]
    public void Iterm_File_IsInline() =>
        Assert.Equal("\e]1337;File=inline=1;size=3;preserveAspectRatio=1:AQID\a\n",
            TerminalPicture.Draw(TwoRows, new Terminal(true, 80, ColorDepth.True, PictureProtocol.Iterm), _ => [1, 2, 3]));

    [Fact]
    public void Draw_Pipe_IsNothing() => Assert.Empty(TerminalPicture.Draw(TwoRows, Terminal.Pipe, _ => []));
}
