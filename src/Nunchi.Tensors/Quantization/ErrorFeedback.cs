using System.Numerics;
using Nunchi.Tensors.Backends;

namespace Nunchi.Tensors.Quantization;

/// <summary>
/// How much of the error of a rounded weight the ones after it make up for. With moments H = U D U^T (U upper triangular with ones on its diagonal, D diagonal) the squared error of a
/// product, e H e^T for an output whose weights are off by e, is the sum over k of D_k (e_k + sum over j &lt; k of e_j U_jk)^2: so weight k plus what is in brackets is rounded, and its
/// rounding error alone is left.
/// </summary>
/// <remarks>Frantar et al. 2022, "GPTQ"; in this form, which needs no inverse, Chee et al. 2023, "QuIP", section 3.</remarks>
public sealed unsafe class ErrorFeedback : IDisposable
{
    /// <summary>Added to the diagonal of the moments, as a share of its mean: directions that were hardly seen do not count for nothing.</summary>
    public const float Damping = 0.01f;

    private const int Block = PackedLayout.Block;
    private readonly Tensor _factor;

    private ErrorFeedback(Tensor factor) => _factor = factor;

    /// <summary>Inputs of the weight.</summary>
    public int Columns => _factor.Columns;

    /// <summary>U above its diagonal, [in, in]; what lies below means nothing.</summary>
    internal float* Factor => _factor.Data;

    /// <summary>Decomposes moments.</summary>
    /// <param name="backend">Does the large products.</param>
    /// <param name="moments">[in, in], symmetric.</param>
    /// <exception cref="ArgumentException">They are not square, or not finite.</exception>
    public static ErrorFeedback Of(ComputeBackend backend, Tensor moments)
    {
        ArgumentNullException.ThrowIfNull(backend);
        ArgumentNullException.ThrowIfNull(moments);
        int n = moments.Columns;
        if (moments.Rows != n)
            throw new ArgumentException($"Moments are square; {moments} are not.", nameof(moments));
        PackedWeight.RequireFinite(moments.Data, moments.Count);
        var factor = new Tensor(backend, n, n);
        backend.Copy(moments.Data, factor.Data, factor.Count);
        float* h = factor.Data;
        double trace = 0;
        for (int k = 0; k < n; k++)
            trace += h[((long)k * n) + k];
        float least = (float)(trace / n * Damping);
        if (least <= 0)
            least = 1; // nothing was seen but zeros: any error is as good
        for (int k = 0; k < n; k++)
            h[((long)k * n) + k] += least;
        using var scaled = new Tensor(backend, n, Block); // -U D of a block's columns
        float* diagonal = stackalloc float[Block], transposed = stackalloc float[Block * Block];
        for (int end = n; end > 0;)
        {
            int start = Math.Max(0, end - Block), width = end - start;
            FactorBlock(h, n, start, end, least, diagonal, transposed);
            SolveAbove(h, n, start, width, diagonal, transposed, scaled.Data);
            if (start > 0)
                backend.MatMul(false, true, start, start, width, scaled.Data, Block, h + start, n, h, n, true, null);
            end = start;
        }
        return new ErrorFeedback(factor);
    }

    /// <summary>Frees the memory.</summary>
    public void Dispose() => _factor.Dispose();

    // A block on the diagonal, from its last column to its first; transposed[k][j] = D_k U_jk.
    private static void FactorBlock(float* h, int n, int start, int end, float least, float* diagonal, float* transposed)
    {
        for (int k = end - 1; k >= start; k--)
        {
            float* row = transposed + ((k - start) * Block);
            // Sums lose digits: what is left of a diagonal is never less than what was added to it.
            float d = MathF.Max(h[((long)k * n) + k], least);
            diagonal[k - start] = d;
            for (int j = start; j < k; j++)
            {
                row[j - start] = h[((long)j * n) + k];
                h[((long)j * n) + k] /= d;
            }
            for (int i = start; i < k; i++)
            {
                float u = h[((long)i * n) + k];
                for (int j = start; j <= i; j++)
                    h[((long)j * n) + i] -= row[j - start] * u;
            }
        }
    }

    // U of the rows above a block: each row from its last column to its first.
    private static void SolveAbove(float* h, int n, int start, int width, float* diagonal, float* transposed, float* scaled)
    {
        for (int row = 0; row < start; row++)
        {
            float* x = h + ((long)row * n) + start, minus = scaled + ((long)row * Block);
            for (int k = width - 1; k >= 0; k--)
            {
                float u = x[k] / diagonal[k];
                minus[k] = -x[k];
                x[k] = u;
                float* column = transposed + (k * Block);
                var factor = new Vector<float>(u);
                int j = 0;
                for (; j <= k - Vector<float>.Count; j += Vector<float>.Count)
                    *(Vector<float>*)(x + j) -= *(Vector<float>*)(column + j) * factor;
                for (; j < k; j++)
                    x[j] -= column[j] * u;
            }
        }
    }
}
