using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Nunchi.Tensors.Cpu;

/// <summary>Decides which instruction set a backend gets: the option, then NUNCHI_KERNELS, then the machine.</summary>
internal static class KernelChoice
{
    public const string Variable = "NUNCHI_KERNELS";

    public static bool IsSupported(CpuKernels kernels) => kernels switch
    {
        CpuKernels.Avx512 => Vector512.IsHardwareAccelerated && Avx512F.IsSupported && Avx512BW.IsSupported && Avx512DQ.IsSupported,
        CpuKernels.Avx2 => Vector256.IsHardwareAccelerated && Avx2.IsSupported && Fma.IsSupported,
        _ => true,
    };

    public static CpuKernels Resolve(CpuKernels wanted, string? variable)
    {
        if (wanted == CpuKernels.Auto) wanted = Parse(variable);
        if (wanted == CpuKernels.Auto)
            return IsSupported(CpuKernels.Avx512) ? CpuKernels.Avx512 : IsSupported(CpuKernels.Avx2) ? CpuKernels.Avx2 : CpuKernels.Portable;
        return IsSupported(wanted)
            ? wanted
            : throw new PlatformNotSupportedException($"The kernels '{NameOf(wanted)}' were asked for, but this processor does not have them. Use auto or portable.");
    }

    public static string NameOf(CpuKernels kernels) => kernels switch
    {
        CpuKernels.Avx512 => "avx512",
        CpuKernels.Avx2 => "avx2",
        CpuKernels.Portable => "portable",
        _ => "auto",
    };

    private static CpuKernels Parse(string? variable) => variable?.Trim().ToLowerInvariant() switch
    {
        null or "" or "auto" => CpuKernels.Auto,
        "avx512" => CpuKernels.Avx512,
        "avx2" => CpuKernels.Avx2,
        "portable" => CpuKernels.Portable,
        _ => throw new ArgumentException($"The environment variable {Variable} is '{variable}'; expected auto, avx512, avx2 or portable."),
    };
}
