namespace Nunchi.Images;

/// <summary>A size in pixels or in features, height first as checkpoints write it.</summary>
/// <param name="Height">Rows.</param>
/// <param name="Width">Columns.</param>
public readonly record struct ImageSize(int Height, int Width)
{
    /// <summary>Height times width.</summary>
    public long Area => (long)Height * Width;

    /// <inheritdoc/>
    public override string ToString() => $"{Height} x {Width} (height x width)";
}
