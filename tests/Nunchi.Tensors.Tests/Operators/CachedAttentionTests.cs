using Nunchi.Tensors.Backends;
using Nunchi.Tensors.Cpu;
using Nunchi.Tensors.Operators;
using Nunchi.Tensors.Tests.Cpu;

namespace Nunchi.Tensors.Tests.Operators;

/// <summary>Attention over caches: against the reference, and with equal bits for any number of queries at once.</summary>
[Collection(CpuCollection.Name)]
public class CachedAttentionTests
{
    public static TheoryData<CpuKernels, CacheFormat> Cases
    {
        get
        {
            var data = new TheoryData<CpuKernels, CacheFormat>();
            foreach (CpuKernels kernels in (CpuKernels[])[CpuKernels.Avx512, CpuKernels.Avx2, CpuKernels.Portable])
            {
                if (!CpuBackend.IsSupported(kernels))
                    continue;
                data.Add(kernels, CacheFormat.Float32);
                data.Add(kernels, CacheFormat.Int8);
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Apply_AnyNumberOfQueriesAtOnce_MatchesReferenceWithEqualBits(CpuKernels kernels, CacheFormat format)
    {
        CpuBackend backend = Nunchi.Tensors.Tests.Cpu.Backends.Get(kernels);
        foreach (var (tokens, queryHeads, keyHeads, size) in new[] { (9, 4, 2, 16), (40, 4, 4, 32), (305, 3, 1, 64), (296, 2, 1, 128), (70, 5, 1, 48), (33, 2, 2, 72), (341, 2, 2, 64), (347, 2, 1, 128) })
        {
            float[] expected = Run(Nunchi.Tensors.Tests.Cpu.Backends.Reference, format, tokens, queryHeads, keyHeads, size, tokens);
            float[] whole = Run(backend, format, tokens, queryHeads, keyHeads, size, tokens);
            for (int i = 0; i < whole.Length; i++)
                Assert.True(Math.Abs(expected[i] - whole[i]) < 2e-5, $"{kernels} {format} {tokens} tokens of {queryHeads}/{keyHeads} heads of {size}: element {i} is {whole[i]}, expected {expected[i]}");
            foreach (int chunk in (int[])[1, 3, 7])
                Assert.Equal(whole, Run(backend, format, tokens, queryHeads, keyHeads, size, chunk));
        }
    }

    [Theory]
    [InlineData(5)]
    [InlineData(16)]
    [InlineData(40)]
    [InlineData(72)]
    [InlineData(128)]
    public unsafe void Store_Int8_RoundsToTheNearestAndMarksWhatIsNotFinite(int size)
    {
        using var backend = new ReferenceBackend();
        using Tensor heads = Random(backend, 4, size, size);
        heads.Row(1)[size - 1] = float.NaN;
        heads.Row(2)[size / 2] = float.NegativeInfinity;
        heads.Row(3).Clear();
        using var cache = new HeadCache(backend, 1, size, 4, CacheFormat.Int8);
        cache.Store(new HeadColumns(heads, 0), 0);
        float most = heads.Row(0).ToArray().Max(MathF.Abs);
        Assert.Equal(most / 127, cache.Scales[0]);
        for (int i = 0; i < size; i++)
            Assert.Equal((sbyte)MathF.Round(heads.Row(0)[i] * (127 / most)), cache.Codes[i]);
        Assert.True(float.IsNaN(cache.Scales[1]));
        Assert.True(float.IsNaN(cache.Scales[2]));
        Assert.Equal(0, cache.Scales[3]);
        Assert.All(new Span<sbyte>(cache.Codes + (3 * size), size).ToArray(), code => Assert.Equal(0, code));
    }

    [Fact]
    public void Store_Int8_KeepsHeadsWithinHalfAStepAndGrowsWithThem()
    {
        using var backend = new ReferenceBackend();
        using Tensor heads = Random(backend, 5, 3 * 8, 3);
        using var cache = new HeadCache(backend, 3, 8, 6, CacheFormat.Int8);
        cache.Store(new HeadColumns(heads, 0), 1);
        long before = cache.Bytes;
        cache.Grow(20, 6);
        Assert.True(cache.Bytes > before);
        unsafe
        {
            for (int token = 0; token < 5; token++)
            {
                for (int head = 0; head < 3; head++)
                {
                    float scale = cache.Scales[(head * 20) + token + 1];
                    for (int i = 0; i < 8; i++)
                        Assert.Equal(heads.Row(token)[(head * 8) + i], cache.Codes[((((head * 20) + token + 1) * 8) + i)] * scale, (scale / 2) + 1e-6f);
                }
            }
        }
        Assert.Contains("do not fit 20 tokens", Assert.Throws<ArgumentException>(() => cache.Store(new HeadColumns(heads, 0), 16)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(CacheFormat.Float32)]
    [InlineData(CacheFormat.Int8)]
    public void CopyFrom_PartOfAnotherCache_HoldsItsTokens(CacheFormat format)
    {
        using var backend = new ReferenceBackend();
        using var tape = new Tape(backend);
        using Tensor fused = Random(backend, 9, 4 * 8, 11);
        using HeadCache from = new(backend, 2, 8, 12, format), to = new(backend, 2, 8, 7, format), direct = new(backend, 2, 8, 7, format);
        from.Store(new HeadColumns(fused, 0), 1);
        using Tensor part = fused.RowBlock(2, 5);
        direct.Store(new HeadColumns(part, 0), 0);

        to.CopyFrom(from, 3, 0, 5);

        using var segments = new SegmentLayout();
        segments.Add(5, 0, 5);
        float[] expected = Attention.Apply(tape, new HeadColumns(part, 16), direct, direct, segments, 2).Span.ToArray();
        Assert.Equal(expected, Attention.Apply(tape, new HeadColumns(part, 16), to, to, segments, 2).Span.ToArray());
        Assert.Contains("do not fit at 3 of 7", Assert.Throws<ArgumentException>(() => to.CopyFrom(from, 0, 3, 5)).Message, StringComparison.Ordinal);
        Assert.Contains("do not fit", Assert.Throws<ArgumentException>(() => to.CopyFrom(from, 8, 0, 5)).Message, StringComparison.Ordinal);
        using var other = new HeadCache(backend, 2, 8, 7, format == CacheFormat.Int8 ? CacheFormat.Float32 : CacheFormat.Int8);
        Assert.Throws<ArgumentException>(() => to.CopyFrom(other, 0, 0, 1));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Apply_SeveralSequencesWithTheirCaches_GivesEachItsBitsAlone(CpuKernels kernels, CacheFormat format)
    {
        using CpuBackend backend = CpuBackend.Create(new CpuOptions { Threads = 2, Kernels = kernels });
        using var tape = new Tape(backend);
        (int Before, int Queries)[] sequences = [(0, 1), (300, 1), (20, 3), (0, 150), (577, 8)];
        const int QueryHeads = 4, KeyHeads = 2, Size = 16;
        using Tensor fused = Random(backend, sequences.Sum(sequence => sequence.Queries), QueryHeads * Size, 5);
        using var segments = new SegmentLayout();
        var caches = new List<(HeadCache Key, HeadCache Value)>();
        var expected = new List<float>();
        foreach (var (before, queries) in sequences)
        {
            int row = segments.Rows, keys = before + queries;
            using Tensor earlier = Random(backend, keys, 2 * KeyHeads * Size, 6 + keys);
            HeadCache key = new(backend, KeyHeads, Size, keys + row, format), value = new(backend, KeyHeads, Size, keys + row, format);
            key.Store(new HeadColumns(earlier, 0), 0);
            value.Store(new HeadColumns(earlier, KeyHeads * Size), 0);
            caches.Add((key, value));
            using Tensor own = fused.RowBlock(row, queries);
            using var alone = new SegmentLayout();
            alone.Add(queries, 0, keys);
            expected.AddRange(Attention.Apply(tape, new HeadColumns(own, 0), key, value, alone, QueryHeads).Span);
            segments.Add(queries, 0, keys);
        }

        float[] together = Attention.Apply(tape, new HeadColumns(fused, 0), caches.ToArray(), segments, QueryHeads).Span.ToArray();

        Assert.Equal(expected, together);
        using var reference = new ReferenceBackend();
        using var plain = new Tape(reference);
        float[] exact = Attention.Apply(plain, new HeadColumns(fused, 0), caches.ToArray(), segments, QueryHeads).Span.ToArray();
        for (int i = 0; i < exact.Length; i++)
            Assert.Equal(exact[i], together[i], 1e-4f);
        Assert.Contains("have caches for 4", Assert.Throws<ArgumentException>(() => Attention.Apply(tape, new HeadColumns(fused, 0), caches.Skip(1).ToArray(), segments, QueryHeads)).Message, StringComparison.Ordinal);
        Assert.Contains("do not hold", Assert.Throws<ArgumentException>(() => Attention.Apply(tape, new HeadColumns(fused, 0), caches.AsEnumerable().Reverse().ToArray(), segments, QueryHeads)).Message, StringComparison.Ordinal);
        foreach (var (key, value) in caches)
        {
            key.Dispose();
            value.Dispose();
        }
    }

    private static float[] Run(ComputeBackend backend, CacheFormat format, int tokens, int queryHeads, int keyHeads, int size, int chunk)
    {
        using var tape = new Tape(backend);
        using Tensor fused = Random(backend, tokens, (queryHeads + (2 * keyHeads)) * size, 7);
        using HeadCache keys = new(backend, keyHeads, size, 4, format), values = new(backend, keyHeads, size, 4, format);
        var output = new List<float>();
        for (int first = 0; first < tokens; first += chunk)
        {
            int count = Math.Min(chunk, tokens - first);
            using Tensor rows = fused.RowBlock(first, count);
            keys.Grow(first + count + 3, first);
            values.Grow(first + count + 3, first);
            keys.Store(new HeadColumns(rows, queryHeads * size), first);
            values.Store(new HeadColumns(rows, (queryHeads + keyHeads) * size), first);
            using var segments = new SegmentLayout();
            segments.Add(count, 0, first + count);
            output.AddRange(Attention.Apply(tape, new HeadColumns(rows, 0), keys, values, segments, queryHeads).Span);
            tape.Reset();
        }
        return [.. output];
    }

    private static Tensor Random(ComputeBackend backend, int rows, int columns, int seed)
    {
        var tensor = new Tensor(backend, rows, columns);
        var random = new Random(seed);
        foreach (ref float value in tensor.Span)
            value = (float)((random.NextDouble() * 4) - 2);
        return tensor;
    }
}
