using Nunchi.Tensors.Backends;
using Nunchi.Tensors.Cpu;

namespace Nunchi.Tensors.Tests.Cpu;

[Collection(CpuCollection.Name)]
public unsafe class AttentionTests
{
    public static TheoryData<CpuKernels> Kernels => Backends.Kernels();

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Attention_ManyShapes_MatchesReferenceForwardAndBackward(CpuKernels kernels)
    {
        var random = new Random(21);
        (int Heads, int KeyHeads, int Size, int[] Queries, int[] Keys, bool Causal)[] cases =
        [
            (1, 1, 16, [1], [1], true),
            (4, 4, 64, [36, 20], [36, 20], false),
            (2, 2, 72, [29], [29], false),
            (4, 2, 64, [50, 13, 1], [50, 13, 1], true),
            (6, 3, 32, [5, 3], [40, 217], true),
            (2, 1, 128, [1], [230], true),
            (3, 1, 8, [150], [150], true),
            (2, 2, 80, [7], [200], false),
            (2, 1, 64, [160], [210], true),
            (2, 1, 4, [0, 6], [3, 6], true),
        ];
        foreach (var c in cases)
        {
            foreach (var (scale, tolerance) in new[] { (1f, 5e-6), (6f, 4e-5) })
            {
                var name = $"{kernels} heads {c.Heads}/{c.KeyHeads} size {c.Size} queries {string.Join(',', c.Queries)} keys {string.Join(',', c.Keys)} causal {c.Causal} scale {scale}";
                using var expected = new AttentionCase(random.Next(), c.Heads, c.KeyHeads, c.Size, c.Queries, c.Keys, c.Causal, scale);
                using var actual = expected.Copy();
                expected.Run(Backends.Reference);
                actual.Run(Backends.Get(kernels));
                Compare.Close(expected.Output, actual.Output, tolerance, name + " output");
                Compare.Close(expected.LogSumExp, actual.LogSumExp, tolerance, name + " log-sum-exp");
                Compare.Close(expected.QueryGradient, actual.QueryGradient, tolerance, name + " query gradient");
                Compare.Close(expected.KeyGradient, actual.KeyGradient, tolerance, name + " key gradient");
                Compare.Close(expected.ValueGradient, actual.ValueGradient, tolerance, name + " value gradient");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Attention_KeysThatRowsDoNotSee_MatchesReferenceForwardAndBackward(CpuKernels kernels)
    {
        var random = new Random(31);
        foreach (var (shared, branches) in new[] { (1, new[] { 1, 1 }), (5, [3, 1, 9]), (40, [30, 30, 30]), (290, [20, 310, 15]), (700, [44, 51, 39, 60]) })
        {
            using var layout = new SegmentLayout();
            layout.Add(7);
            layout.AddBranched(shared, branches);
            layout.Add(11);
            int[] queries = [7, shared + branches.Sum(), 11];
            var name = $"{kernels} a beginning of {shared} and branches of {string.Join(',', branches)}";
            using var expected = new AttentionCase(random.Next(), 4, 2, 32, queries, queries, true, 1, layout.HiddenStarts.Span.ToArray(), layout.HiddenEnds.Span.ToArray());
            using var actual = expected.Copy();
            expected.Run(Backends.Reference);
            actual.Run(Backends.Get(kernels));
            Compare.Close(expected.Output, actual.Output, 5e-6, name + " output");
            Compare.Close(expected.LogSumExp, actual.LogSumExp, 5e-6, name + " log-sum-exp");
            Compare.Close(expected.QueryGradient, actual.QueryGradient, 5e-6, name + " query gradient");
            Compare.Close(expected.KeyGradient, actual.KeyGradient, 5e-6, name + " key gradient");
            Compare.Close(expected.ValueGradient, actual.ValueGradient, 5e-6, name + " value gradient");
        }
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Attention_AnyThreadCount_GivesTheSameBits(CpuKernels kernels)
    {
        using var one = new AttentionCase(22, 4, 2, 64, [30, 170, 9], [30, 200, 9], true, 1);
        one.Run(Backends.Get(kernels, 1));
        foreach (var threads in new[] { 2, 3 })
        {
            using var several = one.Copy();
            several.Run(Backends.Get(kernels, threads));
            Compare.Same(one.Output, several.Output, $"{kernels} x{threads} output");
            Compare.Same(one.QueryGradient, several.QueryGradient, $"{kernels} x{threads} query gradient");
            Compare.Same(one.KeyGradient, several.KeyGradient, $"{kernels} x{threads} key gradient");
            Compare.Same(one.ValueGradient, several.ValueGradient, $"{kernels} x{threads} value gradient");
        }
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Attention_QueriesInChunksOrAtOnce_GiveTheSameBits(CpuKernels kernels)
    {
        var backend = Backends.Get(kernels);
        const int tokens = 215;
        using var whole = new AttentionCase(23, 4, 2, 32, [tokens], [tokens], true, 1);
        whole.Run(backend);
        var starts = stackalloc int[2];
        var zero = 0;
        foreach (var chunk in new[] { 1, 7, 100 })
        {
            using var parts = whole.Copy();
            parts.Output.Span.Fill(-1);
            var arguments = parts.Arguments();
            for (var at = 0; at < tokens; at += chunk)
            {
                var count = Math.Min(chunk, tokens - at);
                var keys = at + count;
                starts[0] = 0;
                starts[1] = count;
                var call = arguments;
                call.QueryStarts = starts;
                call.KeyStarts = &zero;
                call.KeyCounts = &keys;
                call.Query += at * call.QueryStride;
                call.Output += at * call.QueryHeads * call.HeadSize;
                call.LogSumExp += at * call.QueryHeads;
                backend.Attention(call);
            }
            Compare.Same(whole.Output, parts.Output, $"{kernels} chunks of {chunk}");
            Compare.Same(whole.LogSumExp, parts.LogSumExp, $"{kernels} chunks of {chunk}");
        }
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Attention_NotANumberInAKey_ReachesOnlyQueriesThatSeeIt(CpuKernels kernels)
    {
        using var c = new AttentionCase(24, 1, 1, 16, [40], [40], true, 1);
        c.Key.Span[(25 * c.KeyStride) + 3] = float.NaN;
        var arguments = c.Arguments();
        Backends.Get(kernels).Attention(arguments);
        for (var i = 0; i < 40; i++) Assert.Equal(i >= 25, float.IsNaN(c.Output.Span[i * 16]));
    }
}
