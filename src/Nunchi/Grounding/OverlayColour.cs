namespace Nunchi.Grounding;

/// <summary>
/// The colour that a span has wherever it is shown: its boxes in the picture and its words in the text. The seven colours are those of Okabe
/// and Ito, which people with any kind of colour blindness can tell apart; from the eighth span on they repeat with dashed lines.
/// </summary>
/// <param name="Red">0..255.</param>
/// <param name="Green">0..255.</param>
/// <param name="Blue">0..255.</param>
public readonly record struct OverlayColour(byte Red, byte Green, byte Blue)
{
    private static readonly OverlayColour[] Palette =
    [
        new(0xD5, 0x5E, 0x00), new(0x00, 0x72, 0xB2), new(0x00, 0x9E, 0x73), new(0xE6, 0x9F, 0x00),
        new(0x56, 0xB4, 0xE9), new(0xCC, 0x79, 0xA7), new(0xF0, 0xE4, 0x42),
    ];

    /// <summary>The colour of a span.</summary>
    /// <param name="spanIndex">Its place among the spans of an answer, 0 or more.</param>
    public static OverlayColour Of(int spanIndex) => Palette[spanIndex % Palette.Length];

    /// <summary>Whether a span's lines are dashed, because its colour has been used before.</summary>
    /// <param name="spanIndex">Its place among the spans of an answer, 0 or more.</param>
    public static bool IsDashed(int spanIndex) => spanIndex / Palette.Length % 2 == 1;

    /// <summary>Black or white, whichever can be read on this colour (relative luminance of WCAG 2).</summary>
    public OverlayColour Ink
    {
        get
        {
            double luminance = 0.2126 * Linear(Red) + 0.7152 * Linear(Green) + 0.0722 * Linear(Blue);
            return 1.05 / (luminance + 0.05) > (luminance + 0.05) / 0.05 ? new OverlayColour(255, 255, 255) : new OverlayColour(0, 0, 0);
        }
    }

    /// <summary>The colour as web pages write it: <c>#D55E00</c>.</summary>
    public string ToHex() => $"#{Red:X2}{Green:X2}{Blue:X2}";

    private static double Linear(byte value)
    {
        double channel = value / 255.0;
        return channel <= 0.04045 ? channel / 12.92 : Math.Pow((channel + 0.055) / 1.055, 2.4);
    }
}
