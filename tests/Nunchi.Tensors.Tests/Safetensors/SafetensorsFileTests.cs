using System.Buffers.Binary;
using System.Text;
using CsCheck;
using Nunchi.Tensors.Safetensors;

namespace Nunchi.Tensors.Tests.Safetensors;

public sealed class SafetensorsFileTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();

    public void Dispose() => directory.Dispose();

    [Fact]
    public void Open_TwoTensors_GivesNamesShapesAndValues()
    {
        string path = Write("""{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},"b":{"dtype":"I64","shape":[],"data_offsets":[8,16]}}""", [.. Floats(1.5f, -2f), .. BitConverter.GetBytes(-7L)]);

        using SafetensorsFile file = SafetensorsFile.Open(path);

        Assert.Equal(["a", "b"], file.Entries.Select(entry => entry.Name));
        Assert.Equal([2L, 1L], file.Require("a").Shape);
        Assert.Equal([1.5f, -2f], file.ReadSingles("a"));
        Assert.Equal([-7L], file.ReadIntegers("b"));
        Assert.Equal("pt", file.Metadata["format"]);
    }

    [Theory]
    [InlineData("F16", new byte[] { 0x00, 0x3c, 0x01, 0x00, 0x00, 0xfc }, new[] { 1f, 5.9604645e-8f, float.NegativeInfinity })]
    [InlineData("BF16", new byte[] { 0x80, 0x3f, 0x80, 0xff, 0x20, 0xc0 }, new[] { 1f, float.NegativeInfinity, -2.5f })]
    public void Read_SixteenBitFloats_WidensThem(string type, byte[] data, float[] expected)
    {
        string path = Write($$$"""{"a":{"dtype":"{{{type}}}","shape":[3],"data_offsets":[0,6]}}""", data);

        using SafetensorsFile file = SafetensorsFile.Open(path);

        Assert.Equal(expected, file.ReadSingles("a"));
    }

    [Fact]
    public void Read_Float64_Narrows()
    {
        string path = Write("""{"a":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}}""", BitConverter.GetBytes(0.1));

        using SafetensorsFile file = SafetensorsFile.Open(path);

        Assert.Equal([0.1f], file.ReadSingles("a"));
    }

    [Fact]
    public void Read_IntegersAsFloats_Fails()
    {
        string path = Write("""{"a":{"dtype":"I32","shape":[1],"data_offsets":[0,4]}}""", new byte[4]);

        using SafetensorsFile file = SafetensorsFile.Open(path);

        Assert.Contains("found I32", Assert.Throws<InvalidDataException>(() => file.ReadSingles("a")).Message);
    }

    [Fact]
    public void Read_WrongDestinationSize_Fails()
    {
        string path = Write("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", new byte[8]);

        using SafetensorsFile file = SafetensorsFile.Open(path);

        Assert.Contains("has 2 elements", Assert.Throws<ArgumentException>(() => file.Read(file.Require("a"), new float[3].AsSpan())).Message);
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", 4, "takes 8 bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}}""", 6, "inside \"a\"")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}""", 12, "belong to no tensor")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 9, "5 bytes belong to no tensor")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 4, "cut off")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[8,4]}}""", 8, "must rise")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,9223372036854775807]}}""", 4, "must rise and stay within")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}""", 0, "larger than any file")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""", 4, "whole numbers")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}""", 4, "whole numbers")]
    [InlineData("""{"a":{"dtype":"F31","shape":[1],"data_offsets":[0,4]}}""", 4, "unknown dtype \"F31\"")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "appears twice")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"shape":[1],"data_offsets":[0,4]}}""", 4, "\"shape\" appears twice")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1]}}""", 0, "are needed")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}}""", 4, "more than 2 numbers")]
    [InlineData("""{"a":7}""", 0, "expected an object")]
    [InlineData("""{"__metadata__":{"n":1}}""", 0, "must be a string")]
    [InlineData("""{"__metadata__":{},"__metadata__":{}}""", 0, "appears twice")]
    [InlineData("""{"a":{"dtype":"F32",""", 0, "no valid JSON")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}{}""", 4, "no valid JSON")]
    [InlineData("""[1, 2]""", 0, "must start with '{'")]
    public void Open_DamagedHeader_NamesFileAndFault(string header, int dataLength, string fault)
    {
        string path = Write(header, new byte[dataLength]);

        InvalidDataException error = Assert.Throws<InvalidDataException>(() => SafetensorsFile.Open(path));

        Assert.Contains(path, error.Message);
        Assert.Contains(fault, error.Message);
    }

    [Theory]
    [InlineData(ulong.MaxValue, "at most")]
    [InlineData(90_000_000ul, "only 2 follow")]
    [InlineData(1ul, "shortest header")]
    public void Open_HeaderLengthLies_Fails(ulong length, string fault)
    {
        byte[] bytes = [.. new byte[8], .. "{}"u8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, length);
        string path = directory.File("lies.safetensors");
        File.WriteAllBytes(path, bytes);

        Assert.Contains(fault, Assert.Throws<InvalidDataException>(() => SafetensorsFile.Open(path)).Message);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(9)]
    public void Open_ShorterThanAnyHeader_Fails(int length)
    {
        string path = directory.File("short.safetensors");
        File.WriteAllBytes(path, new byte[length]);

        Assert.Contains($"this one has {length}", Assert.Throws<InvalidDataException>(() => SafetensorsFile.Open(path)).Message);
    }

    [Fact]
    public void Open_NoSuchFile_Fails() => Assert.Throws<FileNotFoundException>(() => SafetensorsFile.Open(directory.File("absent.safetensors")));

    [Fact]
    public void Open_AnyByteChangedOrCutOff_EitherOpensOrReportsInvalidData()
    {
        byte[] good = Bytes("""{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"BF16","shape":[2],"data_offsets":[8,12]}}""", new byte[12]);
        string path = directory.File("fuzz.safetensors");

        Gen.Select(Gen.Int[0, good.Length - 1], Gen.Byte, Gen.Int[0, good.Length]).Sample((at, value, length) =>
        {
            byte[] bytes = [.. good];
            bytes[at] = value;
            File.WriteAllBytes(path, bytes.AsSpan(0, length % 3 == 0 ? length : good.Length));
            try
            {
                using SafetensorsFile file = SafetensorsFile.Open(path);
                foreach (SafetensorsEntry entry in file.Entries)
                    Assert.True(entry.Offset + entry.ByteCount <= bytes.Length);
            }
            catch (InvalidDataException)
            {
            }
        }, iter: 500, threads: 1);
    }

    private string Write(string header, byte[] data)
    {
        string path = directory.File("test.safetensors");
        File.WriteAllBytes(path, Bytes(header, data));
        return path;
    }

    private static byte[] Bytes(string header, byte[] data)
    {
        byte[] json = Encoding.UTF8.GetBytes(header);
        byte[] bytes = new byte[8 + json.Length + data.Length];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, json.Length);
        json.CopyTo(bytes, 8);
        data.CopyTo(bytes, 8 + json.Length);
        return bytes;
    }

    private static byte[] Floats(params float[] values) => [.. values.SelectMany(BitConverter.GetBytes)];
}
