using Nunchi.Data.Objects;
using SkiaSharp;

namespace Nunchi.Data.Scenes;

/// <summary>A thing that scenes may show.</summary>
/// <param name="Class">What it is.</param>
/// <param name="Variant">Which of its looks.</param>
/// <param name="Colour">The colour it is drawn in, or its own; none for things of many colours.</param>
internal sealed record SceneThing(ObjectClass Class, ObjectVariant Variant, ColourName Colour);

/// <summary>A drawn thing cut to its ink, with a coarse map of where it is solid.</summary>
internal sealed class Sprite
{
    /// <summary>Rows and columns of <see cref="Covered"/>.</summary>
    public const int Cells = 24;

    /// <summary>Pixels of the longer side.</summary>
    public const int Size = 136;

    public Sprite(ObjectSprite drawn)
    {
        // Drawn at smaller scales through mip levels, which a raster image keeps once made.
        Image = drawn.ToImage();
        Covered = new bool[Cells * Cells];
        for (int y = 0; y < drawn.Height; y++)
        {
            for (int x = 0; x < drawn.Width; x++)
            {
                if (drawn.Rgba[(((y * drawn.Width) + x) * 4) + 3] >= 110)
                    Covered[(y * Cells / drawn.Height * Cells) + (x * Cells / drawn.Width)] = true;
            }
        }
    }

    public SKImage Image { get; }

    public bool[] Covered { get; }
}
