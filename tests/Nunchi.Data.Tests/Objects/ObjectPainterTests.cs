using Nunchi.Data.Objects;
using Nunchi.Data.Pages;

namespace Nunchi.Data.Tests.Objects;

public class ObjectPainterTests
{
    [Fact]
    public void Draw_EveryShape_FillsItsBoxWithItsColour()
    {
        ObjectPainter painter = new(null);
        Assert.False(painter.HasEmoji);
        Assert.NotEmpty(painter.Drawable);
        foreach (ObjectVariant variant in painter.Drawable.SelectMany(item => item.Variants))
        {
            ObjectSprite sprite = painter.Draw(variant, ColourName.Green, 40);
            Rgb green = Colours.Typical(ColourName.Green);
            Assert.InRange(sprite.Width, 26, 40);
            Assert.InRange(sprite.Height, 26, 40);
            Assert.Equal(sprite.Width * sprite.Height * 4, sprite.Rgba.Length);
            int inked = Enumerable.Range(0, sprite.Width * sprite.Height).Count(i => sprite.Rgba[i * 4 + 3] == 255);
            Assert.True(inked > sprite.Width * sprite.Height / 8, $"{variant} has little ink: {inked}");
            int at = Enumerable.Range(0, sprite.Width * sprite.Height).First(i => sprite.Rgba[i * 4 + 3] == 255) * 4;
            Assert.Equal(green, new Rgb(sprite.Rgba[at], sprite.Rgba[at + 1], sprite.Rgba[at + 2]));
        }
    }

    [Fact]
    public void Draw_SameTwice_IsKept()
    {
        ObjectPainter painter = new(null);
        ObjectVariant star = ObjectCatalogue.Get("star").Variants[0];
        Assert.Same(painter.Draw(star, ColourName.Red, 30), painter.Draw(star, ColourName.Red, 30));
        Assert.NotSame(painter.Draw(star, ColourName.Red, 30), painter.Draw(star, ColourName.Red, 31));
    }

    [Fact]
    public void Draw_EmojiWithoutFont_SaysWhatToInstall()
    {
        ObjectPainter painter = new(null);
        ObjectVariant dog = ObjectCatalogue.Get("dog").Variants[0];
        Assert.False(painter.CanDraw(dog));
        var failure = Assert.Throws<InvalidOperationException>(() => painter.Draw(dog, ColourName.None, 30));
        Assert.Contains("fonts-noto-color-emoji", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Apply_Recolouring_TurnsTheMainColourOnly()
    {
        byte[] rgba = [200, 20, 20, 255, 180, 10, 10, 255, 220, 30, 30, 255, 255, 255, 255, 255, 20, 200, 20, 255];
        Recolouring.Apply(rgba, ColourName.Blue);
        (float hue, _, _) = Colours.ToHsv(new Rgb(rgba[0], rgba[1], rgba[2]));
        Assert.InRange(hue, 214, 238);
        Assert.Equal([255, 255, 255, 255, 20, 200, 20, 255], rgba[12..]);
    }
}
