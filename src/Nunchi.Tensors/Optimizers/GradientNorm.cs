using Nunchi.Tensors.Backends;

namespace Nunchi.Tensors.Optimizers;

/// <summary>The length of the whole gradient, for clipping and for telling a broken step from a good one.</summary>
public static unsafe class GradientNorm
{
    /// <summary>The Euclidean norm over every parameter of every optimiser; NaN or infinity when any gradient is not finite.</summary>
    /// <param name="backend">Where the gradients lie.</param>
    /// <param name="optimizers">Whose gradients to count.</param>
    public static double Of(ComputeBackend backend, IReadOnlyList<Optimizer> optimizers)
    {
        ArgumentNullException.ThrowIfNull(backend);
        ArgumentNullException.ThrowIfNull(optimizers);
        double sum = 0;
        for (var o = 0; o < optimizers.Count; o++)
        {
            var groups = optimizers[o].Groups;
            for (var g = 0; g < groups.Count; g++)
            {
                var parameters = groups[g].Parameters;
                for (var p = 0; p < parameters.Count; p++)
                    if (parameters[p].Gradient is { } gradient)
                        sum += backend.SumOfSquares(gradient.Data, gradient.Count);
            }
        }

        return Math.Sqrt(sum);
    }

    /// <summary>The factor that brings a gradient of length <paramref name="norm"/> to at most <paramref name="limit"/> (PyTorch's <c>clip_grad_norm_</c>).</summary>
    /// <param name="norm">Length of the gradient.</param>
    /// <param name="limit">Longest allowed, above 0; null for no clipping.</param>
    /// <returns>Above 0, at most 1.</returns>
    public static double ClippingScale(double norm, double? limit) => limit is { } most ? Math.Min(1, most / (norm + 1e-6)) : 1;
}
