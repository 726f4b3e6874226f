using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Nunchi.Tensors.Quantization;

/// <summary>
/// Activations in 8 bits, -127..127, each token with a scale for every block of 128: what integer products read. Scales and sums lie block by block, so that the rows of a tile are
/// neighbours. A block that holds a number that is not finite gets the scale NaN: it spoils its own row and no other.
/// </summary>
internal unsafe struct ActivationRows
{
    private const int Padding = 64;

    // Adding and taking away 1.5 * 2^23 rounds to the nearest whole number, ties to even, the same on every processor.
    private const float Rounder = 12582912f;

    /// <summary>[rows, Stride] signed bytes; zeros behind the last column.</summary>
    public sbyte* Values;

    /// <summary>Bytes from one row to the next.</summary>
    public nint Stride;

    /// <summary>[blocks, Capacity]: an activation is its byte times this.</summary>
    public float* Scales;

    /// <summary>[blocks, Capacity]: -128 times the sum of a block's bytes, which takes back the offset of 8-bit weights.</summary>
    public int* BlockOffsets;

    /// <summary>[groups, Capacity]: -32 times the sum of a group's bytes, which takes back the offset of 4-bit levels.</summary>
    public int* GroupOffsets;

    /// <summary>Rows there is room for: a multiple of 16.</summary>
    public int Capacity;

    /// <summary>Bytes of memory for that many rows.</summary>
    public static long BytesFor(int rows, int columns)
    {
        long blocks = PackedLayout.Blocks(columns), capacity = (rows + 15) / 16 * 16;
        return (capacity * ((blocks * PackedLayout.Block) + 64)) + (capacity * blocks * (2 + PackedLayout.GroupsPerBlock) * sizeof(int));
    }

    /// <summary>Lays the parts out in memory of <see cref="BytesFor"/> bytes.</summary>
    public static ActivationRows In(void* memory, int rows, int columns)
    {
        int blocks = PackedLayout.Blocks(columns), capacity = (rows + 15) / 16 * 16;
        // 64 bytes more than the row, so that rows of some pages do not fall on one set of the cache.
        nint stride = ((nint)blocks * PackedLayout.Block) + Padding;
        byte* at = (byte*)memory + (capacity * stride);
        return new ActivationRows
        {
            Values = (sbyte*)memory,
            Stride = stride,
            Scales = (float*)at,
            BlockOffsets = (int*)at + ((long)blocks * capacity),
            GroupOffsets = (int*)at + (2L * blocks * capacity),
            Capacity = capacity,
        };
    }

    /// <summary>Quantises one row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Quantise(float* x, int columns, int row)
    {
        const int Block = PackedLayout.Block;
        float* padded = stackalloc float[Block];
        sbyte* to = Values + (row * Stride);
        for (int block = 0; block * Block < columns; block++, to += Block)
        {
            float* from = x + (block * Block);
            int count = Math.Min(Block, columns - (block * Block));
            if (count < Block)
            {
                new Span<float>(padded, Block).Clear();
                new ReadOnlySpan<float>(from, count).CopyTo(new Span<float>(padded, count));
                from = padded;
            }
            Scales[((long)block * Capacity) + row] = QuantiseBlock(from, to, GroupOffsets + ((long)block * PackedLayout.GroupsPerBlock * Capacity) + row, Capacity, out int sum);
            BlockOffsets[((long)block * Capacity) + row] = -PackedLayout.Int8Offset * sum;
        }
    }

    /// <summary>Adds 128 to the bytes of a row, which are unsigned then.</summary>
    public readonly void Raise(int row)
    {
        sbyte* bytes = Values + (row * Stride);
        for (nint i = 0; i < Stride - Padding; i += 32)
            (Vector256.Load(bytes + i) ^ Vector256.Create(sbyte.MinValue)).Store(bytes + i);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float QuantiseBlock(float* x, sbyte* to, int* groupOffsets, int groupStride, out int sum)
    {
        sum = 0;
        var magnitude = Vector256.Create(0x7fffffff);
        var largest = Vector256<int>.Zero;
        for (int i = 0; i < PackedLayout.Block; i += 8)
            largest = Vector256.Max(largest, Vector256.Load((int*)(x + i)) & magnitude);
        var half = Vector128.Max(largest.GetLower(), largest.GetUpper());
        half = Vector128.Max(half, Vector128.Shuffle(half, Vector128.Create(2, 3, 0, 1)));
        half = Vector128.Max(half, Vector128.Shuffle(half, Vector128.Create(1, 0, 3, 2)));
        float most = BitConverter.Int32BitsToSingle(half[0]);
        bool finite = float.IsFinite(most);
        var inverse = Vector256.Create(finite && most >= ScaleLimits.Least ? 127f / most : 0f);
        var rounder = Vector256.Create(Rounder);
        var keep = Vector256.Create(finite ? -1 : 0);
        if (Avx2.IsSupported)
        {
            Vector128<int> sums = RoundGroups(x, to, inverse, rounder, keep);
            for (int group = 0; group < PackedLayout.GroupsPerBlock; group++)
                groupOffsets[(long)group * groupStride] = -Int4Codebook.Offset * sums[group];
            sum = Vector128.Sum(sums);
            return Scale(most);
        }
        for (int group = 0; group < PackedLayout.GroupsPerBlock; group++)
        {
            float* from = x + (group * PackedLayout.Group);
            Vector256<int> a = Round(from, inverse, rounder) & keep, b = Round(from + 8, inverse, rounder) & keep;
            Vector256<int> c = Round(from + 16, inverse, rounder) & keep, d = Round(from + 24, inverse, rounder) & keep;
            Vector256.Narrow(Vector256.Narrow(a, b), Vector256.Narrow(c, d)).Store(to + (group * PackedLayout.Group));
            int groupSum = Vector256.Sum(a + b + c + d);
            groupOffsets[(long)group * groupStride] = -Int4Codebook.Offset * groupSum;
            sum += groupSum;
        }
        return Scale(most);
    }

    private static float Scale(float most) => !float.IsFinite(most) ? float.NaN : most >= ScaleLimits.Least ? most / 127f : 0f;

    // The four groups of a block; their sums. Packing keeps to halves of registers, so that eights of bytes are put in order at the end.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> RoundGroups(float* x, sbyte* to, Vector256<float> inverse, Vector256<float> rounder, Vector256<int> keep)
    {
        Vector256<int> sum0 = RoundGroup(x, to, inverse, rounder, keep), sum1 = RoundGroup(x + PackedLayout.Group, to + PackedLayout.Group, inverse, rounder, keep);
        Vector256<int> sum2 = RoundGroup(x + (2 * PackedLayout.Group), to + (2 * PackedLayout.Group), inverse, rounder, keep);
        Vector256<int> sum3 = RoundGroup(x + (3 * PackedLayout.Group), to + (3 * PackedLayout.Group), inverse, rounder, keep);
        Vector256<int> halves = Avx2.HorizontalAdd(Avx2.HorizontalAdd(sum0, sum1), Avx2.HorizontalAdd(sum2, sum3));
        return halves.GetLower() + halves.GetUpper();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> RoundGroup(float* x, sbyte* to, Vector256<float> inverse, Vector256<float> rounder, Vector256<int> keep)
    {
        Vector256<short> low = Avx2.PackSignedSaturate(Round(x, inverse, rounder) & keep, Round(x + 8, inverse, rounder) & keep);
        Vector256<short> high = Avx2.PackSignedSaturate(Round(x + 16, inverse, rounder) & keep, Round(x + 24, inverse, rounder) & keep);
        Vector256<sbyte> bytes = Avx2.PackSignedSaturate(low, high);
        Avx2.PermuteVar8x32(bytes.AsInt32(), Vector256.Create(0, 4, 1, 5, 2, 6, 3, 7)).AsSByte().Store(to);
        return Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(Vector256<byte>.One, bytes), Vector256<short>.One);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Round(float* x, Vector256<float> inverse, Vector256<float> rounder) =>
        ((Vector256.Load(x) * inverse) + rounder).AsInt32() - rounder.AsInt32();
}
