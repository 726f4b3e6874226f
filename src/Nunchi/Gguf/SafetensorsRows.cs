using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Nunchi.Tensors.Safetensors;

namespace Nunchi.Gguf;

/// <summary>Reads parts of safetensors tensors as float32, so that a large one never has to be in memory whole.</summary>
internal static unsafe class SafetensorsRows
{
    /// <summary>Reads elements from one on.</summary>
    /// <exception cref="InvalidDataException">The tensor holds no floats.</exception>
    public static void Read(SafetensorsFile file, SafetensorsEntry entry, long first, Span<float> values)
    {
        int size = entry.Type switch
        {
            SafetensorsType.F32 => 4,
            SafetensorsType.F16 or SafetensorsType.BF16 => 2,
            SafetensorsType.F64 => 8,
            _ => throw new InvalidDataException($"{file.Path}: tensor \"{entry.Name}\" at byte {entry.Offset}: expected F32, F16, BF16 or F64, found {entry.Type}."),
        };
        ArgumentOutOfRangeException.ThrowIfGreaterThan(first + values.Length, entry.Count);
        var bytes = new ReadOnlySpan<byte>(file.Locate(entry) + (first * size), checked(values.Length * size));
        switch (entry.Type)
        {
            case SafetensorsType.F32:
                bytes.CopyTo(MemoryMarshal.AsBytes(values));
                break;
            case SafetensorsType.F16:
                FloatConversion.FromHalf(MemoryMarshal.Cast<byte, ushort>(bytes), values);
                break;
            case SafetensorsType.BF16:
                FloatConversion.FromBFloat16(MemoryMarshal.Cast<byte, ushort>(bytes), values);
                break;
            default:
                for (int i = 0; i < values.Length; i++)
                    values[i] = (float)BinaryPrimitives.ReadDoubleLittleEndian(bytes[(i * 8)..]);
                break;
        }
    }
}
