using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Nunchi.Tensors.Safetensors;

/// <summary>Element types of the safetensors format.</summary>
public enum SafetensorsType
{
    /// <summary>32-bit float.</summary>
    F32,

    /// <summary>64-bit float.</summary>
    F64,

    /// <summary>IEEE half precision.</summary>
    F16,

    /// <summary>bfloat16: the upper half of a 32-bit float.</summary>
    BF16,

    /// <summary>8-bit float, 4 exponent bits.</summary>
    F8E4M3,

    /// <summary>8-bit float, 5 exponent bits.</summary>
    F8E5M2,

    /// <summary>Signed 64-bit integer.</summary>
    I64,

    /// <summary>Signed 32-bit integer.</summary>
    I32,

    /// <summary>Signed 16-bit integer.</summary>
    I16,

    /// <summary>Signed 8-bit integer.</summary>
    I8,

    /// <summary>Unsigned 64-bit integer.</summary>
    U64,

    /// <summary>Unsigned 32-bit integer.</summary>
    U32,

    /// <summary>Unsigned 16-bit integer.</summary>
    U16,

    /// <summary>Unsigned 8-bit integer.</summary>
    U8,

    /// <summary>One byte, 0 or 1.</summary>
    Bool,
}

internal static class SafetensorsTypes
{
    private static readonly (string Name, SafetensorsType Type, int Size)[] Known =
    [
        ("F32", SafetensorsType.F32, 4), ("F64", SafetensorsType.F64, 8), ("F16", SafetensorsType.F16, 2), ("BF16", SafetensorsType.BF16, 2),
        ("F8_E4M3", SafetensorsType.F8E4M3, 1), ("F8_E5M2", SafetensorsType.F8E5M2, 1),
        ("I64", SafetensorsType.I64, 8), ("I32", SafetensorsType.I32, 4), ("I16", SafetensorsType.I16, 2), ("I8", SafetensorsType.I8, 1),
        ("U64", SafetensorsType.U64, 8), ("U32", SafetensorsType.U32, 4), ("U16", SafetensorsType.U16, 2), ("U8", SafetensorsType.U8, 1),
        ("BOOL", SafetensorsType.Bool, 1),
    ];

    internal static string KnownNames => string.Join(", ", Known.Select(known => known.Name));

    internal static bool TryParse(string name, out SafetensorsType type)
    {
        foreach (var known in Known)
        {
            if (known.Name == name)
            {
                type = known.Type;
                return true;
            }
        }
        type = default;
        return false;
    }

    internal static int Size(SafetensorsType type) => Find(type).Size;

    internal static string Name(SafetensorsType type) => Find(type).Name;

    /// <summary>Converts elements of a type for which <see cref="SafetensorsEntry.IsFloat"/> holds.</summary>
    /// <param name="type">The type.</param>
    /// <param name="source">The first element; need not be aligned.</param>
    /// <param name="destination">As many floats as are to be converted.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static unsafe void ToSingles(SafetensorsType type, byte* source, Span<float> destination)
    {
        switch (type)
        {
            case SafetensorsType.F32:
                new ReadOnlySpan<byte>(source, destination.Length * sizeof(float)).CopyTo(MemoryMarshal.AsBytes(destination));
                break;
            case SafetensorsType.F16:
                FloatConversion.FromHalf(new ReadOnlySpan<ushort>(source, destination.Length), destination);
                break;
            case SafetensorsType.BF16:
                FloatConversion.FromBFloat16(new ReadOnlySpan<ushort>(source, destination.Length), destination);
                break;
            default:
                for (int i = 0; i < destination.Length; i++)
                    destination[i] = (float)Unsafe.ReadUnaligned<double>(source + (i * sizeof(double)));
                break;
        }
    }

    private static (string Name, SafetensorsType Type, int Size) Find(SafetensorsType type)
    {
        foreach (var known in Known)
        {
            if (known.Type == type)
                return known;
        }
        throw new ArgumentOutOfRangeException(nameof(type), type, "Not a safetensors type.");
    }
}
