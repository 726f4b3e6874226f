using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Nunchi.Tensors.Quantization;

/// <summary>
/// The range of scaled weights, -32..32, cut into cells two wide: no cell has more than one of the fifteen thresholds between levels, and none of those is nearer than half to a cell's
/// edge. So one look-up of 32 entries and one comparison find the nearest level. 512-bit registers hold a table of 32 in two. What lies above counts as cell 30, what lies a little below
/// as cell 31, which is what the number -1 looks up.
/// </summary>
internal unsafe struct Int4Cells
{
    /// <summary>In cell 30: the largest place, in cells, that is looked up.</summary>
    public const float Last = 30.5f;

    private const int Count = 32;

    /// <summary>The threshold inside each cell; infinite where there is none.</summary>
    public fixed float Thresholds[Count];

    /// <summary>The same as <see cref="Int4Search"/> counts: half of what the threshold is above -32.</summary>
    public fixed float HalfPlaces[Count];

    /// <summary>The level of each cell's weights up to its threshold.</summary>
    public fixed float LevelsBelow[Count];

    /// <summary>The level of each cell's weights beyond its threshold.</summary>
    public fixed float LevelsAbove[Count];

    /// <summary>The code of <see cref="LevelsBelow"/>.</summary>
    public fixed int CodesBelow[Count];

    /// <summary>The code of <see cref="LevelsAbove"/>.</summary>
    public fixed int CodesAbove[Count];

    /// <summary>The tables.</summary>
    public static readonly Int4Cells* Tables = Make();

    /// <summary>The cell of scaled weights of any size.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Of(Vector512<float> scaled)
    {
        Vector512<float> half = Vector512.MultiplyAddEstimate(scaled, Vector512.Create(0.5f), Vector512.Create(16f));
        return Vector512.ConvertToInt32Native(Vector512.MaxNative(Vector512.MinNative(half, Vector512.Create(Last)), Vector512<float>.Zero));
    }

    private static Int4Cells* Make()
    {
        Int4Cells* cells = (Int4Cells*)NativeMemory.AlignedAlloc((nuint)sizeof(Int4Cells), 64);
        ReadOnlySpan<sbyte> levels = Int4Codebook.Levels;
        for (int cell = 0; cell < Count; cell++)
        {
            int code = 0;
            while (cell < 31 && code < 15 && Threshold(code) <= (2 * cell) - 32)
                code++;
            bool divided = cell < 31 && code < 15 && Threshold(code) < (2 * cell) - 30;
            cells->Thresholds[cell] = divided ? Threshold(code) : float.PositiveInfinity;
            cells->HalfPlaces[cell] = (cells->Thresholds[cell] + 32) / 2;
            cells->CodesBelow[cell] = code;
            cells->CodesAbove[cell] = divided ? code + 1 : code;
            cells->LevelsBelow[cell] = levels[cells->CodesBelow[cell]];
            cells->LevelsAbove[cell] = levels[cells->CodesAbove[cell]];
        }
        return cells;
    }

    /// <summary>Where the level after this one begins.</summary>
    public static float Threshold(int code) => (Int4Codebook.Levels[code] + Int4Codebook.Levels[code + 1]) * 0.5f;
}
