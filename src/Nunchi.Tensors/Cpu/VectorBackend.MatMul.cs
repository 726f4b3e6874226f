using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Nunchi.Tensors.Cpu.MatMul;
using Nunchi.Tensors.Cpu.Simd;

namespace Nunchi.Tensors.Cpu;

/// <summary>
/// Matrix product: B is packed once into panels that all threads share, rows of C are computed in register tiles. The sum over k is cut into blocks that depend on k alone
/// and each block is one chain of multiply-adds, so a row of C has the same bits in every batch.
/// </summary>
internal sealed unsafe partial class VectorBackend<V, S>
{
    /// <summary>Longest block of the sum: a panel of B of this length fits the first-level cache.</summary>
    private const int LongestBlock = 256;

    /// <summary>Most floats of B packed at a time.</summary>
    private const long PackedLimit = 4 << 20;

    /// <summary>Rows of C in one item.</summary>
    private const int ItemRows = 144;

    private static int TileRows => typeof(V) == typeof(Vector512<float>) ? 12 : 6;

    private static int PanelWidth => 2 * S.Count;

    private struct MatMulJob
    {
        public bool TransposeA;
        public bool TransposeB;
        public int M;
        public int N;
        public int K;
        public float* A;
        public nint Lda;
        public float* B;
        public nint Ldb;
        public float* C;
        public nint Ldc;
        public bool Accumulate;
        public float* Bias;
        public int BlockLength;
        public int Panels;
        public float* Packed;
        public float* Workspace;
        public int WorkspaceStride;
        public int TilesPerItem;
        public int ColumnItems;
        public int PanelsPerItem;
    }

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
        var blocks = (k + LongestBlock - 1) / LongestBlock;
        var length = Math.Min(k, ((k + blocks - 1) / blocks) + 7 & ~7);
        var panels = (n + PanelWidth - 1) / PanelWidth;
        var panelsAtOnce = (int)Math.Clamp(PackedLimit / ((long)k * PanelWidth), 1, panels);
        var tile = TileRows * length;
        var job = new MatMulJob
        {
            TransposeA = transposeA, TransposeB = transposeB, M = m, K = k, A = a, Lda = lda, Ldb = ldb, Ldc = ldc, Accumulate = accumulate, BlockLength = length,
            WorkspaceStride = ((ItemRows + TileRows) * length) + (TileRows * PanelWidth),
        };
        var packedSize = (long)panelsAtOnce * PanelWidth * k;
        job.Packed = Scratch(Threads, packedSize + ((long)Threads * job.WorkspaceStride));
        job.Workspace = job.Packed + packedSize;
        for (var first = 0; first < panels; first += panelsAtOnce)
        {
            var column = first * PanelWidth;
            job.Panels = Math.Min(panelsAtOnce, panels - first);
            job.N = Math.Min(n - column, job.Panels * PanelWidth);
            job.B = transposeB ? b + ((long)column * ldb) : b + column;
            job.C = c + column;
            job.Bias = bias == null ? null : bias + column;
            Pool.For(job.Panels, Math.Max(1, 8192 / (k * PanelWidth)), &PackBody, &job);

            var tiles = (m + TileRows - 1) / TileRows;
            var rowItems = (tiles + (ItemRows / TileRows) - 1) / (ItemRows / TileRows);
            job.TilesPerItem = (tiles + rowItems - 1) / rowItems;
            rowItems = (tiles + job.TilesPerItem - 1) / job.TilesPerItem;
            job.ColumnItems = rowItems >= 4 * Threads ? 1 : Math.Min(job.Panels, ((4 * Threads) + rowItems - 1) / rowItems);
            job.PanelsPerItem = (job.Panels + job.ColumnItems - 1) / job.ColumnItems;
            job.ColumnItems = (job.Panels + job.PanelsPerItem - 1) / job.PanelsPerItem;
            Pool.Run(rowItems * job.ColumnItems, (long)m * job.N * k < 32768 ? int.MaxValue / 2 : 1, &MultiplyBody, &job);
        }
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

    private static void PackBody(void* context, int start, int end, int worker)
    {
        ref var job = ref *(MatMulJob*)context;
        for (var panel = start; panel < end; panel++)
        {
            var column = panel * PanelWidth;
            var width = Math.Min(PanelWidth, job.N - column);
            for (var first = 0; first < job.K; first += job.BlockLength)
            {
                var length = Math.Min(job.BlockLength, job.K - first);
                var to = job.Packed + ((long)first * job.Panels * PanelWidth) + ((long)panel * length * PanelWidth);
                if (job.TransposeB) Packing<V, S>.Transposed(job.B + (column * job.Ldb) + first, job.Ldb, width, length, to, PanelWidth);
                else Packing<V, S>.Straight(job.B + (first * job.Ldb) + column, job.Ldb, width, length, to, PanelWidth);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MultiplyBody(void* context, int start, int end, int worker)
    {
        ref var job = ref *(MatMulJob*)context;
        var workspace = job.Workspace + ((long)worker * job.WorkspaceStride);
        for (var item = start; item < end; item++)
        {
            var rowItem = item / job.ColumnItems;
            var firstPanel = item % job.ColumnItems * job.PanelsPerItem;
            var lastPanel = Math.Min(job.Panels, firstPanel + job.PanelsPerItem);
            var firstRow = rowItem * job.TilesPerItem * TileRows;
            var lastRow = Math.Min(job.M, firstRow + (job.TilesPerItem * TileRows));
            for (var first = 0; first < job.K; first += job.BlockLength)
            {
                MultiplyBlock(ref job, firstRow, lastRow, firstPanel, lastPanel, first, Math.Min(job.BlockLength, job.K - first), workspace);
            }
        }
    }

    private static void MultiplyBlock(ref MatMulJob job, int firstRow, int lastRow, int firstPanel, int lastPanel, int first, int length, float* workspace)
    {
        var edge = workspace;
        var packedA = workspace + (TileRows * PanelWidth);
        var add = job.Accumulate || first > 0;
        var bias = first + length == job.K ? job.Bias : null;
        var wholeRows = firstRow + ((lastRow - firstRow) / TileRows * TileRows);
        if (job.TransposeA)
        {
            for (var r = firstRow; r < lastRow; r += TileRows)
            {
                Packing<V, S>.Straight(job.A + (first * job.Lda) + r, job.Lda, Math.Min(TileRows, lastRow - r), length, packedA + ((r - firstRow) * length), TileRows);
            }
        }
        else if (wholeRows < lastRow)
        {
            Packing<V, S>.Transposed(job.A + (wholeRows * job.Lda) + first, job.Lda, lastRow - wholeRows, length, packedA + ((wholeRows - firstRow) * length), TileRows);
        }
        for (var panel = firstPanel; panel < lastPanel; panel++)
        {
            var b = job.Packed + ((long)first * job.Panels * PanelWidth) + ((long)panel * length * PanelWidth);
            var column = panel * PanelWidth;
            var width = Math.Min(PanelWidth, job.N - column);
            for (var r = firstRow; r < lastRow; r += TileRows)
            {
                var rows = Math.Min(TileRows, lastRow - r);
                var c = job.C + (r * job.Ldc) + column;
                var whole = rows == TileRows && width == PanelWidth;
                var to = whole ? c : edge;
                var ldc = whole ? job.Ldc : PanelWidth;
                var panelBias = bias == null ? null : bias + column;
                if (job.TransposeA || rows < TileRows)
                {
                    ColumnTile(packedA + ((r - firstRow) * length), TileRows, b, PanelWidth, length, to, ldc, add && whole, whole ? panelBias : null);
                }
                else
                {
                    RowTile(job.A + (r * job.Lda) + first, job.Lda, b, PanelWidth, length, to, ldc, add && whole, whole ? panelBias : null);
                }
                if (!whole) WriteEdge(edge, c, job.Ldc, rows, width, add, panelBias);
            }
        }
    }

    private static void WriteEdge(float* edge, float* c, nint ldc, int rows, int width, bool add, float* bias)
    {
        for (var r = 0; r < rows; r++)
        {
            for (var j = 0; j < width; j += S.Count)
            {
                var n = Math.Min(S.Count, width - j);
                var value = S.Load(edge + (r * PanelWidth) + j);
                if (add) value = S.Add(S.LoadPartial(c + (r * ldc) + j, n), value);
                if (bias != null) value = S.Add(value, S.LoadPartial(bias + j, n));
                S.StorePartial(c + (r * ldc) + j, value, n);
            }
        }
    }

    /// <summary>One whole tile of C from rows of A. Strides in floats.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void RowTile(float* a, nint lda, float* b, nint ldb, int k, float* c, nint ldc, bool add, float* bias)
    {
        if (typeof(V) == typeof(Vector512<float>)) RowTile12<V, S>.Run(a, lda * sizeof(float), b, ldb * sizeof(float), k, c, ldc * sizeof(float), add, bias);
        else RowTile6<V, S>.Run(a, lda * sizeof(float), b, ldb * sizeof(float), k, c, ldc * sizeof(float), add, bias);
    }

    /// <summary>One whole tile of C from columns of A (packed, or A stored transposed). Strides in floats.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ColumnTile(float* a, nint lda, float* b, nint ldb, int k, float* c, nint ldc, bool add, float* bias)
    {
        if (typeof(V) == typeof(Vector512<float>)) ColumnTile12<V, S>.Run(a, lda * sizeof(float), b, ldb * sizeof(float), k, c, ldc * sizeof(float), add, bias);
        else ColumnTile6<V, S>.Run(a, lda * sizeof(float), b, ldb * sizeof(float), k, c, ldc * sizeof(float), add, bias);
    }
}
