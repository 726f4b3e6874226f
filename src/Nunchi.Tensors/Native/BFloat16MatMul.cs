using System.Runtime.InteropServices;
using Nunchi.Tensors.Cpu;

namespace Nunchi.Tensors.Native;

/// <summary>
/// Matrix products with operands rounded to bfloat16 and float32 sums, for training where the processor has AVX-512 BF16: the accuracy of mixed-precision training.
/// Every tile of C is computed by one thread in a fixed order of k, so results do not depend on the number of threads.
/// </summary>
internal sealed unsafe class BFloat16MatMul : IDisposable
{
    // 128 pairs: a panel of B takes 24 KB and stays in the first-level cache while the panels of A pass by.
    private const int BlockPairs = 128;

    private readonly BFloat16Tile _tile;
    private readonly WorkerPool _pool;
    private readonly float* _zeros;
    private uint* _a;
    private uint* _b;
    private long _capacityA;
    private long _capacityB;

    /// <summary>A product on a pool; the tile must exist on this processor.</summary>
    public BFloat16MatMul(BFloat16Tile tile, WorkerPool pool)
    {
        _tile = tile;
        _pool = pool;
        _zeros = (float*)NativeMemory.AlignedAlloc(BFloat16Tile.Columns * sizeof(float), 64);
        new Span<float>(_zeros, BFloat16Tile.Columns).Clear();
    }

    /// <summary>Whether a product is large enough that packing pays.</summary>
    public static bool Pays(int m, int n, int k) => m >= 16 && n >= 16 && k >= 16 && (long)m * n * k >= 1 << 19;

    /// <summary>As <see cref="Backends.ComputeBackend.MatMul"/>, with rounded operands. With <paramref name="upperHalf"/> what lies below the diagonal may be left as it was.</summary>
    public void Multiply(
        bool transposeA, bool transposeB, int m, int n, int k, float* a, int lda, float* b, int ldb, float* c, int ldc, bool accumulate, float* bias, bool upperHalf = false)
    {
        int pairs = (k + 1) / 2;
        int panelsA = (m + BFloat16Tile.Rows - 1) / BFloat16Tile.Rows, panelsB = (n + BFloat16Tile.Columns - 1) / BFloat16Tile.Columns;
        Reserve(ref _a, ref _capacityA, (long)panelsA * BFloat16Tile.Rows * pairs);
        Reserve(ref _b, ref _capacityB, (long)panelsB * BFloat16Tile.Columns * pairs);
        int lastColumns = n - ((panelsB - 1) * BFloat16Tile.Columns);
        var job = new Job
        {
            WideTile = _tile.Multiply(BFloat16Tile.Columns),
            LastTile = _tile.Multiply(lastColumns),
            LastWidth = (lastColumns + BFloat16Tile.Lanes - 1) / BFloat16Tile.Lanes * BFloat16Tile.Lanes,
            UpperHalf = upperHalf,
            A = a,
            B = b,
            C = c,
            Lda = lda,
            Ldb = ldb,
            Ldc = ldc,
            M = m,
            N = n,
            K = k,
            Pairs = pairs,
            TransposeA = transposeA,
            TransposeB = transposeB,
            Accumulate = accumulate,
            Bias = bias,
            Zeros = _zeros,
            PackedA = _a,
            PackedB = _b,
            PanelsA = panelsA,
            PanelsB = panelsB,
        };
        // A and B are packed in one job: items below panelsB are panels of B (six times as wide), the rest groups of six panels of A.
        _pool.For(panelsB + ((panelsA + 5) / 6), 1, &Pack, &job);
        int grain = Math.Clamp(panelsA / (_pool.Threads * 4), 1, 32);
        _pool.For(panelsA, grain, &Compute, &job);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMemory.AlignedFree(_a);
        NativeMemory.AlignedFree(_b);
        NativeMemory.AlignedFree(_zeros);
        _a = _b = null;
    }

    private static void Reserve(ref uint* buffer, ref long capacity, long needed)
    {
        if (needed <= capacity)
            return;
        NativeMemory.AlignedFree(buffer);
        capacity = needed + (needed / 8);
        buffer = (uint*)NativeMemory.AlignedAlloc((nuint)capacity * sizeof(uint), 64);
    }

    private static void Pack(void* context, int first, int last, int worker)
    {
        Job* job = (Job*)context;
        int firstB = Math.Min(first, job->PanelsB), lastB = Math.Min(last, job->PanelsB);
        if (firstB < lastB)
        {
            int whole = job->LastWidth == BFloat16Tile.Columns ? lastB : Math.Min(lastB, job->PanelsB - 1);
            PackB(job, firstB, whole, 0, BFloat16Tile.Columns);
            if (whole < lastB)
                PackB(job, 0, 1, whole, job->LastWidth);
        }
        int firstA = Math.Min((Math.Max(first, job->PanelsB) - job->PanelsB) * 6, job->PanelsA), lastA = Math.Min((Math.Max(last, job->PanelsB) - job->PanelsB) * 6, job->PanelsA);
        if (firstA < lastA)
        {
            if (job->TransposeA)
                BFloat16Packing.AcrossK(job->A, job->Lda, job->M, job->K, BFloat16Tile.Rows, firstA, lastA, job->PackedA);
            else
                BFloat16Packing.AlongK(job->A, job->Lda, job->M, job->K, BFloat16Tile.Rows, firstA, lastA, job->PackedA);
        }
    }

    // Panels of a width that begin at a panel of whole width.
    private static void PackB(Job* job, int first, int last, int begin, int width)
    {
        long line = (long)begin * BFloat16Tile.Columns;
        uint* panels = job->PackedB + (line * job->Pairs);
        int lines = job->N - (int)line;
        if (job->TransposeB)
            BFloat16Packing.AlongK(job->B + (line * job->Ldb), job->Ldb, lines, job->K, width, first, last, panels);
        else
            BFloat16Packing.AcrossK(job->B + line, job->Ldb, lines, job->K, width, first, last, panels);
    }

    private static void Compute(void* context, int first, int last, int worker)
    {
        Job* job = (Job*)context;
        for (int pair = 0; pair == 0 || pair < job->Pairs; pair += BlockPairs)
        {
            for (int panel = 0; panel < job->PanelsB; panel++)
            {
                int end = job->UpperHalf ? Math.Min(last, (panel + 1) * (BFloat16Tile.Columns / BFloat16Tile.Rows)) : last;
                for (int row = first; row < end; row++)
                    Tile(job, row, panel, pair, Math.Min(BlockPairs, job->Pairs - pair));
            }
        }
    }

    private static void Tile(Job* job, int panelA, int panelB, int pair, int pairs)
    {
        const int Rows = BFloat16Tile.Rows, Columns = BFloat16Tile.Columns;
        uint* a = job->PackedA + ((((long)panelA * job->Pairs) + pair) * Rows);
        bool isLast = panelB == job->PanelsB - 1;
        int width = isLast ? job->LastWidth : Columns;
        var tile = isLast ? job->LastTile : job->WideTile;
        uint* b = job->PackedB + ((long)panelB * job->Pairs * Columns) + ((long)pair * width);
        int row = panelA * Rows, column = panelB * Columns;
        int rows = Math.Min(Rows, job->M - row), columns = Math.Min(Columns, job->N - column);
        float* c = job->C + ((long)row * job->Ldc) + column;
        bool fromC = pair > 0 || job->Accumulate;
        float* bias = pair == 0 && job->Bias != null ? job->Bias + column : null;
        if (rows == Rows && columns == width && !(fromC && bias != null))
        {
            float* init = fromC ? c : bias != null ? bias : job->Zeros;
            tile(pairs, a, b, c, (nint)job->Ldc * sizeof(float), init, fromC ? (nint)job->Ldc * sizeof(float) : 0);
            return;
        }
        float* edge = stackalloc float[Rows * Columns];
        for (int i = 0; i < Rows; i++)
        {
            for (int j = 0; j < Columns; j++)
            {
                bool inside = i < rows && j < columns;
                edge[(i * Columns) + j] = (inside && fromC ? c[((long)i * job->Ldc) + j] : 0) + (inside && bias != null ? bias[j] : 0);
            }
        }
        tile(pairs, a, b, edge, Columns * sizeof(float), edge, Columns * sizeof(float));
        for (int i = 0; i < rows; i++)
            new Span<float>(edge + (i * Columns), columns).CopyTo(new Span<float>(c + ((long)i * job->Ldc), columns));
    }

    private struct Job
    {
        public delegate* unmanaged[SuppressGCTransition]<nint, uint*, uint*, float*, nint, float*, nint, void> WideTile;
        public delegate* unmanaged[SuppressGCTransition]<nint, uint*, uint*, float*, nint, float*, nint, void> LastTile;
        public int LastWidth;
        public bool UpperHalf;
        public float* A;
        public float* B;
        public float* C;
        public float* Bias;
        public float* Zeros;
        public uint* PackedA;
        public uint* PackedB;
        public int Lda;
        public int Ldb;
        public int Ldc;
        public int M;
        public int N;
        public int K;
        public int Pairs;
        public int PanelsA;
        public int PanelsB;
        public bool TransposeA;
        public bool TransposeB;
        public bool Accumulate;
    }
}
