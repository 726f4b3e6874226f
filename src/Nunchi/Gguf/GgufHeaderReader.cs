using System.Buffers.Binary;
using System.Text;

namespace Nunchi.Gguf;

/// <summary>
/// Walks through the header of a GGUF file, every step checked against the file's length before anything is read or allocated. Arrays are only walked
/// over; what is kept is where they lie.
/// </summary>
internal sealed unsafe class GgufHeaderReader(string path, byte* start, long length)
{
    private const int MostDimensions = 4;
    private const int LongestName = 1024;
    private const long MostPairs = 1 << 16;
    private const long MostTensors = 1 << 20;
    private const int DeepestArray = 4;
    private const uint LargestAlignment = 1 << 20;
    private static readonly UTF8Encoding Utf8 = new(false, throwOnInvalidBytes: true);

    private long _at;

    public Dictionary<string, GgufValue> Metadata { get; } = new(StringComparer.Ordinal);

    public List<GgufEntry> Tensors { get; } = [];

    public void Read()
    {
        if (length < 24)
            throw Bad($"a GGUF file takes at least 24 bytes, this one has {length}");
        if (!Take(4, "the magic").SequenceEqual("GGUF"u8))
            throw Bad("it does not begin with \"GGUF\"; this is no GGUF file");
        uint version = BinaryPrimitives.ReadUInt32LittleEndian(Take(4, "the version"));
        if (version is not (2 or 3))
            throw Bad(BinaryPrimitives.ReverseEndianness(version) is 2 or 3 ? "it is big-endian; only little-endian files are read" : $"its version is {version}; versions 2 and 3 are read");
        long tensors = Count("tensors", MostTensors, 8 + 1 + 4 + 8 + 4 + 8), pairs = Count("metadata pairs", MostPairs, 8 + 4 + 1);
        for (long i = 0; i < pairs; i++)
            ReadPair();
        var places = new List<(string Name, GgufTensorType Type, long[] Shape, ulong Offset)>();
        for (long i = 0; i < tensors; i++)
            places.Add(ReadTensor());
        Place(places);
    }

    public InvalidDataException Bad(string problem) => new($"{path}: {problem}.");

    /// <summary>Skips values, checking that they lie inside the file.</summary>
    private void Skip(GgufValueType type, long count, string key, int depth)
    {
        switch (type)
        {
            case GgufValueType.String:
                for (long i = 0; i < count; i++)
                    Take(Length($"a string of \"{key}\""), $"a string of \"{key}\"");
                break;
            case GgufValueType.Array:
                if (depth == DeepestArray)
                    throw Bad($"\"{key}\" at byte {_at} nests arrays deeper than {DeepestArray}");
                for (long i = 0; i < count; i++)
                {
                    var (inner, many) = ArrayHead(key);
                    Skip(inner, many, key, depth + 1);
                }
                break;
            default:
                int size = Size(type, key);
                if (count > (length - _at) / size)
                    throw Bad($"\"{key}\" at byte {_at} claims {count} values of {size} bytes, more than the file's remaining {length - _at} bytes");
                _at += count * size;
                break;
        }
    }

    private void ReadPair()
    {
        long begin = _at;
        string key = Text("a metadata key", LongestName);
        var type = (GgufValueType)BinaryPrimitives.ReadUInt32LittleEndian(Take(4, $"the type of \"{key}\""));
        GgufValue value;
        if (type == GgufValueType.Array)
        {
            var (inner, count) = ArrayHead(key);
            value = new GgufValue(inner, true, count, _at);
            Skip(inner, count, key, 1);
        }
        else
        {
            value = new GgufValue(type, false, 1, _at);
            Skip(type, 1, key, 1);
        }
        if (!Metadata.TryAdd(key, value))
            throw Bad($"the metadata key \"{key}\" comes twice, again at byte {begin}");
    }

    private (GgufValueType Type, long Count) ArrayHead(string key)
    {
        var type = (GgufValueType)BinaryPrimitives.ReadUInt32LittleEndian(Take(4, $"the element type of \"{key}\""));
        int least = type switch { GgufValueType.String => 8, GgufValueType.Array => 12, _ => Size(type, key) };
        return (type, Count($"elements of \"{key}\"", long.MaxValue, least));
    }

    private (string Name, GgufTensorType Type, long[] Shape, ulong Offset) ReadTensor()
    {
        long begin = _at;
        string name = Text("a tensor's name", LongestName);
        uint dimensions = BinaryPrimitives.ReadUInt32LittleEndian(Take(4, $"the rank of \"{name}\""));
        if (dimensions is 0 or > MostDimensions)
            throw Bad($"tensor \"{name}\" at byte {begin} has {dimensions} dimensions; expected 1 to {MostDimensions}");
        long[] shape = new long[dimensions];
        for (int i = 0; i < shape.Length; i++)
        {
            ulong size = BinaryPrimitives.ReadUInt64LittleEndian(Take(8, $"a size of \"{name}\""));
            shape[shape.Length - 1 - i] = size is > 0 and <= long.MaxValue ? (long)size : throw Bad($"tensor \"{name}\" at byte {begin} has a size of {size}; expected 1 to 2^63 - 1");
        }
        var type = (GgufTensorType)BinaryPrimitives.ReadUInt32LittleEndian(Take(4, $"the type of \"{name}\""));
        if (!GgufTypes.IsKnown(type))
            throw Bad($"tensor \"{name}\" at byte {begin} has the type {(uint)type}, which is not read; known are {GgufTypes.Names}");
        return (name, type, shape, BinaryPrimitives.ReadUInt64LittleEndian(Take(8, $"the offset of \"{name}\"")));
    }

    private void Place(List<(string Name, GgufTensorType Type, long[] Shape, ulong Offset)> places)
    {
        uint alignment = Alignment();
        long data = (_at + alignment - 1) / alignment * alignment;
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (name, type, shape, offset) in places)
        {
            if (!names.Add(name))
                throw Bad($"tensor \"{name}\" comes twice");
            int blockValues = GgufTypes.BlockValues(type);
            if (shape[^1] % blockValues != 0)
                throw Bad($"tensor \"{name}\" has rows of {shape[^1]} values; {type} takes multiples of {blockValues}");
            UInt128 bytes = (UInt128)(ulong)(shape[^1] / blockValues) * (ulong)GgufTypes.BlockBytes(type);
            foreach (long size in shape.AsSpan(0, shape.Length - 1))
            {
                bytes *= (ulong)size;
                if (bytes > (UInt128)long.MaxValue)
                    throw Bad($"tensor \"{name}\" [{string.Join(", ", shape)}] is larger than any file");
            }
            if (offset % alignment != 0)
                throw Bad($"tensor \"{name}\" begins at {offset} in the data, no multiple of the alignment {alignment}");
            if (data > length || offset > (ulong)(length - data) || bytes > (UInt128)((ulong)(length - data) - offset))
                throw Bad($"tensor \"{name}\" [{string.Join(", ", shape)}] of {type} takes {bytes} bytes from {offset} on, but the data has only {Math.Max(0, length - data)} bytes. The file is cut off or damaged");
            Tensors.Add(new GgufEntry(name, type, shape, data + (long)offset, (long)bytes));
        }
        Tensors.Sort((one, other) => one.Offset.CompareTo(other.Offset));
        for (int i = 1; i < Tensors.Count; i++)
        {
            if (Tensors[i].Offset < Tensors[i - 1].Offset + Tensors[i - 1].ByteCount)
                throw Bad($"tensor \"{Tensors[i].Name}\" begins at byte {Tensors[i].Offset}, inside \"{Tensors[i - 1].Name}\", which ends at byte {Tensors[i - 1].Offset + Tensors[i - 1].ByteCount}");
        }
    }

    private uint Alignment()
    {
        const string Key = "general.alignment";
        if (!Metadata.TryGetValue(Key, out GgufValue value))
            return 32;
        uint alignment = value is { Type: GgufValueType.UInt32, IsArray: false } ? BinaryPrimitives.ReadUInt32LittleEndian(new ReadOnlySpan<byte>(start + value.Offset, 4)) : 0;
        return alignment is >= 8 and <= LargestAlignment && (alignment & (alignment - 1)) == 0 ? alignment : throw Bad($"\"{Key}\" must be a power of two from 8 to {LargestAlignment} (uint32)");
    }

    private string Text(string what, int limit)
    {
        long begin = _at, size = Length(what);
        if (size > limit)
            throw Bad($"{what} at byte {begin} has {size} bytes; at most {limit} are allowed");
        try
        {
            return Utf8.GetString(Take(size, what));
        }
        catch (DecoderFallbackException)
        {
            throw Bad($"{what} at byte {begin} is no UTF-8");
        }
    }

    private long Length(string what)
    {
        ulong size = BinaryPrimitives.ReadUInt64LittleEndian(Take(8, what));
        return size <= (ulong)(length - _at) ? (long)size : throw Bad($"{what} at byte {_at - 8} claims {size} bytes, more than the file's remaining {length - _at} bytes");
    }

    private long Count(string what, long most, int least)
    {
        ulong count = BinaryPrimitives.ReadUInt64LittleEndian(Take(8, $"the number of {what}"));
        if (count > (ulong)most || count > (ulong)((length - _at) / least))
            throw Bad($"at byte {_at - 8} the file claims {count} {what}; {Math.Min(most, (length - _at) / least)} could be there");
        return (long)count;
    }

    private ReadOnlySpan<byte> Take(long size, string what)
    {
        if (size > length - _at || size > int.MaxValue)
            throw Bad($"the file ends at byte {length}, inside {what} at byte {_at}. It is cut off or damaged");
        var bytes = new ReadOnlySpan<byte>(start + _at, (int)size);
        _at += size;
        return bytes;
    }

    private int Size(GgufValueType type, string key) => type switch
    {
        GgufValueType.UInt8 or GgufValueType.Int8 or GgufValueType.Bool => 1,
        GgufValueType.UInt16 or GgufValueType.Int16 => 2,
        GgufValueType.UInt32 or GgufValueType.Int32 or GgufValueType.Float32 => 4,
        GgufValueType.UInt64 or GgufValueType.Int64 or GgufValueType.Float64 => 8,
        _ => throw Bad($"\"{key}\" has the unknown value type {(uint)type} near byte {_at}"),
    };
}
