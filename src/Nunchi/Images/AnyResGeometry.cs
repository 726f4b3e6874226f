namespace Nunchi.Images;

/// <summary>
/// The arithmetic of "anyres" pictures: which canvas of tiles a picture is put on, how it is resized and padded there, and which
/// features the model keeps of it. Preprocessing, the count of image tokens and the packing of features all read this one object,
/// so they cannot disagree. The method is that of LLaVA-NeXT and LLaVA-OneVision (transformers, <c>llava_onevision</c>).
/// </summary>
public sealed record AnyResGeometry
{
    private AnyResGeometry()
    {
    }

    /// <summary>Size of the picture as it came.</summary>
    public required ImageSize Image { get; init; }

    /// <summary>Side of a square tile in pixels.</summary>
    public required int TileSize { get; init; }

    /// <summary>Features along one side of a tile.</summary>
    public required int TokensPerSide { get; init; }

    /// <summary>The canvas in pixels, one of the grid's sizes, a whole number of tiles each way.</summary>
    public required ImageSize Canvas { get; init; }

    /// <summary>Size of the picture on the canvas, aspect ratio kept.</summary>
    public required ImageSize Resized { get; init; }

    /// <summary>The canvas in features before the padding is cut away.</summary>
    public ImageSize CanvasFeatures => new(Grid.Height * TokensPerSide, Grid.Width * TokensPerSide);

    /// <summary>Features kept of the canvas once the padding is cut away; a very thin picture may keep none.</summary>
    public required ImageSize Unpadded { get; init; }

    /// <summary>Features that reach the decoder: <see cref="Unpadded"/>, or fewer where the limit on tiles shrinks them.</summary>
    public required ImageSize Features { get; init; }

    /// <summary>Tiles down and across.</summary>
    public ImageSize Grid => new(Canvas.Height / TileSize, Canvas.Width / TileSize);

    /// <summary>Black rows above the picture; an odd row more is below.</summary>
    public int PadTop => (Canvas.Height - Resized.Height) / 2;

    /// <summary>Black columns left of the picture; an odd column more is at the right.</summary>
    public int PadLeft => (Canvas.Width - Resized.Width) / 2;

    /// <summary>Feature rows cut from the top, and as many from the bottom.</summary>
    public int CutRows => (CanvasFeatures.Height - Unpadded.Height) / 2;

    /// <summary>Feature columns cut from the left, and as many from the right.</summary>
    public int CutColumns => (CanvasFeatures.Width - Unpadded.Width) / 2;

    /// <summary>Whether the kept features are resized (bilinear) to fewer.</summary>
    public bool IsShrunk => Features != Unpadded;

    /// <summary>The whole picture once, and every tile.</summary>
    public int CropCount => 1 + (int)Grid.Area;

    /// <summary>Tokens the picture takes in the prompt: the base view, the kept features, and one newline after each of their rows.</summary>
    public int TokenCount => TokensPerSide * TokensPerSide + Features.Height * (Features.Width + 1);

    /// <summary>Works everything out for one picture.</summary>
    /// <param name="image">Size of the picture, at least 1 x 1.</param>
    /// <param name="canvases">The canvases to choose from, in the checkpoint's order, each a whole number of tiles.</param>
    /// <param name="tileSize">Side of a tile in pixels.</param>
    /// <param name="tokensPerSide">Features along one side of a tile (tile size divided by patch size, rounded down).</param>
    /// <param name="maxTiles">The N of <c>anyres_max_N</c>: more than about 1.1 * sqrt(N) tiles' worth a side is shrunk; null never shrinks.</param>
    /// <exception cref="ArgumentException">A size below 1, no canvas, or a canvas that is no whole number of tiles.</exception>
    public static AnyResGeometry Compute(ImageSize image, IReadOnlyList<ImageSize> canvases, int tileSize, int tokensPerSide, int? maxTiles)
    {
        if (image.Height < 1 || image.Width < 1)
            throw new ArgumentException($"A picture needs at least 1 x 1 pixels, not {image}.", nameof(image));
        if (canvases.Count == 0)
            throw new ArgumentException("There is no canvas to choose from.", nameof(canvases));
        ArgumentOutOfRangeException.ThrowIfLessThan(tileSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(tokensPerSide, 1);
        if (maxTiles is < 1)
            throw new ArgumentOutOfRangeException(nameof(maxTiles), maxTiles, "The limit on tiles is at least 1.");
        ImageSize canvas = ChooseCanvas(image, canvases);
        if (canvas.Height < tileSize || canvas.Width < tileSize || canvas.Height % tileSize != 0 || canvas.Width % tileSize != 0)
            throw new ArgumentException($"The canvas {canvas} is no whole number of {tileSize} pixel tiles.", nameof(canvases));
        var features = new ImageSize(canvas.Height / tileSize * tokensPerSide, canvas.Width / tileSize * tokensPerSide);
        ImageSize unpadded = Unpad(image, features);
        return new AnyResGeometry
        {
            Image = image,
            TileSize = tileSize,
            TokensPerSide = tokensPerSide,
            Canvas = canvas,
            Resized = FitInside(image, canvas),
            Unpadded = unpadded,
            Features = Shrink(unpadded, tokensPerSide, maxTiles),
        };
    }

    /// <summary>The canvas that keeps most of the picture's pixels and, among those, wastes fewest of its own; the first in order on a tie.</summary>
    private static ImageSize ChooseCanvas(ImageSize image, IReadOnlyList<ImageSize> canvases)
    {
        ImageSize best = canvases[0];
        long bestEffective = 0, bestWasted = long.MaxValue;
        foreach (ImageSize canvas in canvases)
        {
            double scale = Math.Min((double)canvas.Width / image.Width, (double)canvas.Height / image.Height);
            long scaled = (long)(image.Width * scale) * (long)(image.Height * scale);
            long effective = Math.Min(scaled, image.Area);
            long wasted = canvas.Area - effective;
            if (effective > bestEffective || (effective == bestEffective && wasted < bestWasted))
            {
                best = canvas;
                bestEffective = effective;
                bestWasted = wasted;
            }
        }
        return best;
    }

    private static ImageSize FitInside(ImageSize image, ImageSize canvas)
    {
        double horizontal = (double)canvas.Width / image.Width, vertical = (double)canvas.Height / image.Height;
        return horizontal < vertical
            ? new ImageSize((int)Math.Min(Math.Ceiling(image.Height * horizontal), canvas.Height), canvas.Width)
            : new ImageSize(canvas.Height, (int)Math.Min(Math.Ceiling(image.Width * vertical), canvas.Width));
    }

    private static ImageSize Unpad(ImageSize image, ImageSize features)
    {
        if ((double)image.Width / image.Height > (double)features.Width / features.Height)
        {
            int rows = (int)Math.Round(image.Height * ((double)features.Width / image.Width), 7);
            return features with { Height = features.Height - (features.Height - rows) / 2 * 2 };
        }
        int columns = (int)Math.Round(image.Width * ((double)features.Height / image.Height), 7);
        return features with { Width = features.Width - (features.Width - columns) / 2 * 2 };
    }

    private static ImageSize Shrink(ImageSize features, int tokensPerSide, int? maxTiles)
    {
        if (maxTiles is not int limit)
            return features;
        double ratio = Math.Sqrt((double)features.Area / ((double)limit * tokensPerSide * tokensPerSide));
        return ratio > 1.1 ? new ImageSize((int)FloorDivide(features.Height, ratio), (int)FloorDivide(features.Width, ratio)) : features;
    }

    // Python's a // b, which floors the exact quotient; Math.Floor(a / b) floors the rounded one.
    private static double FloorDivide(double a, double b) => Math.Round((a - a % b) / b);
}
