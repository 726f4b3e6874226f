using System.Runtime.InteropServices;
using Nunchi.Tensors.Cpu;
using Nunchi.Tensors.Native;
using Nunchi.Tensors.Safetensors;

namespace Nunchi.Tensors.Quantization;

/// <summary>Products with packed weights on a pool of threads: rounds the activations, then runs the kernel that was chosen. Memory is kept between calls.</summary>
internal sealed unsafe class PackedProduct : IDisposable
{
    private readonly WorkerPool _pool;
    private readonly bool _machineCodeForHalves;
    private readonly bool _vectorsForHalves;
    private byte* _memory;
    private long _capacity;

    /// <summary>A product on a pool.</summary>
    /// <param name="pool">The threads.</param>
    /// <param name="kernels">Instructions for whole numbers; must be supported and not auto.</param>
    /// <param name="vectors">Instructions that bfloat16 weights may use.</param>
    public PackedProduct(WorkerPool pool, PackedKernels kernels, CpuKernels vectors)
    {
        _pool = pool;
        Kernels = kernels;
        _machineCodeForHalves = vectors == CpuKernels.Avx512 && PackedTiles.BFloat16 != null;
        _vectorsForHalves = vectors != CpuKernels.Portable;
    }

    /// <summary>Instructions for whole numbers.</summary>
    public PackedKernels Kernels { get; }

    /// <summary>Whether AVX2 takes <see cref="ScaledPairs"/> where it can; off it goes the way of AVX-VNNI, for checking that way on processors without it.</summary>
    internal bool UsesScaledPairs { get; init; } = true;

    /// <summary>Instructions for bfloat16, for people.</summary>
    public string HalfKernels => _machineCodeForHalves ? "avx512-bf16" : _vectorsForHalves ? "avx2" : "portable";

    /// <summary>C[m, rows] (+)= X W^T (+ bias).</summary>
    public void Multiply(PackedWeight weight, int m, float* x, int ldx, float* c, int ldc, bool accumulate, float* bias)
    {
        if (m <= 0)
            return;
        var job = new PackedJob
        {
            Weights = weight.Data,
            StripBytes = weight.StripBytes,
            Format = weight.Format,
            M = m,
            N = weight.Rows,
            K = weight.Columns,
            Strips = PackedLayout.Strips(weight.Rows),
            Blocks = PackedLayout.Blocks(weight.Columns),
            X = x,
            Ldx = ldx,
            C = c,
            Ldc = ldc,
            Accumulate = accumulate,
            Bias = bias,
        };
        // Machine code has no tile that reads six bits as they lie: one row goes the way of AVX2, which does not spread them first.
        bool whole = job.Format != WeightFormat.BFloat16, oneRowOfSix = job.Format == WeightFormat.Int6 && m == 1;
        bool machineCode = whole ? Kernels == PackedKernels.Avx512Vnni && !oneRowOfSix : _machineCodeForHalves;
        bool vectors = whole ? Kernels != PackedKernels.Portable && !machineCode : _vectorsForHalves;
        bool halves = !whole || (job.Format == WeightFormat.Int8 && Kernels == PackedKernels.Avx2);
        job.RaisesRows = UsesScaledPairs && Kernels == PackedKernels.Avx2 && job.HasGroups && m > 1;
        job.ScratchStride = machineCode ? MachineCodeProduct.ScratchBytes(in job) : vectors ? VectorProduct<PlainDot>.ScratchBytes(in job) : 0;
        job.ScratchStride = (job.ScratchStride + 127) / 128 * 128;
        job.HalfStride = halves ? ((nint)job.Blocks * PackedLayout.Block) + 32 : 0;
        long rows = whole ? ActivationRows.BytesFor(m, job.K) : 0, half = (long)m * job.HalfStride * sizeof(ushort);
        long alignedRows = (rows + 63) / 64 * 64, alignedHalves = (half + 127) / 64 * 64;
        byte* memory = Reserve(alignedRows + alignedHalves + (job.ScratchStride * _pool.Threads));
        if (whole)
            job.Rows = ActivationRows.In(memory, m, job.K);
        if (halves)
            job.Halves = (ushort*)(memory + alignedRows);
        job.Scratch = memory + alignedRows + alignedHalves;
        _pool.For(m, Math.Max(1, 4096 / job.K), &Round, &job);
        if (machineCode)
            Run(&MachineCodeProduct.Compute, MachineCodeProduct.Items(in job), &job);
        else if (!vectors)
            Run(&PlainProduct.Compute, job.Strips, &job);
        else if (Kernels == PackedKernels.AvxVnni)
            Run(&VectorProduct<VnniDot>.Compute, job.Strips, &job);
        else
            Run(&VectorProduct<PlainDot>.Compute, job.Strips, &job);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMemory.AlignedFree(_memory);
        _memory = null;
        _capacity = 0;
    }

    private void Run(delegate*<void*, int, int, int, void> body, int items, PackedJob* job) =>
        _pool.Run(items, (double)job->N * job->K * job->M < 65536 ? items : Math.Max(1, items / (8 * _pool.Threads)), body, job);

    private byte* Reserve(long bytes)
    {
        if (bytes <= _capacity)
            return _memory;
        NativeMemory.AlignedFree(_memory);
        _memory = null;
        _capacity = 0;
        _memory = (byte*)CpuBackend.AllocateNative((bytes + (bytes / 8) + 3) / 4);
        _capacity = bytes;
        return _memory;
    }

    private static void Round(void* context, int start, int end, int worker)
    {
        ref PackedJob job = ref *(PackedJob*)context;
        for (int row = start; row < end; row++)
        {
            float* x = job.X + ((long)row * job.Ldx);
            if (job.Format != WeightFormat.BFloat16)
                job.Rows.Quantise(x, job.K, row);
            if (job.RaisesRows)
                job.Rows.Raise(row);
            if (job.Halves == null)
                continue;
            var halves = new Span<ushort>(job.Halves + (row * job.HalfStride), job.Blocks * PackedLayout.Block);
            if (job.Format == WeightFormat.BFloat16)
            {
                FloatConversion.ToBFloat16(new ReadOnlySpan<float>(x, job.K), halves);
                halves[job.K..].Clear();
                continue;
            }
            sbyte* bytes = job.Rows.Values + (row * job.Rows.Stride);
            for (int k = 0; k < halves.Length; k += 4)
            {
                halves[k] = (ushort)bytes[k];
                halves[k + 1] = (ushort)bytes[k + 2];
                halves[k + 2] = (ushort)bytes[k + 1];
                halves[k + 3] = (ushort)bytes[k + 3];
            }
        }
    }
}
