using Nunchi.Tensors.Cpu.MatMul;
using Nunchi.Tensors.Cpu.Simd;

namespace Nunchi.Tensors.Cpu;

/// <summary>
/// Register tiles against packed panels, as one job of ordered tickets. A stage is one block of the sum for one chunk of rows and columns: its pack tickets copy a block of B
/// (and of A, when A is stored transposed) into panels that all threads share, its compute tickets sweep groups of panels with tiles of rows. Tickets are handed out in the
/// order pack 0, pack 1, compute 0, pack 2, compute 1 ...; a ticket waits only for earlier ones, so there is always one that can go on, and packing fills the gaps.
/// </summary>
internal sealed unsafe partial class VectorBackend<V, S>
{
    /// <summary>Floats of one packed block of B, or of A.</summary>
    private const int PackedBlock = 1 << 19;

    /// <summary>Floats of B that a compute ticket sweeps again and again: they stay in the second-level cache.</summary>
    private const int GroupSize = 96 * 1024;

    private struct TileJob
    {
        public Product P;

        /// <summary>B is used where it lies, but for a last panel that is not whole.</summary>
        public bool DirectB;
        public int ChunkRows;
        public int ChunkColumns;
        public int ColumnChunks;
        public int Blocks;
        public int Stages;
        public int PanelsPerPack;
        public int StepsPerPack;
        public int PacksOfA;
        public int PacksOfB;
        public int Packs;
        public int PanelsPerGroup;
        public int Groups;
        public int TilesPerItem;
        public int RowItems;
        public int Computes;
        public float* PackedB;
        public nint PackedBSize;
        public float* PackedA;
        public nint PackedASize;
        public float* Edges;
        public int* PacksDone;
        public int* ComputesDone;
        public int* Progress;
    }

    private void MultiplyByTiles(ref Product product)
    {
        var job = new TileJob { P = product };
        var length = product.BlockLength;
        job.Blocks = (product.K + length - 1) / length;
        job.DirectB = !product.TransposeB && product.M <= 2 * TileRows;
        var together = Math.Max(2, GroupSize / (length * PanelWidth));
        job.ChunkColumns = Math.Min(RoundUp(product.N, PanelWidth), RoundUp(Math.Max(PackedBlock / length, 1), together * PanelWidth));
        job.ColumnChunks = (product.N + job.ChunkColumns - 1) / job.ChunkColumns;
        job.ChunkRows = product.TransposeA ? Math.Min(RoundUp(product.M, TileRows), RoundUp(PackedBlock / length, TileRows)) : RoundUp(product.M, TileRows);
        job.Stages = (product.M + job.ChunkRows - 1) / job.ChunkRows * job.ColumnChunks * job.Blocks;

        var panels = job.ChunkColumns / PanelWidth;
        var tiles = job.ChunkRows / TileRows;
        job.StepsPerPack = Math.Max(Math.Min(length, 32), Divided(length, 4 * Threads));
        job.PanelsPerPack = Math.Max(1, panels / (4 * Threads));
        job.PacksOfB = product.TransposeB ? Divided(panels, job.PanelsPerPack) : job.DirectB ? 1 : Divided(length, job.StepsPerPack);
        job.PacksOfA = product.TransposeA ? Divided(length, job.StepsPerPack) : 1;
        job.Packs = job.PacksOfB + job.PacksOfA;
        job.PanelsPerGroup = Math.Min(panels, together);
        job.TilesPerItem = Math.Min(tiles, 4);
        while (job.TilesPerItem > 1 && Divided(panels, job.PanelsPerGroup) * Divided(tiles, job.TilesPerItem) < 4 * Threads) job.TilesPerItem--;
        while (job.PanelsPerGroup > 2 && Divided(panels, job.PanelsPerGroup) * Divided(tiles, job.TilesPerItem) < 4 * Threads) job.PanelsPerGroup--;
        job.Groups = Divided(panels, job.PanelsPerGroup);
        job.RowItems = Divided(tiles, job.TilesPerItem);
        job.Computes = job.Groups * job.RowItems;

        job.PackedBSize = (nint)panels * PanelStride(length);
        job.PackedASize = RoundUp((product.TransposeA ? tiles : 1) * TileStride(length), 16);
        var edges = Threads * TileRows * PanelWidth;
        var counters = (2 * job.Stages) + (2 * job.Computes);
        var memory = Scratch(Threads, (2 * (job.PackedBSize + job.PackedASize)) + edges + counters);
        job.PackedB = memory;
        job.PackedA = job.PackedB + (2 * job.PackedBSize);
        job.Edges = job.PackedA + (2 * job.PackedASize);
        job.PacksDone = (int*)(job.Edges + edges);
        job.ComputesDone = job.PacksDone + job.Stages;
        job.Progress = job.ComputesDone + job.Stages;
        new Span<int>(job.PacksDone, counters).Clear();

        var tickets = job.Stages * (job.Packs + job.Computes);
        Pool.Run(tickets, (double)product.M * product.N * product.K < 65536 ? tickets : 1, &TicketBody, &job);
    }

    private static int Divided(int count, int size) => (count + size - 1) / size;

    /// <summary>From one packed tile of A to the next; the extra line keeps the tiles from falling on the same sets of the cache.</summary>
    private static int TileStride(int length) => (TileRows * length) + 16;

    /// <summary>From one packed panel of B to the next.</summary>
    private static int PanelStride(int length) => (PanelWidth * length) + 16;

    private static void TicketBody(void* context, int start, int end, int worker)
    {
        ref var job = ref *(TileJob*)context;
        for (var ticket = start; ticket < end; ticket++)
        {
            if (ticket < job.Packs)
            {
                Pack(ref job, 0, ticket);
                continue;
            }
            var round = Math.DivRem(ticket - job.Packs, job.Packs + job.Computes, out var place);
            if (round == job.Stages - 1) Compute(ref job, round, place, worker);
            else if (place < job.Packs) Pack(ref job, round + 1, place);
            else Compute(ref job, round, place - job.Packs, worker);
        }
    }

    /// <summary>Waits until a counter that other threads raise has reached a value.</summary>
    private static void WaitFor(int* counter, int value)
    {
        for (var spins = 0; Volatile.Read(ref *counter) < value; spins++)
        {
            if (spins < 2_000) Thread.SpinWait(4);
            else Thread.Yield();
        }
    }

    private static void Locate(ref TileJob job, int stage, out int firstRow, out int firstColumn, out int first)
    {
        var chunk = Math.DivRem(stage, job.Blocks, out var block);
        firstRow = Math.DivRem(chunk, job.ColumnChunks, out var columnChunk) * job.ChunkRows;
        firstColumn = columnChunk * job.ChunkColumns;
        first = block * job.P.BlockLength;
    }

    private static void Pack(ref TileJob job, int stage, int ticket)
    {
        ref var p = ref job.P;
        // The panels of two stages before lie where these will.
        if (stage >= 2) WaitFor(job.ComputesDone + stage - 2, job.Computes);
        Locate(ref job, stage, out var firstRow, out var firstColumn, out var first);
        var length = Math.Min(p.BlockLength, p.K - first);
        if (ticket < job.PacksOfB) PackB(ref job, ticket, job.PackedB + ((stage & 1) * job.PackedBSize), firstColumn, first, length);
        else PackA(ref job, ticket - job.PacksOfB, job.PackedA + ((stage & 1) * job.PackedASize), firstRow, first, length);
        Interlocked.Increment(ref job.PacksDone[stage]);
    }

    /// <summary>Some panels when B's rows become columns, else some steps of all panels, so that memory is read in long runs.</summary>
    private static void PackB(ref TileJob job, int ticket, float* packed, int firstColumn, int first, int length)
    {
        ref var p = ref job.P;
        var columns = Math.Min(job.ChunkColumns, p.N - firstColumn);
        if (p.TransposeB)
        {
            var last = Math.Min(Divided(columns, PanelWidth), (ticket + 1) * job.PanelsPerPack);
            for (var panel = ticket * job.PanelsPerPack; panel < last; panel++)
            {
                var column = firstColumn + (panel * PanelWidth);
                var width = Math.Min(PanelWidth, p.N - column);
                Packing<V, S>.Transposed(p.B + (column * p.Ldb) + first, p.Ldb, width, length, packed + ((nint)panel * PanelStride(length)), PanelWidth);
            }
            return;
        }
        var from = job.DirectB ? 0 : ticket * job.StepsPerPack;
        var steps = job.DirectB ? length : Math.Min(job.StepsPerPack, length - from);
        var skipped = job.DirectB ? columns / PanelWidth : 0;
        if (steps <= 0 || skipped * PanelWidth >= columns) return;
        Packing<V, S>.StraightPanels(
            p.B + ((first + from) * p.Ldb) + firstColumn + (skipped * PanelWidth), p.Ldb, columns - (skipped * PanelWidth), steps,
            packed + ((nint)skipped * PanelStride(length)) + (from * PanelWidth), PanelWidth, PanelStride(length));
    }

    /// <summary>Some steps of all tiles when A is stored transposed, else only the last tile when it is not whole.</summary>
    private static void PackA(ref TileJob job, int ticket, float* packed, int firstRow, int first, int length)
    {
        ref var p = ref job.P;
        var rows = Math.Min(job.ChunkRows, p.M - firstRow);
        if (p.TransposeA)
        {
            var from = ticket * job.StepsPerPack;
            var steps = Math.Min(job.StepsPerPack, length - from);
            if (steps <= 0) return;
            Packing<V, S>.StraightPanels(p.A + ((first + from) * p.Lda) + firstRow, p.Lda, rows, steps, packed + (from * TileRows), TileRows, TileStride(length));
        }
        else if (rows % TileRows != 0)
        {
            var whole = rows / TileRows * TileRows;
            Packing<V, S>.Transposed(p.A + ((firstRow + whole) * p.Lda) + first, p.Lda, rows - whole, length, packed, TileRows);
        }
    }

    private static void Compute(ref TileJob job, int stage, int ticket, int worker)
    {
        ref var p = ref job.P;
        Locate(ref job, stage, out var firstRow, out var firstColumn, out var first);
        WaitFor(job.PacksDone + stage, job.Packs);
        // The block of the sum before this one must be in C; two stages use two sets of marks, so that a late mark meets no newer one.
        if (first > 0) WaitFor(job.Progress + (((stage - 1) & 1) * job.Computes) + ticket, stage);
        var group = Math.DivRem(ticket, job.RowItems, out var item);
        var panels = Divided(Math.Min(job.ChunkColumns, p.N - firstColumn), PanelWidth);
        var firstPanel = group * job.PanelsPerGroup;
        var lastPanel = Math.Min(panels, firstPanel + job.PanelsPerGroup);
        var lastRow = Math.Min(p.M, firstRow + job.ChunkRows);
        var from = firstRow + (item * job.TilesPerItem * TileRows);
        var to = Math.Min(lastRow, from + (job.TilesPerItem * TileRows));
        if (firstPanel < lastPanel)
        {
            for (var r = from; r < to; r += TileRows) SweepPanels(ref job, stage, firstRow, r, Math.Min(TileRows, lastRow - r), firstColumn, firstPanel, lastPanel, first, worker);
        }
        Volatile.Write(ref job.Progress[((stage & 1) * job.Computes) + ticket], stage + 1);
        Interlocked.Increment(ref job.ComputesDone[stage]);
    }

    /// <summary>One tile of rows against a group of panels.</summary>
    private static void SweepPanels(
        ref TileJob job, int stage, int firstRow, int r, int rows, int firstColumn, int firstPanel, int lastPanel, int first, int worker)
    {
        ref var p = ref job.P;
        var length = Math.Min(p.BlockLength, p.K - first);
        var add = p.Accumulate || first > 0;
        var bias = first + length == p.K ? p.Bias : null;
        var packedB = job.PackedB + ((stage & 1) * job.PackedBSize);
        var packedA = job.PackedA + ((stage & 1) * job.PackedASize);
        var inPlace = !p.TransposeA && rows == TileRows;
        var a = inPlace ? p.A + (r * p.Lda) + first : p.TransposeA ? packedA + ((r - firstRow) / TileRows * TileStride(length)) : packedA;
        var edge = job.Edges + (worker * TileRows * PanelWidth);
        for (var panel = firstPanel; panel < lastPanel; panel++)
        {
            var column = firstColumn + (panel * PanelWidth);
            var width = Math.Min(PanelWidth, p.N - column);
            var direct = job.DirectB && width == PanelWidth;
            var b = direct ? p.B + (first * p.Ldb) + column : packedB + ((nint)panel * PanelStride(length));
            var ldb = direct ? p.Ldb : PanelWidth;
            var c = p.C + (r * p.Ldc) + column;
            var panelBias = bias == null ? null : bias + column;
            if (rows == TileRows && width == PanelWidth)
            {
                if (inPlace) RowTile(a, p.Lda, b, ldb, width, length, c, p.Ldc, add, panelBias);
                else ColumnTile(a, TileRows, b, ldb, width, length, c, p.Ldc, add, panelBias);
                continue;
            }
            if (inPlace) RowTile(a, p.Lda, b, ldb, width, length, edge, PanelWidth, false, null);
            else ColumnTile(a, TileRows, b, ldb, width, length, edge, PanelWidth, false, null);
            WriteEdge(edge, c, p.Ldc, rows, width, add, panelBias);
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
}
