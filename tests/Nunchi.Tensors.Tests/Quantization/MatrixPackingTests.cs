using System.Globalization;
using System.Runtime.InteropServices;
using Nunchi.Tensors.Quantization;
using Nunchi.Tensors.Safetensors;
using Nunchi.Tensors.Tests.Safetensors;

namespace Nunchi.Tensors.Tests.Quantization;

/// <summary>Matrices packed straight from files.</summary>
public sealed unsafe class MatrixPackingTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(WeightFormat.BFloat16, SafetensorsType.F32)]
    [InlineData(WeightFormat.BFloat16, SafetensorsType.F16)]
    [InlineData(WeightFormat.Int8, SafetensorsType.BF16)]
    [InlineData(WeightFormat.Int8, SafetensorsType.F16)]
    [InlineData(WeightFormat.Int4, SafetensorsType.F32)]
    [InlineData(WeightFormat.Int4, SafetensorsType.BF16)]
    [InlineData(WeightFormat.Int4, SafetensorsType.F16)]
    public void Pack_OfTensorsInTwoFiles_EqualsPackingTheirFloats(WeightFormat format, SafetensorsType type)
    {
        const int columns = 200;
        using SafetensorsFile a = Write("a", type, 21, columns), b = Write("b", SafetensorsType.F32, 30, columns);
        float[] floats = [.. a.ReadSingles("w"), .. b.ReadSingles("w")];

        using PackedMemory memory = new(PackedMemory.BytesFor(format, 51, columns));
        using var packing = new MatrixPacking(memory, format, 51, columns);
        packing.Add(a, a.Require("w"));
        packing.Add(b, b.Require("w"));
        Assert.Equal(4, packing.Strips);
        Assert.True(packing.Pack(3, 1));
        Assert.True(packing.Pack(0, 3));
        using PackedWeight packed = packing.Take();

        Assert.Equal(PackingReference.Pack(floats, 51, columns, format), new ReadOnlySpan<byte>(packed.Data, (int)packed.Bytes).ToArray());
    }

    [Fact]
    public void Pack_OfDoubles_RoundsThemFirst()
    {
        double[] doubles = [.. Enumerable.Range(0, 64).Select(i => Math.Sin(i) / 3)];
        using SafetensorsFile file = WriteRaw("F64", [2, 32], MemoryMarshal.AsBytes(doubles.AsSpan()).ToArray());

        using PackedMemory memory = new(PackedMemory.BytesFor(WeightFormat.Int8, 2, 32));
        using var packing = new MatrixPacking(memory, WeightFormat.Int8, 2, 32);
        packing.Add(file, file.Require("w"));
        Assert.True(packing.Pack(0, 1));
        using PackedWeight packed = packing.Take();

        Assert.Equal(PackingReference.Pack([.. doubles.Select(value => (float)value)], 2, 32, WeightFormat.Int8), new ReadOnlySpan<byte>(packed.Data, (int)packed.Bytes).ToArray());
    }

    [Theory]
    [InlineData(WeightFormat.BFloat16, float.NaN)]
    [InlineData(WeightFormat.Int8, float.PositiveInfinity)]
    [InlineData(WeightFormat.Int4, float.NegativeInfinity)]
    public void Pack_AWeightThatIsNotFinite_IsTold(WeightFormat format, float fault)
    {
        float[] values = new float[20 * 300];
        values[(17 * 300) + 299] = fault;
        using SafetensorsFile file = WriteRaw("F32", [20, 300], MemoryMarshal.AsBytes(values.AsSpan()).ToArray());

        using PackedMemory memory = new(PackedMemory.BytesFor(format, 20, 300));
        using var packing = new MatrixPacking(memory, format, 20, 300);
        packing.Add(file, file.Require("w"));

        Assert.True(packing.Pack(0, 1));
        Assert.False(packing.Pack(1, 1));
        var (_, entry, first, length) = Assert.Single(packing.Rows(1, 1));
        Assert.Equal(("w", 16L * 300, 4L * 300), (entry.Name, first, length));
    }

    [Fact]
    public void Add_WhatDoesNotFit_SaysWhere()
    {
        using SafetensorsFile file = Write("a", SafetensorsType.F32, 3, 10);
        using PackedMemory memory = new(PackedMemory.BytesFor(WeightFormat.Int8, 4, 10) + PackedMemory.BytesFor(WeightFormat.Int8, 4, 20));
        using var packing = new MatrixPacking(memory, WeightFormat.Int8, 4, 10);
        packing.Add(file, file.Require("w"));
        Assert.Contains("\"w\" [3, 10] does not give rows 3 and on of a matrix [4, 10]", Assert.Throws<ArgumentException>(() => packing.Add(file, file.Require("w"))).Message, StringComparison.Ordinal);
        Assert.Contains("Rows 3 and on of a matrix [4, 10] have no tensor", Assert.Throws<InvalidOperationException>(() => packing.Pack(0, 1)).Message, StringComparison.Ordinal);
        using var other = new MatrixPacking(memory, WeightFormat.Int8, 4, 20);
        Assert.Contains("does not give rows 0 and on of a matrix [4, 20]", Assert.Throws<ArgumentException>(() => other.Add(file, file.Require("w"))).Message, StringComparison.Ordinal);
        Assert.Contains("0 of 4224 are left", Assert.Throws<ArgumentException>(() => new MatrixPacking(memory, WeightFormat.Int8, 4, 20)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Memory_OutlivesItsOwnDisposal_UntilTheLastMatrixGoes()
    {
        var memory = new PackedMemory(2 * PackedMemory.BytesFor(WeightFormat.Int8, 16, 128));
        using PackedWeight first = new MatrixPacking(memory, WeightFormat.Int8, 16, 128).Take(), second = new MatrixPacking(memory, WeightFormat.Int8, 16, 128).Take();
        memory.Dispose();
        first.Dispose();
        new Span<byte>(second.Data, (int)second.Bytes).Fill(7);
        Assert.Equal(0, (nint)second.Data % 64);
        Assert.Throws<ObjectDisposedException>(() => new MatrixPacking(memory, WeightFormat.Int8, 16, 128));
    }

    [Fact]
    public void Rest_OfAMatrixPackedFromAFile_KeepsIt()
    {
        using SafetensorsFile file = Write("a", SafetensorsType.BF16, 256, 512);
        using PackedMemory memory = new(PackedMemory.BytesFor(WeightFormat.Int8, 256, 512));
        using var packing = new MatrixPacking(memory, WeightFormat.Int8, 256, 512);
        packing.Add(file, file.Require("w"));
        Assert.True(packing.Pack(0, packing.Strips));
        using PackedWeight packed = packing.Take();
        byte[] before = new ReadOnlySpan<byte>(packed.Data, (int)packed.Bytes).ToArray();

        packed.Rest();
        packed.Fetch();

        Assert.Equal(before, new ReadOnlySpan<byte>(packed.Data, (int)packed.Bytes).ToArray());
    }

    [Theory]
    [InlineData(0.4, false)]
    [InlineData(2, false)]
    [InlineData(5, true)]
    public void IsSlow_MillisecondsOfALargePage_AreHeldAgainstSmallOnes(double milliseconds, bool slow) =>
        Assert.Equal(slow, PackedMemory.IsSlow(16L << 21, 16 * milliseconds));

    [Fact]
    public void Pack_OfALargeFile_GivesItsPagesBack()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "only Linux takes the advice");
        const int rows = 4096, columns = 4096;
        using SafetensorsFile file = Write("large", SafetensorsType.BF16, rows, columns);
        using PackedMemory memory = new(PackedMemory.BytesFor(WeightFormat.Int8, rows, columns));
        using var packing = new MatrixPacking(memory, WeightFormat.Int8, rows, columns);
        packing.Add(file, file.Require("w"));
        // What is read and not given back counts, or this test could not fail.
        file.Prepare(file.Require("w"), 0, rows * columns);
        Assert.True(ResidentBytes(file.Path) > 4 << 20, "the file's pages are not counted");
        file.Release(file.Require("w"), 0, rows * columns);
        long most = 0;
        for (int strip = 0; strip < packing.Strips; strip += 32)
        {
            Assert.True(packing.Pack(strip, 32));
            most = Math.Max(most, ResidentBytes(file.Path));
        }
        // The system may map some pages around those that are asked for.
        Assert.True(most <= 4 << 20, $"{most} bytes of {2 * rows * columns} are still resident");
    }

    /// <summary>Bytes of a mapped file that this process holds, as the system counts them.</summary>
    private static long ResidentBytes(string path)
    {
        long kilobytes = 0;
        bool inside = false;
        foreach (string line in File.ReadLines("/proc/self/smaps"))
        {
            if (line.EndsWith(path, StringComparison.Ordinal))
                inside = true;
            else if (inside && line.StartsWith("Rss:", StringComparison.Ordinal))
                kilobytes += long.Parse(line.AsSpan(4).Trim().ToString().Split(' ')[0], CultureInfo.InvariantCulture);
            else if (line.StartsWith("VmFlags:", StringComparison.Ordinal))
                inside = false;
        }
        return kilobytes * 1024;
    }

    private SafetensorsFile Write(string name, SafetensorsType type, int rows, int columns)
    {
        float[] values = new float[rows * columns];
        PackingTests.Fill(values, "normal", new Random(name[0]));
        string path = _directory.File(name + ".safetensors");
        using (var writer = new SafetensorsWriter(path, [new SafetensorsSlot("w", [rows, columns])], type))
        {
            writer.Write("w", values);
            writer.Commit();
        }
        return SafetensorsFile.Open(path);
    }

    private SafetensorsFile WriteRaw(string type, int[] shape, byte[] data)
    {
        string path = _directory.File("raw.safetensors"), header = $$$"""{"w":{"dtype":"{{{type}}}","shape":[{{{string.Join(',', shape)}}}],"data_offsets":[0,{{{data.Length}}}]}}""";
        File.WriteAllBytes(path, [.. BitConverter.GetBytes((long)header.Length), .. System.Text.Encoding.UTF8.GetBytes(header), .. data]);
        return SafetensorsFile.Open(path);
    }
}
