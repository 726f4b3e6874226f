using System.Buffers;
using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;
using Nunchi.Tensors.Safetensors;

namespace Nunchi.Conversion;

/// <summary>Writes tensors of any types into one safetensors file or several with an index.</summary>
internal static class ShardWriter
{
    private static readonly JsonWriterOptions Layout = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Groups tensors in order so that each group's bytes stay within the limit, except for a tensor that is larger by itself.</summary>
    public static IReadOnlyList<IReadOnlyList<ConvertedTensor>> Group(IEnumerable<ConvertedTensor> tensors, long limit)
    {
        var groups = new List<List<ConvertedTensor>>();
        long bytes = 0;
        foreach (ConvertedTensor tensor in tensors)
        {
            if (groups.Count == 0 || bytes + tensor.ByteCount > limit)
            {
                groups.Add([]);
                bytes = 0;
            }
            groups[^1].Add(tensor);
            bytes += tensor.ByteCount;
        }
        return groups;
    }

    /// <summary>Writes the groups into a directory.</summary>
    public static void Write(string directory, IReadOnlyList<IReadOnlyList<ConvertedTensor>> groups, Action<long> written, CancellationToken cancellation)
    {
        var index = new SortedDictionary<string, string>(StringComparer.Ordinal);
        for (int i = 0; i < groups.Count; i++)
        {
            string name = groups.Count == 1 ? SafetensorsArchive.SingleFileName : $"model-{i + 1:00000}-of-{groups.Count:00000}.safetensors";
            WriteFile(Path.Combine(directory, name), groups[i], written, cancellation);
            foreach (ConvertedTensor tensor in groups[i])
                index.Add(tensor.Name, name);
        }
        if (groups.Count > 1)
            AtomicFile.WriteAllBytes(Path.Combine(directory, SafetensorsArchive.IndexFileName), Index(index, groups.Sum(group => group.Sum(tensor => tensor.ByteCount))));
    }

    private static void WriteFile(string path, IReadOnlyList<ConvertedTensor> tensors, Action<long> written, CancellationToken cancellation)
    {
        byte[] header = Header(tensors);
        using var file = new AtomicFile(path, header.Length + tensors.Sum(tensor => tensor.ByteCount));
        file.Write(header);
        foreach (ConvertedTensor tensor in tensors)
        {
            cancellation.ThrowIfCancellationRequested();
            tensor.Write(file, written);
        }
        file.Commit();
    }

    private static byte[] Header(IReadOnlyList<ConvertedTensor> tensors)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteStartObject("__metadata__");
            json.WriteString("format", "pt");
            json.WriteEndObject();
            long position = 0;
            foreach (ConvertedTensor tensor in tensors)
            {
                json.WriteStartObject(tensor.Name);
                json.WriteString("dtype", ConvertedTensor.TypeName(tensor.Type));
                json.WriteStartArray("shape");
                foreach (long size in tensor.Source.Shape)
                    json.WriteNumberValue(size);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(position);
                json.WriteNumberValue(position += tensor.ByteCount);
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        // Length, JSON, and blanks so that the data starts at a multiple of eight.
        byte[] header = new byte[8 + ((buffer.WrittenCount + 7) / 8 * 8)];
        header.AsSpan(8).Fill((byte)' ');
        BinaryPrimitives.WriteInt64LittleEndian(header, header.Length - 8);
        buffer.WrittenSpan.CopyTo(header.AsSpan(8));
        return header;
    }

    private static byte[] Index(SortedDictionary<string, string> index, long bytes)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, Layout))
        {
            json.WriteStartObject();
            json.WriteStartObject("metadata");
            json.WriteNumber("total_size", bytes);
            json.WriteEndObject();
            json.WriteStartObject("weight_map");
            foreach (var (tensor, file) in index)
                json.WriteString(tensor, file);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        return stream.ToArray();
    }
}
