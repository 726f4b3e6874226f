using Nunchi.Data.Pages;

namespace Nunchi.Data.Objects;

/// <summary>Words and pixel values of the named colours.</summary>
public static class Colours
{
    /// <summary>Number of values of <see cref="ColourName"/>, <see cref="ColourName.None"/> included.</summary>
    public const int Count = 13;

    private static readonly Entry[] Entries =
    [
        new("", "", "", 0, 0, 0, 0, 0, 0),
        new("빨간", "빨간색", "red", -9, 6, 0.78f, 1f, 0.7f, 1f),
        new("주황색", "주황색", "orange", 22, 34, 0.85f, 1f, 0.9f, 1f),
        new("노란", "노란색", "yellow", 47, 58, 0.72f, 1f, 0.9f, 1f),
        new("초록색", "초록색", "green", 95, 150, 0.55f, 1f, 0.35f, 0.8f),
        new("하늘색", "하늘색", "sky blue", 188, 205, 0.35f, 0.75f, 0.85f, 1f),
        new("파란", "파란색", "blue", 214, 238, 0.72f, 1f, 0.45f, 0.95f),
        new("보라색", "보라색", "purple", 264, 288, 0.45f, 0.9f, 0.42f, 0.8f),
        new("분홍색", "분홍색", "pink", 322, 346, 0.28f, 0.62f, 0.95f, 1f),
        new("갈색", "갈색", "brown", 14, 30, 0.55f, 0.85f, 0.32f, 0.58f),
        new("검은", "검은색", "black", 0, 360, 0f, 0.2f, 0f, 0.14f),
        new("흰", "흰색", "white", 0, 360, 0f, 0.05f, 0.94f, 1f),
        new("회색", "회색", "gray", 0, 360, 0f, 0.07f, 0.42f, 0.7f),
    ];

    /// <summary>Every colour but <see cref="ColourName.None"/>.</summary>
    public static IReadOnlyList<ColourName> All { get; } = [.. Enum.GetValues<ColourName>().Where(name => name != ColourName.None)];

    /// <summary>The Korean word before a noun: 빨간, 주황색, 노란 ...; empty for none.</summary>
    public static string Adjective(ColourName colour) => Entries[(int)colour].Adjective;

    /// <summary>The Korean noun: 빨간색 ...; empty for none.</summary>
    public static string Noun(ColourName colour) => Entries[(int)colour].Noun;

    /// <summary>The English word; empty for none.</summary>
    public static string English(ColourName colour) => Entries[(int)colour].English;

    /// <summary>The colour whose Korean adjective, Korean noun or English word this is, or none.</summary>
    public static ColourName Parse(string word)
    {
        for (int i = 1; i < Entries.Length; i++)
        {
            if (word == Entries[i].Adjective || word == Entries[i].Noun || word == Entries[i].English)
                return (ColourName)i;
        }

        return ColourName.None;
    }

    /// <summary>A shade that people call by this name.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The colour is <see cref="ColourName.None"/> or unknown.</exception>
    public static Rgb Sample(ColourName colour, SeededRandom random)
    {
        Entry entry = Of(colour);
        return FromHsv(
            random.Between(entry.HueLow, entry.HueHigh),
            random.Between(entry.SaturationLow, entry.SaturationHigh),
            random.Between(entry.ValueLow, entry.ValueHigh));
    }

    /// <summary>The shade in the middle of the colour's range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The colour is <see cref="ColourName.None"/> or unknown.</exception>
    public static Rgb Typical(ColourName colour)
    {
        Entry entry = Of(colour);
        return FromHsv(
            (entry.HueLow + entry.HueHigh) / 2,
            (entry.SaturationLow + entry.SaturationHigh) / 2,
            (entry.ValueLow + entry.ValueHigh) / 2);
    }

    /// <summary>The colour of a hue (degrees, any), saturation and value (0..1).</summary>
    public static Rgb FromHsv(float hue, float saturation, float value)
    {
        float sector = ((hue % 360 + 360) % 360) / 60;
        int whole = (int)sector;
        float part = sector - whole;
        float p = value * (1 - saturation);
        float q = value * (1 - saturation * part);
        float t = value * (1 - saturation * (1 - part));
        return (whole % 6) switch
        {
            0 => Rgb.FromUnit(value, t, p),
            1 => Rgb.FromUnit(q, value, p),
            2 => Rgb.FromUnit(p, value, t),
            3 => Rgb.FromUnit(p, q, value),
            4 => Rgb.FromUnit(t, p, value),
            _ => Rgb.FromUnit(value, p, q),
        };
    }

    /// <summary>Hue (0..360), saturation and value (0..1) of a colour.</summary>
    public static (float Hue, float Saturation, float Value) ToHsv(Rgb colour)
    {
        float red = colour.R / 255f;
        float green = colour.G / 255f;
        float blue = colour.B / 255f;
        float high = Math.Max(red, Math.Max(green, blue));
        float range = high - Math.Min(red, Math.Min(green, blue));
        if (range == 0)
            return (0, 0, high);
        float hue = high == red ? (green - blue) / range : high == green ? 2 + (blue - red) / range : 4 + (red - green) / range;
        return ((hue * 60 + 360) % 360, range / high, high);
    }

    private static Entry Of(ColourName colour)
    {
        if (colour == ColourName.None || (int)colour >= Entries.Length)
            throw new ArgumentOutOfRangeException(nameof(colour), colour, "A named colour other than None is needed.");
        return Entries[(int)colour];
    }

    private readonly record struct Entry(
        string Adjective, string Noun, string English,
        float HueLow, float HueHigh, float SaturationLow, float SaturationHigh, float ValueLow, float ValueHigh);
}
