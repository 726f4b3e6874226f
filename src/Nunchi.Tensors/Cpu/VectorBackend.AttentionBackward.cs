using System.Runtime.CompilerServices;
using Nunchi.Tensors.Backends;
using Nunchi.Tensors.Cpu.MatMul;
using Nunchi.Tensors.Cpu.Simd;

namespace Nunchi.Tensors.Cpu;

/// <summary>
/// Attention backward: probabilities are computed again from the log-sum-exp, block by block. One item is one key head of one segment, so the gradients of keys and values
/// are summed by one thread in a fixed order.
/// </summary>
internal sealed unsafe partial class VectorBackend<V, S>
{
    /// <summary>Queries per block: probabilities and their gradients stay in the second-level cache.</summary>
    private const int GradientQueries = 144;

    /// <summary>Where the parts of a worker's memory lie.</summary>
    private ref struct BackwardBuffers
    {
        public float* KeysTransposed;
        public float* ValuesTransposed;
        public float* Keys;
        public float* KeyGradient;
        public float* ValueGradient;
        public float* Query;
        public float* OutputGradient;
        public float* Probabilities;
        public float* ScoreGradient;
        public float* Edge;
        public float* Dots;
        public long Total;

        public BackwardBuffers(float* start, int padded, int dots)
        {
            var at = 0L;
            KeysTransposed = Take(KeyBlock * padded);
            ValuesTransposed = Take(KeyBlock * padded);
            Keys = Take(KeyBlock * padded);
            KeyGradient = Take(KeyBlock * padded);
            ValueGradient = Take(KeyBlock * padded);
            Query = Take(GradientQueries * padded);
            OutputGradient = Take(GradientQueries * padded);
            Probabilities = Take(GradientQueries * KeyBlock);
            ScoreGradient = Take(GradientQueries * KeyBlock);
            Edge = Take(TileRows * padded);
            Dots = Take(dots);
            Total = at;

            float* Take(int count)
            {
                var result = start + at;
                at += RoundUp(count, 16);
                return result;
            }
        }
    }

    public override void AttentionBackward(in AttentionArguments arguments)
    {
        var job = new AttentionJob { A = arguments, PaddedSize = RoundUp(arguments.HeadSize, PanelWidth) };
        job.WorkspaceStride = new BackwardBuffers(null, job.PaddedSize, GradientQueries).Total;
        job.Workspace = Scratch(Threads, job.WorkspaceStride * Threads);
        Pool.Run(arguments.Segments * arguments.KeyHeads, 1, &AttentionBackwardBody, &job);
    }

    private static void AttentionBackwardBody(void* context, int start, int end, int worker)
    {
        ref var job = ref *(AttentionJob*)context;
        var buffers = new BackwardBuffers(job.Workspace + (worker * job.WorkspaceStride), job.PaddedSize, GradientQueries);
        for (var item = start; item < end; item++) AttendBackward(ref job, item / job.A.KeyHeads, item % job.A.KeyHeads, ref buffers);
    }

    private static void AttendBackward(ref AttentionJob job, int segment, int keyHead, ref BackwardBuffers w)
    {
        ref var a = ref job.A;
        var size = a.HeadSize;
        var padded = job.PaddedSize;
        var firstRow = a.QueryStarts[segment];
        var queryCount = a.QueryStarts[segment + 1] - firstRow;
        var keyCount = a.KeyCounts[segment];
        var before = a.Causal ? keyCount - queryCount : keyCount;
        var group = a.QueryHeads / a.KeyHeads;
        if (keyCount == 0) ClearQueryGradient(ref a, firstRow, queryCount, keyHead * group, group);

        for (var first = 0; first < keyCount; first += KeyBlock)
        {
            var length = Math.Min(KeyBlock, keyCount - first);
            var keyRow = (long)(a.KeyStarts[segment] + first);
            var key = a.Place.Key + (keyRow * a.KeyStride) + (keyHead * size);
            var value = a.Place.Value + (keyRow * a.ValueStride) + (keyHead * size);
            PackTransposed(key, a.KeyStride, length, size, w.KeysTransposed);
            PackTransposed(value, a.ValueStride, length, size, w.ValuesTransposed);
            PackStraight(key, a.KeyStride, length, size, KeyBlock, w.Keys);
            new Span<float>(w.KeyGradient, KeyBlock * padded).Clear();
            new Span<float>(w.ValueGradient, KeyBlock * padded).Clear();
            for (var h = 0; h < group; h++)
            {
                for (var q = 0; q < queryCount; q += GradientQueries)
                {
                    var count = Math.Min(GradientQueries, queryCount - q);
                    BackwardBlock(ref job, ref w, firstRow + q, (keyHead * group) + h, count, first, length, a.Causal ? before + q - first : int.MaxValue / 2);
                }
            }
            WriteRows(w.KeyGradient, padded, length, size, a.KeyGradient + (keyRow * a.KeyStride) + (keyHead * size), a.KeyStride, false);
            WriteRows(w.ValueGradient, padded, length, size, a.ValueGradient + (keyRow * a.ValueStride) + (keyHead * size), a.ValueStride, false);
        }
    }

    /// <summary>One head, one block of queries, one block of keys. Query i of the block sees keys 0 .. offset + i of the block.</summary>
    private static void BackwardBlock(ref AttentionJob job, ref BackwardBuffers w, int row, int head, int count, int firstKey, int length, int offset)
    {
        var addQuery = firstKey > 0;
        ref var a = ref job.A;
        var size = a.HeadSize;
        var padded = job.PaddedSize;
        var width = a.QueryHeads * size;
        var query = a.Query + ((long)row * a.QueryStride) + (head * size);
        var queryGradient = a.QueryGradient + ((long)row * a.QueryStride) + (head * size);
        var outputGradient = a.OutputGradient + ((long)row * width) + (head * size);
        var output = a.Output + ((long)row * width) + (head * size);
        var firstSeen = Math.Clamp(-offset, 0, count);
        if (firstSeen > 0 && !addQuery) ClearRows(queryGradient, a.QueryStride, firstSeen, size);
        if (firstSeen == count) return;

        var rowsUp = RoundUp(count, TileRows);
        var keysUp = RoundUp(RoundUp(length, PanelWidth), TileRows);
        CopyRows(query, a.QueryStride, count, w.Query, padded, size, rowsUp);
        CopyRows(outputGradient, width, count, w.OutputGradient, padded, size, rowsUp);
        for (var i = 0; i < count; i++) w.Dots[i] = S.Sum(RowDot(outputGradient + ((long)i * width), output + ((long)i * width), size));

        // For each panel the rows from the first to the last that see a part of it.
        var seen = stackalloc (int First, int Last)[KeyBlock / PanelWidth];
        for (var panel = 0; panel < KeyBlock / PanelWidth; panel++) seen[panel] = (count, 0);
        for (var q = firstSeen / TileRows * TileRows; q < count; q += TileRows)
        {
            var rows = Math.Min(TileRows, count - q);
            var extent = Math.Min(length, offset + q + rows);
            var skip = HiddenPanels(ref a, row + q, rows, firstKey, extent);
            for (var panel = 0; panel * PanelWidth < extent; panel++)
            {
                if (skip.Holds(panel * PanelWidth)) continue;
                seen[panel] = (Math.Min(seen[panel].First, q), q + rows);
                var at = (q * KeyBlock) + (panel * PanelWidth);
                var columns = extent - (panel * PanelWidth);
                RowTile(w.Query + (q * padded), padded, w.KeysTransposed + (panel * PanelWidth * size), PanelWidth, columns, size, w.Probabilities + at, KeyBlock, false, null);
                RowTile(
                    w.OutputGradient + (q * padded), padded, w.ValuesTransposed + (panel * PanelWidth * size), PanelWidth, columns, size, w.ScoreGradient + at, KeyBlock, false, null);
            }
            for (var i = q; i < q + TileRows; i++)
            {
                var visible = i < count ? Math.Clamp(offset + i + 1, 0, length) : 0;
                var p = w.Probabilities + (i * KeyBlock);
                var g = w.ScoreGradient + (i * KeyBlock);
                if (visible > 0 && a.HiddenStarts != null) Hide(ref a, p, row + i, firstKey, visible);
                if (visible > 0) ScoreGradientRow(p, g, visible, a.Scale, a.LogSumExp[((long)(row + i) * a.QueryHeads) + head], w.Dots[i], skip);
                if (!skip.IsEmpty)
                {
                    new Span<float>(p + skip.Start, skip.End - skip.Start).Clear();
                    new Span<float>(g + skip.Start, skip.End - skip.Start).Clear();
                }
                new Span<float>(p + visible, Math.Min(KeyBlock, keysUp) - visible).Clear();
                new Span<float>(g + visible, Math.Min(KeyBlock, keysUp) - visible).Clear();
            }
            QueryGradientTile(ref w, q, rows, extent, size, padded, queryGradient + ((long)q * a.QueryStride), a.QueryStride, addQuery, Math.Max(0, firstSeen - q), skip);
        }

        for (var k = 0; k < length; k += TileRows)
        {
            var from = Math.Clamp(k - offset, 0, count) / TileRows * TileRows;
            if (from >= count) break;
            var (one, other) = (seen[k / PanelWidth], seen[Math.Min(k + TileRows - 1, KeyBlock - 1) / PanelWidth]);
            from = Math.Max(from, Math.Min(one.First, other.First));
            var queries = Math.Max(one.Last, other.Last) - from;
            if (queries <= 0) continue;
            for (var c = 0; c < padded; c += PanelWidth)
            {
                var to = (k * padded) + c;
                var p = (from * KeyBlock) + k;
                var b = (from * padded) + c;
                ColumnTile(w.Probabilities + p, KeyBlock, w.OutputGradient + b, padded, size - c, queries, w.ValueGradient + to, padded, true, null);
                ColumnTile(w.ScoreGradient + p, KeyBlock, w.Query + b, padded, size - c, queries, w.KeyGradient + to, padded, true, null);
            }
        }
    }

    private static void QueryGradientTile(
        ref BackwardBuffers w, int q, int rows, int extent, int size, int padded, float* destination, int stride, bool add, int unseen, PanelRange skip)
    {
        for (var c = 0; c < padded; c += PanelWidth)
        {
            SumSeen(w.ScoreGradient + (q * KeyBlock), w.Keys + (c * KeyBlock), PanelWidth, size - c, extent, w.Edge + c, padded, false, skip);
        }
        WriteRows(w.Edge + (unseen * padded), padded, rows - unseen, size, destination + ((long)unseen * stride), stride, add);
    }

    /// <summary>p = exp(scale s - lse), ds = scale p (dp - dot).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ScoreGradientRow(float* p, float* g, int count, float scale, float logSumExp, float dot, PanelRange skip)
    {
        var factor = S.Create(scale);
        var shift = S.Create(-logSumExp);
        var d = S.Create(dot);
        for (var c = 0; c < count; c += S.Count)
        {
            if (skip.Holds(c)) c = skip.End;
            if (c >= count) break;
            var e = VectorMath<V, S>.Exp(S.MultiplyAdd(S.Load(p + c), factor, shift));
            S.Store(p + c, e);
            S.Store(g + c, S.Multiply(S.Multiply(e, factor), S.Subtract(S.Load(g + c), d)));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void WriteRows(float* source, int sourceStride, int rows, int width, float* destination, int stride, bool add)
    {
        for (var r = 0; r < rows; r++)
        {
            var from = source + ((long)r * sourceStride);
            var to = destination + ((long)r * stride);
            for (var c = 0; c < width; c += S.Count)
            {
                var n = Math.Min(S.Count, width - c);
                StoreOrAdd(to + c, S.Load(from + c), n, add);
            }
        }
    }

    private static void ClearRows(float* destination, int stride, int rows, int width)
    {
        for (var r = 0; r < rows; r++) new Span<float>(destination + ((long)r * stride), width).Clear();
    }

    private static void ClearQueryGradient(ref AttentionArguments a, int row, int rows, int firstHead, int heads) =>
        ClearRows(a.QueryGradient + ((long)row * a.QueryStride) + (firstHead * a.HeadSize), a.QueryStride, rows, heads * a.HeadSize);
}
