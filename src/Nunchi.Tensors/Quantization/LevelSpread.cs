using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Nunchi.Tensors.Quantization;

/// <summary>
/// Spreads strips of 6-bit and 4-bit weights to bytes for products of many rows, which then read them often from the first-level cache: for each group [8 steps][16][4] levels with their
/// offset and 16 group scales as float32, after four groups 16 block scales as float32.
/// </summary>
internal static unsafe class LevelSpread
{
    /// <summary>Bytes of a group.</summary>
    public const int GroupBytes = (PackedLayout.Group * PackedLayout.StripWidth) + (PackedLayout.StripWidth * sizeof(float));

    /// <summary>Bytes of a block.</summary>
    public const int BlockBytes = (PackedLayout.GroupsPerBlock * GroupBytes) + (PackedLayout.StripWidth * sizeof(float));

    /// <summary>Spreads some blocks of a strip.</summary>
    /// <param name="format">Of the weights.</param>
    /// <param name="strip">The strip.</param>
    /// <param name="allBlocks">Blocks of the whole strip.</param>
    /// <param name="first">First block to spread.</param>
    /// <param name="count">Blocks to spread.</param>
    /// <param name="to">count * <see cref="BlockBytes"/> bytes.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Spread(WeightFormat format, byte* strip, int allBlocks, int first, int count, byte* to)
    {
        long codeBytes = PackedLayout.CodeBytes(format);
        byte* codes = strip + (first * codeBytes);
        byte* scales = strip + (allBlocks * codeBytes) + ((long)first * PackedLayout.GroupScaleBytes);
        for (int group = 0; group < count * PackedLayout.GroupsPerBlock; group++)
        {
            if (format == WeightFormat.Int6)
                SpreadGroup<SixBitCodes>(codes, to);
            else if (Avx512BW.IsSupported)
                SpreadWide(codes, to);
            else if (Avx2.IsSupported)
                SpreadGroup<FourBitCodes>(codes, to);
            else
                SpreadPlain(codes, to);
            float* groupScales = (float*)(to + (PackedLayout.Group * PackedLayout.StripWidth));
            for (int lane = 0; lane < PackedLayout.StripWidth; lane++)
                groupScales[lane] = ((sbyte*)scales)[lane];
            codes += codeBytes / PackedLayout.GroupsPerBlock;
            scales += PackedLayout.StripWidth;
            to += GroupBytes;
            if (group % PackedLayout.GroupsPerBlock != PackedLayout.GroupsPerBlock - 1)
                continue;
            for (int lane = 0; lane < PackedLayout.StripWidth; lane++)
                ((uint*)to)[lane] = (uint)((ushort*)scales)[lane] << 16;
            scales += PackedLayout.StripWidth * sizeof(ushort);
            to += PackedLayout.StripWidth * sizeof(float);
        }
    }

    /// <summary>The levels of a group with their offset: [8 steps][16][4].</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SpreadGroup<TCodes>(byte* codes, byte* to)
        where TCodes : struct, IGroupCodes
    {
        SpreadPair<TCodes>(codes, 0, to);
        SpreadPair<TCodes>(codes, 1, to + 128);
        SpreadPair<TCodes>(codes, 2, to + 256);
        SpreadPair<TCodes>(codes, 3, to + 384);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void SpreadPair<TCodes>(byte* codes, int pair, byte* to)
        where TCodes : struct, IGroupCodes
    {
        TCodes.Unpack(codes, pair, out Vector256<byte> even0, out Vector256<byte> even1, out Vector256<byte> odd0, out Vector256<byte> odd1);
        even0.Store(to);
        even1.Store(to + 32);
        odd0.Store(to + 64);
        odd1.Store(to + 96);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SpreadWide(byte* codes, byte* to)
    {
        Vector128<byte> row = Vector128.Create(Int4Codebook.Unsigned);
        Vector512<byte> levels = Vector512.Create(Vector256.Create(row, row), Vector256.Create(row, row)), mask = Vector512.Create((byte)15);
        for (int pair = 0; pair < 4; pair++)
        {
            Vector512<byte> both = Vector512.Load(codes + (64 * pair));
            Avx512BW.Shuffle(levels, both & mask).Store(to + (128 * pair));
            Avx512BW.Shuffle(levels, (both.AsUInt16() >>> 4).AsByte() & mask).Store(to + (128 * pair) + 64);
        }
    }

    private static void SpreadPlain(byte* codes, byte* to)
    {
        for (int i = 0; i < 256; i++)
        {
            byte* low = to + (i / 64 * 128) + (i % 64);
            low[0] = Int4Codebook.Unsigned[codes[i] & 15];
            low[64] = Int4Codebook.Unsigned[codes[i] >> 4];
        }
    }
}
