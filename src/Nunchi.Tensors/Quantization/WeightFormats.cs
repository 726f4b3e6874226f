namespace Nunchi.Tensors.Quantization;

/// <summary>Names of weight formats, as options and files spell them.</summary>
public static class WeightFormats
{
    private static readonly (WeightFormat Format, string Name)[] Known =
        [(WeightFormat.Float32, "f32"), (WeightFormat.BFloat16, "bf16"), (WeightFormat.Int8, "int8"), (WeightFormat.Int6, "int6"), (WeightFormat.Int4, "int4")];

    /// <summary>All names, for messages: "f32, bf16, int8, int6, int4".</summary>
    public static string Names => string.Join(", ", Known.Select(known => known.Name));

    /// <summary>The name of a format.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The format is not defined.</exception>
    public static string NameOf(WeightFormat format)
    {
        foreach (var known in Known)
        {
            if (known.Format == format)
                return known.Name;
        }
        throw new ArgumentOutOfRangeException(nameof(format), format, "No weight format.");
    }

    /// <summary>The format of that name.</summary>
    /// <exception cref="ArgumentException">No format has that name; the message lists them.</exception>
    public static WeightFormat Parse(string name)
    {
        foreach (var known in Known)
        {
            if (known.Name == name)
                return known.Format;
        }
        throw new ArgumentException($"\"{name}\" is no weight format; expected {Names}.", nameof(name));
    }
}
