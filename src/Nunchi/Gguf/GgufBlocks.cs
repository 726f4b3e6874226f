using System.Runtime.InteropServices;
using Nunchi.Tensors.Safetensors;

namespace Nunchi.Gguf;

/// <summary>Between the bytes of GGUF tensors and float32.</summary>
internal static class GgufBlocks
{
    private delegate void BlockReader(ReadOnlySpan<byte> block, Span<float> values);

    private delegate void BlockWriter(ReadOnlySpan<float> values, Span<byte> block);

    /// <summary>Types that can be written.</summary>
    public static bool CanWrite(GgufTensorType type) => type is GgufTensorType.F32 or GgufTensorType.F16 or GgufTensorType.BF16 || Writer(type) is not null;

    /// <summary>Reads whole blocks.</summary>
    /// <param name="type">Their type.</param>
    /// <param name="bytes">As many whole blocks as <paramref name="values"/> takes.</param>
    /// <param name="values">Where the values go.</param>
    public static void Read(GgufTensorType type, ReadOnlySpan<byte> bytes, Span<float> values)
    {
        switch (type)
        {
            case GgufTensorType.F32:
                bytes.CopyTo(MemoryMarshal.AsBytes(values));
                return;
            case GgufTensorType.F16:
                FloatConversion.FromHalf(MemoryMarshal.Cast<byte, ushort>(bytes), values);
                return;
            case GgufTensorType.BF16:
                FloatConversion.FromBFloat16(MemoryMarshal.Cast<byte, ushort>(bytes), values);
                return;
        }
        BlockReader read = Reader(type);
        int blockValues = GgufTypes.BlockValues(type), blockBytes = GgufTypes.BlockBytes(type);
        for (int block = 0; block < values.Length / blockValues; block++)
            read(bytes.Slice(block * blockBytes, blockBytes), values.Slice(block * blockValues, blockValues));
    }

    /// <summary>Writes whole blocks.</summary>
    /// <exception cref="OverflowException">A value is too large for the type.</exception>
    public static void Write(GgufTensorType type, ReadOnlySpan<float> values, Span<byte> bytes)
    {
        switch (type)
        {
            case GgufTensorType.F32:
                MemoryMarshal.AsBytes(values).CopyTo(bytes);
                return;
            case GgufTensorType.F16:
                Span<Half> halves = MemoryMarshal.Cast<byte, Half>(bytes);
                for (int i = 0; i < values.Length; i++)
                {
                    halves[i] = (Half)values[i];
                    if (!Half.IsFinite(halves[i]))
                        throw new OverflowException($"{values[i]} does not fit into half precision");
                }
                return;
            case GgufTensorType.BF16:
                FloatConversion.ToBFloat16(values, MemoryMarshal.Cast<byte, ushort>(bytes));
                return;
        }
        BlockWriter write = Writer(type) ?? throw new ArgumentException($"{type} is only read, not written.", nameof(type));
        int blockValues = GgufTypes.BlockValues(type), blockBytes = GgufTypes.BlockBytes(type);
        for (int block = 0; block < values.Length / blockValues; block++)
        {
            ReadOnlySpan<float> from = values.Slice(block * blockValues, blockValues);
            foreach (float value in from)
            {
                if (!(Math.Abs(value) < 65504))
                    throw new OverflowException($"{value} is too large for the half-precision scales of {type}");
            }
            write(from, bytes.Slice(block * blockBytes, blockBytes));
        }
    }

    private static BlockReader Reader(GgufTensorType type) => type switch
    {
        GgufTensorType.Q4_0 => SimpleBlocks.ReadQ4_0,
        GgufTensorType.Q4_1 => SimpleBlocks.ReadQ4_1,
        GgufTensorType.Q5_0 => SimpleBlocks.ReadQ5_0,
        GgufTensorType.Q5_1 => SimpleBlocks.ReadQ5_1,
        GgufTensorType.Q8_0 => SimpleBlocks.ReadQ8_0,
        GgufTensorType.IQ4_NL => SimpleBlocks.ReadIQ4_NL,
        GgufTensorType.Q2_K => SuperBlocks.ReadQ2_K,
        GgufTensorType.Q3_K => SuperBlocks.ReadQ3_K,
        GgufTensorType.Q4_K => SuperBlocks.ReadQ4_K,
        GgufTensorType.Q5_K => SuperBlocks.ReadQ5_K,
        GgufTensorType.Q6_K => SuperBlocks.ReadQ6_K,
        GgufTensorType.IQ4_XS => SuperBlocks.ReadIQ4_XS,
        _ => throw new ArgumentException($"{type} has no blocks.", nameof(type)),
    };

    private static BlockWriter? Writer(GgufTensorType type) => type switch
    {
        GgufTensorType.Q8_0 => SimpleBlocks.WriteQ8_0,
        GgufTensorType.Q4_0 => SimpleBlocks.WriteQ4_0,
        GgufTensorType.Q4_K => SuperBlockWriter.WriteQ4_K,
        GgufTensorType.Q6_K => SuperBlockWriter.WriteQ6_K,
        _ => null,
    };
}
