using Nunchi.Tensors.Cpu;
using Nunchi.Tensors.Quantization;
using Nunchi.Tensors.Tests.Cpu;

namespace Nunchi.Tensors.Tests.Quantization;

[Collection(CpuCollection.Name)]
public unsafe class PackedProductTests
{
    public static TheoryData<PackedKernels, WeightFormat> KernelsAndFormats => PackedBackends.KernelsAndFormats();

    [Theory]
    [MemberData(nameof(KernelsAndFormats))]
    public void PackedMatMul_TailShapes_MatchesReference(PackedKernels kernels, WeightFormat format)
    {
        int[] sizes = [1, 3, 15, 16, 17, 31, 47, 48, 49, 72, 127, 128, 129, 256, 300];
        var random = new Random(21);
        for (int trial = 0; trial < 40; trial++)
            Check(kernels, format, random, random.Next(1, 40), sizes[random.Next(sizes.Length)], sizes[random.Next(sizes.Length)], random.Next(2) == 0, random.Next(2) == 0, random.Next(3), 1);
        // Few rows take several strips at once, as many as rows allow; what is left at the end is fewer.
        for (int m = 1; m <= 9; m++)
        {
            for (int n = 13; n <= 7 * 16; n += 16)
                Check(kernels, format, random, m, n + (m % 2 == 0 ? 3 : 0), 257, false, m % 3 == 0, 0, 1);
        }
        Check(kernels, format, random, 1, 33, 4304, true, true, 0, 1);
        Check(kernels, format, random, 11, 17, 1152, false, true, 1, 1);
        // More rows, blocks and strips than pass by at once.
        Check(kernels, format, random, 515, 73, 1153, true, false, 1, 1);
    }

    [Theory]
    [MemberData(nameof(KernelsAndFormats))]
    public void PackedMatMul_HugeAndTinyValues_MatchesReference(PackedKernels kernels, WeightFormat format)
    {
        var random = new Random(22);
        Check(kernels, format, random, 9, 50, 200, true, true, 0, 1e12f);
        Check(kernels, format, random, 9, 50, 200, false, true, 0, 1e-12f);
    }

    [Theory]
    [MemberData(nameof(KernelsAndFormats))]
    public void PackedMatMul_LargestMagnitudesEverywhere_DoesNotOverflow(PackedKernels kernels, WeightFormat format)
    {
        const int k = 384, n = 48;
        foreach (int m in (int[])[1, 5, 12])
        {
            for (int pattern = 0; pattern < 8; pattern++)
            {
                using var x = new GuardedMemory(m * k);
                using var w = new GuardedMemory(n * k);
                // All at the largest magnitude: same signs, opposite signs, alternating in ones, twos and fours.
                for (int i = 0; i < w.Count; i++)
                    w.Span[i] = (pattern & 1) == 0 ? 1 : -1;
                for (int i = 0; i < x.Count; i++)
                    x.Span[i] = (pattern & 2) == 0 ? 1 : -1;
                for (int i = 0; i < x.Count && pattern >= 4; i++)
                {
                    if ((i / (1 << (pattern - 4))) % 2 == 1)
                        x.Span[i] *= -1;
                }
                using PackedWeight packed = PackedBackends.Get(kernels).Pack(w.Pointer, n, k, format);
                using var c = new GuardedMemory(m * n);
                PackedBackends.Get(kernels).PackedMatMul(packed, m, x.Pointer, k, c.Pointer, n, false, null);
                c.AssertGuards();
                for (int i = 0; i < m; i++)
                {
                    double expected = 0;
                    for (int l = 0; l < k; l++)
                        expected += x.Span[(i * k) + l] * w.Span[l];
                    Assert.Equal(expected, c.Span[i * n], 0.02 * k);
                }
                if (format == WeightFormat.BFloat16)
                    continue;
                using var exact = new GuardedMemory(m * n);
                PackedReference.Multiply(packed, m, x, exact, n, false, null);
                Compare.Same(exact, c, $"{kernels} {format} m={m} pattern {pattern}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(KernelsAndFormats))]
    public void PackedMatMul_RowsInAnyBatch_HaveTheSameBits(PackedKernels kernels, WeightFormat format)
    {
        const int rows = 37;
        var random = new Random(23);
        CpuBackend backend = PackedBackends.Get(kernels);
        foreach (var (n, k) in new[] { (72, 100), (100, 700) })
        {
            using var x = new GuardedMemory(random, rows * k);
            using var w = new GuardedMemory(random, n * k);
            using var bias = new GuardedMemory(random, n);
            using PackedWeight packed = backend.Pack(w.Pointer, n, k, format);
            using var all = new GuardedMemory(rows * n);
            backend.PackedMatMul(packed, rows, x.Pointer, k, all.Pointer, n, false, bias.Pointer);
            foreach (int batch in (int[])[1, 2, 3, 4, 5, 7, 8, 9, 12, 16, 23])
            {
                using var parts = new GuardedMemory(rows * n);
                for (int row = 0; row < rows; row += batch)
                    backend.PackedMatMul(packed, Math.Min(batch, rows - row), x.Pointer + (row * k), k, parts.Pointer + (row * n), n, false, bias.Pointer);
                Compare.Same(all, parts, $"{kernels} {format} n={n} k={k} rows by {batch}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(KernelsAndFormats))]
    public void PackedMatMul_AnyThreadCount_GivesTheSameBits(PackedKernels kernels, WeightFormat format)
    {
        var random = new Random(24);
        foreach (var (m, n, k) in new[] { (1, 500, 300), (6, 333, 200), (50, 260, 130) })
        {
            using var x = new GuardedMemory(random, m * k);
            using var w = new GuardedMemory(random, n * k);
            using var one = new GuardedMemory(m * n);
            using PackedWeight packed = PackedBackends.Get(kernels, 1).Pack(w.Pointer, n, k, format);
            PackedBackends.Get(kernels, 1).PackedMatMul(packed, m, x.Pointer, k, one.Pointer, n, false, null);
            foreach (int threads in (int[])[2, 3])
            {
                using PackedWeight again = PackedBackends.Get(kernels, threads).Pack(w.Pointer, n, k, format);
                Assert.True(new ReadOnlySpan<byte>(packed.Data, (int)packed.Bytes).SequenceEqual(new ReadOnlySpan<byte>(again.Data, (int)again.Bytes)), "packing depends on threads");
                using var several = new GuardedMemory(m * n);
                PackedBackends.Get(kernels, threads).PackedMatMul(again, m, x.Pointer, k, several.Pointer, n, false, null);
                Compare.Same(one, several, $"{kernels} {format} x{threads} {m}x{n}x{k}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(KernelsAndFormats))]
    public void PackedMatMul_NotANumberInOneRow_StaysInItsRow(PackedKernels kernels, WeightFormat format)
    {
        const int m = 11, n = 50, k = 260;
        var random = new Random(25);
        foreach (float bad in (float[])[float.NaN, float.PositiveInfinity, float.NegativeInfinity])
        {
            using var x = new GuardedMemory(random, m * k);
            using var w = new GuardedMemory(random, n * k);
            using var c = new GuardedMemory(m * n);
            x.Span[(6 * k) + 255] = bad;
            using PackedWeight packed = PackedBackends.Get(kernels).Pack(w.Pointer, n, k, format);
            PackedBackends.Get(kernels).PackedMatMul(packed, m, x.Pointer, k, c.Pointer, n, false, null);
            for (int i = 0; i < m * n; i++)
                Assert.Equal(i / n != 6, float.IsFinite(c.Span[i]));
        }
    }

    [Theory]
    [InlineData(WeightFormat.Int6)]
    [InlineData(WeightFormat.Int4)]
    public void Multiply_TheWayOfAvxVnniWithAvx2_MatchesReference(WeightFormat format)
    {
        Assert.SkipUnless(CpuBackend.IsSupported(PackedKernels.Avx2), "this processor has no AVX2");
        using var pool = new WorkerPool(2, 0);
        using var product = new PackedProduct(pool, PackedKernels.Avx2, CpuKernels.Avx2) { UsesScaledPairs = false };
        var random = new Random(27);
        foreach (var (m, n, k) in ((int, int, int)[])[(1, 33, 300), (2, 16, 128), (5, 70, 1153), (11, 17, 257), (602, 73, 1409)])
        {
            using var x = new GuardedMemory(random, m * k);
            using var w = new GuardedMemory(random, n * k);
            using var expected = new GuardedMemory(m * n);
            using var actual = new GuardedMemory(m * n);
            using PackedWeight packed = PackedWeight.Pack(w.Pointer, n, k, format);
            product.Multiply(packed, m, x.Pointer, k, actual.Pointer, n, false, null);
            PackedReference.Multiply(packed, m, x, expected, n, false, null);
            actual.AssertGuards();
            Compare.Same(expected, actual, $"{format} {m}x{n}x{k}");
        }
    }

    private static void Check(PackedKernels kernels, WeightFormat format, Random random, int m, int n, int k, bool accumulate, bool withBias, int gap, float scale)
    {
        CpuBackend backend = PackedBackends.Get(kernels);
        int ldc = n + gap;
        using var x = new GuardedMemory(random, m * k, scale);
        using var w = new GuardedMemory(random, n * k, scale);
        using var bias = new GuardedMemory(random, n);
        using var expected = new GuardedMemory(random, (m * ldc) - gap);
        using GuardedMemory actual = expected.Copy();
        using PackedWeight packed = backend.Pack(w.Pointer, n, k, format);
        backend.PackedMatMul(packed, m, x.Pointer, k, actual.Pointer, ldc, accumulate, withBias ? bias.Pointer : null);
        string what = $"{kernels} {format} {m}x{n}x{k} accumulate={accumulate} bias={withBias} gap={gap}";
        if (format != WeightFormat.BFloat16)
        {
            PackedReference.Multiply(packed, m, x, expected, ldc, accumulate, withBias ? bias : null);
            actual.AssertGuards();
            Compare.Same(expected, actual, what);
            return;
        }
        using var rounded = new GuardedMemory(n * k);
        for (int j = 0; j < n; j++)
            packed.ReadRow(j, rounded.Span.Slice(j * k, k));
        for (int i = 0; i < x.Count; i++)
            x.Span[i] = Round(x.Span[i]);
        Cpu.Backends.Reference.MatMul(false, true, m, n, k, x.Pointer, k, rounded.Pointer, k, expected.Pointer, ldc, accumulate, withBias ? bias.Pointer : null);
        Compare.Close(expected, actual, 1e-5, what);
    }

    private static float Round(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        return BitConverter.UInt32BitsToSingle((bits + 0x7FFF + ((bits >> 16) & 1)) & 0xFFFF0000);
    }
}
