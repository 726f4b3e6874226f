using Nunchi.Tensors.Backends;

namespace Nunchi.Tensors.Quantization;

/// <summary>The second moments of what weights are multiplied with: for each the sum of x^T x over all rows. They tell which errors of a rounded weight matter and which cancel (<see cref="ErrorFeedback"/>).</summary>
public sealed unsafe class InputMoments : IInputObserver, IDisposable
{
    private readonly ComputeBackend _backend;
    private readonly Dictionary<Tensor, Sum> _sums = [];

    /// <summary>Moments of some weights, none seen yet. Each takes in * in floats.</summary>
    /// <param name="backend">Sums them.</param>
    /// <param name="weights">Whose inputs count; others are passed over.</param>
    public InputMoments(ComputeBackend backend, IEnumerable<Tensor> weights)
    {
        ArgumentNullException.ThrowIfNull(backend);
        ArgumentNullException.ThrowIfNull(weights);
        _backend = backend;
        foreach (Tensor weight in weights)
            _sums[weight] = new Sum();
    }

    /// <summary>Bytes that the moments of a weight take.</summary>
    public static long BytesOf(Tensor weight) => (long)weight.Columns * weight.Columns * sizeof(float);

    /// <summary>Rows that were seen of a weight's inputs.</summary>
    public long RowsOf(Tensor weight) => _sums.TryGetValue(weight, out Sum? sum) ? sum.Rows : 0;

    /// <summary>[in, in] of a weight.</summary>
    /// <exception cref="InvalidOperationException">Nothing was multiplied with it.</exception>
    public Tensor Of(Tensor weight) =>
        _sums.TryGetValue(weight, out Sum? sum) && sum.Moments is { } moments ? moments : throw new InvalidOperationException($"Nothing was multiplied with the weight {weight}.");

    /// <inheritdoc/>
    public void Multiplying(Tensor weight, Tensor x)
    {
        if (!_sums.TryGetValue(weight, out Sum? sum))
            return;
        int width = x.Columns;
        bool first = sum.Moments == null;
        sum.Moments ??= new Tensor(_backend, width, width);
        _backend.MatMul(true, false, width, width, x.Rows, x.Data, width, x.Data, width, sum.Moments.Data, width, !first, null);
        sum.Rows += x.Rows;
    }

    /// <summary>Frees a weight's moments; it is passed over from now on.</summary>
    public void Forget(Tensor weight)
    {
        if (_sums.Remove(weight, out Sum? sum))
            sum.Moments?.Dispose();
    }

    /// <summary>Frees the memory.</summary>
    public void Dispose()
    {
        foreach (Sum sum in _sums.Values)
            sum.Moments?.Dispose();
        _sums.Clear();
    }

    private sealed class Sum
    {
        public Tensor? Moments { get; set; }

        public long Rows { get; set; }
    }
}
