namespace Nunchi.Tensors.Safetensors;

/// <summary>Where one tensor lies in a safetensors file.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Element type.</param>
/// <param name="Shape">Sizes, outermost first; empty for a scalar.</param>
/// <param name="Offset">First byte, counted from the start of the file.</param>
/// <param name="ByteCount">Bytes it takes.</param>
public sealed record SafetensorsEntry(string Name, SafetensorsType Type, IReadOnlyList<long> Shape, long Offset, long ByteCount)
{
    /// <summary>Whether its elements are floats that this library reads: F32, F16, BF16 or F64.</summary>
    public bool IsFloat => Type is SafetensorsType.F32 or SafetensorsType.F16 or SafetensorsType.BF16 or SafetensorsType.F64;

    /// <summary>Number of elements: the product of the shape.</summary>
    public long Count => ByteCount / SafetensorsTypes.Size(Type);

    /// <summary>The shape as "[2, 3]".</summary>
    public string ShapeText => Format(Shape);

    internal static string Format(IEnumerable<long> shape) => $"[{string.Join(", ", shape)}]";
}
