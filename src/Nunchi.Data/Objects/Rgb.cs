namespace Nunchi.Data.Objects;

/// <summary>An 8-bit sRGB colour.</summary>
/// <param name="R">Red, 0..255.</param>
/// <param name="G">Green, 0..255.</param>
/// <param name="B">Blue, 0..255.</param>
public readonly record struct Rgb(byte R, byte G, byte B)
{
    /// <summary>Perceived lightness, 0 (black) to 255 (white), by the weights of ITU-R BT.601.</summary>
    public float Luma => 0.299f * R + 0.587f * G + 0.114f * B;

    /// <summary>A colour from channels in 0..1; values outside are brought to the nearer end, as a screen shows them.</summary>
    public static Rgb FromUnit(float red, float green, float blue) => new(Byte(red * 255), Byte(green * 255), Byte(blue * 255));

    /// <summary>The colour between this (0) and another (1).</summary>
    public Rgb Mix(Rgb other, float share) => new(
        Byte(R + (other.R - R) * share),
        Byte(G + (other.G - G) * share),
        Byte(B + (other.B - B) * share));

    private static byte Byte(float value) => (byte)Math.Clamp((int)(value + 0.5f), 0, 255);
}
