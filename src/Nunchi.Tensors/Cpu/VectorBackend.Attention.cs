using System.Runtime.CompilerServices;
using Nunchi.Tensors.Backends;
using Nunchi.Tensors.Cpu.MatMul;
using Nunchi.Tensors.Cpu.Simd;

namespace Nunchi.Tensors.Cpu;

/// <summary>
/// Attention forward with the online softmax of FlashAttention (Dao et al. 2022): keys in blocks of <see cref="KeyBlock"/>, queries in register tiles, so that scores stay in the
/// first-level cache. Key blocks start at fixed places of a sequence and a masked key adds an exact zero: a row has the same bits in every batch of queries.
/// </summary>
internal sealed unsafe partial class VectorBackend<V, S>
{
    /// <summary>Keys per block: whole register tiles and whole panels for every instruction set.</summary>
    private const int KeyBlock = 288;

    /// <summary>Queries per item: each packs the keys and values that it sees.</summary>
    private const int QueryBlock = 288;

    private struct AttentionJob
    {
        public AttentionArguments A;
        public int PaddedSize;
        public float* Workspace;
        public long WorkspaceStride;
    }

    private static int RoundUp(int value, int multiple) => (value + multiple - 1) / multiple * multiple;

    public override void Attention(in AttentionArguments arguments)
    {
        if (RoundsAttention && IsRounded(in arguments))
        {
            AttendRounded(in arguments);
            return;
        }
        var job = new AttentionJob { A = arguments, PaddedSize = RoundUp(arguments.HeadSize, PanelWidth) };
        job.WorkspaceStride = RoundUp(
            (2 * KeyBlock * job.PaddedSize) + (arguments.Place.KeyCodes == null ? 0 : (2 * KeyBlock * arguments.HeadSize) + (TileRows * job.PaddedSize)) + (TileRows * job.PaddedSize) + (TileRows * KeyBlock) + (QueryBlock * (job.PaddedSize + 2)), 16);
        job.Workspace = Scratch(Threads, job.WorkspaceStride * Threads);
        var blocks = 0;
        for (var s = 0; s < arguments.Segments; s++) blocks += QueryBlocks(arguments, s);
        Pool.Run(blocks * arguments.KeyHeads, 1, &AttentionBody, &job);
    }

    private static int QueryBlocks(in AttentionArguments a, int segment) => (a.QueryStarts[segment + 1] - a.QueryStarts[segment] + QueryBlock - 1) / QueryBlock;

    private static void AttentionBody(void* context, int start, int end, int worker)
    {
        ref var job = ref *(AttentionJob*)context;
        ref var a = ref job.A;
        for (var item = start; item < end; item++)
        {
            var block = item / a.KeyHeads;
            var segment = 0;
            for (var n = QueryBlocks(a, segment); block >= n; n = QueryBlocks(a, ++segment)) block -= n;
            var workspace = job.Workspace + (worker * job.WorkspaceStride);
            var own = job;
            own.A.Select(segment);
            if (IsFew(ref a, segment)) AttendFew(ref own, segment, item % a.KeyHeads, workspace);
            else AttendBlock(ref own, segment, item % a.KeyHeads, block * QueryBlock, workspace);
        }
    }

    /// <summary>One block of queries of one segment, all query heads of one key head.</summary>
    private static void AttendBlock(ref AttentionJob job, int segment, int keyHead, int firstQuery, float* workspace)
    {
        ref var a = ref job.A;
        var size = a.HeadSize;
        var padded = job.PaddedSize;
        var keys = workspace;
        var values = keys + (KeyBlock * padded);
        var queryEdge = values + (KeyBlock * padded);
        var scores = queryEdge + (TileRows * padded);
        var sums = scores + (TileRows * KeyBlock);
        var largest = sums + (QueryBlock * padded);
        var totals = largest + QueryBlock;
        var spread = totals + QueryBlock;

        var queryCount = a.QueryStarts[segment + 1] - a.QueryStarts[segment];
        var keyCount = a.KeyCounts[segment];
        var count = Math.Min(QueryBlock, queryCount - firstQuery);
        var before = a.Causal ? keyCount - queryCount : keyCount;
        var group = a.QueryHeads / a.KeyHeads;
        var lastKey = a.Causal ? Math.Min(keyCount, before + firstQuery + count) : keyCount;
        var severalBlocks = lastKey > KeyBlock;

        for (var h = 0; h < group; h++)
        {
            var head = (keyHead * group) + h;
            var query = a.Query + ((long)(a.QueryStarts[segment] + firstQuery) * a.QueryStride) + (head * size);
            for (var i = 0; i < count; i++)
            {
                largest[i] = float.NegativeInfinity;
                totals[i] = 0;
            }
            if (lastKey <= 0) new Span<float>(sums, count * padded).Clear();
            for (var first = 0; first < lastKey; first += KeyBlock)
            {
                var length = Math.Min(KeyBlock, keyCount - first);
                var keyRow = (long)(a.KeyStarts[segment] + first);
                var key = KeyRows(ref a, keyRow, keyHead, length, spread, h == 0 || severalBlocks, out var keyStride);
                var value = ValueRows(ref a, keyRow, keyHead, length, spread + (KeyBlock * size), h == 0 || severalBlocks, out var valueStride);
                // A few queries read keys and values where they lie: packing would cost more than it saves.
                var keysInPlace = count <= FewRows && length >= S.Count;
                var valuesInPlace = count <= FewRows && size % S.Count == 0;
                if (h == 0 || severalBlocks)
                {
                    if (!keysInPlace) PackTransposed(key, keyStride, length, size, keys);
                    if (!valuesInPlace) PackStraight(value, valueStride, length, size, KeyBlock, values);
                }
                for (var q = 0; q < count; q += TileRows)
                {
                    var rows = Math.Min(TileRows, count - q);
                    var extent = a.Causal ? Math.Min(length, before + firstQuery + q + rows - first) : length;
                    if (extent <= 0)
                    {
                        if (first == 0) new Span<float>(sums + (q * padded), TileRows * padded).Clear();
                        continue;
                    }
                    var rowStart = query + ((long)q * a.QueryStride);
                    if (keysInPlace)
                    {
                        var product = new Product
                        {
                            M = rows,
                            N = length,
                            K = size,
                            BlockLength = size,
                            A = rowStart,
                            Lda = a.QueryStride,
                            B = key,
                            Ldb = keyStride,
                            C = scores,
                            Ldc = KeyBlock,
                        };
                        FewRowsBody(&product, 0, Divided(length, S.Count), 0);
                    }
                    else if (rows < TileRows)
                    {
                        CopyRows(rowStart, a.QueryStride, rows, queryEdge, padded, size, TileRows);
                    }
                    var skip = keysInPlace ? default : HiddenPanels(ref a, a.QueryStarts[segment] + firstQuery + q, rows, first, extent);
                    for (var panel = 0; panel * PanelWidth < extent && !keysInPlace; panel++)
                    {
                        if (skip.Holds(panel * PanelWidth)) continue;
                        var b = keys + (panel * PanelWidth * size);
                        var to = scores + (panel * PanelWidth);
                        var columns = extent - (panel * PanelWidth);
                        if (rows < TileRows) RowTile(queryEdge, padded, b, PanelWidth, columns, size, to, KeyBlock, false, null);
                        else RowTile(rowStart, a.QueryStride, b, PanelWidth, columns, size, to, KeyBlock, false, null);
                    }
                    for (var i = 0; i < rows; i++)
                    {
                        var visible = a.Causal ? Math.Clamp(before + firstQuery + q + i + 1 - first, 0, length) : length;
                        if (a.HiddenStarts != null) Hide(ref a, scores + (i * KeyBlock), a.QueryStarts[segment] + firstQuery + q + i, first, visible);
                        var factor = SoftmaxRow(scores + (i * KeyBlock), visible, extent, a.Scale, ref largest[q + i], ref totals[q + i], skip);
                        if (first > 0 && factor != 1f) ScaleRow(sums + ((q + i) * padded), S.Create(factor), padded);
                    }
                    for (var c = 0; c < padded; c += PanelWidth)
                    {
                        var b = valuesInPlace ? value + c : values + (c * KeyBlock);
                        var ldb = valuesInPlace ? valueStride : PanelWidth;
                        SumSeen(scores, b, ldb, size - c, extent, sums + (q * padded) + c, padded, first > 0, skip);
                    }
                }
            }
            WriteAttention(ref a, a.QueryStarts[segment] + firstQuery, head, count, sums, padded, largest, totals);
        }
    }

    /// <summary>Rows become panel columns: panels of [size, PanelWidth].</summary>
    private static void PackTransposed(float* rows, int stride, int count, int size, float* panels)
    {
        for (var r = 0; r < count; r += PanelWidth)
        {
            Packing<V, S>.Transposed(rows + ((long)r * stride), stride, Math.Min(PanelWidth, count - r), size, panels + ((long)r * size), PanelWidth);
        }
    }

    /// <summary>Rows stay rows: panels of [capacity, PanelWidth].</summary>
    private static void PackStraight(float* rows, int stride, int count, int size, int capacity, float* panels)
    {
        for (var c = 0; c < size; c += PanelWidth)
        {
            Packing<V, S>.Straight(rows + c, stride, Math.Min(PanelWidth, size - c), count, panels + ((long)c * capacity), PanelWidth);
        }
    }

    private static void CopyRows(float* source, int stride, int rows, float* destination, int width, int used, int allRows)
    {
        for (var r = 0; r < allRows; r++)
        {
            var to = new Span<float>(destination + (r * width), width);
            if (r < rows)
            {
                new ReadOnlySpan<float>(source + ((long)r * stride), used).CopyTo(to);
                to[used..].Clear();
            }
            else
            {
                to.Clear();
            }
        }
    }

    /// <summary>Scores of the keys that a row does not see become those of an exact zero.</summary>
    private static void Hide(ref AttentionArguments a, float* scores, int row, int firstKey, int visible)
    {
        var from = Math.Clamp(a.HiddenStarts[row] - firstKey, 0, visible);
        var to = Math.Clamp(a.HiddenEnds[row] - firstKey, from, visible);
        new Span<float>(scores + from, to - from).Fill(float.NegativeInfinity);
    }

    /// <summary>Keys of a block, whole panels of them, that no row of a tile sees: nothing is computed for them.</summary>
    private readonly struct PanelRange(int start, int end)
    {
        public int Start { get; } = start;

        public int End { get; } = end;

        public bool IsEmpty => Start >= End;

        public bool Holds(int key) => key >= Start && key < End;
    }

    private static PanelRange HiddenPanels(ref AttentionArguments a, int row, int rows, int firstKey, int extent)
    {
        if (a.HiddenStarts == null) return default;
        int start = 0, end = extent;
        for (var i = row; i < row + rows; i++)
        {
            start = Math.Max(start, a.HiddenStarts[i] - firstKey);
            end = Math.Min(end, a.HiddenEnds[i] - firstKey);
        }
        var panels = new PanelRange(RoundUp(start, PanelWidth), end / PanelWidth * PanelWidth);
        return end > 0 && !panels.IsEmpty ? panels : default;
    }

    /// <summary>A tile of rows of probabilities times what lies at their keys, without the keys that none of them sees.</summary>
    private static void SumSeen(float* p, float* b, nint ldb, int columns, int extent, float* c, int ldc, bool add, PanelRange skip)
    {
        var before = skip.IsEmpty ? extent : skip.Start;
        if (before > 0) RowTile(p, KeyBlock, b, ldb, columns, before, c, ldc, add, null);
        if (!skip.IsEmpty) RowTile(p + skip.End, KeyBlock, b + (skip.End * ldb), ldb, columns, extent - skip.End, c, ldc, add || before > 0, null);
    }

    /// <summary>
    /// Turns a row of raw scores into exponentials, zeros from <paramref name="visible"/> to <paramref name="extent"/>; updates the running maximum and total and returns
    /// the factor for what was summed before.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float SoftmaxRow(float* x, int visible, int extent, float scale, ref float largest, ref float total, PanelRange skip = default)
    {
        if (visible <= 0)
        {
            new Span<float>(x, extent).Clear();
            return 1f;
        }
        var factor = S.Create(scale);
        var max = S.Create(float.NegativeInfinity);
        var c = 0;
        for (; c + S.Count <= visible; c += S.Count)
        {
            if (skip.Holds(c)) c = skip.End;
            if (c + S.Count > visible) break;
            max = S.Max(S.Multiply(S.Load(x + c), factor), max);
        }
        if (c < visible) max = S.Max(S.Fill(S.Multiply(S.LoadPartial(x + c, visible - c), factor), visible - c, S.Create(float.NegativeInfinity)), max);
        var before = largest;
        var now = MathF.Max(before, S.Largest(max));
        var shift = S.Create(-now);
        var sum = S.Zero;
        for (c = 0; c + S.Count <= visible; c += S.Count)
        {
            if (skip.Holds(c)) c = skip.End;
            if (c + S.Count > visible) break;
            var e = VectorMath<V, S>.Exp(S.MultiplyAdd(S.Load(x + c), factor, shift));
            sum = S.Add(sum, e);
            S.Store(x + c, e);
        }
        if (c < visible)
        {
            var e = S.Fill(VectorMath<V, S>.Exp(S.MultiplyAdd(S.LoadPartial(x + c, visible - c), factor, shift)), visible - c, S.Zero);
            sum = S.Add(sum, e);
            S.StorePartial(x + c, e, visible - c);
        }
        for (c = visible; c < extent; c++) x[c] = 0;
        var decay = before == now ? 1f : MathF.Exp(before - now);
        largest = now;
        total = (total * decay) + S.Sum(sum);
        return decay;
    }

    private static void WriteAttention(ref AttentionArguments a, int firstRow, int head, int count, float* sums, int padded, float* largest, float* totals)
    {
        var size = a.HeadSize;
        for (var i = 0; i < count; i++)
        {
            var row = (long)(firstRow + i);
            var output = a.Output + (((row * a.QueryHeads) + head) * size);
            var inverse = S.Create(totals[i] == 0 ? 0f : 1f / totals[i]);
            var from = sums + (i * padded);
            var c = 0;
            for (; c + S.Count <= size; c += S.Count) S.Store(output + c, S.Multiply(S.Load(from + c), inverse));
            if (c < size) S.StorePartial(output + c, S.Multiply(S.LoadPartial(from + c, size - c), inverse), size - c);
            if (a.LogSumExp != null) a.LogSumExp[(row * a.QueryHeads) + head] = largest[i] + MathF.Log(totals[i]);
        }
    }
}
