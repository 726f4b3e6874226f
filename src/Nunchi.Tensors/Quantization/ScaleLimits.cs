namespace Nunchi.Tensors.Quantization;

/// <summary>What scales of quantised numbers can be.</summary>
internal static class ScaleLimits
{
    /// <summary>Largest magnitude below which numbers count as zeros: the inverse of their scale would no longer be a normal number.</summary>
    public const float Least = 1e-35f;
}
