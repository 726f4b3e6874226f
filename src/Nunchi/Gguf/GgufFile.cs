using System.Buffers.Binary;
using System.Text;
using Nunchi.Tensors.Safetensors;

namespace Nunchi.Gguf;

/// <summary>
/// A GGUF file (versions 2 and 3, little-endian), memory-mapped and checked in full when it is opened: no metadata and no tensor lies outside the file,
/// no tensor overlaps another, every shape fits its type. Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md.
/// </summary>
/// <remarks>Reading is safe from several threads. The file must not be shortened while it is open.</remarks>
public sealed unsafe class GgufFile : IDisposable
{
    private const int ChunkValues = 1 << 18;
    private const long MostElements = 1 << 24;
    private readonly MappedFile _map;
    private readonly Dictionary<string, GgufValue> _metadata;
    private readonly Dictionary<string, GgufEntry> _byName;

    private GgufFile(string path, MappedFile map, GgufHeaderReader header)
    {
        Path = path;
        _map = map;
        _metadata = header.Metadata;
        Entries = header.Tensors;
        _byName = header.Tensors.ToDictionary(entry => entry.Name, StringComparer.Ordinal);
    }

    /// <summary>The path it was opened from.</summary>
    public string Path { get; }

    /// <summary>Its tensors in the order of their bytes.</summary>
    public IReadOnlyList<GgufEntry> Entries { get; }

    /// <summary>Keys of its metadata.</summary>
    public IReadOnlyCollection<string> Keys => _metadata.Keys;

    /// <summary>Opens and checks a file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is no GGUF file or a damaged one; the message names the file, the place, what was expected and what was found.</exception>
    public static GgufFile Open(string path)
    {
        long length = FileLength.Of(path);
        if (length < 24)
            throw new InvalidDataException($"{path}: a GGUF file takes at least 24 bytes, this one has {length}.");
        MappedFile map = MappedFile.Open(path);
        try
        {
            var header = new GgufHeaderReader(path, map.Start, length);
            header.Read();
            return new GgufFile(path, map, header);
        }
        catch
        {
            map.Dispose();
            throw;
        }
    }

    /// <summary>The tensor of that name, or null.</summary>
    public GgufEntry? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>Reads a tensor as float32.</summary>
    /// <param name="entry">One of <see cref="Entries"/>.</param>
    /// <param name="destination">Exactly as many floats as the tensor has elements.</param>
    /// <exception cref="ArgumentException">The destination has another size.</exception>
    public void Read(GgufEntry entry, Span<float> destination)
    {
        ObjectDisposedException.ThrowIf(_map.Start == null, this);
        if (!ReferenceEquals(Find(entry.Name), entry) || destination.Length != entry.Count)
            throw new ArgumentException($"Tensor \"{entry.Name}\" {entry.ShapeText} has {entry.Count} elements, the destination {destination.Length}; or it is of another file.", nameof(destination));
        for (int done = 0; done < destination.Length; done += ChunkValues)
        {
            int count = Math.Min(ChunkValues, destination.Length - done);
            long offset = entry.Offset + GgufTypes.RowBytes(entry.Type, done);
            GgufBlocks.Read(entry.Type, new ReadOnlySpan<byte>(_map.Start + offset, (int)GgufTypes.RowBytes(entry.Type, count)), destination.Slice(done, count));
        }
    }

    /// <summary>A text of the metadata, or null when the key is not there.</summary>
    /// <exception cref="InvalidDataException">It is no text, too long, or no UTF-8.</exception>
    public string? Text(string key) => Find(key, GgufValueType.String, false) is { } value ? Text(key, value.Offset, out _) : null;

    /// <summary>A whole number of the metadata, of any width, or null when the key is not there.</summary>
    /// <exception cref="InvalidDataException">It is no whole number, or negative or too large for 63 bits.</exception>
    public long? Whole(string key)
    {
        if (!_metadata.TryGetValue(key, out GgufValue value))
            return null;
        if (value.IsArray)
            throw Wrong(key, "a whole number");
        return WholeAt(key, value.Type, value.Offset);
    }

    /// <summary>A number of the metadata, or null when the key is not there.</summary>
    /// <exception cref="InvalidDataException">It is no number.</exception>
    public double? Number(string key)
    {
        if (!_metadata.TryGetValue(key, out GgufValue value))
            return null;
        return value switch
        {
            { IsArray: true } => throw Wrong(key, "a number"),
            { Type: GgufValueType.Float32 } => BinaryPrimitives.ReadSingleLittleEndian(At(value.Offset, 4)),
            { Type: GgufValueType.Float64 } => BinaryPrimitives.ReadDoubleLittleEndian(At(value.Offset, 8)),
            _ => WholeAt(key, value.Type, value.Offset),
        };
    }

    /// <summary>A truth value of the metadata, or null when the key is not there.</summary>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public bool? Flag(string key) => Find(key, GgufValueType.Bool, false) is { } value ? At(value.Offset, 1)[0] != 0 : null;

    /// <summary>A list of texts, or null when the key is not there.</summary>
    /// <exception cref="InvalidDataException">It is no such list, or has more than 2^24 texts.</exception>
    public IReadOnlyList<string>? Texts(string key)
    {
        if (Find(key, GgufValueType.String, true) is not { } value)
            return null;
        string[] texts = new string[Bounded(key, value)];
        long at = value.Offset;
        for (int i = 0; i < texts.Length; i++)
            texts[i] = Text(key, at, out at);
        return texts;
    }

    /// <summary>A list of whole numbers, or null when the key is not there.</summary>
    /// <exception cref="InvalidDataException">It is no such list, or has more than 2^24 numbers.</exception>
    public IReadOnlyList<long>? Wholes(string key)
    {
        if (!_metadata.TryGetValue(key, out GgufValue value))
            return null;
        int size = value.Type switch
        {
            GgufValueType.UInt8 or GgufValueType.Int8 => 1,
            GgufValueType.UInt16 or GgufValueType.Int16 => 2,
            GgufValueType.UInt32 or GgufValueType.Int32 => 4,
            GgufValueType.UInt64 or GgufValueType.Int64 => 8,
            _ => 0,
        };
        if (!value.IsArray || size == 0)
            throw Wrong(key, "a list of whole numbers");
        long[] numbers = new long[Bounded(key, value)];
        for (int i = 0; i < numbers.Length; i++)
            numbers[i] = WholeAt(key, value.Type, value.Offset + ((long)i * size));
        return numbers;
    }

    /// <summary>A list of float32 or float64 numbers, or null when the key is not there.</summary>
    /// <exception cref="InvalidDataException">It is no such list, or has more than 2^24 numbers.</exception>
    public IReadOnlyList<double>? Numbers(string key)
    {
        if (!_metadata.TryGetValue(key, out GgufValue value))
            return null;
        if (!value.IsArray || value.Type is not (GgufValueType.Float32 or GgufValueType.Float64))
            throw Wrong(key, "a list of numbers");
        double[] numbers = new double[Bounded(key, value)];
        for (int i = 0; i < numbers.Length; i++)
            numbers[i] = value.Type == GgufValueType.Float32 ? BinaryPrimitives.ReadSingleLittleEndian(At(value.Offset + (4L * i), 4)) : BinaryPrimitives.ReadDoubleLittleEndian(At(value.Offset + (8L * i), 8));
        return numbers;
    }

    /// <summary>The number of elements of a list; null when the key is not there or is no list.</summary>
    public long? Length(string key) => _metadata.TryGetValue(key, out GgufValue value) && value.IsArray ? value.Count : null;

    /// <summary>Unmaps the file.</summary>
    public void Dispose() => _map.Dispose();

    internal InvalidDataException Wrong(string key, string expected) => new($"{Path}: \"{key}\" is {Describe(key)}; expected {expected}.");

    private string Describe(string key) => !_metadata.TryGetValue(key, out GgufValue value) ? "missing" : value switch
    {
        { IsArray: true } => $"a list of {value.Count} values of type {value.Type}",
        { Type: GgufValueType.String } => $"the text \"{Text(key, value.Offset, out _)}\"",
        { Type: GgufValueType.Float32 or GgufValueType.Float64 } => $"{Number(key)}",
        { Type: GgufValueType.Bool } => $"{Flag(key)}",
        _ => $"a number of type {value.Type}",
    };

    private GgufValue? Find(string key, GgufValueType type, bool array)
    {
        if (!_metadata.TryGetValue(key, out GgufValue value))
            return null;
        return value.Type == type && value.IsArray == array ? value : throw new InvalidDataException($"{Path}: \"{key}\" has type {value.Type}{(value.IsArray ? " (a list)" : "")}; expected {type}{(array ? " (a list)" : "")}.");
    }

    private int Bounded(string key, GgufValue value) =>
        value.Count <= MostElements ? (int)value.Count : throw new InvalidDataException($"{Path}: \"{key}\" has {value.Count} elements; at most {MostElements} are read.");

    private long WholeAt(string key, GgufValueType type, long offset) => type switch
    {
        GgufValueType.UInt8 => At(offset, 1)[0],
        GgufValueType.Int8 => (sbyte)At(offset, 1)[0],
        GgufValueType.UInt16 => BinaryPrimitives.ReadUInt16LittleEndian(At(offset, 2)),
        GgufValueType.Int16 => BinaryPrimitives.ReadInt16LittleEndian(At(offset, 2)),
        GgufValueType.UInt32 => BinaryPrimitives.ReadUInt32LittleEndian(At(offset, 4)),
        GgufValueType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(At(offset, 4)),
        GgufValueType.UInt64 when BinaryPrimitives.ReadUInt64LittleEndian(At(offset, 8)) is var large and <= long.MaxValue => (long)large,
        GgufValueType.Int64 => BinaryPrimitives.ReadInt64LittleEndian(At(offset, 8)),
        _ => throw Wrong(key, "a whole number"),
    };

    private string Text(string key, long offset, out long end)
    {
        long size = (long)BinaryPrimitives.ReadUInt64LittleEndian(At(offset, 8));
        end = offset + 8 + size;
        if (size > 1 << 24)
            throw new InvalidDataException($"{Path}: a text of \"{key}\" at byte {offset} has {size} bytes; at most {1 << 24} are read.");
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(At(offset + 8, (int)size));
        }
        catch (DecoderFallbackException)
        {
            throw new InvalidDataException($"{Path}: a text of \"{key}\" at byte {offset} is no UTF-8.");
        }
    }

    private ReadOnlySpan<byte> At(long offset, int count)
    {
        ObjectDisposedException.ThrowIf(_map.Start == null, this);
        return new ReadOnlySpan<byte>(_map.Start + offset, count);
    }
}
