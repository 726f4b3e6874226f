using CsCheck;
using Nunchi.Chat;
using Nunchi.Grounding;

namespace Nunchi.Tests.Grounding;

public class CoordinateFormatTests
{
    // As Python writes round(x, 3), without trailing zeros.
    [Theory]
    [InlineData(0, "0")]
    [InlineData(1, "1")]
    [InlineData(0.34, "0.34")]
    [InlineData(0.5, "0.5")]
    [InlineData(0.1725, "0.172")]
    [InlineData(0.0625, "0.062")]
    [InlineData(0.1875, "0.188")]
    [InlineData(0.3125, "0.312")]
    [InlineData(0.0005, "0.001")]
    [InlineData(0.0004999, "0")]
    [InlineData(0.99951, "1")]
    [InlineData(1.0 / 3, "0.333")]
    public void Format_Coordinate_RoundsHalfToEven(double value, string expected) => Assert.Equal(expected, CoordinateFormat.Format(value));

    [Theory]
    [InlineData(-0.001)]
    [InlineData(1.001)]
    [InlineData(double.NaN)]
    public void Format_OutsideThePicture_IsRefused(double value) => Assert.Throws<ArgumentOutOfRangeException>(() => CoordinateFormat.Format(value));

    [Fact]
    public void TryParse_AnyFormattedBox_GivesItBackToTheThousandth()
    {
        Gen.Double[0, 1].Array[4].Sample(numbers =>
        {
            var box = new BoundingBox(Math.Min(numbers[0], numbers[2]), Math.Min(numbers[1], numbers[3]), Math.Max(numbers[0], numbers[2]), Math.Max(numbers[1], numbers[3]));

            Assert.True(CoordinateFormat.TryParse(CoordinateFormat.Format(box), out var parsed));
            Assert.Equal(box.X1, parsed.X1, 0.0005001);
            Assert.Equal(box.Y1, parsed.Y1, 0.0005001);
            Assert.Equal(box.X2, parsed.X2, 0.0005001);
            Assert.Equal(box.Y2, parsed.Y2, 0.0005001);
        });
    }

    [Theory]
    [InlineData("")]
    [InlineData("0.1, 0.2, 0.3")]
    [InlineData("0.1, 0.2, 0.3, 0.4, 0.5")]
    [InlineData("0.1, 0.2, 0.3, 1.4")]
    [InlineData("0.1, 0.2, 0.05, 0.4")]
    [InlineData("0.1, 0.2, -0.3, 0.4")]
    [InlineData("a, 0.2, 0.3, 0.4")]
    public void TryParse_AnythingOdd_Fails(string text) => Assert.False(CoordinateFormat.TryParse(text, out _));

    [Fact]
    public void Write_PhraseWithBoxes_ReadsBackAsTheSameSpan()
    {
        BoundingBox[] boxes = [new(0.014, 0.106, 0.51, 0.996), new(0, 0, 1, 1)];

        string tagged = GroundingMarkup.Write("이 물건", SpanKind.Object, boxes);

        Assert.Equal("<obj>이 물건</obj><bbox>0.014, 0.106, 0.51, 0.996<delim>0, 0, 1, 1</bbox>", tagged);
        var parsed = GroundingParser.Parse(tagged);
        Assert.Empty(parsed.Oddities);
        Assert.Equal(boxes, Assert.Single(parsed.Spans).Boxes);
    }

    [Fact]
    public void Write_PhraseWithTagOrNoBox_IsRefused()
    {
        Assert.Throws<ArgumentException>(() => GroundingMarkup.Write("a</obj>", SpanKind.Object, [new(0, 0, 1, 1)]));
        Assert.Throws<ArgumentException>(() => GroundingMarkup.Write("a", SpanKind.Text, []));
    }

    [Fact]
    public void PixelBox_FromFractions_RoundsTheEdgesAndStaysInside()
    {
        Assert.Equal(new PixelBox(64, 120, 320, 480), PixelBox.From(new BoundingBox(0.1, 0.25, 0.5, 1.2), 640, 480));
        Assert.Equal(new BoundingBox(0.1, 0.25, 0.5, 1), new PixelBox(64, 120, 320, 480).ToFractions(640, 480));
    }
}
