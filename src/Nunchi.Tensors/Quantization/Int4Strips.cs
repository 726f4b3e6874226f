using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Nunchi.Tensors.Quantization;

/// <summary>
/// Strips of 4-bit weights: weight = block scale (bfloat16, for 128) * group scale (-31..31, for 32) * level. Outputs are packed side by side, a lane each: <see cref="Int4Search"/>
/// finds the scales of the groups, which then become whole multiples of a common one, and with those the nearest levels are taken.
/// </summary>
internal static unsafe class Int4Strips
{
    private const int Width = PackedLayout.StripWidth, Block = PackedLayout.Block, Group = PackedLayout.Group, Groups = PackedLayout.GroupsPerBlock;

    /// <summary>Packs a block.</summary>
    /// <param name="values">[16, 128].</param>
    /// <param name="scratch">As many floats.</param>
    /// <param name="rows">How many of the rows are there: a half of the lanes without any row is zeros.</param>
    /// <param name="strip">The strip.</param>
    /// <param name="block">Which of its blocks.</param>
    /// <param name="blocks">How many it has.</param>
    [SkipLocalsInit]
    public static void PackBlock(float* values, float* scratch, int rows, byte* strip, int block, int blocks)
    {
        byte* codes = strip + ((long)block * PackedLayout.Int4CodeBytes);
        for (int k = 0; k < Block; k += Width)
            StripBlock.Transpose((uint*)values + k, Block, (uint*)scratch + (k * Width));
        float* inverses = stackalloc float[Groups * Width];
        WriteScales(scratch, strip, block, blocks, inverses);
        if (Avx512F.IsSupported)
            WriteCodes512(scratch, inverses, (uint*)codes);
        else
            WriteCodes256(scratch, inverses, (uint*)codes);
        ClearRest(strip, rows, block, blocks);
    }

    /// <summary>Searches the scales of a block and writes them.</summary>
    /// <param name="values">[128, 16], outputs side by side.</param>
    /// <param name="strip">The strip.</param>
    /// <param name="block">Which of its blocks.</param>
    /// <param name="blocks">How many it has.</param>
    /// <param name="inverses">[4 groups][16], written: what weights are multiplied with.</param>
    /// <returns>Where the scales lie.</returns>
    internal static byte* WriteScales(float* values, byte* strip, int block, int blocks, float* inverses)
    {
        byte* scales = strip + ((long)blocks * PackedLayout.Int4CodeBytes) + ((long)block * PackedLayout.GroupScaleBytes);
        for (int group = 0; group < Groups; group++)
            Int4Search.Find(values + (group * Group * Width), inverses + (group * Width));
        for (int lane = 0; lane < Width; lane += 8)
            GroupStrips.Round(inverses + lane, (sbyte*)scales + lane, (ushort*)(scales + (Groups * Width)) + lane, up: false);
        return scales;
    }

    /// <summary>Writes zeros where a block has nothing: a half of the lanes without any row, and behind the last block.</summary>
    internal static void ClearRest(byte* strip, int rows, int block, int blocks)
    {
        byte* codes = strip + ((long)block * PackedLayout.Int4CodeBytes);
        if (rows <= Width / 2)
        {
            for (int pair = 0; pair < Block / 8; pair++)
                new Span<uint>((uint*)codes + (pair * Width) + (Width / 2), Width / 2).Clear();
        }
        if (block == blocks - 1)
            GroupStrips.ClearBehind(WeightFormat.Int4, strip, blocks);
    }

    /// <summary>The code of one weight of a block.</summary>
    public static int Code(byte* codes, int lane, int inside) => (codes[(inside / 8 * 4 * Width) + (4 * lane) + (inside % 4)] >> (inside / 4 % 2 * 4)) & 15;

    // Eight steps of k make one 32-bit word of each output: the first four in the low halves of its bytes.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void WriteCodes512(float* values, float* inverses, uint* codes)
    {
        Int4Cells* cells = Int4Cells.Tables;
        Vector512<float> t0 = Vector512.Load(cells->Thresholds), t1 = Vector512.Load(cells->Thresholds + Width);
        Vector512<int> a0 = Vector512.Load(cells->CodesBelow), a1 = Vector512.Load(cells->CodesBelow + Width);
        Vector512<int> b0 = Vector512.Load(cells->CodesAbove), b1 = Vector512.Load(cells->CodesAbove + Width);
        for (int pair = 0; pair < Block / 8; pair++)
        {
            float* x = values + (pair * 8 * Width);
            var inverse = Vector512.Load(inverses + (pair / 4 * Width));
            var word = Vector512<int>.Zero;
            for (int i = 0; i < 8; i++)
            {
                Vector512<float> scaled = Vector512.Load(x + (i * Width)) * inverse;
                Vector512<int> cell = Int4Cells.Of(scaled);
                var above = Vector512.GreaterThan(scaled, Avx512F.PermuteVar16x32x2(t0, cell, t1)).AsInt32();
                Vector512<int> code = Vector512.ConditionalSelect(above, Avx512F.PermuteVar16x32x2(b0, cell, b1), Avx512F.PermuteVar16x32x2(a0, cell, a1));
                word |= code << ((i % 4 * 8) + (i / 4 * 4));
            }
            word.AsUInt32().Store(codes + (pair * Width));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void WriteCodes256(float* values, float* inverses, uint* codes)
    {
        for (int pair = 0; pair < Block / 8; pair++)
        {
            for (int lane = 0; lane < Width; lane += 8)
            {
                float* x = values + (pair * 8 * Width) + lane;
                var inverse = Vector256.Load(inverses + (pair / 4 * Width) + lane);
                var word = Vector256<int>.Zero;
                for (int i = 0; i < 8; i++)
                    word |= Index(Vector256.Load(x + (i * Width)) * inverse) << ((i % 4 * 8) + (i / 4 * 4));
                word.AsUInt32().Store(codes + (pair * Width) + lane);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Index(Vector256<float> x)
    {
        var index = Vector256<int>.Zero;
        for (int level = 1; level < 16; level++)
            index -= Vector256.GreaterThan(x, Vector256.Create((Int4Codebook.Levels[level - 1] + Int4Codebook.Levels[level]) * 0.5f)).AsInt32();
        return index;
    }
}
