using Nunchi.Tensors.Cpu;

namespace Nunchi.Tensors.Tests.Native;

public unsafe class BFloat16MatMulTests
{
    public static TheoryData<bool, bool, int, int, int, bool, bool> Shapes => new()
    {
        { false, true, 64, 96, 128, false, false },
        { false, true, 137, 100, 257, false, true },
        { false, false, 64, 97, 133, true, false },
        { true, false, 75, 49, 1029, true, true },
        { true, false, 256, 48, 600, false, false },
        { false, true, 16, 4304, 72, true, true },
        { false, true, 72, 256, 256, false, true },
        { true, false, 80, 224, 131, true, false },
        { false, false, 64, 16, 600, false, false },
        { true, true, 136, 31, 200, false, true },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void MatMul_InBFloat16_EqualsProductOfRoundedOperands(bool transposeA, bool transposeB, int m, int n, int k, bool accumulate, bool withBias)
    {
        if (!CpuBackend.SupportsBFloat16)
        {
            Assert.Throws<PlatformNotSupportedException>(() => CpuBackend.Create(new CpuOptions { Precision = ProductPrecision.BFloat16 }));
            return;
        }
        using CpuBackend one = CpuBackend.Create(new CpuOptions { Precision = ProductPrecision.BFloat16, Threads = 1 });
        using CpuBackend two = CpuBackend.Create(new CpuOptions { Precision = ProductPrecision.BFloat16, Threads = 2 });
        var random = new Random(m + n + k);
        using Tensor a = Filled(one, m, k, random), b = Filled(one, n, k, random), bias = Filled(one, 1, n, random), c = Filled(one, m, n, random), again = new(one, m, n);
        c.Span.CopyTo(again.Span);
        float[] before = c.Span.ToArray();
        int lda = transposeA ? m : k, ldb = transposeB ? k : n;
        one.MatMul(transposeA, transposeB, m, n, k, a.Data, lda, b.Data, ldb, c.Data, n, accumulate, withBias ? bias.Data : null);
        two.MatMul(transposeA, transposeB, m, n, k, a.Data, lda, b.Data, ldb, again.Data, n, accumulate, withBias ? bias.Data : null);
        Assert.Equal(c.Span.ToArray(), again.Span.ToArray());
        for (int i = 0; i < m; i++)
        {
            for (int j = 0; j < n; j++)
            {
                double sum = (accumulate ? before[(i * n) + j] : 0) + (withBias ? bias.Span[j] : 0);
                for (int l = 0; l < k; l++)
                    sum += (double)Round(a.Span[transposeA ? (l * m) + i : (i * k) + l]) * Round(b.Span[transposeB ? (j * k) + l : (l * n) + j]);
                Assert.Equal(sum, c.Span[(i * n) + j], 1e-4);
            }
        }
    }

    [Theory]
    [InlineData(false, 128, 300)]
    [InlineData(true, 197, 133)]
    [InlineData(false, 256, 256)]
    public void SymmetricMatMul_InBFloat16_MirrorsTheUpperHalfOfTheProduct(bool transposed, int n, int k)
    {
        if (!CpuBackend.SupportsBFloat16)
        {
            Assert.Throws<PlatformNotSupportedException>(() => CpuBackend.Create(new CpuOptions { Precision = ProductPrecision.BFloat16 }));
            return;
        }
        using CpuBackend backend = CpuBackend.Create(new CpuOptions { Precision = ProductPrecision.BFloat16, Threads = 2 });
        using Tensor x = Filled(backend, n, k, new Random(n)), whole = new(backend, n, n), half = new(backend, n, n);
        half.Span.Fill(float.NaN);
        int ld = transposed ? n : k;
        backend.MatMul(transposed, !transposed, n, n, k, x.Data, ld, x.Data, ld, whole.Data, n, false, null);
        backend.SymmetricMatMul(transposed, !transposed, n, k, x.Data, ld, x.Data, ld, half.Data, n);
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < n; j++)
                Assert.Equal(whole.Span[(Math.Min(i, j) * n) + Math.Max(i, j)], half.Span[(i * n) + j]);
        }
    }

    [Fact]
    public void MatMul_InBFloat16_PassesNotANumberOn()
    {
        if (!CpuBackend.SupportsBFloat16)
        {
            Assert.Throws<PlatformNotSupportedException>(() => CpuBackend.Create(new CpuOptions { Precision = ProductPrecision.BFloat16 }));
            return;
        }
        using CpuBackend backend = CpuBackend.Create(new CpuOptions { Precision = ProductPrecision.BFloat16 });
        using Tensor a = Filled(backend, 128, 128, new Random(1)), b = Filled(backend, 128, 128, new Random(2)), c = new(backend, 128, 128);
        a.Span[(5 * 128) + 3] = float.NaN;
        backend.MatMul(false, true, 128, 128, 128, a.Data, 128, b.Data, 128, c.Data, 128, false, null);
        Assert.All(c.Row(5).ToArray(), v => Assert.True(float.IsNaN(v)));
        Assert.All(c.Row(6).ToArray(), v => Assert.True(float.IsFinite(v)));
    }

    private static float Round(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        return BitConverter.UInt32BitsToSingle((bits + 0x7FFF + ((bits >> 16) & 1)) & 0xFFFF0000);
    }

    private static Tensor Filled(CpuBackend backend, int rows, int columns, Random random)
    {
        var tensor = new Tensor(backend, rows, columns);
        foreach (ref float value in tensor.Span)
            value = (float)(random.NextDouble() - 0.5);
        return tensor;
    }
}
