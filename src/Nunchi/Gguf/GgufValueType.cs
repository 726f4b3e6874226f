namespace Nunchi.Gguf;

/// <summary>Types of GGUF metadata. The values are the format's own.</summary>
internal enum GgufValueType
{
    UInt8 = 0,
    Int8 = 1,
    UInt16 = 2,
    Int16 = 3,
    UInt32 = 4,
    Int32 = 5,
    Float32 = 6,
    Bool = 7,
    String = 8,
    Array = 9,
    UInt64 = 10,
    Int64 = 11,
    Float64 = 12,
}

/// <summary>Where a metadata value lies.</summary>
/// <param name="Type">Its type; of an array, of its elements.</param>
/// <param name="IsArray">Whether it is an array.</param>
/// <param name="Count">Elements of an array; 1 otherwise.</param>
/// <param name="Offset">First byte of the (first) value.</param>
internal readonly record struct GgufValue(GgufValueType Type, bool IsArray, long Count, long Offset);
