using Nunchi.Tensors.Cpu.MatMul;
using Nunchi.Tensors.Cpu.Simd;

namespace Nunchi.Tensors.Cpu;

/// <summary>
/// Register tiles against packed panels. C is cut into a grid of regions and one thread computes a region alone, with panels that it packs itself: what is packed is read
/// again from the cache of the core that packed it, and nothing is waited for. Within a region: for each block of the sum, for each group of panels that fits the
/// second-level cache, every tile of rows sweeps the group.
/// </summary>
internal sealed unsafe partial class VectorBackend<V, S>
{
    /// <summary>Floats of B packed at a time: half a megabyte, which stays in the second-level cache while rows pass by.</summary>
    private const int GroupSize = 128 * 1024;

    /// <summary>Most floats of A packed at a time, when A is stored transposed.</summary>
    private const int PackedRows = 512 * 1024;

    /// <summary>Rows above which a region may be halved, so that a thread that is held up leaves work to the others: packing B again costs little then.</summary>
    private const int LeastRows = 384;

    /// <summary>Floats in 4 KiB, after which addresses fall on the same set of the first-level cache.</summary>
    private const int PageFloats = 1024;

    private struct RegionJob
    {
        public Product P;
        public int RowParts;
        public int ColumnParts;
        public int RowShare;
        public int ColumnShare;
        public int PanelsTogether;
        public int ChunkRows;
        public float* Memory;
        public nint MemoryPerWorker;
    }

    private void MultiplyByTiles(ref Product product)
    {
        var length = product.BlockLength;
        var job = new RegionJob { P = product };
        var small = (double)product.M * product.N * product.K < 65536;
        if (small) (job.RowParts, job.ColumnParts) = (1, 1);
        else CutIntoRegions(ref job, !product.TransposeA && product.M >= 2 * Threads * LeastRows ? 2 * Threads : Threads);
        job.RowShare = RoundUp(Divided(product.M, job.RowParts), TileRows);
        job.ColumnShare = RoundUp(Divided(product.N, job.ColumnParts), PanelWidth);
        job.RowParts = Divided(product.M, job.RowShare);
        job.ColumnParts = Divided(product.N, job.ColumnShare);
        job.PanelsTogether = Math.Clamp(GroupSize / (length * PanelWidth), 2, Math.Max(2, job.ColumnShare / PanelWidth));
        job.ChunkRows = product.TransposeA ? Math.Min(job.RowShare, RoundUp(PackedRows / length, TileRows)) : job.RowShare;
        var packedB = job.PanelsTogether * PanelStride(length);
        var packedA = ((product.TransposeA ? job.ChunkRows / TileRows : 1) * TileStride(length)) + (TileRows * (length + 16));
        job.MemoryPerWorker = RoundUp(packedB + packedA + (TileRows * PanelWidth), 1024) + 64;
        job.Memory = Scratch(Threads, Threads * job.MemoryPerWorker);
        Pool.Run(job.RowParts * job.ColumnParts, 1, &RegionBody, &job);
    }

    /// <summary>
    /// Of all grids with so many regions the one that costs least: each row of regions packs all of B, each column of regions reads or packs all of A (12 floats at a time,
    /// which is dearer), and tiles that are not whole compute for nothing. Costs are in cycles of about 32 multiply-adds.
    /// </summary>
    private static void CutIntoRegions(ref RegionJob job, int regions)
    {
        ref var p = ref job.P;
        var best = double.MaxValue;
        for (var rows = 1; rows <= regions; rows++)
        {
            if (regions % rows != 0) continue;
            var columns = regions / rows;
            double wasteRows = RoundUp(Divided(p.M, rows), TileRows) * (double)rows / p.M;
            double wasteColumns = RoundUp(Divided(p.N, columns), PanelWidth) * (double)columns / p.N;
            var packing = (rows * (double)p.N) + (columns * (double)p.M * (p.TransposeA ? 2 : 0.5));
            var cost = (wasteRows * wasteColumns * p.M * p.N / 32) + packing;
            if (cost >= best) continue;
            best = cost;
            (job.RowParts, job.ColumnParts) = (rows, columns);
        }
    }

    private static int Divided(int count, int size) => (count + size - 1) / size;

    /// <summary>From one packed tile of A to the next; the extra line keeps the tiles from falling on the same sets of the cache.</summary>
    private static int TileStride(int length) => (TileRows * length) + 16;

    /// <summary>From one packed panel of B to the next.</summary>
    private static int PanelStride(int length) => (PanelWidth * length) + 16;

    private static void RegionBody(void* context, int start, int end, int worker)
    {
        ref var job = ref *(RegionJob*)context;
        var memory = job.Memory + (worker * job.MemoryPerWorker);
        for (var region = start; region < end; region++)
        {
            var row = region % job.RowParts * job.RowShare;
            var column = region / job.RowParts * job.ColumnShare;
            var lastRow = Math.Min(job.P.M, row + job.RowShare);
            for (; row < lastRow; row += job.ChunkRows)
            {
                MultiplyRegion(ref job, row, Math.Min(lastRow, row + job.ChunkRows), column, Math.Min(job.P.N, column + job.ColumnShare), memory);
            }
        }
    }

    private static void MultiplyRegion(ref RegionJob job, int firstRow, int lastRow, int firstColumn, int lastColumn, float* memory)
    {
        ref var p = ref job.P;
        var edge = memory;
        var packedB = edge + (TileRows * PanelWidth);
        var packedA = packedB + (job.PanelsTogether * PanelStride(p.BlockLength));
        var copied = packedA + ((p.TransposeA ? job.ChunkRows / TileRows : 1) * TileStride(p.BlockLength));
        var wholeRows = firstRow + ((lastRow - firstRow) / TileRows * TileRows);
        for (var first = 0; first < p.K; first += p.BlockLength)
        {
            var length = Math.Min(p.BlockLength, p.K - first);
            if (p.TransposeA)
            {
                Packing<V, S>.StraightPanels(p.A + (first * p.Lda) + firstRow, p.Lda, lastRow - firstRow, length, packedA, TileRows, TileStride(length));
            }
            else if (wholeRows < lastRow)
            {
                Packing<V, S>.Transposed(p.A + (wholeRows * p.Lda) + first, p.Lda, lastRow - wholeRows, length, packedA, TileRows);
            }
            for (var column = firstColumn; column < lastColumn; column += job.PanelsTogether * PanelWidth)
            {
                var columns = Math.Min(job.PanelsTogether * PanelWidth, lastColumn - column);
                var direct = !p.TransposeB && lastRow - firstRow <= 2 * TileRows ? columns / PanelWidth : 0;
                PackB(ref p, first, length, column, columns, direct, packedB);
                for (var r = firstRow; r < lastRow; r += TileRows)
                {
                    var inPlace = !p.TransposeA && r < wholeRows;
                    var a = inPlace ? p.A + (r * p.Lda) + first : p.TransposeA ? packedA + ((r - firstRow) / TileRows * TileStride(length)) : packedA;
                    var lda = p.Lda;
                    if (inPlace && lda % PageFloats == 0)
                    {
                        // Rows a whole number of pages apart fall on one set of the first-level cache and push each other out.
                        lda = length + 16;
                        for (var i = 0; i < TileRows; i++) CopyRow(a + (i * p.Lda), copied + (i * lda), length);
                        a = copied;
                    }
                    SweepPanels(ref p, a, lda, inPlace, r, Math.Min(TileRows, lastRow - r), first, length, column, columns, direct, packedB, edge);
                }
            }
        }
    }

    /// <summary>Packs the panels of a group, but for the first <paramref name="direct"/>, which are used where they lie.</summary>
    private static void PackB(ref Product p, int first, int length, int column, int columns, int direct, float* packed)
    {
        if (!p.TransposeB)
        {
            var skipped = direct * PanelWidth;
            if (skipped >= columns) return;
            var from = p.B + (first * p.Ldb) + column + skipped;
            Packing<V, S>.StraightPanels(from, p.Ldb, columns - skipped, length, packed + (direct * PanelStride(length)), PanelWidth, PanelStride(length));
            return;
        }
        for (var c = 0; c < columns; c += PanelWidth)
        {
            var to = packed + (c / PanelWidth * PanelStride(length));
            Packing<V, S>.Transposed(p.B + ((column + c) * p.Ldb) + first, p.Ldb, Math.Min(PanelWidth, columns - c), length, to, PanelWidth);
        }
    }

    /// <summary>One tile of rows against a group of panels.</summary>
    private static void SweepPanels(
        ref Product p, float* a, nint lda, bool inPlace, int r, int rows, int first, int length, int column, int columns, int direct, float* packedB, float* edge)
    {
        var add = p.Accumulate || first > 0;
        var bias = first + length == p.K ? p.Bias : null;
        for (var at = 0; at < columns; at += PanelWidth)
        {
            var panel = at / PanelWidth;
            var width = Math.Min(PanelWidth, columns - at);
            var b = panel < direct ? p.B + (first * p.Ldb) + column + at : packedB + (panel * PanelStride(length));
            var ldb = panel < direct ? p.Ldb : PanelWidth;
            var c = p.C + (r * p.Ldc) + column + at;
            var panelBias = bias == null ? null : bias + column + at;
            if (rows == TileRows && width == PanelWidth)
            {
                if (inPlace) RowTile(a, lda, b, ldb, width, length, c, p.Ldc, add, panelBias);
                else ColumnTile(a, TileRows, b, ldb, width, length, c, p.Ldc, add, panelBias);
                continue;
            }
            if (inPlace) RowTile(a, lda, b, ldb, width, length, edge, PanelWidth, false, null);
            else ColumnTile(a, TileRows, b, ldb, width, length, edge, PanelWidth, false, null);
            WriteEdge(edge, c, p.Ldc, rows, width, add, panelBias);
        }
    }

    private static void CopyRow(float* from, float* to, int count)
    {
        for (var i = 0; i < count; i += S.Count)
        {
            var n = Math.Min(S.Count, count - i);
            if (n == S.Count) S.Store(to + i, S.Load(from + i));
            else S.StorePartial(to + i, S.LoadPartial(from + i, n), n);
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
