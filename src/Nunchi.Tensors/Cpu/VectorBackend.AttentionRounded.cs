using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Nunchi.Tensors.Backends;
using Nunchi.Tensors.Native;
using Nunchi.Tensors.Quantization;
using Nunchi.Tensors.Safetensors;

namespace Nunchi.Tensors.Cpu;

/// <summary>
/// Attention of an encoder with operands rounded to bfloat16 (machine code): eight queries at a time see all keys of their sequence, softmax in float32, probabilities rounded for the
/// product with the values. An item is one head of one sequence.
/// </summary>
internal sealed unsafe partial class VectorBackend<V, S>
{
    private const int MostRoundedKeys = 4096, Lanes = PackedLayout.StripWidth, RoundedRows = PackedTiles.MaxRows;

    private struct RoundedJob
    {
        public AttentionArguments A;
        public byte* Workspace;
        public long Stride;
        public int MostKeys;
    }

    private static int Quads(int count) => (count + 7) / 8;

    private bool IsRounded(in AttentionArguments a)
    {
        if (Kernels != CpuKernels.Avx512 || PackedTiles.BFloat16 == null || a.Causal || a.HiddenStarts != null || a.LogSumExp != null || a.Place.KeyCodes != null) return false;
        for (var s = 0; s < a.Segments; s++)
        {
            if (a.KeyCounts[s] is < Lanes or > MostRoundedKeys) return false;
        }
        return true;
    }

    private void AttendRounded(in AttentionArguments arguments)
    {
        var job = new RoundedJob { A = arguments };
        for (var s = 0; s < arguments.Segments; s++) job.MostKeys = Math.Max(job.MostKeys, arguments.KeyCounts[s]);
        var rounded = new RoundedMemory(null, job.MostKeys, arguments.HeadSize);
        job.Stride = rounded.Bytes;
        job.Workspace = (byte*)Scratch(Threads, job.Stride / sizeof(float) * Threads);
        Pool.Run(arguments.Segments * arguments.KeyHeads, 1, &RoundedBody, &job);
    }

    private static void RoundedBody(void* context, int start, int end, int worker)
    {
        ref var job = ref *(RoundedJob*)context;
        for (var item = start; item < end; item++)
            AttendRoundedHead(ref job.A, item / job.A.KeyHeads, item % job.A.KeyHeads, new RoundedMemory(job.Workspace + (worker * job.Stride), job.MostKeys, job.A.HeadSize));
    }

    private static void AttendRoundedHead(ref AttentionArguments a, int segment, int keyHead, RoundedMemory memory)
    {
        var size = a.HeadSize;
        var keys = a.KeyCounts[segment];
        var group = a.QueryHeads / a.KeyHeads;
        var firstKey = a.Place.Key + ((long)a.KeyStarts[segment] * a.KeyStride) + (keyHead * a.HeadDistance);
        var firstValue = a.Place.Value + ((long)a.KeyStarts[segment] * a.ValueStride) + (keyHead * a.HeadDistance);
        RoundKeys(firstKey, a.KeyStride, keys, size, memory);
        RoundValues(firstValue, a.ValueStride, keys, size, memory);
        for (var h = keyHead * group; h < (keyHead + 1) * group; h++)
        {
            for (var row = a.QueryStarts[segment]; row < a.QueryStarts[segment + 1]; row += RoundedRows)
                AttendRoundedRows(ref a, h, row, Math.Min(RoundedRows, a.QueryStarts[segment + 1] - row), keys, memory);
        }
    }

    private static void AttendRoundedRows(ref AttentionArguments a, int head, int row, int rows, int keys, RoundedMemory memory)
    {
        var size = a.HeadSize;
        var tiles = PackedTiles.BFloat16!;
        int wideKeys = memory.Scores(keys), wideSize = memory.Scores(size);
        for (var r = 0; r < rows; r++)
        {
            var to = new Span<ushort>(memory.Queries + (r * Quads(size) * 8), Quads(size) * 8);
            FloatConversion.ToBFloat16(new ReadOnlySpan<float>(a.Query + ((long)(row + r) * a.QueryStride) + (head * size), size), to);
            to[size..].Clear();
        }
        new Span<float>(memory.ScoreRows, rows * wideKeys).Clear();
        new Span<float>(memory.Sums, rows * wideSize).Clear();
        RoundedProduct(tiles, rows, memory.Queries, Quads(size), memory.KeyStrips, wideKeys / Lanes, memory.ScoreRows, wideKeys);
        var totals = stackalloc float[RoundedRows];
        for (var r = 0; r < rows; r++)
        {
            var largest = float.NegativeInfinity;
            totals[r] = 0;
            SoftmaxRow(memory.ScoreRows + (r * wideKeys), keys, keys, a.Scale, ref largest, ref totals[r]);
            var to = new Span<ushort>(memory.Probabilities + (r * Quads(keys) * 8), Quads(keys) * 8);
            FloatConversion.ToBFloat16(new ReadOnlySpan<float>(memory.ScoreRows + (r * wideKeys), keys), to);
            to[keys..].Clear();
        }
        RoundedProduct(tiles, rows, memory.Probabilities, Quads(keys), memory.ValueStrips, wideSize / Lanes, memory.Sums, wideSize);
        for (var r = 0; r < rows; r++)
        {
            var output = a.Output + (((long)(row + r) * a.QueryHeads) + head) * size;
            var from = memory.Sums + (r * wideSize);
            var inverse = S.Create(1f / totals[r]);
            var i = 0;
            for (; i + S.Count <= size; i += S.Count) S.Store(output + i, S.Multiply(S.Load(from + i), inverse));
            if (i < size) S.StorePartial(output + i, S.Multiply(S.LoadPartial(from + i, size - i), inverse), size - i);
        }
    }

    private static void RoundedProduct(PackedTiles tiles, int rows, ushort* a, int quads, byte* strips, int count, float* c, int ldc)
    {
        var arguments = new TileArguments
        {
            A = a,
            StrideA = quads * 8 * sizeof(ushort),
            StrideB = quads * 4 * 64,
            StrideC = ldc * sizeof(float),
            Blocks = quads,
        };
        for (var strip = 0; strip < count; strip += PackedTiles.MaxStrips)
        {
            arguments.B = strips + ((long)strip * arguments.StrideB);
            arguments.C = c + (strip * Lanes);
            tiles.Tile(rows, Math.Min(PackedTiles.MaxStrips, count - strip))(&arguments);
        }
    }

    /// <summary>Strips of sixteen keys: [pairs of dimensions][16 keys][2].</summary>
    private static void RoundKeys(float* key, int stride, int keys, int size, RoundedMemory memory)
    {
        var pairs = Quads(size) * 4;
        if (size % 8 == 0)
        {
            BFloat16Packing.AlongK(key, stride, keys, size, Lanes, 0, memory.Scores(keys) / Lanes, (uint*)memory.KeyStrips);
            return;
        }
        new Span<byte>(memory.KeyStrips, memory.Scores(keys) / Lanes * pairs * 64).Clear();
        var row = stackalloc ushort[pairs * 2];
        new Span<ushort>(row, pairs * 2).Clear();
        for (var k = 0; k < keys; k++)
        {
            FloatConversion.ToBFloat16(new ReadOnlySpan<float>(key + ((long)k * stride), size), new Span<ushort>(row, size));
            var to = (uint*)(memory.KeyStrips + ((long)(k / Lanes) * pairs * 64)) + (k % Lanes);
            for (var p = 0; p < pairs; p++) to[p * Lanes] = ((uint*)row)[p];
        }
    }

    /// <summary>Strips of sixteen dimensions: [pairs of keys][16 dimensions][2].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RoundValues(float* value, int stride, int keys, int size, RoundedMemory memory)
    {
        int pairs = Quads(keys) * 4, wide = memory.Scores(size);
        if (keys % 8 == 0)
        {
            BFloat16Packing.AcrossK(value, stride, size, keys, Lanes, 0, wide / Lanes, (uint*)memory.ValueStrips);
            return;
        }
        ushort* even = stackalloc ushort[wide], odd = stackalloc ushort[wide];
        for (var p = 0; p < pairs; p++)
        {
            RoundValue(value, stride, 2 * p, keys, size, wide, even);
            RoundValue(value, stride, (2 * p) + 1, keys, size, wide, odd);
            for (var d = 0; d < wide; d++)
                ((uint*)memory.ValueStrips)[((((long)(d / Lanes) * pairs) + p) * Lanes) + (d % Lanes)] = even[d] | ((uint)odd[d] << 16);
        }
    }

    private static void RoundValue(float* value, int stride, int key, int keys, int size, int wide, ushort* to)
    {
        new Span<ushort>(to, wide).Clear();
        if (key < keys) FloatConversion.ToBFloat16(new ReadOnlySpan<float>(value + ((long)key * stride), size), new Span<ushort>(to, size));
    }

    /// <summary>Where the parts of one worker's memory lie.</summary>
    [StructLayout(LayoutKind.Auto)]
    private readonly struct RoundedMemory
    {
        public RoundedMemory(byte* start, int keys, int size)
        {
            long pairsOfSize = Quads(size) * 4, pairsOfKeys = Quads(keys) * 4;
            KeyStrips = start;
            ValueStrips = KeyStrips + (Scores(keys) / Lanes * pairsOfSize * 64);
            ScoreRows = (float*)(ValueStrips + (Scores(size) / Lanes * pairsOfKeys * 64));
            Sums = ScoreRows + (RoundedRows * Scores(keys));
            Queries = (ushort*)(Sums + (RoundedRows * Scores(size)));
            Probabilities = Queries + (RoundedRows * pairsOfSize * 2);
            Bytes = (((byte*)(Probabilities + (RoundedRows * pairsOfKeys * 2)) - start) + 127) / 128 * 128;
        }

        public byte* KeyStrips { get; }

        public byte* ValueStrips { get; }

        public float* ScoreRows { get; }

        public float* Sums { get; }

        public ushort* Queries { get; }

        public ushort* Probabilities { get; }

        public long Bytes { get; }

        /// <summary>A count rounded up to whole strips.</summary>
        public int Scores(int count) => (count + Lanes - 1) / Lanes * Lanes;
    }
}
