using Nunchi.Tensors.Backends;

namespace Nunchi.Tensors.Optimizers;

/// <summary>The constants of <see cref="AdamW"/>.</summary>
/// <param name="Beta1">Decay of the first moment, 0 to below 1.</param>
/// <param name="Beta2">Decay of the second moment, 0 to below 1.</param>
/// <param name="Epsilon">Added to the root of the second moment, above 0.</param>
public sealed record AdamWOptions(double Beta1 = 0.9, double Beta2 = 0.95, double Epsilon = 1e-8);

/// <summary>
/// Adam with decoupled weight decay (Loshchilov and Hutter 2019), in PyTorch's formulas. Decay belongs on matrices only:
/// put vectors (biases, norms) into a group with a decay of 0.
/// </summary>
public sealed unsafe class AdamW : Optimizer
{
    private readonly AdamWOptions _options;
    private readonly float*[][] _moments;

    /// <summary>Allocates both moments of every parameter.</summary>
    /// <param name="backend">Where the arithmetic runs.</param>
    /// <param name="groups">What to move.</param>
    /// <param name="options">Constants, or null for the defaults.</param>
    /// <exception cref="ArgumentException">A constant out of its range, or bad groups.</exception>
    public AdamW(ComputeBackend backend, IReadOnlyList<ParameterGroup> groups, AdamWOptions? options = null)
        : base(backend, groups)
    {
        _options = options ?? new AdamWOptions();
        if (!(_options.Beta1 is >= 0 and < 1) || !(_options.Beta2 is >= 0 and < 1))
            throw new ArgumentException($"AdamW's betas are {_options.Beta1} and {_options.Beta2}; both must be at least 0 and below 1");
        if (!(_options.Epsilon > 0))
            throw new ArgumentException($"AdamW's epsilon is {_options.Epsilon}; it must be above 0");

        _moments = new float*[Groups.Count][];
        for (var g = 0; g < Groups.Count; g++)
        {
            var parameters = Groups[g].Parameters;
            _moments[g] = new float*[2 * parameters.Count];
            for (var p = 0; p < parameters.Count; p++)
            {
                _moments[g][2 * p] = AllocateState($"exp_avg.{parameters[p].Name}", parameters[p].Value.Count);
                _moments[g][2 * p + 1] = AllocateState($"exp_avg_sq.{parameters[p].Name}", parameters[p].Value.Count);
            }
        }
    }

    /// <inheritdoc />
    protected override void Update(int group, int index, OptimizerParameter parameter, float* gradient, double learningRate, double weightDecay, double gradientScale)
    {
        var arguments = new AdamWArguments(
            (float)learningRate, (float)_options.Beta1, (float)_options.Beta2, (float)_options.Epsilon, (float)weightDecay, Steps, (float)gradientScale);
        Backend.AdamW(parameter.Value.Data, gradient, _moments[group][2 * index], _moments[group][2 * index + 1], parameter.Value.Count, arguments);
    }
}
