using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Nunchi.Tensors.Quantization;

/// <summary>
/// The product of one row, which is what decoding is, in 256-bit registers: the steps of <see cref="VectorProduct{TDot}"/> for that row alone, codes of 6 and 4 bits straight from where they lie.
/// Reading codes takes so many instructions a line that few lines are on their way at once: some strips go block by block beside each other, and lines are asked for ahead. What is read as
/// it lies goes strip by strip: the processor follows one stream by itself, and better than several.
/// </summary>
internal static unsafe class VectorRow<TDot>
    where TDot : struct, IByteDot
{
    private const int Width = PackedLayout.StripWidth, StripsOfCodes = 4;

    // Two blocks of 4 bits, into the second-level cache: into the first, or nearer, is slower by a quarter.
    private const int Ahead = 2048;

    /// <summary>Computes strips.</summary>
    /// <param name="job">A product of one row.</param>
    /// <param name="start">First strip.</param>
    /// <param name="end">The strip after the last.</param>
    /// <param name="scratch">16 floats for a strip that the matrix fills in part.</param>
    public static void Compute(ref PackedJob job, int start, int end, byte* scratch)
    {
        int atOnce = job.HasGroups ? StripsOfCodes : 1;
        for (int strip = start; strip < end; strip += atOnce)
            Strips(ref job, strip, Math.Min(atOnce, end - strip), (float*)scratch);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Strips(ref PackedJob job, int first, int count, float* aside)
    {
        // Only the last strip of all can be a part.
        bool tail = job.N < (first + count) * Width;
        float* Out(int v, ref PackedJob of) => tail && v == count - 1 ? aside : of.C + ((first + v) * Width);
        for (int v = 0; v < count; v++)
            job.Start(0, 1, (first + v) * Width, Width, Out(v, ref job), Width);
        for (int block = 0; block < job.Blocks; block++)
        {
            for (int v = 0; v < count; v++)
            {
                byte* weights = job.Weights + ((first + v) * job.StripBytes);
                switch (job.Format)
                {
                    case WeightFormat.Int6:
                        Groups<SixBitCodes>(ref job, block, weights, Out(v, ref job));
                        break;
                    case WeightFormat.Int4:
                        Groups<FourBitCodes>(ref job, block, weights, Out(v, ref job));
                        break;
                    case WeightFormat.Int8:
                        Int8(ref job, block, weights + ((long)block * PackedLayout.Int8BlockBytes), Out(v, ref job));
                        break;
                    default:
                        Halves(ref job, block, weights + ((long)block * PackedLayout.BFloat16BlockBytes), Out(v, ref job));
                        break;
                }
            }
        }
        if (tail)
            job.Finish(aside, Width, (first + count - 1) * Width, Width);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Groups<TCodes>(ref PackedJob job, int block, byte* strip, float* c)
        where TCodes : struct, IGroupCodes
    {
        const int Count = PackedLayout.GroupsPerBlock;
        byte* codes = strip + ((long)block * Count * TCodes.Bytes), scales = strip + ((long)job.Blocks * Count * TCodes.Bytes) + ((long)block * PackedLayout.GroupScaleBytes);
        sbyte* a = job.Rows.Values + (block * PackedLayout.Block);
        int* offsets = job.Rows.GroupOffsets + ((long)block * Count * job.Rows.Capacity);
        Vector256<float> f0 = default, f1 = default;
        for (int group = 0; group < Count; group++)
        {
            Vector256<int> i0 = Vector256.Create(*offsets), i1 = i0;
            for (int line = 0; line < TCodes.Bytes; line += 64)
                Sse.Prefetch1(codes + Ahead + line);
            Pair<TCodes>(ref i0, ref i1, codes, 0, a);
            Pair<TCodes>(ref i0, ref i1, codes, 1, a + 8);
            Pair<TCodes>(ref i0, ref i1, codes, 2, a + 16);
            Pair<TCodes>(ref i0, ref i1, codes, 3, a + 24);
            f0 = Fma.MultiplyAdd(Vector256.ConvertToSingle(i0), Vector256.ConvertToSingle(Avx2.ConvertToVector256Int32((sbyte*)scales)), f0);
            f1 = Fma.MultiplyAdd(Vector256.ConvertToSingle(i1), Vector256.ConvertToSingle(Avx2.ConvertToVector256Int32((sbyte*)scales + 8)), f1);
            codes += TCodes.Bytes;
            a += PackedLayout.Group;
            scales += Width;
            offsets += job.Rows.Capacity;
        }
        VectorProduct<TDot>.Finish(job.Rows.Scales[(long)block * job.Rows.Capacity], Widen((ushort*)scales), Widen((ushort*)scales + 8), f0, f1, c);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Pair<TCodes>(ref Vector256<int> low, ref Vector256<int> high, byte* group, int pair, sbyte* a)
        where TCodes : struct, IGroupCodes
    {
        TCodes.Unpack(group, pair, out Vector256<byte> even0, out Vector256<byte> even1, out Vector256<byte> odd0, out Vector256<byte> odd1);
        Vector256<sbyte> x = VectorProduct<TDot>.Four(a), y = VectorProduct<TDot>.Four(a + 4);
        low = TDot.SmallPair(low, even0, x, odd0, y);
        high = TDot.SmallPair(high, even1, x, odd1, y);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Int8(ref PackedJob job, int block, byte* b, float* c)
    {
        sbyte* a = job.Rows.Values + (block * PackedLayout.Block);
        ushort* h = job.Halves == null ? null : job.Halves + (block * PackedLayout.Block);
        Vector256<int> i0 = Vector256.Create(job.Rows.BlockOffsets[(long)block * job.Rows.Capacity]), i1 = i0;
        for (int step = 0; step < PackedLayout.Block / 4; step++)
        {
            TDot.Full(ref i0, ref i1, Vector256.Load(b), Vector256.Load(b + 32), a, h);
            b += 64;
            a += 4;
            h += 4;
        }
        VectorProduct<TDot>.Finish(job.Rows.Scales[(long)block * job.Rows.Capacity], Vector256.Load((float*)b), Vector256.Load((float*)b + 8), Vector256.ConvertToSingle(i0), Vector256.ConvertToSingle(i1), c);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Halves(ref PackedJob job, int block, byte* b, float* c)
    {
        ushort* a = job.Halves + (block * PackedLayout.Block);
        Vector256<float> f0 = Vector256.Load(c), f1 = Vector256.Load(c + 8);
        Vector256<uint> upper = Vector256.Create(0xffff0000u);
        for (int pair = 0; pair < PackedLayout.Block / 2; pair++)
        {
            Vector256<uint> both0 = Vector256.Load((uint*)b), both1 = Vector256.Load((uint*)b + 8);
            VectorProduct<TDot>.Two(ref f0, ref f1, a, (both0 << 16).AsSingle(), (both0 & upper).AsSingle(), (both1 << 16).AsSingle(), (both1 & upper).AsSingle());
            b += 64;
            a += 2;
        }
        f0.Store(c);
        f1.Store(c + 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Widen(ushort* halves) => (Avx2.ConvertToVector256Int32(halves) << 16).AsSingle();
}
