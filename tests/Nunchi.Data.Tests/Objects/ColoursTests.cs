using Nunchi.Data.Objects;
using Nunchi.Data.Pages;

namespace Nunchi.Data.Tests.Objects;

public class ColoursTests
{
    [Fact]
    public void Names_RoundTrip()
    {
        Assert.Equal(Colours.Count - 1, Colours.All.Count);
        foreach (ColourName colour in Colours.All)
        {
            Assert.Equal(colour, Colours.Parse(Colours.Adjective(colour)));
            Assert.Equal(colour, Colours.Parse(Colours.Noun(colour)));
            Assert.Equal(colour, Colours.Parse(Colours.English(colour)));
        }

        Assert.Equal(ColourName.None, Colours.Parse("청록"));
        Assert.Throws<ArgumentOutOfRangeException>(() => Colours.Typical(ColourName.None));
    }

    [Fact]
    public void FromHsv_ToHsv_RoundTripsWithinAByte()
    {
        SeededRandom random = new(3);
        for (int i = 0; i < 3_000; i++)
        {
            Rgb colour = new((byte)random.Below(256), (byte)random.Below(256), (byte)random.Below(256));
            (float hue, float saturation, float value) = Colours.ToHsv(colour);
            Rgb back = Colours.FromHsv(hue, saturation, value);
            Assert.InRange(back.R, colour.R - 1, colour.R + 1);
            Assert.InRange(back.G, colour.G - 1, colour.G + 1);
            Assert.InRange(back.B, colour.B - 1, colour.B + 1);
        }
    }

    [Fact]
    public void Sample_OfDifferentColours_NeverMeet()
    {
        SeededRandom random = new(7);
        Dictionary<Rgb, ColourName> seen = [];
        for (int i = 0; i < 3_000; i++)
        {
            ColourName name = random.Pick(Colours.All);
            Rgb shade = Colours.Sample(name, random);
            Assert.True(!seen.TryGetValue(shade, out ColourName other) || other == name, $"{shade} was drawn as {other} and as {name} (seed 7).");
            seen[shade] = name;
        }
    }
}
