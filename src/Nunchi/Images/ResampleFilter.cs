namespace Nunchi.Images;

/// <summary>How a resized pixel is made of its neighbours. The numbers are Pillow's, which checkpoints store as <c>resample</c>.</summary>
public enum ResampleFilter
{
    /// <summary>The pixel whose area holds the centre of the new one.</summary>
    Nearest = 0,

    /// <summary>Windowed sinc of radius 3.</summary>
    Lanczos = 1,

    /// <summary>Triangle of radius 1.</summary>
    Bilinear = 2,

    /// <summary>Keys cubic with a = -0.5, radius 2.</summary>
    Bicubic = 3,

    /// <summary>Mean over the pixels that the new one covers.</summary>
    Box = 4,
}
