using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Nunchi.Tests.Images;

/// <summary>Just enough of a safetensors reader for the golden cases, apart from the project's own.</summary>
internal sealed class SafetensorsFile(string path)
{
    private readonly byte[] _bytes = File.ReadAllBytes(path);

    public T[]? Find<T>(string name, string dtype, out long[] shape) where T : unmanaged
    {
        shape = [];
        int headerLength = checked((int)BinaryPrimitives.ReadUInt64LittleEndian(_bytes));
        using var header = JsonDocument.Parse(_bytes.AsMemory(8, headerLength));
        if (!header.RootElement.TryGetProperty(name, out var entry))
            return null;
        Assert.Equal(dtype, entry.GetProperty("dtype").GetString());
        shape = [.. entry.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64())];
        int start = entry.GetProperty("data_offsets")[0].GetInt32(), end = entry.GetProperty("data_offsets")[1].GetInt32();
        return MemoryMarshal.Cast<byte, T>(_bytes.AsSpan(8 + headerLength + start, end - start)).ToArray();
    }
}
