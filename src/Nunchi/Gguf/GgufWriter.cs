using System.Text;
using Nunchi.Tensors.Safetensors;

namespace Nunchi.Gguf;

/// <summary>A tensor that is to be written.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">How its numbers are stored.</param>
/// <param name="Shape">Sizes, outermost first.</param>
internal sealed record GgufSlot(string Name, GgufTensorType Type, IReadOnlyList<long> Shape)
{
    public long Count => Shape.Aggregate(1L, (product, size) => checked(product * size));

    public long ByteCount => GgufTypes.RowBytes(Type, Count);
}

/// <summary>
/// Writes a GGUF file (version 3) as a stream: metadata and tensors are declared first, then each tensor's values are given in that order. The file
/// appears only at <see cref="Commit"/>; until then an older file of that name stays as it is.
/// </summary>
internal sealed class GgufWriter : IDisposable
{
    private const int Alignment = 32;
    private readonly AtomicFile _file;
    private readonly IReadOnlyList<GgufSlot> _slots;
    private int _current;
    private long _written;
    private byte[] _buffer = [];

    public GgufWriter(string path, GgufMetadata metadata, IReadOnlyList<GgufSlot> slots)
    {
        _slots = slots;
        byte[] header = Header(metadata, slots, out long dataLength);
        _file = new AtomicFile(path, header.Length + dataLength);
        try
        {
            _file.Write(header);
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    /// <summary>Writes the next values of the tensor whose turn it is: whole blocks.</summary>
    public void Write(GgufSlot slot, ReadOnlySpan<float> values)
    {
        int threads = Math.Min(Environment.ProcessorCount, 1 + (values.Length >> 15)), blockValues = GgufTypes.BlockValues(slot.Type);
        if (!ReferenceEquals(slot, _slots[_current]) || values.Length % blockValues != 0 || _written + values.Length > slot.Count)
            throw new ArgumentException($"{values.Length} values of \"{slot.Name}\" are out of turn; expected up to {_slots[_current].Count - _written} of \"{_slots[_current].Name}\", in blocks of {blockValues}.", nameof(values));
        int bytes = checked((int)GgufTypes.RowBytes(slot.Type, values.Length));
        if (_buffer.Length < bytes)
            _buffer = new byte[bytes];
        Convert(slot, values, _buffer.AsSpan(0, bytes), threads);
        _file.Write(_buffer.AsSpan(0, bytes));
        _written += values.Length;
        if (_written < slot.Count)
            return;
        _file.Write(new byte[Padding(slot.ByteCount)]);
        _current++;
        _written = 0;
    }

    public void Commit()
    {
        if (_current < _slots.Count)
            throw new InvalidOperationException($"Tensor \"{_slots[_current].Name}\" still misses {_slots[_current].Count - _written} values.");
        _file.Commit();
    }

    public void Dispose() => _file.Dispose();

    private static unsafe void Convert(GgufSlot slot, ReadOnlySpan<float> values, Span<byte> bytes, int threads)
    {
        int blockValues = GgufTypes.BlockValues(slot.Type), blockBytes = GgufTypes.BlockBytes(slot.Type), blocks = values.Length / blockValues;
        fixed (float* from = values)
        fixed (byte* to = bytes)
        {
            nint fromAddress = (nint)from, toAddress = (nint)to;
            try
            {
                Parallel.For(0, threads, thread =>
                {
                    int first = (int)((long)blocks * thread / threads), last = (int)((long)blocks * (thread + 1) / threads), count = last - first;
                    GgufBlocks.Write(slot.Type, new ReadOnlySpan<float>((float*)fromAddress + ((long)first * blockValues), count * blockValues), new Span<byte>((byte*)toAddress + ((long)first * blockBytes), count * blockBytes));
                });
            }
            catch (AggregateException failure) when (failure.InnerException is OverflowException overflow)
            {
                throw new InvalidDataException($"Tensor \"{slot.Name}\": {overflow.Message}. Choose f32 or bf16.", overflow);
            }
        }
    }

    private static byte[] Header(GgufMetadata metadata, IReadOnlyList<GgufSlot> slots, out long offset)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream, Encoding.UTF8);
        writer.Write("GGUF"u8);
        writer.Write(3u);
        writer.Write((ulong)slots.Count);
        writer.Write((ulong)metadata.Count);
        writer.Write(metadata.Bytes);
        offset = 0;
        foreach (GgufSlot slot in slots)
        {
            byte[] name = Encoding.UTF8.GetBytes(slot.Name);
            writer.Write((ulong)name.Length);
            writer.Write(name);
            writer.Write((uint)slot.Shape.Count);
            foreach (long size in slot.Shape.Reverse())
                writer.Write((ulong)size);
            writer.Write((uint)slot.Type);
            writer.Write((ulong)offset);
            offset = checked(offset + slot.ByteCount + Padding(slot.ByteCount));
        }
        writer.Write(new byte[Padding(stream.Length)]);
        return stream.ToArray();
    }

    private static long Padding(long length) => (Alignment - (length % Alignment)) % Alignment;
}
