using System.Runtime.CompilerServices;
using Nunchi.Tensors.Cpu.Simd;

namespace Nunchi.Tensors.Cpu;

/// <summary>
/// A few rows against a weight stored [n, k], as decoding needs it: the weight is read once, straight from memory, and turned 4 x 4 in registers so that each lane is one
/// column of C. The sum of each element runs in the same order as in the tiles.
/// </summary>
internal sealed unsafe partial class VectorBackend<V, S>
{
    /// <summary>Most rows of C that are computed without packing.</summary>
    private const int FewRows = 8;

    private void MultiplyFewRows(ref Product product)
    {
        var blocks = Divided(product.N, S.Count);
        var work = (double)product.N * product.K * product.M;
        var product1 = product;
        Pool.Run(blocks, work < 32768 ? blocks : Math.Max(1, blocks / (8 * Threads)), &FewRowsBody, &product1);
    }

    private static void FewRowsBody(void* context, int start, int end, int worker)
    {
        ref var p = ref *(Product*)context;
        for (var block = start; block < end; block++)
        {
            // The last block is moved back to whole registers; only what no other block computes is written.
            var column = Math.Min(block * S.Count, p.N - S.Count);
            var skipped = (block * S.Count) - column;
            var b = p.B + (column * p.Ldb);
            for (var row = 0; row < p.M;)
            {
                var rows = p.M - row;
                if (rows == 1) FewRowsBlock<One>(ref p, row, column, skipped, b);
                else if (rows == 2) FewRowsBlock<Two>(ref p, row, column, skipped, b);
                else if (rows <= 4) FewRowsBlock<Four>(ref p, row, column, skipped, b);
                else FewRowsBlock<Eight>(ref p, row, column, skipped, b);
                row += Math.Min(rows, FewRows);
            }
        }
    }

    private interface IRows
    {
        static abstract int Count { get; }
    }

    private readonly struct One : IRows
    {
        public static int Count => 1;
    }

    private readonly struct Two : IRows
    {
        public static int Count => 2;
    }

    private readonly struct Four : IRows
    {
        public static int Count => 4;
    }

    private readonly struct Eight : IRows
    {
        public static int Count => 8;
    }

    /// <summary>One register of columns for up to eight rows; rows that are not there repeat the last one and are not written.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FewRowsBlock<TRows>(ref Product p, int row, int column, int skipped, float* b)
        where TRows : struct, IRows
    {
        var last = p.M - 1;
        var a0 = p.A + (row * p.Lda);
        var a1 = p.A + (Math.Min(row + 1, last) * p.Lda);
        var a2 = p.A + (Math.Min(row + 2, last) * p.Lda);
        var a3 = p.A + (Math.Min(row + 3, last) * p.Lda);
        var a4 = p.A + (Math.Min(row + 4, last) * p.Lda);
        var a5 = p.A + (Math.Min(row + 5, last) * p.Lda);
        var a6 = p.A + (Math.Min(row + 6, last) * p.Lda);
        var a7 = p.A + (Math.Min(row + 7, last) * p.Lda);
        var stride = p.Ldb;
        for (var first = 0; first < p.K; first += p.BlockLength)
        {
            var end = Math.Min(p.K, first + p.BlockLength);
            V c0 = S.Zero, c1 = S.Zero, c2 = S.Zero, c3 = S.Zero, c4 = S.Zero, c5 = S.Zero, c6 = S.Zero, c7 = S.Zero;
            var i = first;
            for (; i + 4 <= end; i += 4)
            {
                var x = S.LoadLanes(b + i, 4 * stride);
                var y = S.LoadLanes(b + i + stride, 4 * stride);
                var z = S.LoadLanes(b + i + (2 * stride), 4 * stride);
                var w = S.LoadLanes(b + i + (3 * stride), 4 * stride);
                S.TransposeLanes(ref x, ref y, ref z, ref w);
                c0 = FourSteps(a0 + i, x, y, z, w, c0);
                if (TRows.Count > 1) c1 = FourSteps(a1 + i, x, y, z, w, c1);
                if (TRows.Count > 2) c2 = FourSteps(a2 + i, x, y, z, w, c2);
                if (TRows.Count > 2) c3 = FourSteps(a3 + i, x, y, z, w, c3);
                if (TRows.Count > 4) c4 = FourSteps(a4 + i, x, y, z, w, c4);
                if (TRows.Count > 4) c5 = FourSteps(a5 + i, x, y, z, w, c5);
                if (TRows.Count > 4) c6 = FourSteps(a6 + i, x, y, z, w, c6);
                if (TRows.Count > 4) c7 = FourSteps(a7 + i, x, y, z, w, c7);
            }
            for (; i < end; i++)
            {
                var x = GatherColumn(b + i, stride);
                c0 = S.MultiplyAdd(S.Create(a0[i]), x, c0);
                if (TRows.Count > 1) c1 = S.MultiplyAdd(S.Create(a1[i]), x, c1);
                if (TRows.Count > 2) c2 = S.MultiplyAdd(S.Create(a2[i]), x, c2);
                if (TRows.Count > 2) c3 = S.MultiplyAdd(S.Create(a3[i]), x, c3);
                if (TRows.Count > 4) c4 = S.MultiplyAdd(S.Create(a4[i]), x, c4);
                if (TRows.Count > 4) c5 = S.MultiplyAdd(S.Create(a5[i]), x, c5);
                if (TRows.Count > 4) c6 = S.MultiplyAdd(S.Create(a6[i]), x, c6);
                if (TRows.Count > 4) c7 = S.MultiplyAdd(S.Create(a7[i]), x, c7);
            }
            var add = p.Accumulate || first > 0;
            var bias = end == p.K && p.Bias != null ? p.Bias + column : null;
            var c = p.C + (row * p.Ldc) + column;
            FinishRow(c, c0, skipped, add, bias);
            if (row + 1 <= last && TRows.Count > 1) FinishRow(c + p.Ldc, c1, skipped, add, bias);
            if (row + 2 <= last && TRows.Count > 2) FinishRow(c + (2 * p.Ldc), c2, skipped, add, bias);
            if (row + 3 <= last && TRows.Count > 2) FinishRow(c + (3 * p.Ldc), c3, skipped, add, bias);
            if (row + 4 <= last && TRows.Count > 4) FinishRow(c + (4 * p.Ldc), c4, skipped, add, bias);
            if (row + 5 <= last && TRows.Count > 4) FinishRow(c + (5 * p.Ldc), c5, skipped, add, bias);
            if (row + 6 <= last && TRows.Count > 4) FinishRow(c + (6 * p.Ldc), c6, skipped, add, bias);
            if (row + 7 <= last && TRows.Count > 4) FinishRow(c + (7 * p.Ldc), c7, skipped, add, bias);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V FourSteps(float* a, V x, V y, V z, V w, V c)
    {
        c = S.MultiplyAdd(S.Create(a[0]), x, c);
        c = S.MultiplyAdd(S.Create(a[1]), y, c);
        c = S.MultiplyAdd(S.Create(a[2]), z, c);
        return S.MultiplyAdd(S.Create(a[3]), w, c);
    }

    private static V GatherColumn(float* b, nint stride)
    {
        var lanes = stackalloc float[S.Count];
        for (var j = 0; j < S.Count; j++) lanes[j] = b[j * stride];
        return S.Load(lanes);
    }

    /// <summary>Writes the lanes from <paramref name="skipped"/> on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FinishRow(float* c, V value, int skipped, bool add, float* bias)
    {
        if (skipped == 0)
        {
            if (add) value = S.Add(S.Load(c), value);
            if (bias != null) value = S.Add(value, S.Load(bias));
            S.Store(c, value);
            return;
        }
        FinishLanes(c, value, skipped, add, bias);
    }

    private static void FinishLanes(float* c, V value, int skipped, bool add, float* bias)
    {
        var lanes = stackalloc float[S.Count];
        S.Store(lanes, value);
        for (var j = skipped; j < S.Count; j++)
        {
            var sum = add ? c[j] + lanes[j] : lanes[j];
            c[j] = bias == null ? sum : sum + bias[j];
        }
    }
}
