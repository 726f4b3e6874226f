using Nunchi.Tensors.Backends;

namespace Nunchi.Tensors.Optimizers;

/// <summary>The constants of <see cref="Muon"/>.</summary>
/// <param name="Momentum">Decay of the running gradient, 0 to below 1.</param>
/// <param name="Nesterov">Look one step ahead.</param>
/// <param name="NewtonSchulzSteps">Iterations, 1 to 20.</param>
public sealed record MuonOptions(double Momentum = 0.95, bool Nesterov = true, int NewtonSchulzSteps = 5);

/// <summary>
/// Momentum whose update is replaced by the nearest orthogonal matrix (Jordan 2024, "Muon"; scaling "original" of PyTorch's <c>torch.optim.Muon</c>:
/// learning rate times sqrt(max(1, rows / columns))). For the matrices inside layers; everything else belongs to <see cref="AdamW"/>.
/// </summary>
/// <remarks>Arrays that stack several matrices (<see cref="OptimizerParameter.RowBlocks"/>) are orthogonalised matrix by matrix.</remarks>
public sealed unsafe class Muon : Optimizer
{
    private readonly MuonOptions _options;
    private readonly float*[][] _momentum;
    private readonly Orthogonalizer _orthogonalizer;
    private float* _update;

    /// <summary>Allocates the momentum of every parameter and the scratch memory of the largest.</summary>
    /// <param name="backend">Where the arithmetic runs.</param>
    /// <param name="groups">What to move: matrices.</param>
    /// <param name="options">Constants, or null for the defaults.</param>
    /// <exception cref="ArgumentException">A constant out of its range, bad groups, or a parameter that is a vector.</exception>
    public Muon(ComputeBackend backend, IReadOnlyList<ParameterGroup> groups, MuonOptions? options = null)
        : base(backend, groups)
    {
        _options = options ?? new MuonOptions();
        if (!(_options.Momentum is >= 0 and < 1))
            throw new ArgumentException($"Muon's momentum is {_options.Momentum}; it must be at least 0 and below 1");
        if (_options.NewtonSchulzSteps is < 1 or > 20)
            throw new ArgumentException($"Muon's Newton-Schulz steps are {_options.NewtonSchulzSteps}; they must be 1 to 20");

        long largest = 1;
        var largestSide = 1;
        _momentum = new float*[Groups.Count][];
        for (var g = 0; g < Groups.Count; g++)
        {
            var parameters = Groups[g].Parameters;
            _momentum[g] = new float*[parameters.Count];
            for (var p = 0; p < parameters.Count; p++)
            {
                var parameter = parameters[p];
                if (parameter.Value.Rows == 1 || parameter.Value.Columns == 1)
                    throw new ArgumentException($"Muon moves matrices; '{parameter.Name}' is a vector {parameter.Value} and belongs to AdamW");
                _momentum[g][p] = AllocateState($"momentum.{parameter.Name}", parameter.Value.Count);
                foreach (var rows in parameter.RowBlocks)
                {
                    largest = Math.Max(largest, (long)rows * parameter.Value.Columns);
                    largestSide = Math.Max(largestSide, Math.Min(rows, parameter.Value.Columns));
                }
            }
        }

        _update = backend.Allocate(largest);
        _orthogonalizer = new Orthogonalizer(backend, largest, largestSide);
    }

    /// <inheritdoc />
    protected override void Update(int group, int index, OptimizerParameter parameter, float* gradient, double learningRate, double weightDecay, double gradientScale)
    {
        var momentum = (float)_options.Momentum;
        var buffer = _momentum[group][index];
        Backend.ScaleAdd(buffer, momentum, gradient, (float)((1 - _options.Momentum) * gradientScale), parameter.Value.Count);

        long offset = 0;
        for (var b = 0; b < parameter.RowBlocks.Count; b++)
        {
            var rows = parameter.RowBlocks[b];
            var count = (long)rows * parameter.Value.Columns;
            Backend.Copy(buffer + offset, _update, count);
            if (_options.Nesterov)
                Backend.ScaleAdd(_update, momentum, gradient + offset, (float)((1 - _options.Momentum) * gradientScale), count);

            var orthogonal = _orthogonalizer.Run(_update, rows, parameter.Value.Columns, _options.NewtonSchulzSteps);
            var scale = learningRate * Math.Sqrt(Math.Max(1, (double)rows / parameter.Value.Columns));
            Backend.ScaleAdd(parameter.Value.Data + offset, (float)(1 - learningRate * weightDecay), orthogonal, (float)-scale, count);
            offset += count;
        }
    }

    /// <inheritdoc />
    protected override void FreeScratch()
    {
        Backend.Free(_update);
        _update = null;
        _orthogonalizer.Dispose();
    }
}
