using Nunchi.Chat;
using Nunchi.Data.Tasks;
using Nunchi.Grounding;

namespace Nunchi.Data.Tests.Tasks;

public class GroundingTagsTests
{
    [Theory]
    [InlineData(0, "0.005")]
    [InlineData(1, "0.995")]
    [InlineData(-3, "0.005")]
    [InlineData(0.17, "0.17")]
    [InlineData(0.5, "0.5")]
    [InlineData(0.1724, "0.17")]
    [InlineData(0.1726, "0.175")]
    public void Coordinate_AnyFraction_LiesOnTheGrid(double value, string expected) => Assert.Equal(expected, GroundingTags.Coordinate(value));

    [Fact]
    public void Coordinate_NaN_Throws() => Assert.Throws<ArgumentException>(() => GroundingTags.Coordinate(double.NaN));

    [Fact]
    public void Object_SeveralBoxes_ReadsBack()
    {
        BoundingBox one = new(0.1, 0.2, 0.301, 0.4), thin = new(0.999, 0.5, 1, 0.5);
        string text = GroundingTags.Object("노란 우산", one, thin);
        Assert.Equal("<obj>노란 우산</obj><bbox>0.1, 0.2, 0.3, 0.4<delim>0.99, 0.5, 0.995, 0.505</bbox>", text);
        GroundingParser parsed = GroundingParser.Parse(text);
        Assert.Empty(parsed.Oddities);
        Assert.Equal(2, Assert.Single(parsed.Spans).Boxes.Count);
    }

    [Fact]
    public void Char_NoBox_Throws() => Assert.Throws<ArgumentException>(() => GroundingTags.Char("판교"));
}
