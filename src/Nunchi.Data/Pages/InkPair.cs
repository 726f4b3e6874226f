using Nunchi.Data.Objects;

namespace Nunchi.Data.Pages;

/// <summary>An ink and the ground it lies on.</summary>
internal readonly record struct InkPair(ColourName Name, Rgb Ink, Rgb Ground)
{
    private const int Attempts = 40;

    public static InkPair Sample(PageColours colours, float contrast, SeededRandom random)
    {
        switch (colours)
        {
            case PageColours.DarkOnLight:
                return DarkOnLight(random);
            case PageColours.EitherPolarity:
                InkPair pair = DarkOnLight(random);
                return random.Chance(0.5f) ? pair : new InkPair(ColourName.White, Light(random), Dark(random));
            default:
                for (int i = 0; i < Attempts; i++)
                {
                    ColourName name = random.Pick(Colours.All);
                    InkPair any = new(name, Colours.Sample(name, random), AnyGround(random));
                    if (Math.Abs(any.Ink.Luma - any.Ground.Luma) >= contrast)
                        return any;
                }

                return DarkOnLight(random);
        }
    }

    /// <summary>Another ink on the same ground.</summary>
    public InkPair Other(PageColours colours, float contrast, SeededRandom random)
    {
        if (colours != PageColours.Any)
            return this;
        for (int i = 0; i < Attempts; i++)
        {
            ColourName name = random.Pick(Colours.All);
            Rgb ink = Colours.Sample(name, random);
            if (Math.Abs(ink.Luma - Ground.Luma) >= contrast)
                return new InkPair(name, ink, Ground);
        }

        return this;
    }

    public static Rgb AnyGround(SeededRandom random) => random.Below(4) switch
    {
        0 => Colours.Sample(random.Pick(Colours.All), random),
        1 => Light(random),
        2 => new Rgb((byte)random.Below(256), (byte)random.Below(256), (byte)random.Below(256)),
        _ => Colours.FromHsv(random.Between(0, 360), random.Between(0, 0.4f), random.Between(0.1f, 1)),
    };

    private static InkPair DarkOnLight(SeededRandom random) => new(ColourName.Black, Dark(random), Light(random));

    private static Rgb Dark(SeededRandom random) => Colours.Sample(ColourName.Black, random);

    private static Rgb Light(SeededRandom random) => Colours.FromHsv(random.Between(0, 360), random.Between(0, 0.08f), random.Between(0.86f, 1));
}
