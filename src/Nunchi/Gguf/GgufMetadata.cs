using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Nunchi.Gguf;

/// <summary>Metadata to be written, pair after pair.</summary>
internal sealed class GgufMetadata
{
    private readonly ArrayBufferWriter<byte> _bytes = new();
    private readonly HashSet<string> _keys = new(StringComparer.Ordinal);

    public int Count => _keys.Count;

    public ReadOnlySpan<byte> Bytes => _bytes.WrittenSpan;

    public void Add(string key, string value)
    {
        Begin(key, GgufValueType.String);
        Text(value);
    }

    public void Add(string key, bool value)
    {
        Begin(key, GgufValueType.Bool);
        _bytes.Write([value ? (byte)1 : (byte)0]);
    }

    public void AddWhole(string key, long value)
    {
        Begin(key, GgufValueType.UInt32);
        UInt32(checked((uint)value));
    }

    public void AddNumber(string key, double value)
    {
        Begin(key, GgufValueType.Float32);
        Single((float)value);
    }

    public void AddTexts(string key, IReadOnlyCollection<string> values)
    {
        BeginArray(key, GgufValueType.String, values.Count);
        foreach (string value in values)
            Text(value);
    }

    public void AddWholes(string key, IReadOnlyCollection<int> values)
    {
        BeginArray(key, GgufValueType.Int32, values.Count);
        foreach (int value in values)
            UInt32((uint)value);
    }

    public void AddNumbers(string key, IReadOnlyCollection<float> values)
    {
        BeginArray(key, GgufValueType.Float32, values.Count);
        foreach (float value in values)
            Single(value);
    }

    private void BeginArray(string key, GgufValueType type, int count)
    {
        Begin(key, GgufValueType.Array);
        UInt32((uint)type);
        UInt64((ulong)count);
    }

    private void Begin(string key, GgufValueType type)
    {
        if (!_keys.Add(key))
            throw new ArgumentException($"The key \"{key}\" is taken.", nameof(key));
        Text(key);
        UInt32((uint)type);
    }

    private void Text(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        UInt64((ulong)bytes.Length);
        _bytes.Write(bytes);
    }

    private void UInt32(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_bytes.GetSpan(4), value);
        _bytes.Advance(4);
    }

    private void UInt64(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_bytes.GetSpan(8), value);
        _bytes.Advance(8);
    }

    private void Single(float value)
    {
        BinaryPrimitives.WriteSingleLittleEndian(_bytes.GetSpan(4), value);
        _bytes.Advance(4);
    }
}
