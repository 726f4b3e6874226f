namespace Nunchi.Gguf;

/// <summary>Where one tensor lies in a GGUF file.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">How its numbers are stored.</param>
/// <param name="Shape">Sizes, outermost first (the file has them innermost first).</param>
/// <param name="Offset">First byte, counted from the start of the file.</param>
/// <param name="ByteCount">Bytes it takes.</param>
public sealed record GgufEntry(string Name, GgufTensorType Type, IReadOnlyList<long> Shape, long Offset, long ByteCount)
{
    /// <summary>Number of elements.</summary>
    public long Count { get; } = Shape.Aggregate(1L, (product, size) => product * size);

    /// <summary>The shape as "[2, 3]".</summary>
    public string ShapeText => $"[{string.Join(", ", Shape)}]";
}
