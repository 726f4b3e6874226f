using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Nunchi.Tensors.Backends;

namespace Nunchi.Tensors.Cpu;

/// <summary>
/// Attention of a few queries, as decoding needs it: the query heads of one key head are stacked, so that keys and values pass once for all of them. The order of every sum is that of
/// <see cref="AttendBlock"/>. Tokens kept in 8 bits are read as they lie for one or two rows
/// (<see cref="CodeAttention"/>), else they become floats a few at a time, which are used while they are in the first-level cache.
/// </summary>
internal sealed unsafe partial class VectorBackend<V, S>
{
    /// <summary>Tokens of an 8-bit cache that are floats at a time: 16 KB of heads of 128.</summary>
    private const int SpreadTokens = 32;

    private static bool IsFew(ref AttentionArguments a, int segment)
    {
        var queries = a.QueryStarts[segment + 1] - a.QueryStarts[segment];
        return a.HiddenStarts == null && queries * (a.QueryHeads / a.KeyHeads) <= TileRows && queries <= FewRows && a.HeadSize % S.Count == 0 && a.KeyCounts[segment] >= S.Count;
    }

    private static float* KeyRows(ref AttentionArguments a, long row, int head, int length, float* spread, bool fresh, out int stride)
    {
        stride = a.Place.KeyCodes == null ? a.KeyStride : a.HeadSize;
        if (a.Place.KeyCodes == null) return a.Place.Key + (row * a.KeyStride) + (head * a.HeadDistance);
        if (fresh) HeadStore.Spread(a.Place.KeyCodes + (row * a.HeadSize) + (head * a.HeadDistance), a.Place.KeyScales + (head * a.Place.ScaleStride) + row, length, a.HeadSize, spread);
        return spread;
    }

    private static float* ValueRows(ref AttentionArguments a, long row, int head, int length, float* spread, bool fresh, out int stride)
    {
        stride = a.Place.ValueCodes == null ? a.ValueStride : a.HeadSize;
        if (a.Place.ValueCodes == null) return a.Place.Value + (row * a.ValueStride) + (head * a.HeadDistance);
        if (fresh) HeadStore.Spread(a.Place.ValueCodes + (row * a.HeadSize) + (head * a.HeadDistance), a.Place.ValueScales + (head * a.Place.ScaleStride) + row, length, a.HeadSize, spread);
        return spread;
    }

    private static void AttendFew(ref AttentionJob job, int segment, int keyHead, float* workspace)
    {
        ref var a = ref job.A;
        var size = a.HeadSize;
        var padded = job.PaddedSize;
        var queries = workspace + (2 * KeyBlock * padded);
        var scores = queries + (TileRows * padded);
        var sums = scores + (TileRows * KeyBlock);
        var largest = sums + (QueryBlock * padded);
        var totals = largest + QueryBlock;
        var spread = totals + QueryBlock;
        var chains = spread + (2 * KeyBlock * size);

        var count = a.QueryStarts[segment + 1] - a.QueryStarts[segment];
        var keyCount = a.KeyCounts[segment];
        var before = a.Causal ? keyCount - count : keyCount;
        var group = a.QueryHeads / a.KeyHeads;
        var rows = count * group;
        for (var r = 0; r < rows; r++)
        {
            var from = a.Query + ((long)(a.QueryStarts[segment] + (r % count)) * a.QueryStride) + (((keyHead * group) + (r / count)) * size);
            new ReadOnlySpan<float>(from, size).CopyTo(new Span<float>(queries + (r * padded), size));
            largest[r] = float.NegativeInfinity;
            totals[r] = 0;
        }
        for (var first = 0; first < keyCount; first += KeyBlock)
        {
            var length = Math.Min(KeyBlock, keyCount - first);
            var block = new FewBlock
            {
                KeyHead = keyHead,
                KeyRow = a.KeyStarts[segment] + first,
                Length = length,
                Rows = rows,
                Padded = padded,
                Add = first > 0,
                Queries = queries,
                Scores = scores,
                Sums = sums,
                Spread = spread,
                Chains = chains,
                Panels = workspace,
            };
            var isDirect = typeof(V) == typeof(Vector512<float>) && a.Place.KeyCodes != null && CodeAttention.Serves(rows, length, size);
            if (isDirect)
                ScoreCodes(ref a, in block);
            else if (length >= S.Count)
                ScoreRows(ref a, in block);
            else
                ScorePanels(ref a, in block);
            for (var r = 0; r < rows; r++)
            {
                var visible = a.Causal ? Math.Clamp(before + (r % count) + 1 - first, 0, length) : length;
                var factor = SoftmaxRow(scores + (r * KeyBlock), visible, length, a.Scale, ref largest[r], ref totals[r]);
                if (first > 0 && factor != 1f) ScaleRow(sums + (r * padded), S.Create(factor), padded);
            }
            if (isDirect)
                SumCodes(ref a, in block);
            else
                SumRows(ref a, in block);
        }
        for (var h = 0; h < group; h++)
            WriteAttention(ref a, a.QueryStarts[segment], (keyHead * group) + h, count, sums + (h * count * padded), padded, largest + (h * count), totals + (h * count));
    }

    /// <summary>A block of keys under the stacked queries of one key head.</summary>
    private struct FewBlock
    {
        public int KeyHead;

        /// <summary>Row of the block's first key in the cache.</summary>
        public long KeyRow;

        public int Length;

        /// <summary>Stacked queries.</summary>
        public int Rows;

        /// <summary>Floats from one query to the next, and from one row of sums to the next.</summary>
        public int Padded;

        /// <summary>The sums hold those of earlier blocks.</summary>
        public bool Add;

        public float* Queries;
        public float* Scores;
        public float* Sums;

        /// <summary>Room for <see cref="SpreadTokens"/> tokens of an 8-bit cache as floats.</summary>
        public float* Spread;

        /// <summary>Room for sums that a later part of the block goes on with.</summary>
        public float* Chains;

        /// <summary>Room for a block's keys in panels.</summary>
        public float* Panels;

        /// <summary>Where the last row begins, which is the first when there is one.</summary>
        public readonly int Last => Rows - 1;
    }

    private static long CodesAt(ref AttentionArguments a, in FewBlock block) => (block.KeyRow * a.HeadSize) + (block.KeyHead * a.HeadDistance);

    private static long ScalesAt(ref AttentionArguments a, in FewBlock block) => (block.KeyHead * a.Place.ScaleStride) + block.KeyRow;

    /// <summary>Scores of one or two rows from keys as they lie in 8 bits; the values are asked for meanwhile.</summary>
    private static void ScoreCodes(ref AttentionArguments a, in FewBlock block)
    {
        var codes = CodesAt(ref a, in block);
        CodeAttention.Scores(
            a.Place.KeyCodes + codes, a.Place.KeyScales + ScalesAt(ref a, in block), block.Length, a.HeadSize,
            block.Queries, block.Queries + (block.Last * block.Padded), block.Scores, block.Scores + (block.Last * KeyBlock), a.Place.ValueCodes + codes);
    }

    /// <summary>Adds one or two rows of probabilities times values as they lie in 8 bits; the next block's keys are asked for meanwhile.</summary>
    private static void SumCodes(ref AttentionArguments a, in FewBlock block)
    {
        var codes = CodesAt(ref a, in block);
        CodeAttention.Sum(
            a.Place.ValueCodes + codes, a.Place.ValueScales + ScalesAt(ref a, in block), block.Length, a.HeadSize, block.Scores, block.Scores + (block.Last * KeyBlock),
            block.Sums, block.Sums + (block.Last * block.Padded), block.Add, a.Place.KeyCodes + codes + ((long)block.Length * a.HeadSize));
    }

    /// <summary>Scores from rows of floats: those of the cache, or those that a part of an 8-bit cache becomes.</summary>
    private static void ScoreRows(ref AttentionArguments a, in FewBlock block)
    {
        for (var at = 0; at < block.Length;)
        {
            var part = a.Place.KeyCodes != null ? Part(block.Length - at) : block.Length;
            var key = KeyRows(ref a, block.KeyRow + at, block.KeyHead, part, block.Spread, true, out var keyStride);
            var product = new Product
            {
                M = block.Rows,
                N = part,
                K = a.HeadSize,
                BlockLength = a.HeadSize,
                A = block.Queries,
                Lda = block.Padded,
                B = key,
                Ldb = keyStride,
                C = block.Scores + at,
                Ldc = KeyBlock,
            };
            FewRowsBody(&product, 0, Divided(part, S.Count), 0);
            at += part;
        }
    }

    /// <summary>Scores of fewer keys than a register has lanes.</summary>
    private static void ScorePanels(ref AttentionArguments a, in FewBlock block)
    {
        var key = KeyRows(ref a, block.KeyRow, block.KeyHead, block.Length, block.Spread, true, out var keyStride);
        PackTransposed(key, keyStride, block.Length, a.HeadSize, block.Panels);
        for (var panel = 0; panel * PanelWidth < block.Length; panel++)
        {
            RowTile(
                block.Queries, block.Padded, block.Panels + (panel * PanelWidth * a.HeadSize), PanelWidth, block.Length - (panel * PanelWidth), a.HeadSize,
                block.Scores + (panel * PanelWidth), KeyBlock, false, null);
        }
    }

    /// <summary>Adds probabilities times values, a part at a time where they become floats.</summary>
    private static void SumRows(ref AttentionArguments a, in FewBlock block)
    {
        for (var at = 0; at < block.Length;)
        {
            var part = a.Place.KeyCodes != null ? Part(block.Length - at) : block.Length;
            var value = ValueRows(ref a, block.KeyRow + at, block.KeyHead, part, block.Spread, true, out var valueStride);
            var step = new ValueStep { Stride = valueStride, Keys = part, Padded = block.Padded, Resumes = at > 0, Ends = at + part == block.Length, Add = block.Add };
            for (var r = 0; r < block.Rows; r += 2)
            {
                step.Second = Math.Min(r + 1, block.Last) - r;
                var column = 0;
                for (; column + (4 * S.Count) <= a.HeadSize; column += 4 * S.Count)
                    TwoRowsWide(in step, block.Scores + (r * KeyBlock) + at, value + column, block.Chains + (r * block.Padded) + column, block.Sums + (r * block.Padded) + column);
                for (; column < a.HeadSize; column += S.Count)
                    TwoRowsNarrow(in step, block.Scores + (r * KeyBlock) + at, value + column, block.Chains + (r * block.Padded) + column, block.Sums + (r * block.Padded) + column);
            }
            at += part;
        }
    }

    /// <summary>Tokens of the next part when so many are left; no part has fewer than a register has lanes, unless all have.</summary>
    private static int Part(int left) => left < SpreadTokens + S.Count ? left : SpreadTokens;

    /// <summary>Some keys of a block times two rows of probabilities. A sum over a block is one chain of multiply-adds, in however many parts its values come.</summary>
    private struct ValueStep
    {
        /// <summary>Floats from one value to the next.</summary>
        public int Stride;

        public int Keys;

        /// <summary>Floats from one row of sums to the next.</summary>
        public int Padded;

        /// <summary>1, or 0 when the second row is the first again.</summary>
        public int Second;

        /// <summary>The chains were begun by an earlier part.</summary>
        public bool Resumes;

        /// <summary>The chains end and go into the sums.</summary>
        public bool Ends;

        /// <summary>The sums hold those of earlier blocks.</summary>
        public bool Add;
    }

    /// <summary>Two rows times four registers of columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TwoRowsWide(in ValueStep step, float* p, float* b, float* chains, float* c)
    {
        V x0 = S.Zero, x1 = S.Zero, x2 = S.Zero, x3 = S.Zero, y0 = S.Zero, y1 = S.Zero, y2 = S.Zero, y3 = S.Zero;
        var next = step.Second * step.Padded;
        if (step.Resumes)
        {
            x0 = S.Load(chains);
            x1 = S.Load(chains + S.Count);
            x2 = S.Load(chains + (2 * S.Count));
            x3 = S.Load(chains + (3 * S.Count));
            y0 = S.Load(chains + next);
            y1 = S.Load(chains + next + S.Count);
            y2 = S.Load(chains + next + (2 * S.Count));
            y3 = S.Load(chains + next + (3 * S.Count));
        }
        var q = p + (step.Second * KeyBlock);
        nint stride = step.Stride;
        var keys = step.Keys;
        for (var i = 0; i < keys; i++)
        {
            V first = S.Create(p[i]), other = S.Create(q[i]);
            V b0 = S.Load(b), b1 = S.Load(b + S.Count), b2 = S.Load(b + (2 * S.Count)), b3 = S.Load(b + (3 * S.Count));
            x0 = S.MultiplyAdd(first, b0, x0);
            x1 = S.MultiplyAdd(first, b1, x1);
            x2 = S.MultiplyAdd(first, b2, x2);
            x3 = S.MultiplyAdd(first, b3, x3);
            y0 = S.MultiplyAdd(other, b0, y0);
            y1 = S.MultiplyAdd(other, b1, y1);
            y2 = S.MultiplyAdd(other, b2, y2);
            y3 = S.MultiplyAdd(other, b3, y3);
            b += stride;
        }
        var to = step.Ends ? c : chains;
        var add = step.Ends && step.Add;
        Put(to, x0, add);
        Put(to + S.Count, x1, add);
        Put(to + (2 * S.Count), x2, add);
        Put(to + (3 * S.Count), x3, add);
        if (step.Second == 0) return;
        to += next;
        Put(to, y0, add);
        Put(to + S.Count, y1, add);
        Put(to + (2 * S.Count), y2, add);
        Put(to + (3 * S.Count), y3, add);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TwoRowsNarrow(in ValueStep step, float* p, float* b, float* chains, float* c)
    {
        V x = S.Zero, y = S.Zero;
        var next = step.Second * step.Padded;
        if (step.Resumes)
        {
            x = S.Load(chains);
            y = S.Load(chains + next);
        }
        var q = p + (step.Second * KeyBlock);
        nint stride = step.Stride;
        var keys = step.Keys;
        for (var i = 0; i < keys; i++)
        {
            var value = S.Load(b);
            x = S.MultiplyAdd(S.Create(p[i]), value, x);
            y = S.MultiplyAdd(S.Create(q[i]), value, y);
            b += stride;
        }
        var to = step.Ends ? c : chains;
        Put(to, x, step.Ends && step.Add);
        if (step.Second != 0) Put(to + next, y, step.Ends && step.Add);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(float* c, V value, bool add) => S.Store(c, add ? S.Add(S.Load(c), value) : value);

    private struct StoreJob
    {
        public float* Source;
        public int Stride;
        public int Heads;
        public int Size;
        public int At;
        public int Capacity;
        public float* Data;
        public sbyte* Codes;
        public float* Scales;
    }

    public override void StoreHeads(float* source, int stride, int rows, int heads, int size, int at, int capacity, float* data, sbyte* codes, float* scales)
    {
        var job = new StoreJob { Source = source, Stride = stride, Heads = heads, Size = size, At = at, Capacity = capacity, Data = data, Codes = codes, Scales = scales };
        Pool.For(rows, RowGrain(heads * size), &StoreBody, &job);
    }

    private static void StoreBody(void* context, int start, int end, int worker)
    {
        ref var job = ref *(StoreJob*)context;
        for (var row = start; row < end; row++)
        {
            for (var head = 0; head < job.Heads; head++)
                HeadStore.Store(job.Source + ((long)row * job.Stride) + (head * job.Size), job.Size, ((long)head * job.Capacity) + job.At + row, job.Data, job.Codes, job.Scales);
        }
    }
}
