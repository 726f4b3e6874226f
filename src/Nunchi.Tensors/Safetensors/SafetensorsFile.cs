using System.Runtime.InteropServices;

namespace Nunchi.Tensors.Safetensors;

/// <summary>
/// A safetensors file, memory-mapped and checked in full when it is opened: no tensor lies outside the file, overlaps another or leaves a gap, and
/// every shape matches its bytes. Format: https://github.com/huggingface/safetensors.
/// </summary>
/// <remarks>Reading is safe from several threads. The file must not be shortened while it is open.</remarks>
public sealed unsafe class SafetensorsFile : IDisposable
{
    private const int ChunkElements = 1 << 20;
    private readonly Dictionary<string, SafetensorsEntry> entries;
    private readonly MappedFile map;

    private SafetensorsFile(string path, MappedFile map, Dictionary<string, SafetensorsEntry> entries, Dictionary<string, string> metadata)
    {
        Path = path;
        this.map = map;
        this.entries = entries;
        Metadata = metadata;
        Entries = [.. entries.Values.OrderBy(entry => entry.Offset).ThenBy(entry => entry.Name, StringComparer.Ordinal)];
    }

    /// <summary>The path it was opened from.</summary>
    public string Path { get; }

    /// <summary>Its tensors in the order of their bytes.</summary>
    public IReadOnlyList<SafetensorsEntry> Entries { get; }

    /// <summary>The strings under <c>__metadata__</c>; empty when there are none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Opens and checks a file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is no safetensors file or a damaged one; the message names the file, the tensor, the byte, what was expected and what was found.</exception>
    public static SafetensorsFile Open(string path)
    {
        long length = FileLength.Of(path);
        if (length < 10)
            throw SafetensorsHeader.Bad(path, $"a safetensors file takes at least 10 bytes, this one has {length}.");
        MappedFile map = MappedFile.Open(path);
        try
        {
            SafetensorsHeader.Parse(path, new ReadOnlySpan<byte>(map.Start, 8), length, out long headerLength);
            var (entries, metadata) = SafetensorsHeader.Read(path, new ReadOnlySpan<byte>(map.Start + 8, (int)headerLength), length);
            return new SafetensorsFile(path, map, entries, metadata);
        }
        catch
        {
            map.Dispose();
            throw;
        }
    }

    /// <summary>The entry of that name, or null.</summary>
    public SafetensorsEntry? Find(string name) => entries.GetValueOrDefault(name);

    /// <summary>The entry of that name.</summary>
    /// <exception cref="InvalidDataException">There is none; the message names the file.</exception>
    public SafetensorsEntry Require(string name) => Find(name) ?? throw SafetensorsHeader.Bad(Path, $"it has no tensor \"{name}\" (it has {Entries.Count} others).");

    /// <summary>Reads a floating-point tensor (F32, F16, BF16, F64) as float32.</summary>
    /// <param name="entry">One of <see cref="Entries"/>.</param>
    /// <param name="destination">Exactly as many floats as the tensor has elements.</param>
    /// <exception cref="ArgumentException">The destination has another size.</exception>
    /// <exception cref="InvalidDataException">The tensor holds integers or 8-bit floats.</exception>
    public void Read(SafetensorsEntry entry, Span<float> destination)
    {
        if (destination.Length != entry.Count)
            throw new ArgumentException($"Tensor \"{entry.Name}\" {entry.ShapeText} has {entry.Count} elements, the destination {destination.Length}.", nameof(destination));
        fixed (float* pointer = destination)
            Read(entry, pointer);
    }

    /// <summary>Reads a floating-point tensor (F32, F16, BF16, F64) as float32 into memory that takes <see cref="SafetensorsEntry.Count"/> floats.</summary>
    /// <exception cref="InvalidDataException">The tensor holds integers or 8-bit floats.</exception>
    public void Read(SafetensorsEntry entry, float* destination) => Read(entry, 0, entry.Count, destination);

    /// <summary>Reads some elements of a floating-point tensor, so that several threads can share a large one.</summary>
    /// <param name="entry">One of <see cref="Entries"/>.</param>
    /// <param name="first">First element.</param>
    /// <param name="length">Elements to read.</param>
    /// <param name="destination">Takes that many floats.</param>
    /// <exception cref="ArgumentOutOfRangeException">Those elements are not there.</exception>
    /// <exception cref="InvalidDataException">The tensor holds integers or 8-bit floats.</exception>
    public void Read(SafetensorsEntry entry, long first, long length, float* destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(first, entry.Count - length);
        byte* source = Locate(entry);
        RequireFloats(entry);
        int size = SafetensorsTypes.Size(entry.Type);
        source += first * size;
        for (long done = 0; done < length; done += ChunkElements)
            SafetensorsTypes.ToSingles(entry.Type, source + (done * size), new Span<float>(destination + done, (int)Math.Min(ChunkElements, length - done)));
    }

    internal void RequireFloats(SafetensorsEntry entry)
    {
        if (!entry.IsFloat)
            throw SafetensorsHeader.Bad(Path, $"tensor \"{entry.Name}\" at byte {entry.Offset}: expected F32, F16, BF16 or F64, found {SafetensorsTypes.Name(entry.Type)}.");
    }

    /// <summary>Reads a floating-point tensor into a new array.</summary>
    /// <exception cref="InvalidDataException">The name is unknown, or the tensor is no float tensor.</exception>
    public float[] ReadSingles(string name)
    {
        SafetensorsEntry entry = Require(name);
        float[] values = new float[entry.Count];
        Read(entry, values.AsSpan());
        return values;
    }

    /// <summary>Reads an integer tensor (I64, I32, I16, I8, U8, BOOL ...) into a new array.</summary>
    /// <exception cref="InvalidDataException">The name is unknown, the tensor is no integer tensor, or a U64 value does not fit.</exception>
    public long[] ReadIntegers(string name)
    {
        SafetensorsEntry entry = Require(name);
        byte* source = Locate(entry);
        long[] values = new long[entry.Count];
        for (long i = 0; i < values.LongLength; i++)
        {
            values[i] = entry.Type switch
            {
                SafetensorsType.I64 => MemoryMarshal.Read<long>(new ReadOnlySpan<byte>(source + (i * 8), 8)),
                SafetensorsType.U64 => (long)Math.Min(MemoryMarshal.Read<ulong>(new ReadOnlySpan<byte>(source + (i * 8), 8)), long.MaxValue),
                SafetensorsType.I32 => MemoryMarshal.Read<int>(new ReadOnlySpan<byte>(source + (i * 4), 4)),
                SafetensorsType.U32 => MemoryMarshal.Read<uint>(new ReadOnlySpan<byte>(source + (i * 4), 4)),
                SafetensorsType.I16 => MemoryMarshal.Read<short>(new ReadOnlySpan<byte>(source + (i * 2), 2)),
                SafetensorsType.U16 => MemoryMarshal.Read<ushort>(new ReadOnlySpan<byte>(source + (i * 2), 2)),
                SafetensorsType.I8 => (sbyte)source[i],
                SafetensorsType.U8 or SafetensorsType.Bool => source[i],
                _ => throw SafetensorsHeader.Bad(Path, $"tensor \"{name}\" at byte {entry.Offset}: expected whole numbers, found {SafetensorsTypes.Name(entry.Type)}."),
            };
            if (entry.Type == SafetensorsType.U64 && values[i] == long.MaxValue)
                throw SafetensorsHeader.Bad(Path, $"tensor \"{name}\" at byte {entry.Offset + (i * 8)}: a value of 2^63 - 1 or more.");
        }
        return values;
    }

    /// <summary>The first byte of a tensor in the mapped file; valid until the file is disposed.</summary>
    public byte* Locate(SafetensorsEntry entry)
    {
        ObjectDisposedException.ThrowIf(map.Start == null, this);
        if (!ReferenceEquals(Find(entry.Name), entry))
            throw new ArgumentException($"\"{entry.Name}\" is no entry of {Path}.", nameof(entry));
        return map.Start + entry.Offset;
    }

    /// <summary>Says that elements are read next: the system may fetch them in one go.</summary>
    /// <param name="entry">One of <see cref="Entries"/>.</param>
    /// <param name="first">First element.</param>
    /// <param name="length">Elements.</param>
    public void Prepare(SafetensorsEntry entry, long first, long length) =>
        MappedPages.Prepare(Locate(entry) + (first * SafetensorsTypes.Size(entry.Type)), length * SafetensorsTypes.Size(entry.Type));

    /// <summary>Says that elements have been read: their pages no longer count as this process's memory. Reading them again is allowed.</summary>
    /// <param name="entry">One of <see cref="Entries"/>.</param>
    /// <param name="first">First element.</param>
    /// <param name="length">Elements.</param>
    public void Release(SafetensorsEntry entry, long first, long length) =>
        MappedPages.Release(Locate(entry) + (first * SafetensorsTypes.Size(entry.Type)), length * SafetensorsTypes.Size(entry.Type));

    /// <summary>Unmaps the file.</summary>
    public void Dispose() => map.Dispose();
}
