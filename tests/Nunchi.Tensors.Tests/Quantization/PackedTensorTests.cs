using Nunchi.Tensors.Backends;
using Nunchi.Tensors.Cpu;
using Nunchi.Tensors.Operators;
using Nunchi.Tensors.Quantization;

namespace Nunchi.Tensors.Tests.Quantization;

public class PackedTensorTests
{
    [Fact]
    public void Linear_OnPackedWeight_IsCloseToFloat32()
    {
        using CpuBackend backend = CpuBackend.Create(new CpuOptions { Threads = 1 });
        using var tape = new Tape(backend);
        using Tensor x = Filled(backend, 5, 256, 1), bias = Filled(backend, 1, 96, 3), residual = Filled(backend, 5, 96, 4);
        foreach (var (format, most) in new[] { (WeightFormat.Float32, 1e-6), (WeightFormat.BFloat16, 0.02), (WeightFormat.Int8, 0.06), (WeightFormat.Int6, 0.2), (WeightFormat.Int4, 0.6) })
        {
            using Tensor weight = Filled(backend, 96, 256, 2), packed = Filled(backend, 96, 256, 2);
            packed.Pack(format);
            float[] expected = Linear.Apply(tape, x, weight, bias, residual).Span.ToArray();
            float[] actual = Linear.Apply(tape, x, packed, bias, residual).Span.ToArray();
            Assert.Equal(format, packed.Format);
            double largest = expected.Zip(actual, (a, b) => Math.Abs((double)a - b)).Max();
            Assert.True(largest <= most, $"{format}: an output is off by {largest}");
            Assert.True(format == WeightFormat.Float32 || largest > 0, $"{format}: nothing was rounded");
        }
    }

    [Fact]
    public void Gather_OnPackedEmbedding_GivesTheRowsThatProductsUse()
    {
        using var backend = new ReferenceBackend();
        using var tape = new Tape(backend);
        using Tensor table = Filled(backend, 40, 70, 5);
        table.Pack(WeightFormat.Int8);
        using var indices = new IndexBuffer([39, -1, 0]);
        Tensor rows = Rows.Gather(tape, table, indices);
        float[] row = new float[70];
        table.Packed!.ReadRow(39, row);
        Assert.Equal(row, rows.Row(0).ToArray());
        Assert.All(rows.Row(1).ToArray(), value => Assert.Equal(0, value));
    }

    [Fact]
    public void Linear_RecordingOnPackedWeight_Refuses()
    {
        using var backend = new ReferenceBackend();
        using var tape = new Tape(backend, recording: true);
        using Tensor x = Filled(backend, 2, 32, 1), weight = Filled(backend, 8, 32, 2);
        weight.Pack(WeightFormat.Int4);
        x.RequiresGradient = true;
        Assert.Contains("load the model in f32 to train", Assert.Throws<InvalidOperationException>(() => Linear.Apply(tape, x, weight)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public unsafe void Data_OfPackedTensor_SaysWhatItIs()
    {
        using var backend = new ReferenceBackend();
        using Tensor weight = Filled(backend, 8, 32, 2);
        weight.Pack(WeightFormat.Int8);
        Assert.Equal(PackedWeight.BytesOf(WeightFormat.Int8, 8, 32), weight.Bytes);
        Assert.Contains("packed as int8", Assert.Throws<InvalidOperationException>(() => { _ = weight.Data; }).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => weight.Pack(WeightFormat.Int4));
    }

    [Fact]
    public unsafe void Deferred_TakesMemoryWhenTouched()
    {
        using var backend = new ReferenceBackend();
        Tensor tensor = Tensor.Deferred(backend, 3, 5);
        tensor.Span.Fill(2);
        Assert.Equal(2, tensor.Row(2)[4]);
        tensor.Dispose();
        Assert.Throws<ObjectDisposedException>(() => { _ = tensor.Data; });
        Tensor untouched = Tensor.Deferred(backend, 3, 5);
        untouched.Dispose();
        Assert.Throws<ObjectDisposedException>(() => { _ = untouched.Data; });
    }

    [Fact]
    public void Resolve_PackedKernels_FollowsOptionThenVariableThenMachine()
    {
        Assert.Equal(PackedKernels.Portable, PackedKernelChoice.Resolve(PackedKernels.Portable, CpuKernels.Avx2, "avx2"));
        Assert.Equal(PackedKernels.Portable, PackedKernelChoice.Resolve(PackedKernels.Auto, CpuKernels.Avx512, " Portable "));
        Assert.Equal(PackedKernels.Portable, PackedKernelChoice.Resolve(PackedKernels.Auto, CpuKernels.Portable, null));
        Assert.NotEqual(PackedKernels.Avx512Vnni, PackedKernelChoice.Resolve(PackedKernels.Auto, CpuKernels.Avx2, null));
        Assert.Contains("expected auto, avx512-vnni", Assert.Throws<ArgumentException>(() => PackedKernelChoice.Resolve(PackedKernels.Auto, CpuKernels.Avx2, "amx")).Message, StringComparison.Ordinal);
    }

    private static Tensor Filled(ComputeBackend backend, int rows, int columns, int seed)
    {
        var tensor = new Tensor(backend, rows, columns);
        var random = new Random(seed);
        foreach (ref float value in tensor.Span)
            value = (float)(random.NextDouble() - 0.5);
        return tensor;
    }
}
