using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Nunchi.Tensors.Cpu;

/// <summary>
/// Attention of one or two rows of queries over keys and values kept in 8 bits, straight from the codes (AVX-512): what decoding does most behind a long context. A code times its scale is
/// rounded as <see cref="HeadStore.Spread"/> rounds it and every sum runs in the order of the tiles, so the bits are those of floats that were spread before.
/// </summary>
internal static unsafe class CodeAttention
{
    private const int Lanes = 16, KeysAtOnce = 2 * Lanes, ColumnsAtOnce = 4 * Lanes;

    /// <summary>Whether <see cref="Scores"/> and <see cref="Sum"/> serve so many rows and keys of heads of this size.</summary>
    public static bool Serves(int rows, int keys, int size) => Avx512BW.IsSupported && rows <= 2 && keys >= KeysAtOnce && size % ColumnsAtOnce == 0;

    /// <summary>scores[r, k] = query row r times key k. Lanes are keys: sixteen rows of codes are turned in registers, four bytes at a time.</summary>
    /// <param name="codes">[keys, size].</param>
    /// <param name="scales">[keys].</param>
    /// <param name="keys">Keys, at least 32.</param>
    /// <param name="size">Dimensions, a multiple of 64.</param>
    /// <param name="query">The first row of queries.</param>
    /// <param name="other">The second, or the first again.</param>
    /// <param name="scores">Scores of the first row.</param>
    /// <param name="others">Scores of the second; may be those of the first.</param>
    /// <param name="next">So many codes are wanted next: they are asked for meanwhile.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Scores(sbyte* codes, float* scales, int keys, int size, float* query, float* other, float* scores, float* others, sbyte* next)
    {
        for (int at = 0; at < keys; at += KeysAtOnce)
        {
            // The last keys are moved back to whole registers: a score is the same however often it is computed.
            int first = Math.Min(at, keys - KeysAtOnce);
            Prefetch(next + ((long)at * size), KeysAtOnce * size);
            sbyte* a = codes + ((long)first * size), b = a + ((long)Lanes * size);
            Vector512<float> scaleA = Vector512.Load(scales + first), scaleB = Vector512.Load(scales + first + Lanes);
            Vector512<float> a0 = Vector512<float>.Zero, a1 = Vector512<float>.Zero, b0 = Vector512<float>.Zero, b1 = Vector512<float>.Zero;
            for (int d = 0; d < size; d += 16)
            {
                Turn(a + d, size, out Vector512<int> p0, out Vector512<int> p1, out Vector512<int> p2, out Vector512<int> p3);
                Turn(b + d, size, out Vector512<int> q0, out Vector512<int> q1, out Vector512<int> q2, out Vector512<int> q3);
                FourSteps(p0, q0, query + d, other + d, scaleA, scaleB, ref a0, ref a1, ref b0, ref b1);
                FourSteps(p1, q1, query + d + 4, other + d + 4, scaleA, scaleB, ref a0, ref a1, ref b0, ref b1);
                FourSteps(p2, q2, query + d + 8, other + d + 8, scaleA, scaleB, ref a0, ref a1, ref b0, ref b1);
                FourSteps(p3, q3, query + d + 12, other + d + 12, scaleA, scaleB, ref a0, ref a1, ref b0, ref b1);
            }
            a1.Store(others + first);
            b1.Store(others + first + Lanes);
            a0.Store(scores + first);
            b0.Store(scores + first + Lanes);
        }
    }

    /// <summary>sums[r, :] (+)= probabilities of row r times values.</summary>
    /// <param name="codes">[keys, size].</param>
    /// <param name="scales">[keys].</param>
    /// <param name="keys">Keys.</param>
    /// <param name="size">Dimensions, a multiple of 64.</param>
    /// <param name="p">Probabilities of the first row.</param>
    /// <param name="q">Of the second, or of the first again.</param>
    /// <param name="sums">Sums of the first row.</param>
    /// <param name="others">Of the second; may be those of the first.</param>
    /// <param name="add">Add to what is there.</param>
    /// <param name="next">So many codes are wanted next: they are asked for meanwhile.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Sum(sbyte* codes, float* scales, int keys, int size, float* p, float* q, float* sums, float* others, bool add, sbyte* next)
    {
        for (int column = 0; column < size; column += ColumnsAtOnce)
        {
            Vector512<float> x0 = Vector512<float>.Zero, x1 = x0, x2 = x0, x3 = x0, y0 = x0, y1 = x0, y2 = x0, y3 = x0;
            sbyte* from = codes + column;
            for (int key = 0; key < keys; key++, from += size)
            {
                if (column == 0)
                    Prefetch(next + ((long)key * size), size);
                Vector512<float> scale = Vector512.Create(scales[key]), first = Vector512.Create(p[key]), second = Vector512.Create(q[key]);
                Vector512<float> v0 = Spread(from) * scale, v1 = Spread(from + 16) * scale, v2 = Spread(from + 32) * scale, v3 = Spread(from + 48) * scale;
                x0 = Avx512F.FusedMultiplyAdd(first, v0, x0);
                x1 = Avx512F.FusedMultiplyAdd(first, v1, x1);
                x2 = Avx512F.FusedMultiplyAdd(first, v2, x2);
                x3 = Avx512F.FusedMultiplyAdd(first, v3, x3);
                y0 = Avx512F.FusedMultiplyAdd(second, v0, y0);
                y1 = Avx512F.FusedMultiplyAdd(second, v1, y1);
                y2 = Avx512F.FusedMultiplyAdd(second, v2, y2);
                y3 = Avx512F.FusedMultiplyAdd(second, v3, y3);
            }
            if (others != sums) Put(others + column, y0, y1, y2, y3, add);
            Put(sums + column, x0, x1, x2, x3, add);
        }
    }

    // Asks for what is wanted next while there is arithmetic to do. It may reach beyond what is there: a prefetch never faults.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Prefetch(sbyte* from, int bytes)
    {
        for (int i = 0; i < bytes; i += 64)
            Sse.Prefetch1(from + i);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(float* to, Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d, bool add)
    {
        if (add)
        {
            a = Vector512.Load(to) + a;
            b = Vector512.Load(to + 16) + b;
            c = Vector512.Load(to + 32) + c;
            d = Vector512.Load(to + 48) + d;
        }
        a.Store(to);
        b.Store(to + 16);
        c.Store(to + 32);
        d.Store(to + 48);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Spread(sbyte* codes) => Avx512F.ConvertToVector512Single(Avx512F.ConvertToVector512Int32(Vector128.Load(codes)));

    /// <summary>Sixteen bytes of sixteen keys; each result holds four neighbouring bytes of every key, a key a lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Turn(sbyte* codes, nint stride, out Vector512<int> d0, out Vector512<int> d1, out Vector512<int> d2, out Vector512<int> d3)
    {
        Vector512<int> z0 = Four(codes, stride), z1 = Four(codes + stride, stride), z2 = Four(codes + (2 * stride), stride), z3 = Four(codes + (3 * stride), stride);
        Vector512<long> low = Avx512F.UnpackLow(z0, z1).AsInt64(), high = Avx512F.UnpackHigh(z0, z1).AsInt64();
        Vector512<long> low2 = Avx512F.UnpackLow(z2, z3).AsInt64(), high2 = Avx512F.UnpackHigh(z2, z3).AsInt64();
        d0 = Avx512F.UnpackLow(low, low2).AsInt32();
        d1 = Avx512F.UnpackHigh(low, low2).AsInt32();
        d2 = Avx512F.UnpackLow(high, high2).AsInt32();
        d3 = Avx512F.UnpackHigh(high, high2).AsInt32();
    }

    // Every fourth of sixteen keys, one to a quarter of the register.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Four(sbyte* codes, nint stride)
    {
        Vector512<int> four = Vector128.Load(codes).AsInt32().ToVector256Unsafe().ToVector512Unsafe();
        four = Avx512F.InsertVector128(four, Vector128.Load(codes + (4 * stride)).AsInt32(), 1);
        four = Avx512F.InsertVector128(four, Vector128.Load(codes + (8 * stride)).AsInt32(), 2);
        return Avx512F.InsertVector128(four, Vector128.Load(codes + (12 * stride)).AsInt32(), 3);
    }

    // The next four dimensions of two times sixteen keys for both rows.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FourSteps(
        Vector512<int> p, Vector512<int> q, float* query, float* other, Vector512<float> scaleA, Vector512<float> scaleB,
        ref Vector512<float> a0, ref Vector512<float> a1, ref Vector512<float> b0, ref Vector512<float> b1)
    {
        Step((p << 24) >> 24, (q << 24) >> 24, query, other, scaleA, scaleB, ref a0, ref a1, ref b0, ref b1);
        Step((p << 16) >> 24, (q << 16) >> 24, query + 1, other + 1, scaleA, scaleB, ref a0, ref a1, ref b0, ref b1);
        Step((p << 8) >> 24, (q << 8) >> 24, query + 2, other + 2, scaleA, scaleB, ref a0, ref a1, ref b0, ref b1);
        Step(p >> 24, q >> 24, query + 3, other + 3, scaleA, scaleB, ref a0, ref a1, ref b0, ref b1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step(
        Vector512<int> p, Vector512<int> q, float* query, float* other, Vector512<float> scaleA, Vector512<float> scaleB,
        ref Vector512<float> a0, ref Vector512<float> a1, ref Vector512<float> b0, ref Vector512<float> b1)
    {
        Vector512<float> x = Avx512F.ConvertToVector512Single(p) * scaleA, y = Avx512F.ConvertToVector512Single(q) * scaleB;
        Vector512<float> first = Vector512.Create(*query), second = Vector512.Create(*other);
        a0 = Avx512F.FusedMultiplyAdd(first, x, a0);
        b0 = Avx512F.FusedMultiplyAdd(first, y, b0);
        a1 = Avx512F.FusedMultiplyAdd(second, x, a1);
        b1 = Avx512F.FusedMultiplyAdd(second, y, b1);
    }
}
