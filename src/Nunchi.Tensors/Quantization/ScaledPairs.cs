using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Nunchi.Tensors.Quantization;

/// <summary>
/// Products of several rows with weights of 6 and 4 bits for AVX2. VPMADDUBSW gives 16-bit sums of pairs, which VPMADDWD then widens: by the scale of the group instead of by one, so that a block of
/// 128 stays in whole numbers from its first weight to its last and a group costs nothing of its own. Activations are unsigned (128 added) and levels signed: what the 128 adds does not
/// depend on the row, and is what the sums of a block start from, negated.
/// Nothing overflows: two pairs are at most 4 * 255 * 31 = 31,620 in 16 bits, a block 255 * 31 * 31 * 128 = 31.4 million in 32. The sum itself is at most 127 * 31 * 31 * 128 =
/// 15.6 million, which float32 holds exactly: the bits are those of the other kernels, which multiply by the scales of groups in float32.
/// </summary>
internal static unsafe class ScaledPairs
{
    private const int Width = PackedLayout.StripWidth, Group = PackedLayout.Group, Groups = PackedLayout.GroupsPerBlock;

    // Of three rows by sixteen outputs: six sums, four weights, two activations, two products and two scales are all sixteen registers.
    private const int Rows = 3;

    private const int ScaleBytes = Width * 2 * sizeof(short), GroupBytes = (Group * Width) + ScaleBytes;

    /// <summary>A block, spread: [16] whole numbers that its sums start from, each group as [8 steps][16 outputs][4] signed levels and [16] scales twice, [16] float32 scales.</summary>
    public const int BlockBytes = (Width * sizeof(int)) + (Groups * GroupBytes) + (Width * sizeof(float));

    private const int Offset = 128; // of activations

    /// <summary>Adds some rows' products with some blocks of a strip to what C holds.</summary>
    /// <param name="job">A product whose weights have groups; its activations are raised.</param>
    /// <param name="strip">The bytes of the strip.</param>
    /// <param name="first">First block.</param>
    /// <param name="blocks">How many.</param>
    /// <param name="start">First row.</param>
    /// <param name="count">How many.</param>
    /// <param name="spread">Room for that many times <see cref="BlockBytes"/>, aligned to 64 bytes.</param>
    /// <param name="c">The outputs of the strip in row 0.</param>
    /// <param name="ldc">Floats from one row to the next.</param>
    public static void Add(ref PackedJob job, byte* strip, int first, int blocks, int start, int count, byte* spread, float* c, nint ldc)
    {
        byte* codes = strip + (first * job.CodeBytes), scales = strip + (job.Blocks * job.CodeBytes) + ((long)first * PackedLayout.GroupScaleBytes);
        for (int block = 0; block < blocks; block++)
            Spread(job.Format, codes + (block * job.CodeBytes), scales + (block * PackedLayout.GroupScaleBytes), spread + (block * BlockBytes));
        for (int row = start; row < start + count; row += Rows)
            Tile(ref job, row, Math.Min(Rows, start + count - row), first, blocks, spread, c + (row * ldc), ldc);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Spread(WeightFormat format, byte* codes, byte* scales, byte* to)
    {
        Vector256<byte> one = Vector256<byte>.One, offset = Vector256.Create((byte)Int4Codebook.Offset);
        Vector256<int> total0 = default, total1 = default;
        byte* group = to + (Width * sizeof(int));
        for (int g = 0; g < Groups; g++)
        {
            if (format == WeightFormat.Int6)
                LevelSpread.SpreadGroup<SixBitCodes>(codes, group);
            else
                LevelSpread.SpreadGroup<FourBitCodes>(codes, group);
            Vector256<short> sum0 = default, sum1 = default;
            for (byte* step = group; step < group + (Group * Width); step += 4 * Width)
            {
                Vector256<sbyte> level0 = (Vector256.Load(step) - offset).AsSByte(), level1 = (Vector256.Load(step + 32) - offset).AsSByte();
                level0.Store((sbyte*)step);
                level1.Store((sbyte*)step + 32);
                sum0 += Avx2.MultiplyAddAdjacent(one, level0);
                sum1 += Avx2.MultiplyAddAdjacent(one, level1);
            }
            Vector256<short> scale0 = Twice((sbyte*)scales), scale1 = Twice((sbyte*)scales + 8);
            scale0.Store((short*)(group + (Group * Width)));
            scale1.Store((short*)(group + (Group * Width)) + 16);
            total0 += Avx2.MultiplyAddAdjacent(sum0, scale0);
            total1 += Avx2.MultiplyAddAdjacent(sum1, scale1);
            codes += PackedLayout.CodeBytes(format) / Groups;
            scales += Width;
            group += GroupBytes;
        }
        (total0 * -Offset).Store((int*)to);
        (total1 * -Offset).Store((int*)to + 8);
        (Avx2.ConvertToVector256Int32((ushort*)scales) << 16).AsSingle().Store((float*)group);
        (Avx2.ConvertToVector256Int32((ushort*)scales + 8) << 16).AsSingle().Store((float*)group + 8);
    }

    // Rows that are not there repeat the last one and are not written.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile(ref PackedJob job, int row, int rows, int first, int blocks, byte* b, float* c, nint ldc)
    {
        byte* a0 = (byte*)job.Rows.Values + (row * job.Rows.Stride) + (first * PackedLayout.Block);
        byte* a1 = a0 + (Math.Min(1, rows - 1) * job.Rows.Stride), a2 = a0 + (Math.Min(2, rows - 1) * job.Rows.Stride);
        float* scales = job.Rows.Scales + ((long)first * job.Rows.Capacity) + row;
        for (int block = 0; block < blocks; block++)
        {
            Vector256<int> i00 = Vector256.Load((int*)b), i01 = Vector256.Load((int*)b + 8), i10 = i00, i11 = i01, i20 = i00, i21 = i01;
            b += Width * sizeof(int);
            for (int group = 0; group < Groups; group++)
            {
                Vector256<short> scale0 = Vector256.Load((short*)(b + (Group * Width))), scale1 = Vector256.Load((short*)(b + (Group * Width)) + 16);
                for (int step = 0; step < Group / 8; step++)
                {
                    Vector256<sbyte> w00 = Vector256.Load((sbyte*)b), w01 = Vector256.Load((sbyte*)b + 32), w10 = Vector256.Load((sbyte*)b + 64), w11 = Vector256.Load((sbyte*)b + 96);
                    Sum(ref i00, ref i01, a0, w00, w01, w10, w11, scale0, scale1);
                    Sum(ref i10, ref i11, a1, w00, w01, w10, w11, scale0, scale1);
                    Sum(ref i20, ref i21, a2, w00, w01, w10, w11, scale0, scale1);
                    b += 128;
                    a0 += 8;
                    a1 += 8;
                    a2 += 8;
                }
                b += ScaleBytes;
            }
            Vector256<float> factors0 = Vector256.Load((float*)b), factors1 = Vector256.Load((float*)b + 8);
            Finish(scales[0], factors0, factors1, i00, i01, c);
            if (rows > 1) Finish(scales[1], factors0, factors1, i10, i11, c + ldc);
            if (rows > 2) Finish(scales[2], factors0, factors1, i20, i21, c + (2 * ldc));
            b += Width * sizeof(float);
            scales += job.Rows.Capacity;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Sum(ref Vector256<int> low, ref Vector256<int> high, byte* a, Vector256<sbyte> w00, Vector256<sbyte> w01, Vector256<sbyte> w10, Vector256<sbyte> w11, Vector256<short> scale0, Vector256<short> scale1)
    {
        Vector256<byte> x = Vector256.Create(*(int*)a).AsByte(), y = Vector256.Create(*(int*)(a + 4)).AsByte();
        Vector256<short> lowX = Avx2.MultiplyAddAdjacent(x, w00), lowY = Avx2.MultiplyAddAdjacent(y, w10);
        Vector256<short> highX = Avx2.MultiplyAddAdjacent(x, w01), highY = Avx2.MultiplyAddAdjacent(y, w11);
        lowX += lowY;
        highX += highY;
        Vector256<int> lowSum = Avx2.MultiplyAddAdjacent(lowX, scale0), highSum = Avx2.MultiplyAddAdjacent(highX, scale1);
        low += lowSum;
        high += highSum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish(float scale, Vector256<float> factors0, Vector256<float> factors1, Vector256<int> low, Vector256<int> high, float* c) =>
        VectorProduct<PlainDot>.Finish(scale, factors0, factors1, Vector256.ConvertToSingle(low), Vector256.ConvertToSingle(high), c);

    // Eight whole numbers as 16 bits, each twice.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<short> Twice(sbyte* scales)
    {
        Vector256<int> wide = Avx2.ConvertToVector256Int32(scales);
        return ((wide & Vector256.Create(0xffff)) | (wide << 16)).AsInt16();
    }
}
