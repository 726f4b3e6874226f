using Nunchi.Tensors.Backends;
using Nunchi.Tensors.Optimizers;

namespace Nunchi.Tensors.Tests.Optimizers;

public sealed unsafe class OptimizerTests : IDisposable
{
    private readonly ReferenceBackend _backend = new();
    private readonly Tape _tape;
    private readonly List<IDisposable> _owned = [];

    public OptimizerTests() => _tape = new Tape(_backend);

    public void Dispose()
    {
        _owned.Reverse();
        _owned.ForEach(owned => owned.Dispose());
        _tape.Dispose();
        _backend.Dispose();
    }

    [Fact]
    public void AdamW_SeveralSteps_FollowsPyTorchFormulas()
    {
        var parameter = Parameter("p", 3, 5, seed: 1);
        var expected = parameter.Value.Span.ToArray().Select(value => (double)value).ToArray();
        var first = new double[expected.Length];
        var second = new double[expected.Length];
        using var optimizer = new AdamW(_backend, [new ParameterGroup("all", [parameter], 0.01, 0.1)], new AdamWOptions(0.8, 0.9, 1e-8));

        for (var step = 1; step <= 7; step++)
        {
            Fill(parameter, seed: 100 + step);
            var gradient = parameter.Gradient!.Span;
            var rate = 0.01 * 0.5;
            for (var i = 0; i < expected.Length; i++)
            {
                var g = gradient[i] * 0.25;
                first[i] = (0.8 * first[i]) + (0.2 * g);
                second[i] = (0.9 * second[i]) + (0.1 * g * g);
                expected[i] -= rate * 0.1 * expected[i];
                expected[i] -= rate * (first[i] / (1 - Math.Pow(0.8, step))) / (Math.Sqrt(second[i] / (1 - Math.Pow(0.9, step))) + 1e-8);
            }

            optimizer.Step(0.5, 0.25);
        }

        for (var i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], parameter.Value.Span[i], 1e-5);
    }

    [Theory]
    [InlineData(12, 12)]
    [InlineData(12, 16)]
    [InlineData(16, 12)]
    [InlineData(10, 40)]
    [InlineData(40, 10)]
    public void Muon_AnyShape_FollowsTheIterationInDoublePrecision(int rows, int columns)
    {
        var parameter = Parameter("p", rows, columns, seed: 2);
        var start = parameter.Value.Span.ToArray();
        Fill(parameter, seed: 3);
        var gradient = parameter.Gradient!.Span.ToArray();
        using var optimizer = new Muon(_backend, [new ParameterGroup("all", [parameter], 0.1, 0.2)], new MuonOptions(0.9));

        optimizer.Step(0.5);

        var momentum = gradient.Select(g => g * 0.1).ToArray();
        var update = momentum.Select((m, i) => (m * 0.9) + (gradient[i] * 0.1)).ToArray();
        var orthogonal = NewtonSchulz(update, rows, columns);
        var rate = 0.1 * 0.5;
        for (var i = 0; i < start.Length; i++)
            Assert.Equal((start[i] * (1 - (rate * 0.2))) - (rate * Math.Sqrt(Math.Max(1, rows / (double)columns)) * orthogonal[i]), parameter.Value.Span[i], 2e-5);
    }

    [Fact]
    public void Muon_StackedMatrices_MovesEachAsItsOwn()
    {
        var stacked = Parameter("stacked", 6 + 4 + 4, 9, seed: 4, blocks: [6, 4, 4]);
        Fill(stacked, seed: 5);
        var apart = new[] { 6, 4, 4 }.Select((rows, index) => Parameter($"apart{index}", rows, 9, seed: 6)).ToArray();
        var row = 0;
        foreach (var part in apart)
        {
            stacked.Value.RowBlock(row, part.Value.Rows).Span.CopyTo(part.Value.Span);
            Fill(part, seed: 7);
            stacked.Gradient!.RowBlock(row, part.Value.Rows).Span.CopyTo(part.Gradient!.Span);
            row += part.Value.Rows;
        }

        using var one = new Muon(_backend, [new ParameterGroup("all", [stacked], 0.1, 0)]);
        using var three = new Muon(_backend, [new ParameterGroup("all", apart, 0.1, 0)]);
        one.Step(1);
        three.Step(1);

        Assert.Equal(apart.SelectMany(part => part.Value.Span.ToArray()), stacked.Value.Span.ToArray());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Step_StateSavedAndRestored_ContinuesBitEqual(bool muon)
    {
        var whole = Parameter("p", 8, 8, seed: 8);
        var resumed = Parameter("p", 8, 8, seed: 8);
        using var one = Create(muon, whole);
        using var before = Create(muon, resumed);
        using var after = Create(muon, resumed);
        for (var step = 0; step < 3; step++)
        {
            StepOn(one, whole, step);
            StepOn(before, resumed, step);
        }

        for (var i = 0; i < before.State.Count; i++)
        {
            Assert.Equal(before.State[i].Name, after.State[i].Name);
            new Span<float>(before.State[i].Memory, (int)before.State[i].Count).CopyTo(new Span<float>(after.State[i].Memory, (int)after.State[i].Count));
        }

        after.Steps = before.Steps;
        StepOn(one, whole, 3);
        StepOn(after, resumed, 3);

        Assert.Equal(whole.Value.Span.ToArray(), resumed.Value.Span.ToArray());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Step_NoGradient_LeavesTheParameterAlone(bool muon)
    {
        var parameter = Parameter("p", 4, 4, seed: 9);
        var before = parameter.Value.Span.ToArray();
        using var optimizer = Create(muon, parameter);

        Assert.Equal(0, GradientNorm.Of(_backend, [optimizer]));
        optimizer.Step(1);

        Assert.Equal(before, parameter.Value.Span.ToArray());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Step_Repeated_AllocatesNothing(bool muon)
    {
        var parameter = Parameter("p", 8, 32, seed: 10);
        using var optimizer = Create(muon, parameter);
        Fill(parameter, seed: 11);
        optimizer.Step(1);
        Optimizer[] all = [optimizer];

        var before = GC.GetAllocatedBytesForCurrentThread();
        optimizer.Step(1, GradientNorm.ClippingScale(GradientNorm.Of(_backend, all), 1));
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void GradientNorm_TwoParameters_IsTheLengthOfAllTogether()
    {
        var first = Parameter("a", 1, 3, seed: 12);
        var second = Parameter("b", 2, 2, seed: 13);
        Fill(first, seed: 14);
        Fill(second, seed: 15);
        using var optimizer = new AdamW(_backend, [new ParameterGroup("a", [first], 1, 0), new ParameterGroup("b", [second], 1, 0)]);
        var expected = Math.Sqrt(first.Gradient!.Span.ToArray().Concat(second.Gradient!.Span.ToArray()).Sum(value => (double)value * value));

        Assert.Equal(expected, GradientNorm.Of(_backend, [optimizer]), 1e-9);
        Assert.Equal(1, GradientNorm.ClippingScale(0.5, 1));
        Assert.Equal(0.25, GradientNorm.ClippingScale(4, 1), 1e-6);
        Assert.Equal(1, GradientNorm.ClippingScale(4, null));
    }

    [Fact]
    public void Constructors_BadArguments_SayWhich()
    {
        var vector = Parameter("bias", 1, 4, seed: 16);
        var matrix = Parameter("weight", 4, 4, seed: 17);

        Assert.Contains("bias", Assert.Throws<ArgumentException>(() => new Muon(_backend, [new ParameterGroup("g", [vector], 1, 0)])).Message, StringComparison.Ordinal);
        Assert.Contains("twice", Assert.Throws<ArgumentException>(() => new AdamW(_backend, [new ParameterGroup("g", [matrix, matrix], 1, 0)])).Message, StringComparison.Ordinal);
        Assert.Contains("-1", Assert.Throws<ArgumentException>(() => new AdamW(_backend, [new ParameterGroup("g", [matrix], -1, 0)])).Message, StringComparison.Ordinal);
        Assert.Contains("betas", Assert.Throws<ArgumentException>(() => new AdamW(_backend, [], new AdamWOptions(Beta2: 1))).Message, StringComparison.Ordinal);
        Assert.Contains("3 + 2", Assert.Throws<ArgumentException>(() => new OptimizerParameter("w", matrix.Value, [3, 2])).Message, StringComparison.Ordinal);
    }

    private Optimizer Create(bool muon, OptimizerParameter parameter)
    {
        ParameterGroup[] groups = [new("all", [parameter], 0.05, 0.01)];
        return muon ? new Muon(_backend, groups) : new AdamW(_backend, groups);
    }

    private void StepOn(Optimizer optimizer, OptimizerParameter parameter, int seed)
    {
        Fill(parameter, 50 + seed);
        optimizer.Step(1);
    }

    private OptimizerParameter Parameter(string name, int rows, int columns, int seed, int[]? blocks = null)
    {
        var tensor = new Tensor(_backend, rows, columns);
        _owned.Add(tensor);
        var random = new Random(seed);
        foreach (ref var value in tensor.Span)
            value = (float)(random.NextDouble() - 0.5);
        return new OptimizerParameter(name, tensor, blocks);
    }

    private void Fill(OptimizerParameter parameter, int seed)
    {
        var random = new Random(seed);
        foreach (ref var value in _tape.GradientOf(parameter.Value, out _).Span)
            value = (float)(random.NextDouble() - 0.5);
    }

    private static double[] NewtonSchulz(double[] x, int rows, int columns)
    {
        var norm = Math.Sqrt(x.Sum(value => value * value));
        x = [.. x.Select(value => value / norm)];
        for (var step = 0; step < 5; step++)
        {
            var gram = Product(x, Transposed(x, rows, columns), rows, columns, rows);
            var squared = Product(gram, gram, rows, rows, rows);
            var polynomial = gram.Select((g, i) => (-4.775 * g) + (2.0315 * squared[i])).ToArray();
            var applied = Product(polynomial, x, rows, rows, columns);
            x = [.. x.Select((value, i) => (3.4445 * value) + applied[i])];
        }

        return x;
    }

    private static double[] Transposed(double[] x, int rows, int columns) =>
        [.. Enumerable.Range(0, rows * columns).Select(i => x[(i % rows * columns) + (i / rows)])];

    private static double[] Product(double[] a, double[] b, int m, int k, int n)
    {
        var c = new double[m * n];
        for (var i = 0; i < m; i++)
            for (var j = 0; j < n; j++)
                for (var l = 0; l < k; l++)
                    c[(i * n) + j] += a[(i * k) + l] * b[(l * n) + j];
        return c;
    }

    private static double[] NewtonSchulz(float[] x, int rows, int columns) => NewtonSchulz(x.Select(value => (double)value).ToArray(), rows, columns);
}
