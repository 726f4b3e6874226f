using Nunchi.Tensors.Quantization;

namespace Nunchi.Checkpoints;

/// <summary>How a model's matrices are kept: a format for all, or one for the encoder's layers beside it. <see cref="WeightPlan"/> says what each parameter takes.</summary>
public readonly record struct WeightChoice
{
    private const char Separator = '+';

    /// <summary>A format; the encoder's layers take what goes with it.</summary>
    /// <param name="weights">The format.</param>
    public WeightChoice(WeightFormat weights)
        : this(weights, Beside(weights))
    {
    }

    /// <summary>A format, and another for the encoder's layers.</summary>
    /// <param name="weights">The format.</param>
    /// <param name="encoder">The encoder's.</param>
    public WeightChoice(WeightFormat weights, WeightFormat encoder) => (Weights, Encoder) = (weights, encoder);

    /// <summary>The format of the decoder's layers.</summary>
    public WeightFormat Weights { get; }

    /// <summary>The format of the encoder's layers.</summary>
    public WeightFormat Encoder { get; }

    /// <summary>What a choice may look like, for help texts and messages.</summary>
    public static string Forms => $"{WeightFormats.Names}, or two of them with a {Separator} between, the second for the encoder's layers";

    /// <summary>As options and files spell it: "int4", "int4+int6".</summary>
    public string Name => Encoder == Beside(Weights) ? WeightFormats.NameOf(Weights) : $"{WeightFormats.NameOf(Weights)}{Separator}{WeightFormats.NameOf(Encoder)}";

    /// <summary>A format is a choice too.</summary>
    /// <param name="weights">The format.</param>
    public static implicit operator WeightChoice(WeightFormat weights) => new(weights);

    /// <summary>The choice of that name.</summary>
    /// <exception cref="ArgumentException">A part is no format; the message lists them.</exception>
    public static WeightChoice Parse(string name)
    {
        int at = name.IndexOf(Separator, StringComparison.Ordinal);
        return at < 0 ? new WeightChoice(WeightFormats.Parse(name)) : new WeightChoice(WeightFormats.Parse(name[..at]), WeightFormats.Parse(name[(at + 1)..]));
    }

    private static WeightFormat Beside(WeightFormat weights) => weights == WeightFormat.Int4 ? WeightFormat.Int8 : weights;
}
