using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Nunchi.Tensors.Quantization;

/// <summary>
/// Packed products in 256-bit registers, with the dot product of AVX-VNNI where the processor has it and pairs of 16-bit sums where not. The same whole numbers and the same order of
/// floating-point steps as the machine code, so products in 8, 6 and 4 bits have the same bits. An item is a strip, a tile four rows.
/// </summary>
internal static unsafe class VectorProduct<TDot>
    where TDot : struct, IByteDot
{
    private const int Width = PackedLayout.StripWidth, Rows = 4, StripsAtOnce = 4;

    // About 700 KB of X, and of a strip at most 25 KB.
    private const int RowsAtOnce = 600, BlocksAtOnce = 10;

    /// <summary>Bytes of scratch for each worker.</summary>
    public static long ScratchBytes(in PackedJob job) => ((long)job.M * Width * sizeof(float)) + (BlocksAtOnce * Math.Max(LevelSpread.BlockBytes, ScaledPairs.BlockBytes)) + 128;

    /// <summary>Computes strips; the body of a worker's job.</summary>
    public static void Compute(void* context, int start, int end, int worker)
    {
        ref PackedJob job = ref *(PackedJob*)context;
        byte* scratch = job.Scratch + (worker * job.ScratchStride);
        if (job.M == 1)
        {
            VectorRow<TDot>.Compute(ref job, start, end, scratch);
            return;
        }
        for (int strip = start; strip < end; strip += StripsAtOnce)
            Strips(ref job, strip, Math.Min(StripsAtOnce, end - strip), scratch);
    }

    // Some strips together: a part of X stays in the second-level cache while they pass by, a part of a strip in the first-level cache while the rows do.
    private static void Strips(ref PackedJob job, int first, int count, byte* scratch)
    {
        // Only the last strip of all can be a part.
        bool tail = job.N < (first + count) * Width;
        float* aside = (float*)scratch;
        byte* spread = (byte*)(((nint)scratch + ((nint)job.M * Width * sizeof(float)) + 63) & ~(nint)63);
        int mostBlocks = PackedJob.EvenPart(job.Blocks, job.Halves == null ? BlocksAtOnce : BlocksAtOnce / 2, 1), mostRows = PackedJob.EvenPart(job.M, RowsAtOnce, 12);
        for (int row = 0; row < job.M; row += mostRows)
        {
            int rows = Math.Min(mostRows, job.M - row);
            for (int block = 0; block < job.Blocks; block += mostBlocks)
            {
                int blocks = Math.Min(mostBlocks, job.Blocks - block);
                for (int strip = first; strip < first + count; strip++)
                {
                    bool apart = tail && strip == first + count - 1;
                    float* c = apart ? aside : job.C + (strip * Width);
                    nint ldc = apart ? Width : job.Ldc;
                    if (block == 0)
                        job.Start(row, rows, strip * Width, Width, c, ldc);
                    byte* weights = job.Weights + (strip * job.StripBytes);
                    if (job.RaisesRows)
                        ScaledPairs.Add(ref job, weights, block, blocks, row, rows, spread, c, ldc);
                    else
                        Add(ref job, weights, block, blocks, row, rows, spread, c, ldc);
                }
            }
        }
        if (tail)
            job.Finish(aside, Width, (first + count - 1) * Width, Width);
    }

    private static void Add(ref PackedJob job, byte* weights, int first, int blocks, int start, int count, byte* spread, float* c, nint ldc)
    {
        if (job.HasGroups)
            LevelSpread.Spread(job.Format, weights, job.Blocks, first, blocks, spread);
        for (int row = start; row < start + count; row += Rows)
        {
            for (int block = first; block < first + blocks; block++)
            {
                float* to = c + (row * ldc);
                int rows = Math.Min(Rows, start + count - row);
                switch (job.Format)
                {
                    case WeightFormat.Int6 or WeightFormat.Int4:
                        Groups(ref job, row, rows, block, spread + ((block - first) * LevelSpread.BlockBytes), to, ldc);
                        break;
                    case WeightFormat.Int8:
                        Int8(ref job, row, rows, block, weights + ((long)block * PackedLayout.Int8BlockBytes), to, ldc);
                        break;
                    default:
                        Halves(ref job, row, rows, block, weights + ((long)block * PackedLayout.BFloat16BlockBytes), to, ldc);
                        break;
                }
            }
        }
    }

    // Rows that are not there repeat the last one and are not written.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Groups(ref PackedJob job, int row, int rows, int block, byte* b, float* c, nint ldc)
    {
        sbyte* a0 = job.Rows.Values + (row * job.Rows.Stride) + (block * PackedLayout.Block);
        nint s1 = Math.Min(1, rows - 1) * job.Rows.Stride, s2 = Math.Min(2, rows - 1) * job.Rows.Stride, s3 = Math.Min(3, rows - 1) * job.Rows.Stride;
        int* offsets = job.Rows.GroupOffsets + ((long)block * PackedLayout.GroupsPerBlock * job.Rows.Capacity) + row;
        Vector256<float> f00 = default, f01 = default, f10 = default, f11 = default, f20 = default, f21 = default, f30 = default, f31 = default;
        for (int group = 0; group < PackedLayout.GroupsPerBlock; group++)
        {
            Vector256<int> i00 = Vector256.Create(offsets[0]), i10 = Vector256.Create(offsets[Math.Min(1, rows - 1)]), i20 = Vector256.Create(offsets[Math.Min(2, rows - 1)]), i30 = Vector256.Create(offsets[Math.Min(3, rows - 1)]);
            Vector256<int> i01 = i00, i11 = i10, i21 = i20, i31 = i30;
            for (int step = 0; step < 8; step += 2)
            {
                Vector256<byte> w00 = Vector256.Load(b), w01 = Vector256.Load(b + 32), w10 = Vector256.Load(b + 64), w11 = Vector256.Load(b + 96);
                Vector256<sbyte> x = Four(a0), y = Four(a0 + 4);
                i00 = TDot.SmallPair(i00, w00, x, w10, y);
                i01 = TDot.SmallPair(i01, w01, x, w11, y);
                (x, y) = (Four(a0 + s1), Four(a0 + s1 + 4));
                i10 = TDot.SmallPair(i10, w00, x, w10, y);
                i11 = TDot.SmallPair(i11, w01, x, w11, y);
                (x, y) = (Four(a0 + s2), Four(a0 + s2 + 4));
                i20 = TDot.SmallPair(i20, w00, x, w10, y);
                i21 = TDot.SmallPair(i21, w01, x, w11, y);
                (x, y) = (Four(a0 + s3), Four(a0 + s3 + 4));
                i30 = TDot.SmallPair(i30, w00, x, w10, y);
                i31 = TDot.SmallPair(i31, w01, x, w11, y);
                b += 128;
                a0 += 8;
            }
            Vector256<float> g0 = Vector256.Load((float*)b), g1 = Vector256.Load((float*)b + 8);
            f00 = Fma.MultiplyAdd(Vector256.ConvertToSingle(i00), g0, f00);
            f01 = Fma.MultiplyAdd(Vector256.ConvertToSingle(i01), g1, f01);
            f10 = Fma.MultiplyAdd(Vector256.ConvertToSingle(i10), g0, f10);
            f11 = Fma.MultiplyAdd(Vector256.ConvertToSingle(i11), g1, f11);
            f20 = Fma.MultiplyAdd(Vector256.ConvertToSingle(i20), g0, f20);
            f21 = Fma.MultiplyAdd(Vector256.ConvertToSingle(i21), g1, f21);
            f30 = Fma.MultiplyAdd(Vector256.ConvertToSingle(i30), g0, f30);
            f31 = Fma.MultiplyAdd(Vector256.ConvertToSingle(i31), g1, f31);
            b += Width * sizeof(float);
            offsets += job.Rows.Capacity;
        }
        float* scales = job.Rows.Scales + ((long)block * job.Rows.Capacity) + row;
        Vector256<float> factors0 = Vector256.Load((float*)b), factors1 = Vector256.Load((float*)b + 8);
        Finish(scales[0], factors0, factors1, f00, f01, c);
        if (rows > 1) Finish(scales[1], factors0, factors1, f10, f11, c + ldc);
        if (rows > 2) Finish(scales[2], factors0, factors1, f20, f21, c + (2 * ldc));
        if (rows > 3) Finish(scales[3], factors0, factors1, f30, f31, c + (3 * ldc));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Int8(ref PackedJob job, int row, int rows, int block, byte* b, float* c, nint ldc)
    {
        sbyte* a = job.Rows.Values + (row * job.Rows.Stride) + (block * PackedLayout.Block);
        nint s1 = Math.Min(1, rows - 1) * job.Rows.Stride, s2 = Math.Min(2, rows - 1) * job.Rows.Stride, s3 = Math.Min(3, rows - 1) * job.Rows.Stride;
        ushort* h = job.Halves == null ? null : job.Halves + (row * job.HalfStride) + (block * PackedLayout.Block);
        nint h1 = Math.Min(1, rows - 1) * job.HalfStride, h2 = Math.Min(2, rows - 1) * job.HalfStride, h3 = Math.Min(3, rows - 1) * job.HalfStride;
        int* offsets = job.Rows.BlockOffsets + ((long)block * job.Rows.Capacity) + row;
        Vector256<int> i00 = Vector256.Create(offsets[0]), i10 = Vector256.Create(offsets[Math.Min(1, rows - 1)]), i20 = Vector256.Create(offsets[Math.Min(2, rows - 1)]), i30 = Vector256.Create(offsets[Math.Min(3, rows - 1)]);
        Vector256<int> i01 = i00, i11 = i10, i21 = i20, i31 = i30;
        for (int step = 0; step < PackedLayout.Block / 4; step++)
        {
            Vector256<byte> w0 = Vector256.Load(b), w1 = Vector256.Load(b + 32);
            TDot.Full(ref i00, ref i01, w0, w1, a, h);
            TDot.Full(ref i10, ref i11, w0, w1, a + s1, h + h1);
            TDot.Full(ref i20, ref i21, w0, w1, a + s2, h + h2);
            TDot.Full(ref i30, ref i31, w0, w1, a + s3, h + h3);
            b += 64;
            a += 4;
            h += 4;
        }
        float* scales = job.Rows.Scales + ((long)block * job.Rows.Capacity) + row;
        Vector256<float> factors0 = Vector256.Load((float*)b), factors1 = Vector256.Load((float*)b + 8);
        Finish(scales[0], factors0, factors1, Vector256.ConvertToSingle(i00), Vector256.ConvertToSingle(i01), c);
        if (rows > 1) Finish(scales[1], factors0, factors1, Vector256.ConvertToSingle(i10), Vector256.ConvertToSingle(i11), c + ldc);
        if (rows > 2) Finish(scales[2], factors0, factors1, Vector256.ConvertToSingle(i20), Vector256.ConvertToSingle(i21), c + (2 * ldc));
        if (rows > 3) Finish(scales[3], factors0, factors1, Vector256.ConvertToSingle(i30), Vector256.ConvertToSingle(i31), c + (3 * ldc));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Halves(ref PackedJob job, int row, int rows, int block, byte* b, float* c, nint ldc)
    {
        ushort* a = job.Halves + (row * job.HalfStride) + (block * PackedLayout.Block);
        nint s1 = Math.Min(1, rows - 1) * job.HalfStride, s2 = Math.Min(2, rows - 1) * job.HalfStride, s3 = Math.Min(3, rows - 1) * job.HalfStride;
        nint c1 = Math.Min(1, rows - 1) * ldc, c2 = Math.Min(2, rows - 1) * ldc, c3 = Math.Min(3, rows - 1) * ldc;
        Vector256<float> f00 = Vector256.Load(c), f01 = Vector256.Load(c + 8), f10 = Vector256.Load(c + c1), f11 = Vector256.Load(c + c1 + 8);
        Vector256<float> f20 = Vector256.Load(c + c2), f21 = Vector256.Load(c + c2 + 8), f30 = Vector256.Load(c + c3), f31 = Vector256.Load(c + c3 + 8);
        for (int pair = 0; pair < PackedLayout.Block / 2; pair++)
        {
            Vector256<uint> both0 = Vector256.Load((uint*)b), both1 = Vector256.Load((uint*)b + 8);
            Vector256<float> even0 = (both0 << 16).AsSingle(), odd0 = (both0 & Vector256.Create(0xffff0000u)).AsSingle();
            Vector256<float> even1 = (both1 << 16).AsSingle(), odd1 = (both1 & Vector256.Create(0xffff0000u)).AsSingle();
            Two(ref f00, ref f01, a, even0, odd0, even1, odd1);
            Two(ref f10, ref f11, a + s1, even0, odd0, even1, odd1);
            Two(ref f20, ref f21, a + s2, even0, odd0, even1, odd1);
            Two(ref f30, ref f31, a + s3, even0, odd0, even1, odd1);
            b += 64;
            a += 2;
        }
        f00.Store(c);
        f01.Store(c + 8);
        if (rows > 1) Store(c + c1, f10, f11);
        if (rows > 2) Store(c + c2, f20, f21);
        if (rows > 3) Store(c + c3, f30, f31);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Two(ref Vector256<float> low, ref Vector256<float> high, ushort* a, Vector256<float> even0, Vector256<float> odd0, Vector256<float> even1, Vector256<float> odd1)
    {
        Vector256<float> even = Vector256.Create(BitConverter.UInt32BitsToSingle((uint)a[0] << 16)), odd = Vector256.Create(BitConverter.UInt32BitsToSingle((uint)a[1] << 16));
        low = Fma.MultiplyAdd(odd, odd0, Fma.MultiplyAdd(even, even0, low));
        high = Fma.MultiplyAdd(odd, odd1, Fma.MultiplyAdd(even, even1, high));
    }

    private static void Store(float* c, Vector256<float> low, Vector256<float> high)
    {
        low.Store(c);
        high.Store(c + 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<sbyte> Four(sbyte* a) => Vector256.Create(*(int*)a).AsSByte();

    /// <summary>Adds a block's sums of 16 outputs, times the scales of activations and weights, to C.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Finish(float scale, Vector256<float> weights0, Vector256<float> weights1, Vector256<float> low, Vector256<float> high, float* c)
    {
        var factor = Vector256.Create(scale);
        Fma.MultiplyAdd(low, weights0 * factor, Vector256.Load(c)).Store(c);
        Fma.MultiplyAdd(high, weights1 * factor, Vector256.Load(c + 8)).Store(c + 8);
    }
}
