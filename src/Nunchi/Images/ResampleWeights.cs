namespace Nunchi.Images;

/// <summary>
/// The weights of one pass of a resize: which source pixels an output pixel reads and how much of each, in 22-bit fixed point.
/// The arithmetic is that of Pillow's <c>precompute_coeffs</c> and <c>normalize_coeffs_8bpc</c>; when the picture shrinks the
/// filter grows with the factor, which is what keeps it from aliasing.
/// </summary>
internal sealed class ResampleWeights
{
    public const int FractionBits = 22;

    private ResampleWeights(int count, int tapCapacity)
    {
        TapCapacity = tapCapacity;
        First = new int[count];
        Taps = new int[count];
        Values = new int[checked(count * tapCapacity)];
    }

    /// <summary>Weights stored for each output pixel; those past its own taps are zero.</summary>
    public int TapCapacity { get; }

    /// <summary>First source pixel of each output pixel.</summary>
    public int[] First { get; }

    /// <summary>Source pixels that each output pixel reads.</summary>
    public int[] Taps { get; }

    /// <summary>[output pixels, <see cref="TapCapacity"/>].</summary>
    public int[] Values { get; }

    public int Count => First.Length;

    /// <summary>First source pixel that any output reads.</summary>
    public int SourceStart => First[0];

    /// <summary>One past the last source pixel that any output reads.</summary>
    public int SourceEnd => First[^1] + Taps[^1];

    /// <summary>Weights of the outputs <paramref name="start"/> .. <paramref name="start"/> + <paramref name="count"/> of a resize from <paramref name="source"/> to <paramref name="target"/> pixels.</summary>
    public static ResampleWeights Compute(int source, int target, int start, int count, ResampleFilter filter)
    {
        double scale = (double)source / target;
        double filterScale = Math.Max(scale, 1.0);
        double support = Radius(filter) * filterScale;
        double inverse = 1.0 / filterScale;
        int capacity = Math.Min((int)Math.Ceiling(support) * 2 + 1, source);
        var weights = new ResampleWeights(count, capacity);
        var values = new double[capacity];
        for (int i = 0; i < count; i++)
        {
            double center = (start + i + 0.5) * scale;
            int first = Math.Max((int)(center - support + 0.5), 0);
            int taps = Math.Min((int)(center + support + 0.5), source) - first;
            double sum = 0;
            for (int k = 0; k < taps; k++)
            {
                double value = Evaluate(filter, (k + first - center + 0.5) * inverse);
                values[k] = value;
                sum += value;
            }
            for (int k = 0; k < taps; k++)
                weights.Values[i * capacity + k] = ToFixedPoint(sum != 0.0 ? values[k] / sum : values[k]);
            weights.First[i] = first;
            weights.Taps[i] = taps;
        }
        return weights;
    }

    private static int ToFixedPoint(double weight) =>
        (int)(weight < 0 ? -0.5 + weight * (1 << FractionBits) : 0.5 + weight * (1 << FractionBits));

    private static double Radius(ResampleFilter filter) => filter switch
    {
        ResampleFilter.Box => 0.5,
        ResampleFilter.Bilinear => 1.0,
        ResampleFilter.Bicubic => 2.0,
        ResampleFilter.Lanczos => 3.0,
        _ => throw new ArgumentOutOfRangeException(nameof(filter), filter, "This filter has no weights."),
    };

    private static double Evaluate(ResampleFilter filter, double x) => filter switch
    {
        ResampleFilter.Box => x > -0.5 && x <= 0.5 ? 1.0 : 0.0,
        ResampleFilter.Bilinear => Math.Max(1.0 - Math.Abs(x), 0.0),
        ResampleFilter.Bicubic => Cubic(Math.Abs(x)),
        _ => x >= -3.0 && x < 3.0 ? Sinc(x) * Sinc(x / 3.0) : 0.0,
    };

    private static double Cubic(double x)
    {
        const double a = -0.5;
        if (x < 1.0)
            return ((a + 2.0) * x - (a + 3.0)) * x * x + 1;
        return x < 2.0 ? (((x - 5) * x + 8) * x - 4) * a : 0.0;
    }

    private static double Sinc(double x)
    {
        if (x == 0.0)
            return 1.0;
        x *= Math.PI;
        return Math.Sin(x) / x;
    }
}
