using CsCheck;
using Nunchi.Chat;
using Nunchi.Grounding;
using Nunchi.Images;

namespace Nunchi.Tests.Grounding;

public class GroundingOverlayTests
{
    private static readonly RgbImage Grey = Filled(320, 240, 128);

    [Fact]
    public void Draw_Box_HasTheColourOfItsSpanAtItsEdges()
    {
        GroundedSpan[] spans = [Span("", new BoundingBox(0.25, 0.25, 0.5, 0.75)), Span("", new BoundingBox(0.625, 0.25, 0.875, 0.75))];

        var drawn = GroundingOverlay.Draw(Grey, spans);

        Assert.Equal(OverlayColour.Of(0), At(drawn, 80, 120));
        Assert.Equal(OverlayColour.Of(0), At(drawn, 159, 120));
        Assert.Equal(OverlayColour.Of(0), At(drawn, 120, 60));
        Assert.Equal(OverlayColour.Of(1), At(drawn, 200, 120));
        Assert.Equal(OverlayColour.Of(1), At(drawn, 240, 179));
        Assert.Equal(new OverlayColour(128, 128, 128), At(drawn, 120, 120));
        Assert.Equal(new OverlayColour(128, 128, 128), At(drawn, 20, 20));
    }

    [Fact]
    public void Draw_Label_IsWrittenOnAPlateAboveTheBox()
    {
        var drawn = GroundingOverlay.Draw(Grey, [Span("노란 우산", new BoundingBox(0.25, 0.5, 0.5, 0.75))], new OverlayOptions { LetterHeight = 20 });

        int plate = 0, ink = 0;
        for (int y = 93; y < 120; y++)
        {
            for (int x = 80; x < 180; x++)
            {
                plate += At(drawn, x, y) == OverlayColour.Of(0) ? 1 : 0;
                ink += At(drawn, x, y) == OverlayColour.Of(0).Ink ? 1 : 0;
            }
        }
        Assert.InRange(plate, 600, 2600);
        Assert.InRange(ink, 100, 1200);
    }

    [Fact]
    public void Draw_NothingToDraw_GivesAnEqualCopy()
    {
        var drawn = GroundingOverlay.Draw(Grey, []);

        Assert.NotSame(Grey, drawn);
        Assert.Equal(Grey.Pixels, drawn.Pixels);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 200)]
    [InlineData(200, 3)]
    public void Draw_TinyPicture_StillWorks(int width, int height)
    {
        var drawn = GroundingOverlay.Draw(Filled(width, height, 10), [Span("아주 긴 이름을 가진 물건", new BoundingBox(0, 0, 1, 1)), Span("점", new BoundingBox(0.5, 0.5, 0.5, 0.5))]);

        Assert.Equal((width, height), (drawn.Width, drawn.Height));
    }

    [Fact]
    public void Draw_SameInput_GivesTheSameBytes()
    {
        GroundedSpan[] spans = [Span("가나다", new BoundingBox(0.1, 0.1, 0.4, 0.4), new BoundingBox(0.5, 0.5, 0.9, 0.9))];

        Assert.Equal(GroundingOverlay.Draw(Grey, spans).Pixels, GroundingOverlay.Draw(Grey, spans).Pixels);
    }

    [Fact]
    public void Draw_OptionOutOfRange_IsRefusedByName()
    {
        Assert.Equal("LineWidth", Assert.Throws<ArgumentOutOfRangeException>(() => GroundingOverlay.Draw(Grey, [], new OverlayOptions { LineWidth = 0 })).ParamName);
        Assert.Equal("LetterHeight", Assert.Throws<ArgumentOutOfRangeException>(() => GroundingOverlay.Draw(Grey, [], new OverlayOptions { LetterHeight = 401 })).ParamName);
    }

    [Fact]
    public void LabelFont_EverySyllableLetterAndHanjaInUse_CanBeShown()
    {
        using var text = new LabelText(20);

        Assert.All(Enumerable.Range(0xAC00, 11172), code => Assert.True(text.CanShow(code)));
        Assert.All(Enumerable.Range(0x21, 94), code => Assert.True(text.CanShow(code)));
        Assert.All("…₩·ㄱㅎㅏㅣ大韓民國", letter => Assert.True(text.CanShow(letter)));
    }

    [Fact]
    public void LabelText_WiderThanAllowed_IsCutWithAnEllipsis()
    {
        using var text = new LabelText(20);

        string fitted = text.Fit("아주 아주\n긴 이름을 가진 물건", 120);

        Assert.EndsWith("…", fitted, StringComparison.Ordinal);
        Assert.StartsWith("아주 아주", fitted, StringComparison.Ordinal);
        Assert.True(text.Measure(fitted) <= 121);
        Assert.Equal("한", text.Fit("\u1112\u1161\u11AB", 120)); // Jamo are composed
    }

    [Fact]
    public void LabelLayout_ManyLabelsWithRoom_CoverNoneOfEachOther()
    {
        Gen.Select(Gen.Int[0, 900], Gen.Int[0, 900]).Array[1, 12].Sample(corners =>
        {
            var layout = new LabelLayout(1000, 1000);
            List<PixelBox> placed = [.. corners.Select(corner => layout.Place(new PixelBox(corner.Item1, corner.Item2, corner.Item1 + 90, corner.Item2 + 90), 80, 20))];
            foreach (var (a, i) in placed.Select((label, i) => (label, i)))
            {
                Assert.True(a.X1 >= 0 && a.Y1 >= 0 && a.X2 <= 1000 && a.Y2 <= 1000 && a.X2 - a.X1 == 80 && a.Y2 - a.Y1 == 20);
                Assert.All(placed.Skip(i + 1), b => Assert.False(a.X1 < b.X2 && b.X1 < a.X2 && a.Y1 < b.Y2 && b.Y1 < a.Y2));
            }
        }, iter: 500);
    }

    [Fact]
    public void OverlayColour_Palette_IsReadableAndToldApart()
    {
        for (int i = 0; i < 7; i++)
        {
            Assert.False(OverlayColour.IsDashed(i));
            Assert.True(OverlayColour.IsDashed(i + 7));
            Assert.Equal(OverlayColour.Of(i), OverlayColour.Of(i + 7));
            Assert.DoesNotContain(OverlayColour.Of(i), Enumerable.Range(0, i).Select(OverlayColour.Of));
        }
        Assert.Equal(new OverlayColour(255, 255, 255), OverlayColour.Of(1).Ink);
        Assert.Equal(new OverlayColour(0, 0, 0), OverlayColour.Of(6).Ink);
        Assert.Equal("#D55E00", OverlayColour.Of(0).ToHex());
    }

    private static GroundedSpan Span(string phrase, params BoundingBox[] boxes) => new(phrase, SpanKind.Object, 0, phrase.Length, boxes);

    private static OverlayColour At(RgbImage image, int x, int y)
    {
        int at = (y * image.Width + x) * 3;
        return new OverlayColour(image.Pixels[at], image.Pixels[at + 1], image.Pixels[at + 2]);
    }

    private static RgbImage Filled(int width, int height, byte value)
    {
        var image = new RgbImage(width, height);
        image.Pixels.AsSpan().Fill(value);
        return image;
    }
}
