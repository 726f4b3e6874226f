namespace Nunchi.Tensors.Quantization;

/// <summary>
/// The sixteen levels of a 4-bit weight: Lloyd's algorithm over groups of 32 normal and Laplace numbers, each scaled as <see cref="Int4Strips"/> scales, rounded to whole numbers.
/// About 12 % less error than equal steps. A group's scale may be negative: the level of largest magnitude is then positive.
/// </summary>
internal static class Int4Codebook
{
    /// <summary>Added to a level so that it is stored unsigned.</summary>
    public const int Offset = 32;

    /// <summary>Largest magnitude of a group's whole-number scale: sums over a block stay below 2^24 and so are exact in float32.</summary>
    public const int MaxGroupScale = 31;

    /// <summary>The levels, ascending.</summary>
    public static ReadOnlySpan<sbyte> Levels => [-31, -24, -19, -15, -11, -8, -5, -2, 1, 4, 7, 10, 13, 17, 22, 29];

    /// <summary>The levels with <see cref="Offset"/> added.</summary>
    public static ReadOnlySpan<byte> Unsigned => [1, 8, 13, 17, 21, 24, 27, 30, 33, 36, 39, 42, 45, 49, 54, 61];
}
