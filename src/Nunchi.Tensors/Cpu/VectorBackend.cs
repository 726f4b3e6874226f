using Nunchi.Tensors.Cpu.Simd;

namespace Nunchi.Tensors.Cpu;

/// <summary>The kernels for one register width; a file for each family of operations.</summary>
internal sealed unsafe partial class VectorBackend<V, S> : CpuBackend
    where V : struct
    where S : struct, ISimd<V>
{
    /// <summary>Elements in one item of an element-wise job.</summary>
    private const int Block = 2048;

    public VectorBackend(CpuOptions options, CpuKernels kernels)
        : base(options, kernels)
    {
    }

    private static int Blocks(long count) => checked((int)((count + Block - 1) / Block));

    /// <summary>Rows in one item so that an item is about <see cref="Block"/> elements.</summary>
    private static int RowGrain(int width) => Math.Max(1, Block / Math.Max(1, width));
}
