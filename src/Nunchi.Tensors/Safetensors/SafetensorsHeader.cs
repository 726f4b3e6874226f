using System.Buffers.Binary;
using System.Text;
using System.Text.Json;

namespace Nunchi.Tensors.Safetensors;

/// <summary>Reads and checks the header of the safetensors format: 8 bytes of length, JSON, then the data without gaps.</summary>
internal static class SafetensorsHeader
{
    /// <summary>The reference implementation's limit; larger headers are a denial of service, not a model.</summary>
    internal const long MaximumLength = 100_000_000;

    private const int MaximumRank = 32;

    internal static void Parse(string path, ReadOnlySpan<byte> lengthBytes, long fileLength, out long headerLength)
    {
        ulong stated = BinaryPrimitives.ReadUInt64LittleEndian(lengthBytes);
        if (stated > MaximumLength)
            throw Bad(path, $"the header length at byte 0 says {stated} bytes; at most {MaximumLength} are allowed. This is no safetensors file, or it is damaged.");
        if ((long)stated > fileLength - 8)
            throw Bad(path, $"the header length at byte 0 says {stated} bytes, but only {fileLength - 8} follow. The file is cut off or is no safetensors file.");
        if (stated < 2)
            throw Bad(path, $"the header length at byte 0 says {stated} bytes; the shortest header, {{}}, takes 2.");
        headerLength = (long)stated;
    }

    internal static (Dictionary<string, SafetensorsEntry> Entries, Dictionary<string, string> Metadata) Read(string path, ReadOnlySpan<byte> json, long fileLength)
    {
        if (json[0] != (byte)'{')
            throw Bad(path, $"the header at byte 8 must start with '{{', found byte 0x{json[0]:x2}.");
        long dataStart = 8 + json.Length;
        var entries = new Dictionary<string, SafetensorsEntry>(StringComparer.Ordinal);
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        bool sawMetadata = false;
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 8 });
        try
        {
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                string name = reader.GetString()!;
                long at = 8 + reader.TokenStartIndex;
                if (name == "__metadata__")
                {
                    if (sawMetadata)
                        throw Bad(path, $"\"__metadata__\" appears twice, again at byte {at}.");
                    sawMetadata = true;
                    ReadMetadata(path, ref reader, metadata);
                    continue;
                }
                SafetensorsEntry entry = ReadEntry(path, name, at, ref reader, dataStart, fileLength);
                if (!entries.TryAdd(name, entry))
                    throw Bad(path, $"tensor \"{name}\" appears twice, again at byte {at}.");
            }
            if (reader.TokenType != JsonTokenType.EndObject || reader.Read())
                throw Bad(path, $"the header has something after its closing brace at byte {8 + reader.TokenStartIndex}.");
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or DecoderFallbackException)
        {
            throw new InvalidDataException($"{path}: the header is no valid JSON near byte {8 + reader.BytesConsumed}: {failure.Message}", failure);
        }
        CheckLayout(path, entries.Values, dataStart, fileLength);
        return (entries, metadata);
    }

    internal static InvalidDataException Bad(string path, string message) => new($"{path}: {message}");

    private static void ReadMetadata(string path, ref Utf8JsonReader reader, Dictionary<string, string> metadata)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw Bad(path, $"\"__metadata__\" must be an object of strings, found {reader.TokenType} at byte {8 + reader.TokenStartIndex}.");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string key = reader.GetString()!;
            reader.Read();
            if (reader.TokenType != JsonTokenType.String)
                throw Bad(path, $"\"__metadata__\" key \"{key}\" must be a string, found {reader.TokenType} at byte {8 + reader.TokenStartIndex}.");
            if (!metadata.TryAdd(key, reader.GetString()!))
                throw Bad(path, $"\"__metadata__\" key \"{key}\" appears twice, again at byte {8 + reader.TokenStartIndex}.");
        }
    }

    private static SafetensorsEntry ReadEntry(string path, string name, long at, ref Utf8JsonReader reader, long dataStart, long fileLength)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw Bad(path, $"tensor \"{name}\" at byte {at}: expected an object with dtype, shape and data_offsets, found {reader.TokenType}.");
        string? typeName = null;
        List<long>? shape = null, offsets = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string key = reader.GetString()!;
            bool twice = (key == "dtype" && typeName != null) || (key == "shape" && shape != null) || (key == "data_offsets" && offsets != null);
            if (twice)
                throw Bad(path, $"tensor \"{name}\" at byte {at}: \"{key}\" appears twice.");
            reader.Read();
            switch (key)
            {
                case "dtype" when reader.TokenType == JsonTokenType.String:
                    typeName = reader.GetString();
                    break;
                case "shape":
                    shape = ReadNumbers(path, name, key, ref reader, MaximumRank);
                    break;
                case "data_offsets":
                    offsets = ReadNumbers(path, name, key, ref reader, 2);
                    break;
                case "dtype":
                    throw Bad(path, $"tensor \"{name}\" at byte {at}: \"dtype\" must be a string, found {reader.TokenType}.");
                default:
                    throw Bad(path, $"tensor \"{name}\" at byte {at}: unknown key \"{key}\"; the format has dtype, shape and data_offsets.");
            }
        }
        if (typeName == null || shape == null || offsets is not { Count: 2 })
            throw Bad(path, $"tensor \"{name}\" at byte {at}: dtype, shape and two data_offsets are needed.");
        if (!SafetensorsTypes.TryParse(typeName, out SafetensorsType type))
            throw Bad(path, $"tensor \"{name}\" at byte {at}: unknown dtype \"{typeName}\"; known are {SafetensorsTypes.KnownNames}.");
        return Checked(path, name, type, shape, offsets[0], offsets[1], dataStart, fileLength);
    }

    private static SafetensorsEntry Checked(string path, string name, SafetensorsType type, List<long> shape, long begin, long end, long dataStart, long fileLength)
    {
        long available = fileLength - dataStart;
        if (begin > end || end > available)
            throw Bad(path, $"tensor \"{name}\": data_offsets [{begin}, {end}] (file bytes {dataStart + (decimal)begin} to {dataStart + (decimal)end}) must rise and stay within the {available} bytes of data. The file is cut off or damaged.");
        UInt128 expected = (UInt128)SafetensorsTypes.Size(type);
        foreach (long size in shape)
        {
            expected *= (UInt128)size;
            if (expected > long.MaxValue)
                throw Bad(path, $"tensor \"{name}\": its shape {SafetensorsEntry.Format(shape)} is larger than any file.");
        }
        if (expected != (UInt128)(end - begin))
            throw Bad(path, $"tensor \"{name}\" at byte {dataStart + begin}: shape {SafetensorsEntry.Format(shape)} of {SafetensorsTypes.Name(type)} takes {expected} bytes, data_offsets [{begin}, {end}] give {end - begin}.");
        return new SafetensorsEntry(name, type, shape, dataStart + begin, end - begin);
    }

    private static List<long> ReadNumbers(string path, string name, string key, ref Utf8JsonReader reader, int most)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            throw Bad(path, $"tensor \"{name}\": \"{key}\" must be an array, found {reader.TokenType} at byte {8 + reader.TokenStartIndex}.");
        var numbers = new List<long>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out long number) || number < 0)
                throw Bad(path, $"tensor \"{name}\": \"{key}\" must hold whole numbers from 0 to 2^63 - 1, found something else at byte {8 + reader.TokenStartIndex}.");
            if (numbers.Count == most)
                throw Bad(path, $"tensor \"{name}\": \"{key}\" has more than {most} numbers.");
            numbers.Add(number);
        }
        return numbers;
    }

    private static void CheckLayout(string path, IEnumerable<SafetensorsEntry> entries, long dataStart, long fileLength)
    {
        long position = dataStart;
        string previous = "the header";
        foreach (SafetensorsEntry entry in entries.OrderBy(entry => entry.Offset).ThenBy(entry => entry.ByteCount))
        {
            if (entry.Offset < position)
                throw Bad(path, $"tensor \"{entry.Name}\" starts at byte {entry.Offset}, inside {previous}, which ends at byte {position}.");
            if (entry.Offset > position)
                throw Bad(path, $"bytes {position} to {entry.Offset} belong to no tensor (between {previous} and \"{entry.Name}\").");
            position = entry.Offset + entry.ByteCount;
            previous = $"\"{entry.Name}\"";
        }
        if (position != fileLength)
            throw Bad(path, $"the tensors end at byte {position}, the file at byte {fileLength}: {fileLength - position} bytes belong to no tensor.");
    }
}
