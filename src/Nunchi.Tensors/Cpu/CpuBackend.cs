using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Nunchi.Tensors.Backends;
using Nunchi.Tensors.Cpu.Simd;
using Nunchi.Tensors.Native;
using Nunchi.Tensors.Quantization;

namespace Nunchi.Tensors.Cpu;

/// <summary>The float32 engine on the processor: vector kernels and a pool of worker threads. Make one with <see cref="Create"/>.</summary>
/// <remarks>
/// A row of <see cref="ComputeBackend.MatMul"/> has the same bits however many rows are computed with it, and every result has the same bits for any number of threads.
/// Different instruction sets may differ in the last bits.
/// </remarks>
public abstract unsafe class CpuBackend : ComputeBackend
{
    private readonly float*[] scratch;
    private readonly long[] scratchLengths;

    private protected CpuBackend(CpuOptions options, CpuKernels kernels)
    {
        Kernels = kernels;
        Threads = options.Threads == 0 ? Math.Min(Environment.ProcessorCount, 256) : options.Threads;
        Pool = new WorkerPool(Threads, options.SpinMicroseconds);
        scratch = new float*[Threads + 1];
        scratchLengths = new long[Threads + 1];
        if (options.Precision == ProductPrecision.BFloat16)
        {
            var tile = BFloat16Tile.Shared ?? throw new PlatformNotSupportedException(
                "bfloat16 products need a processor with AVX-512 BF16 and a system that lets a program write machine code; this machine has no such processor or forbids it. Use float32.");
            BFloat16Product = new BFloat16MatMul(tile, Pool);
        }
        Packed = new PackedProduct(Pool, PackedKernelChoice.Resolve(options.PackedKernels, kernels, Environment.GetEnvironmentVariable(PackedKernelChoice.Variable)), kernels);
        Name = $"cpu {KernelChoice.NameOf(kernels)}{(BFloat16Product == null ? "" : "+bf16")} x{Threads}";
    }

    /// <summary>The instruction set in use; never <see cref="CpuKernels.Auto"/>.</summary>
    public CpuKernels Kernels { get; }

    /// <inheritdoc/>
    public override string Name { get; }

    /// <inheritdoc/>
    public override int Threads { get; }

    /// <inheritdoc/>
    public override int ActiveThreads
    {
        get => Pool.ActiveThreads;
        set => Pool.ActiveThreads = value;
    }

    /// <summary>Whether this machine can run <see cref="ProductPrecision.BFloat16"/>.</summary>
    public static bool SupportsBFloat16 => BFloat16Tile.Shared != null;

    /// <summary>The instructions that multiply 8-bit and 4-bit weights; never <see cref="PackedKernels.Auto"/>.</summary>
    public PackedKernels PackedKernels => Packed.Kernels;

    /// <inheritdoc/>
    public override string PackedName => $"int8/int4 {PackedKernelChoice.NameOf(Packed.Kernels)}, bf16 {Packed.HalfKernels}";

    internal WorkerPool Pool { get; }

    private PackedProduct Packed { get; }

    private protected BFloat16MatMul? BFloat16Product { get; }

    /// <summary>Starts a backend with its own worker threads.</summary>
    /// <param name="options">Threads and instruction set; null takes the defaults.</param>
    /// <exception cref="ArgumentException">An option is out of range, or NUNCHI_KERNELS names no instruction set.</exception>
    /// <exception cref="PlatformNotSupportedException">The instruction set asked for is not on this machine.</exception>
    public static CpuBackend Create(CpuOptions? options = null)
    {
        var valid = (options ?? new CpuOptions()).Validate();
        var kernels = KernelChoice.Resolve(valid.Kernels, Environment.GetEnvironmentVariable(KernelChoice.Variable));
        return kernels switch
        {
            CpuKernels.Avx512 => new VectorBackend<Vector512<float>, Simd512>(valid, kernels),
            CpuKernels.Avx2 => new VectorBackend<Vector256<float>, Simd256>(valid, kernels),
            _ => new VectorBackend<Vector128<float>, Simd128>(valid, kernels),
        };
    }

    /// <summary>Whether this machine can run these kernels.</summary>
    public static bool IsSupported(CpuKernels kernels) => KernelChoice.IsSupported(kernels);

    /// <summary>Whether this machine can run these kernels for packed weights.</summary>
    public static bool IsSupported(PackedKernels kernels) => PackedKernelChoice.IsSupported(kernels);

    /// <inheritdoc/>
    public override void PackedMatMul(PackedWeight weight, int m, float* x, int ldx, float* c, int ldc, bool accumulate, float* bias) =>
        Packed.Multiply(weight, m, x, ldx, c, ldc, accumulate, bias);

    /// <inheritdoc/>
    public override PackedWeight Pack(float* weights, int rows, int columns, WeightFormat format)
    {
        var packed = new PackedWeight(format, rows, columns);
        try
        {
            // An exception must not leave a worker, so finite values are seen to before.
            PackedWeight.RequireFinite(weights, (long)rows * columns);
        }
        catch
        {
            packed.Dispose();
            throw;
        }
        PackStrips(packed, weights, null);
        return packed;
    }

    /// <inheritdoc/>
    public override PackedWeight PackInt4(float* weights, int rows, int columns, ErrorFeedback feedback)
    {
        var packed = PackedWeight.ForFeedback(weights, rows, columns, feedback);
        PackStrips(packed, weights, feedback);
        return packed;
    }

    private void PackStrips(PackedWeight packed, float* weights, ErrorFeedback? feedback)
    {
        var handle = GCHandle.Alloc(new Packing(packed, feedback));
        try
        {
            var job = new PackingJob { Packing = GCHandle.ToIntPtr(handle), Weights = weights };
            Pool.For(PackedLayout.Strips(packed.Rows), 1, &PackStrips, &job);
        }
        finally
        {
            handle.Free();
        }
    }

    private static void PackStrips(void* context, int start, int end, int worker)
    {
        ref var job = ref *(PackingJob*)context;
        var packing = (Packing)GCHandle.FromIntPtr(job.Packing).Target!;
        packing.Packed.PackStrips(job.Weights, start, end, packing.Feedback);
    }

    private sealed record Packing(PackedWeight Packed, ErrorFeedback? Feedback);

    private struct PackingJob
    {
        public nint Packing;
        public float* Weights;
    }

    /// <inheritdoc/>
    public override float* Allocate(long count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        return AllocateNative(count);
    }

    /// <inheritdoc/>
    public override void Free(float* memory) => NativeMemory.AlignedFree(memory);

    internal static float* AllocateNative(long count)
    {
        var bytes = ((nuint)Math.Max(count, 16) * sizeof(float)) + 63 & ~(nuint)63;
        try
        {
            return (float*)NativeMemory.AlignedAlloc(bytes, 64);
        }
        catch (OutOfMemoryException e)
        {
            throw new InsufficientMemoryException($"No memory for {count:N0} floats ({bytes / 1048576.0:N1} MiB).", e);
        }
    }

    /// <summary>Memory of one worker (its index) or of the whole call (index Threads); kept for later calls. The contents do not survive a call that asks for more.</summary>
    private protected float* Scratch(int owner, long count)
    {
        if (scratchLengths[owner] >= count) return scratch[owner];
        NativeMemory.AlignedFree(scratch[owner]);
        scratch[owner] = null;
        scratchLengths[owner] = 0;
        scratch[owner] = AllocateNative(count);
        scratchLengths[owner] = count;
        return scratch[owner];
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (!disposing) return;
        BFloat16Product?.Dispose();
        Packed.Dispose();
        Pool.Dispose();
        for (var i = 0; i < scratch.Length; i++)
        {
            NativeMemory.AlignedFree(scratch[i]);
            scratch[i] = null;
            scratchLengths[i] = 0;
        }
    }
}
