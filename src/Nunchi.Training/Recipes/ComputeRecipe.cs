using Nunchi.Tensors.Cpu;

namespace Nunchi.Training.Recipes;

/// <summary>What the arithmetic runs on.</summary>
/// <param name="Threads">Threads that compute; 0 for one per processor.</param>
/// <param name="Precision">What large matrix products compute with.</param>
public sealed record ComputeRecipe(int Threads = 0, ProductPrecision Precision = ProductPrecision.Float32)
{
    private static readonly Dictionary<string, ProductPrecision> Precisions = new(StringComparer.Ordinal)
    {
        ["float32"] = ProductPrecision.Float32,
        ["bfloat16"] = ProductPrecision.BFloat16,
        ["auto"] = CpuBackend.SupportsBFloat16 ? ProductPrecision.BFloat16 : ProductPrecision.Float32,
    };

    internal static ComputeRecipe Read(RecipeSection? section)
    {
        if (section is null)
            return new ComputeRecipe();
        var precision = section.Choice<ProductPrecision>("precision", ProductPrecision.Float32, Precisions);
        if (precision == ProductPrecision.BFloat16 && !CpuBackend.SupportsBFloat16)
            throw section.Error("precision", "is 'bfloat16', which needs a processor with AVX-512 BF16; this one has none, so write float32");
        var compute = new ComputeRecipe(section.Integer("threads", 0, 0, 256), precision);
        section.Finish();
        return compute;
    }
}
