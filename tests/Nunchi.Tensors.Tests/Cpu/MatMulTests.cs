using Nunchi.Tensors.Backends;
using Nunchi.Tensors.Cpu;

namespace Nunchi.Tensors.Tests.Cpu;

[Collection(CpuCollection.Name)]
public unsafe class MatMulTests
{
    public static TheoryData<CpuKernels> Kernels => Backends.Kernels();

    [Theory]
    [MemberData(nameof(Kernels))]
    public void MatMul_TailShapes_MatchesReference(CpuKernels kernels)
    {
        var random = new Random(11);
        var backend = Backends.Get(kernels);
        int[] sizes = [1, 2, 3, 5, 7, 8, 11, 12, 13, 15, 16, 17, 24, 31, 32, 33, 47, 63, 64, 65, 72, 100];
        for (var trial = 0; trial < 160; trial++)
        {
            int m = sizes[random.Next(sizes.Length)], n = sizes[random.Next(sizes.Length)], k = sizes[random.Next(sizes.Length)];
            Check(backend, random, random.Next(2) == 0, random.Next(2) == 0, m, n, k, random.Next(2) == 0, random.Next(2) == 0, random.Next(3), 1);
        }
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void MatMul_LargerShapes_MatchesReference(CpuKernels kernels)
    {
        var random = new Random(12);
        var backend = Backends.Get(kernels);
        (int M, int N, int K)[] shapes = [(300, 96, 130), (150, 200, 260), (1, 300, 600), (4, 257, 515), (9, 130, 1025), (40, 72, 4304 / 4), (2, 1100, 40), (320, 12, 300), (1600, 40, 70)];
        foreach (var (m, n, k) in shapes)
        {
            for (var form = 0; form < 4; form++) Check(backend, random, (form & 1) != 0, (form & 2) != 0, m, n, k, form == 2, form != 1, 3, 1);
        }
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void MatMul_LargeStridesAndSeveralChunks_MatchesReference(CpuKernels kernels)
    {
        var random = new Random(18);
        Check(Backends.Get(kernels, 3), random, false, true, 20, 2300, 1000, true, true, 1, 1);
        Check(Backends.Get(kernels, 3), random, false, true, 40, 50, 2048, true, true, 0, 1);
        Check(Backends.Get(kernels, 3), random, true, false, 2300, 20, 1000, true, true, 1, 1);
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void MatMul_HugeAndTinyValues_MatchesReference(CpuKernels kernels)
    {
        var random = new Random(13);
        Check(Backends.Get(kernels), random, false, true, 30, 70, 50, true, true, 0, 1e15f);
        Check(Backends.Get(kernels), random, true, false, 30, 70, 50, false, true, 0, 1e-15f);
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void MatMul_NoSum_GivesBiasAndWhatWasThere(CpuKernels kernels)
    {
        var random = new Random(14);
        Check(Backends.Get(kernels), random, false, true, 5, 9, 0, true, true, 1, 1);
        Check(Backends.Get(kernels), random, false, true, 5, 9, 0, false, false, 1, 1);
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void MatMul_RowsInAnyBatch_HaveTheSameBits(CpuKernels kernels)
    {
        var random = new Random(15);
        var backend = Backends.Get(kernels);
        foreach (var (n, k) in new[] { (72, 100), (200, 600), (33, 257), (520, 64) })
        {
            foreach (var transposeB in new[] { false, true })
            {
                const int rows = 41;
                using var a = new GuardedMemory(random, rows * k);
                using var b = new GuardedMemory(random, n * k);
                using var bias = new GuardedMemory(random, n);
                using var all = new GuardedMemory(rows * n);
                var ldb = transposeB ? k : n;
                backend.MatMul(false, transposeB, rows, n, k, a.Pointer, k, b.Pointer, ldb, all.Pointer, n, false, bias.Pointer);
                foreach (var batch in new[] { 1, 2, 3, 4, 5, 7, 8, 11, 12, 13, 16, 23 })
                {
                    using var parts = new GuardedMemory(rows * n);
                    for (var r = 0; r < rows; r += batch)
                    {
                        backend.MatMul(
                            false, transposeB, Math.Min(batch, rows - r), n, k, a.Pointer + (r * k), k, b.Pointer, ldb, parts.Pointer + (r * n), n, false, bias.Pointer);
                    }
                    Compare.Same(all, parts, $"{backend.Name} n={n} k={k} transposeB={transposeB} rows by {batch}");
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void SymmetricMatMul_OfAMatrixAndItself_IsTheProductAndSymmetric(CpuKernels kernels)
    {
        foreach (var (n, k) in (ReadOnlySpan<(int, int)>)[(1, 5), (7, 3), (48, 64), (97, 33), (200, 130)])
        {
            foreach (var transposed in (ReadOnlySpan<bool>)[false, true])
            {
                using var x = new GuardedMemory(new Random(n + k), n * k);
                using var c = new GuardedMemory((n * (n + 3)) - 3);
                using var expected = new GuardedMemory(n * n);
                var ld = transposed ? n : k;
                Backends.Reference.MatMul(transposed, !transposed, n, n, k, x.Pointer, ld, x.Pointer, ld, expected.Pointer, n, false, null);
                Backends.Get(kernels).SymmetricMatMul(transposed, !transposed, n, k, x.Pointer, ld, x.Pointer, ld, c.Pointer, n + 3);
                for (var i = 0; i < n; i++)
                {
                    for (var j = 0; j < n; j++)
                    {
                        Assert.Equal(expected.Pointer[(i * n) + j], c.Pointer[(i * (n + 3)) + j], 1e-3f);
                        Assert.Equal(c.Pointer[(i * (n + 3)) + j], c.Pointer[(j * (n + 3)) + i]);
                    }
                }
                c.AssertGuards();
            }
        }
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void MatMul_AnyThreadCount_GivesTheSameBits(CpuKernels kernels)
    {
        var random = new Random(16);
        foreach (var (m, n, k) in new[] { (300, 130, 300), (1, 700, 400), (6, 500, 300), (130, 40, 900) })
        {
            for (var form = 0; form < 4; form++)
            {
                using var a = new GuardedMemory(random, m * k);
                using var b = new GuardedMemory(random, n * k);
                using var one = new GuardedMemory(m * n);
                bool ta = (form & 1) != 0, tb = (form & 2) != 0;
                Backends.Get(kernels, 1).MatMul(ta, tb, m, n, k, a.Pointer, ta ? m : k, b.Pointer, tb ? k : n, one.Pointer, n, false, null);
                foreach (var threads in new[] { 2, 3 })
                {
                    using var several = new GuardedMemory(m * n);
                    Backends.Get(kernels, threads).MatMul(ta, tb, m, n, k, a.Pointer, ta ? m : k, b.Pointer, tb ? k : n, several.Pointer, n, false, null);
                    Compare.Same(one, several, $"{kernels} x{threads} {m}x{n}x{k} form {form}");
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void MatMul_NotANumberInOneRow_StaysInItsRowOfC(CpuKernels kernels)
    {
        var random = new Random(17);
        const int m = 27, n = 45, k = 20;
        using var a = new GuardedMemory(random, m * k);
        using var b = new GuardedMemory(random, n * k);
        using var c = new GuardedMemory(m * n);
        a.Span[(14 * k) + 3] = float.NaN;
        Backends.Get(kernels).MatMul(false, true, m, n, k, a.Pointer, k, b.Pointer, k, c.Pointer, n, false, null);
        for (var r = 0; r < m; r++)
        {
            for (var j = 0; j < n; j++) Assert.Equal(r == 14, float.IsNaN(c.Span[(r * n) + j]));
        }
    }

    private static void Check(
        ComputeBackend backend, Random random, bool transposeA, bool transposeB, int m, int n, int k, bool accumulate, bool withBias, int gap, float scale)
    {
        var lda = (transposeA ? m : k) + gap;
        var ldb = (transposeB ? k : n) + gap;
        var ldc = n + gap;
        using var a = new GuardedMemory(random, Math.Max(1, ((transposeA ? k : m) * lda) - gap), scale);
        using var b = new GuardedMemory(random, Math.Max(1, ((transposeB ? n : k) * ldb) - gap), scale);
        using var bias = new GuardedMemory(random, n);
        using var expected = new GuardedMemory(random, (m * ldc) - gap);
        using var actual = expected.Copy();
        Backends.Reference.MatMul(transposeA, transposeB, m, n, k, a.Pointer, lda, b.Pointer, ldb, expected.Pointer, ldc, accumulate, withBias ? bias.Pointer : null);
        backend.MatMul(transposeA, transposeB, m, n, k, a.Pointer, lda, b.Pointer, ldb, actual.Pointer, ldc, accumulate, withBias ? bias.Pointer : null);
        Compare.Close(expected, actual, 2e-6, $"{backend.Name} {m}x{n}x{k} transposeA={transposeA} transposeB={transposeB} accumulate={accumulate} bias={withBias} gap={gap}");
        a.AssertGuards();
        b.AssertGuards();
    }
}
