using Nunchi.Tensors.Backends;

namespace Nunchi.Tensors.Tests.Operators;

/// <summary>
/// Compares the backward of a graph with central differences. The loss is a fixed random weighting of the output, so every output counts.
/// </summary>
internal sealed class GradientCheck : IDisposable
{
    private readonly Random _random;
    private readonly int _seed;
    private readonly List<Tensor> _inputs = [];

    public GradientCheck(int seed, ComputeBackend? backend = null)
    {
        _seed = seed;
        _random = new Random(seed);
        Backend = backend ?? new ReferenceBackend();
        Tape = new Tape(Backend, recording: true);
    }

    public ComputeBackend Backend { get; }

    public Tape Tape { get; }

    public Tensor Input(int rows, int columns, float scale = 1, float offset = 0, bool requiresGradient = true)
    {
        var tensor = new Tensor(Backend, rows, columns) { RequiresGradient = requiresGradient };
        foreach (ref float value in tensor.Span)
            value = (float)((((_random.NextDouble() * 2) - 1) * scale) + offset);
        _inputs.Add(tensor);
        return tensor;
    }

    /// <summary>Runs the graph forward and backward, then moves every entry of every input that wants a gradient.</summary>
    public void Verify(Func<Tape, Tensor> graph, double tolerance = 5e-3, float step = 1e-2f)
    {
        Tensor output = graph(Tape);
        float[] weights = new float[output.Count];
        foreach (ref float w in weights.AsSpan())
            w = (float)((_random.NextDouble() * 2) - 1);
        Tensor seed = Tape.GradientOf(output, out _);
        weights.CopyTo(seed.Span);
        Tape.Backward();
        Tape.Reset();

        foreach (Tensor input in _inputs.Where(i => i.RequiresGradient))
        {
            Assert.True(input.HasGradient, $"No gradient reached the input {input} (seed {_seed}).");
            float[] gradient = input.Gradient!.Span.ToArray();
            double norm = Math.Sqrt(gradient.Sum(g => (double)g * g) / gradient.Length);
            for (int i = 0; i < gradient.Length; i++)
            {
                float kept = input.Span[i];
                input.Span[i] = kept + step;
                double up = Loss(graph, weights);
                input.Span[i] = kept - step;
                double down = Loss(graph, weights);
                input.Span[i] = kept;
                double expected = (up - down) / (2.0 * step);
                Assert.True(Math.Abs(expected - gradient[i]) <= tolerance * (norm + Math.Abs(expected) + 1e-2),
                    $"Entry {i} of {input}: backward gives {gradient[i]}, differences give {expected} (seed {_seed}).");
            }
        }
    }

    public void Dispose()
    {
        foreach (Tensor input in _inputs)
            input.Dispose();
        Tape.Dispose();
        Backend.Dispose();
    }

    private double Loss(Func<Tape, Tensor> graph, float[] weights)
    {
        Tape.Recording = false;
        Tensor output = graph(Tape);
        double loss = 0;
        for (int i = 0; i < weights.Length; i++)
            loss += (double)weights[i] * output.Span[i];
        Tape.Reset();
        Tape.Recording = true;
        return loss;
    }
}
