using Nunchi.Tensors.Cpu;
using Nunchi.Tensors.Operators;
using Nunchi.Tensors.Quantization;

namespace Nunchi.Tensors.Tests.Quantization;

public unsafe class ErrorFeedbackTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(37)]
    [InlineData(128)]
    [InlineData(300)]
    public void Of_Moments_AreUnitUpperTimesDiagonalTimesItsTranspose(int width)
    {
        using var backend = CpuBackend.Create(new CpuOptions { Threads = 2 });
        using Tensor moments = Moments(backend, width, rows: 3 * width, seed: 5);
        using var feedback = ErrorFeedback.Of(backend, moments);

        // D from the product's diagonal, last first: H_kk = D_k + sum over l > k of U_kl^2 D_l.
        double added = Enumerable.Range(0, width).Average(k => (double)moments.Row(k)[k]) * ErrorFeedback.Damping;
        double U(int j, int k) => j == k ? 1 : feedback.Factor[((long)j * width) + k];
        double[] diagonal = new double[width];
        for (int k = width - 1; k >= 0; k--)
        {
            diagonal[k] = moments.Row(k)[k] + added;
            for (int l = k + 1; l < width; l++)
                diagonal[k] -= U(k, l) * U(k, l) * diagonal[l];
            Assert.True(diagonal[k] > 0);
        }
        double largest = Enumerable.Range(0, width).Max(k => (double)moments.Row(k)[k]);
        for (int i = 0; i < width; i++)
        {
            for (int k = i; k < width; k++)
            {
                double sum = 0;
                for (int l = k; l < width; l++)
                    sum += U(i, l) * diagonal[l] * U(k, l);
                Assert.Equal(moments.Row(i)[k] + (i == k ? added : 0), sum, 2e-5 * largest);
            }
        }
    }

    [Theory]
    [InlineData(16, 128)]
    [InlineData(5, 128)]
    [InlineData(40, 300)]
    [InlineData(3, 32)]
    [InlineData(17, 1)]
    public void PackInt4_InputsThatDoNotGoTogether_IsWhatPackingAloneWrites(int rows, int columns)
    {
        using var backend = CpuBackend.Create(new CpuOptions { Threads = 2 });
        using Tensor weight = Random(backend, rows, columns, 7), moments = new(backend, columns, columns);
        moments.Span.Clear();
        for (int k = 0; k < columns; k++)
            moments.Row(k)[k] = 1 + (k % 5);
        using var feedback = ErrorFeedback.Of(backend, moments);
        using PackedWeight alone = PackedWeight.Pack(weight.Data, rows, columns, WeightFormat.Int4), together = PackedWeight.Pack(weight.Data, rows, columns, feedback);

        Assert.Equal(new ReadOnlySpan<byte>(alone.Data, (int)alone.Bytes), new ReadOnlySpan<byte>(together.Data, (int)together.Bytes));
    }

    [Theory]
    [InlineData(32, 384, 0.6)]
    [InlineData(7, 200, 0.6)]
    [InlineData(20, 130, 0.6)]
    public void PackInt4_InputsThatGoTogether_ProductsAreNearer(int rows, int columns, double most)
    {
        using var backend = CpuBackend.Create(new CpuOptions { Threads = 2 });
        using Tensor weight = Random(backend, rows, columns, 9), moments = Moments(backend, columns, rows: 2 * columns, seed: 11);
        using var feedback = ErrorFeedback.Of(backend, moments);
        using PackedWeight alone = PackedWeight.Pack(weight.Data, rows, columns, WeightFormat.Int4), together = PackedWeight.Pack(weight.Data, rows, columns, feedback);

        double before = Error(weight, alone, moments), after = Error(weight, together, moments);
        Assert.True(after < most * before, $"the squared error of products was {before}, with feedback {after}");
    }

    [Fact]
    public void PackInt4_AnyNumberOfThreads_GivesTheSameBytes()
    {
        const int Rows = 100, Columns = 260;
        using var one = CpuBackend.Create(new CpuOptions { Threads = 1 });
        using var three = CpuBackend.Create(new CpuOptions { Threads = 3 });
        using Tensor weight = Random(one, Rows, Columns, 3), moments = Moments(one, Columns, rows: 500, seed: 4);
        using ErrorFeedback first = ErrorFeedback.Of(one, moments), second = ErrorFeedback.Of(three, moments);
        using PackedWeight a = one.PackInt4(weight.Data, Rows, Columns, first), b = three.PackInt4(weight.Data, Rows, Columns, second);
        Assert.Equal(new ReadOnlySpan<byte>(a.Data, (int)a.Bytes), new ReadOnlySpan<byte>(b.Data, (int)b.Bytes));
    }

    [Fact]
    public void PackInt4_ZerosAndInputsNeverSeen_StayFinite()
    {
        using var backend = CpuBackend.Create(new CpuOptions { Threads = 1 });
        using Tensor weight = Random(backend, 16, 160, 3), moments = new(backend, 160, 160);
        moments.Span.Clear();
        using (var nothing = ErrorFeedback.Of(backend, moments))
        using (PackedWeight packed = PackedWeight.Pack(weight.Data, 16, 160, nothing))
            Assert.All(Row(packed, 3), value => Assert.InRange(value, -4, 4));

        // One direction only, seen very often.
        foreach (int i in Enumerable.Range(0, 160))
            moments.Row(i).Fill(1e6f);
        weight.Row(2).Clear();
        using (var feedback = ErrorFeedback.Of(backend, moments))
        using (PackedWeight packed = PackedWeight.Pack(weight.Data, 16, 160, feedback))
        {
            Assert.All(Row(packed, 2), value => Assert.Equal(0, value));
            Assert.All(Row(packed, 3), value => Assert.InRange(value, -8, 8));
        }
    }

    [Fact]
    public void Mistakes_AreTold()
    {
        using var backend = CpuBackend.Create(new CpuOptions { Threads = 1 });
        using Tensor weight = Random(backend, 16, 64, 3), moments = Moments(backend, 64, 100, 1), flat = new(backend, 2, 3);
        Assert.Contains("square", Assert.Throws<ArgumentException>(() => ErrorFeedback.Of(backend, flat)).Message, StringComparison.Ordinal);
        using var feedback = ErrorFeedback.Of(backend, moments);
        using Tensor other = Random(backend, 16, 32, 3);
        Assert.Contains("64 inputs", Assert.Throws<ArgumentException>(() => other.PackInt4(feedback)).Message, StringComparison.Ordinal);
        weight.Row(3)[5] = float.NaN;
        Assert.Contains("NaN", Assert.Throws<ArgumentException>(() => weight.PackInt4(feedback)).Message, StringComparison.Ordinal);
        moments.Row(1)[1] = float.PositiveInfinity;
        Assert.Throws<ArgumentException>(() => ErrorFeedback.Of(backend, moments));
    }

    [Fact]
    public void InputMoments_LinearLayers_SumsWhatTheirWeightsAreMultipliedWith()
    {
        using var backend = CpuBackend.Create(new CpuOptions { Threads = 2 });
        using Tensor weight = Random(backend, 8, 20, 1), other = Random(backend, 8, 20, 2), x = Random(backend, 30, 20, 3), y = Random(backend, 1, 20, 4);
        using var moments = new InputMoments(backend, [weight]);
        using var tape = new Tape(backend) { InputObserver = moments };
        foreach (Tensor input in (Tensor[])[x, y])
        {
            Linear.Apply(tape, input, weight);
            Linear.Apply(tape, input, other);
        }
        Assert.Equal(31, moments.RowsOf(weight));
        Assert.Equal(0, moments.RowsOf(other));
        Assert.Throws<InvalidOperationException>(() => moments.Of(other));
        for (int i = 0; i < 20; i++)
        {
            for (int j = 0; j < 20; j++)
            {
                double sum = (double)y.Row(0)[i] * y.Row(0)[j];
                for (int row = 0; row < 30; row++)
                    sum += (double)x.Row(row)[i] * x.Row(row)[j];
                Assert.Equal(sum, moments.Of(weight).Row(i)[j], 1e-4);
            }
        }
        moments.Forget(weight);
        Assert.Equal(0, moments.RowsOf(weight));
    }

    // The mean over rows of e H e^T.
    private static double Error(Tensor weight, PackedWeight packed, Tensor moments)
    {
        double sum = 0;
        for (int row = 0; row < weight.Rows; row++)
        {
            float[] got = Row(packed, row);
            double[] error = new double[weight.Columns];
            for (int k = 0; k < error.Length; k++)
                error[k] = weight.Row(row)[k] - got[k];
            for (int i = 0; i < error.Length; i++)
            {
                double product = 0;
                for (int j = 0; j < error.Length; j++)
                    product += moments.Row(i)[j] * error[j];
                sum += error[i] * product;
            }
        }
        return sum / weight.Rows;
    }

    private static float[] Row(PackedWeight packed, int row)
    {
        float[] values = new float[packed.Columns];
        packed.ReadRow(row, values);
        return values;
    }

    // x^T x of inputs that lie mostly in a few directions, as those of real layers do.
    private static Tensor Moments(CpuBackend backend, int width, int rows, ulong seed)
    {
        int few = Math.Max(1, width / 8);
        using Tensor directions = Random(backend, few, width, seed), strengths = Random(backend, rows, few, seed + 1), rest = Random(backend, rows, width, seed + 2);
        using Tensor x = new(backend, rows, width);
        rest.Span.CopyTo(x.Span);
        backend.MatMul(false, false, rows, width, few, strengths.Data, few, directions.Data, width, x.Data, width, true, null);
        var moments = new Tensor(backend, width, width);
        backend.MatMul(true, false, width, width, rows, x.Data, width, x.Data, width, moments.Data, width, false, null);
        return moments;
    }

    private static Tensor Random(CpuBackend backend, int rows, int columns, ulong seed)
    {
        var tensor = new Tensor(backend, rows, columns);
        var random = new Xoshiro256(seed);
        foreach (ref float value in tensor.Span)
            value = ((random.Next() >> 40) / 8388608f) - 1;
        return tensor;
    }
}
