using System.Runtime.Intrinsics.X86;
using Nunchi.Tensors.Native;

namespace Nunchi.Tensors.Cpu;

/// <summary>Decides which instructions multiply packed weights: the option, then NUNCHI_PACKED_KERNELS, then the machine within the choice of vector instructions.</summary>
internal static class PackedKernelChoice
{
    public const string Variable = "NUNCHI_PACKED_KERNELS";

    private static readonly (PackedKernels Kernels, string Name)[] Known =
    [
        (PackedKernels.Avx512Vnni, "avx512-vnni"), (PackedKernels.AvxVnni, "avx-vnni"), (PackedKernels.Avx2, "avx2"), (PackedKernels.Portable, "portable"), (PackedKernels.Auto, "auto"),
    ];

    public static bool IsSupported(PackedKernels kernels) => kernels switch
    {
        PackedKernels.Avx512Vnni => PackedTiles.Vnni != null,
        PackedKernels.AvxVnni => AvxVnni.IsSupported && Fma.IsSupported,
        PackedKernels.Avx2 => Avx2.IsSupported && Fma.IsSupported,
        _ => true,
    };

    public static PackedKernels Resolve(PackedKernels wanted, CpuKernels vectors, string? variable)
    {
        if (wanted == PackedKernels.Auto)
            wanted = Parse(variable);
        if (wanted != PackedKernels.Auto)
        {
            return IsSupported(wanted)
                ? wanted
                : throw new PlatformNotSupportedException($"The packed kernels '{NameOf(wanted)}' were asked for, but this machine does not have them. Use auto or portable.");
        }
        foreach (PackedKernels kernels in (ReadOnlySpan<PackedKernels>)[PackedKernels.Avx512Vnni, PackedKernels.AvxVnni, PackedKernels.Avx2])
        {
            if (IsSupported(kernels) && (vectors == CpuKernels.Avx512 || (vectors == CpuKernels.Avx2 && kernels != PackedKernels.Avx512Vnni)))
                return kernels;
        }
        return PackedKernels.Portable;
    }

    public static string NameOf(PackedKernels kernels) => Known.First(known => known.Kernels == kernels).Name;

    private static PackedKernels Parse(string? variable)
    {
        string name = string.IsNullOrWhiteSpace(variable) ? "auto" : variable.Trim().ToLowerInvariant();
        foreach (var known in Known)
        {
            if (known.Name == name)
                return known.Kernels;
        }
        throw new ArgumentException($"The environment variable {Variable} is '{variable}'; expected auto, avx512-vnni, avx-vnni, avx2 or portable.");
    }
}
