using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Nunchi.Tensors.Safetensors;

/// <summary>A tensor that is to be written.</summary>
/// <param name="Name">Its name, unique in the file.</param>
/// <param name="Shape">Sizes, outermost first.</param>
public sealed record SafetensorsSlot(string Name, IReadOnlyList<long> Shape);

/// <summary>
/// Writes a safetensors file as a stream: what it will hold is declared first, then each tensor's values are given in that order.
/// The file appears only at <see cref="Commit"/>; until then an older file of that name stays as it is.
/// </summary>
public sealed class SafetensorsWriter : IDisposable
{
    private const int ChunkElements = 1 << 16;
    private readonly AtomicFile file;
    private readonly SafetensorsSlot[] slots;
    private readonly SafetensorsType type;
    private int current;
    private long written;

    /// <summary>Opens the file and writes its header.</summary>
    /// <param name="path">Where the file is to be.</param>
    /// <param name="tensors">What it will hold, in the order in which it will be given.</param>
    /// <param name="type">F32, BF16 or F16 (rounded to nearest, ties to even).</param>
    /// <param name="metadata">Strings for <c>__metadata__</c>; null: <c>{"format": "pt"}</c>, which transformers asks for.</param>
    /// <exception cref="ArgumentException">A name comes twice, a size is negative, or the type is none of these.</exception>
    /// <exception cref="IOException">The disk has no room or the place cannot be written; an older file is untouched.</exception>
    public SafetensorsWriter(string path, IEnumerable<SafetensorsSlot> tensors, SafetensorsType type = SafetensorsType.F32, IReadOnlyDictionary<string, string>? metadata = null)
        : this(tensors, type, metadata, length => new AtomicFile(path, length))
    {
    }

    internal SafetensorsWriter(IEnumerable<SafetensorsSlot> tensors, SafetensorsType type, IReadOnlyDictionary<string, string>? metadata, Func<long, AtomicFile> open)
    {
        if (type is not (SafetensorsType.F32 or SafetensorsType.BF16 or SafetensorsType.F16))
            throw new ArgumentException($"Tensors are written as F32, BF16 or F16, not {type}.", nameof(type));
        this.type = type;
        slots = [.. tensors];
        byte[] header = Header(slots, type, metadata ?? new Dictionary<string, string> { ["format"] = "pt" }, out long dataLength);
        file = open(8 + header.Length + dataLength);
        try
        {
            Span<byte> length = stackalloc byte[8];
            BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
            file.Write(length);
            file.Write(header);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Writes values of the named tensor; a tensor may be given in several pieces.</summary>
    /// <param name="name">The tensor whose turn it is.</param>
    /// <param name="values">Its next values, row-major.</param>
    /// <exception cref="ArgumentException">It is another tensor's turn, or there are more values than its shape holds.</exception>
    /// <exception cref="IOException">The disk is full; an older file is untouched.</exception>
    public void Write(string name, ReadOnlySpan<float> values)
    {
        while (current < slots.Length && slots[current].Name != name && written == Count(slots[current]))
            Advance();
        if (current == slots.Length || slots[current].Name != name)
            throw new ArgumentException($"Tensor \"{name}\" is out of turn; expected {(current == slots.Length ? "no more tensors" : $"\"{slots[current].Name}\" with {Count(slots[current]) - written} more values")}.", nameof(name));
        if (written + values.Length > Count(slots[current]))
            throw new ArgumentException($"Tensor \"{name}\" {SafetensorsEntry.Format(slots[current].Shape)} holds {Count(slots[current])} values, {written + values.Length} were given.", nameof(values));
        written += values.Length;
        if (type == SafetensorsType.F32)
            file.Write(MemoryMarshal.AsBytes(values));
        else
            WriteSixteenBits(values);
    }

    /// <summary>Flushes to the disk and puts the file in its place.</summary>
    /// <exception cref="InvalidOperationException">A declared tensor was not given in full.</exception>
    /// <exception cref="IOException">The disk is full; an older file is untouched.</exception>
    public void Commit()
    {
        while (current < slots.Length && written == Count(slots[current]))
            Advance();
        if (current < slots.Length)
            throw new InvalidOperationException($"Tensor \"{slots[current].Name}\" still misses {Count(slots[current]) - written} of its {Count(slots[current])} values.");
        file.Commit();
    }

    /// <summary>Throws away what was written unless <see cref="Commit"/> succeeded.</summary>
    public void Dispose() => file.Dispose();

    private void Advance()
    {
        current++;
        written = 0;
    }

    private void WriteSixteenBits(ReadOnlySpan<float> values)
    {
        ushort[] buffer = ArrayPool<ushort>.Shared.Rent(ChunkElements);
        for (int done = 0; done < values.Length; done += ChunkElements)
        {
            ReadOnlySpan<float> chunk = values.Slice(done, Math.Min(ChunkElements, values.Length - done));
            if (type == SafetensorsType.BF16)
                FloatConversion.ToBFloat16(chunk, buffer);
            else
                FloatConversion.ToHalf(chunk, buffer);
            file.Write(MemoryMarshal.AsBytes(buffer.AsSpan(0, chunk.Length)));
        }
        ArrayPool<ushort>.Shared.Return(buffer);
    }

    private static byte[] Header(SafetensorsSlot[] slots, SafetensorsType type, IReadOnlyDictionary<string, string> metadata, out long position)
    {
        var names = new HashSet<string>(StringComparer.Ordinal) { "__metadata__" };
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteStartObject("__metadata__");
            foreach (var (key, value) in metadata)
                json.WriteString(key, value);
            json.WriteEndObject();
            position = 0;
            foreach (SafetensorsSlot slot in slots)
            {
                if (!names.Add(slot.Name))
                    throw new ArgumentException($"The name \"{slot.Name}\" is taken.", nameof(slots));
                json.WriteStartObject(slot.Name);
                json.WriteString("dtype", SafetensorsTypes.Name(type));
                json.WriteStartArray("shape");
                foreach (long size in slot.Shape)
                {
                    ArgumentOutOfRangeException.ThrowIfNegative(size, slot.Name);
                    json.WriteNumberValue(size);
                }
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(position);
                position = checked(position + (Count(slot) * SafetensorsTypes.Size(type)));
                json.WriteNumberValue(position);
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        // Padded with spaces so that the data starts at a multiple of eight.
        int padded = (buffer.WrittenCount + 7) / 8 * 8;
        byte[] header = new byte[padded];
        header.AsSpan().Fill((byte)' ');
        buffer.WrittenSpan.CopyTo(header);
        return header;
    }

    private static long Count(SafetensorsSlot slot) => slot.Shape.Aggregate(1L, (product, size) => checked(product * size));
}
