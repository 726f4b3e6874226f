using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Nunchi.Tensors.Cpu.MatMul;
using Nunchi.Tensors.Cpu.Simd;

namespace Nunchi.Tensors.Cpu;

/// <summary>
/// Matrix product. The sum over k is cut into blocks that depend on k alone and each block is one chain of multiply-adds, so a row of C has the same bits in every batch
/// and for every path: few rows against B as it lies, or register tiles against packed panels of B.
/// </summary>
internal sealed unsafe partial class VectorBackend<V, S>
{
    /// <summary>Longest block of the sum: long enough that C is rarely read again, short enough that a tile's rows of A stay in the first-level cache.</summary>
    private const int LongestBlock = 512;

    private static int TileRows => typeof(V) == typeof(Vector512<float>) ? 12 : 6;

    private static int PanelWidth => 2 * S.Count;

    public override void MatMul(
        bool transposeA, bool transposeB, int m, int n, int k, float* a, int lda, float* b, int ldb, float* c, int ldc, bool accumulate, float* bias)
    {
        if (m <= 0 || n <= 0) return;
        if (k <= 0)
        {
            WithoutProduct(m, n, c, ldc, accumulate, bias);
            return;
        }
        if (BFloat16Product != null && Native.BFloat16MatMul.Pays(m, n, k))
        {
            BFloat16Product.Multiply(transposeA, transposeB, m, n, k, a, lda, b, ldb, c, ldc, accumulate, bias);
            return;
        }
        var product = new Product
        {
            TransposeA = transposeA,
            TransposeB = transposeB,
            M = m,
            N = n,
            K = k,
            A = a,
            Lda = lda,
            B = b,
            Ldb = ldb,
            C = c,
            Ldc = ldc,
            Accumulate = accumulate,
            Bias = bias,
            BlockLength = BlockLength(k),
        };
        if (transposeB && !transposeA && m <= FewRows && n >= S.Count) MultiplyFewRows(ref product);
        else MultiplyByTiles(ref product);
    }

    public override void SymmetricMatMul(bool transposeA, bool transposeB, int n, int k, float* a, int lda, float* b, int ldb, float* c, int ldc)
    {
        if (BFloat16Product != null && Native.BFloat16MatMul.Pays(n, n, k))
        {
            BFloat16Product.Multiply(transposeA, transposeB, n, n, k, a, lda, b, ldb, c, ldc, false, null, upperHalf: true);
        }
        else
        {
            // The upper rows whole, of the lower ones what lies right of the diagonal's block.
            var top = Math.Min(n, RoundUp(n / 2, TileRows));
            var rest = n - top;
            MatMul(transposeA, transposeB, top, n, k, a, lda, b, ldb, c, ldc, false, null);
            MatMul(transposeA, transposeB, rest, rest, k, a + (transposeA ? top : (nint)top * lda), lda, b + (transposeB ? (nint)top * ldb : top), ldb, c + ((nint)top * ldc) + top, ldc, false, null);
        }
        var mirror = new MirrorJob { C = c, Ldc = ldc, N = n };
        Pool.Run(Divided(n, PanelWidth), 1, &MirrorBody, &mirror);
    }

    private struct MirrorJob
    {
        public float* C;
        public int Ldc;
        public int N;
    }

    /// <summary>What lies above the diagonal is written below it, for a block of rows above and the same columns below.</summary>
    private static void MirrorBody(void* context, int start, int end, int worker)
    {
        ref var job = ref *(MirrorJob*)context;
        for (var block = start; block < end; block++)
        {
            var first = block * PanelWidth;
            var last = Math.Min(first + PanelWidth, job.N);
            var stride = (nint)job.Ldc;
            for (var i = first; i < last; i++)
            {
                for (var j = first; j < i; j++) job.C[(i * stride) + j] = job.C[(j * stride) + i];
            }
            Packing<V, S>.TransposedInto(job.C + (first * stride) + last, stride, last - first, job.N - last, job.C + (last * stride) + first, job.Ldc);
        }
    }

    /// <summary>Blocks of nearly equal length, a multiple of 8; one block of exactly k when k is short.</summary>
    private static int BlockLength(int k)
    {
        var blocks = (k + LongestBlock - 1) / LongestBlock;
        return Math.Min(k, RoundUp((k + blocks - 1) / blocks, 8));
    }

    private static void WithoutProduct(int m, int n, float* c, int ldc, bool accumulate, float* bias)
    {
        for (var r = 0; r < m; r++)
        {
            for (var j = 0; j < n; j++)
            {
                var value = accumulate ? c[((long)r * ldc) + j] : 0f;
                c[((long)r * ldc) + j] = bias == null ? value : value + bias[j];
            }
        }
    }

    /// <summary>One tile of C from rows of A: all rows, and whole registers of columns. Strides in floats.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void RowTile(float* a, nint lda, float* b, nint ldb, int columns, int k, float* c, nint ldc, bool add, float* bias)
    {
        const nint size = sizeof(float);
        if (typeof(V) == typeof(Vector512<float>))
        {
            if (columns > S.Count) RowTile12<V, S>.Run(a, lda * size, b, ldb * size, k, c, ldc * size, add, bias);
            else RowTile12<V, S>.RunNarrow(a, lda * size, b, ldb * size, k, c, ldc * size, add, bias);
        }
        else if (columns > S.Count) RowTile6<V, S>.Run(a, lda * size, b, ldb * size, k, c, ldc * size, add, bias);
        else RowTile6<V, S>.RunNarrow(a, lda * size, b, ldb * size, k, c, ldc * size, add, bias);
    }

    /// <summary>As <see cref="RowTile"/>, from columns of A (packed, or A stored transposed).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ColumnTile(float* a, nint lda, float* b, nint ldb, int columns, int k, float* c, nint ldc, bool add, float* bias)
    {
        const nint size = sizeof(float);
        if (typeof(V) == typeof(Vector512<float>))
        {
            if (columns > S.Count) ColumnTile12<V, S>.Run(a, lda * size, b, ldb * size, k, c, ldc * size, add, bias);
            else ColumnTile12<V, S>.RunNarrow(a, lda * size, b, ldb * size, k, c, ldc * size, add, bias);
        }
        else if (columns > S.Count) ColumnTile6<V, S>.Run(a, lda * size, b, ldb * size, k, c, ldc * size, add, bias);
        else ColumnTile6<V, S>.RunNarrow(a, lda * size, b, ldb * size, k, c, ldc * size, add, bias);
    }

    /// <summary>What is asked of a matrix product.</summary>
    private struct Product
    {
        public bool TransposeA;
        public bool TransposeB;
        public bool Accumulate;
        public int M;
        public int N;
        public int K;
        public int BlockLength;
        public float* A;
        public nint Lda;
        public float* B;
        public nint Ldb;
        public float* C;
        public nint Ldc;
        public float* Bias;
    }
}
