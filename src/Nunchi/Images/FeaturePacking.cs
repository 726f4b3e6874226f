namespace Nunchi.Images;

/// <summary>
/// The way from a picture's encoder features to the rows that replace its image tokens, as plain indices: the base view, then the
/// tiles put back into canvas order with the padding cut away, each row ended by the newline vector
/// (transformers, <c>pack_image_features</c>). When <see cref="IsShrunk"/>, the kept grid is first resized.
/// </summary>
public sealed record FeaturePacking
{
    /// <summary>The value in <see cref="Rows"/> that stands for the newline vector.</summary>
    public const int Newline = -1;

    /// <summary>
    /// One number a token: a row of the picture's features <c>[crops * p * p, width]</c>; or, from <see cref="FeatureCount"/> on, a row of the
    /// resized grid <c>[Target.Height * Target.Width, width]</c>; or <see cref="Newline"/>.
    /// </summary>
    public required int[] Rows { get; init; }

    /// <summary>Rows of features that the encoder gives for the picture: crops * p * p.</summary>
    public required int FeatureCount { get; init; }

    /// <summary>The kept features in canvas order, <c>[Source.Height, Source.Width]</c>, to gather before resizing; empty unless <see cref="IsShrunk"/>.</summary>
    public required int[] GridRows { get; init; }

    /// <summary>Size of the kept grid.</summary>
    public required ImageSize Source { get; init; }

    /// <summary>Size to resize it to: bilinear, corners not aligned, no antialiasing.</summary>
    public required ImageSize Target { get; init; }

    /// <summary>Whether the kept grid is resized before it is packed.</summary>
    public bool IsShrunk => GridRows.Length > 0;

    /// <summary>Works out the packing of one picture.</summary>
    /// <param name="image">The picture, from <see cref="ImageProcessor"/>.</param>
    public static FeaturePacking Create(ProcessedImage image)
    {
        int perCrop = image.FeaturesPerCrop;
        var rows = new int[image.TokenCount];
        for (int i = 0; i < perCrop; i++)
            rows[i] = i;
        if (image.Geometry is not { } geometry)
        {
            if (image.HasNewline)
                rows[perCrop] = Newline;
            return new FeaturePacking { Rows = rows, FeatureCount = perCrop * image.CropCount, GridRows = [], Source = default, Target = default };
        }
        int featureCount = perCrop * geometry.CropCount;
        int[] grid = CanvasOrder(geometry);
        int at = perCrop;
        for (int row = 0; row < geometry.Features.Height; row++)
        {
            for (int column = 0; column < geometry.Features.Width; column++)
            {
                int cell = row * geometry.Features.Width + column;
                rows[at++] = geometry.IsShrunk ? featureCount + cell : grid[cell];
            }
            rows[at++] = Newline;
        }
        return new FeaturePacking
        {
            Rows = rows,
            FeatureCount = featureCount,
            GridRows = geometry.IsShrunk && geometry.Features.Area > 0 ? grid : [],
            Source = geometry.Unpadded,
            Target = geometry.Features,
        };
    }

    private static int[] CanvasOrder(AnyResGeometry geometry)
    {
        int side = geometry.TokensPerSide;
        var rows = new int[geometry.Unpadded.Area];
        int at = 0;
        for (int y = geometry.CutRows; y < geometry.CutRows + geometry.Unpadded.Height; y++)
        {
            for (int x = geometry.CutColumns; x < geometry.CutColumns + geometry.Unpadded.Width; x++)
            {
                int crop = 1 + y / side * geometry.Grid.Width + x / side;
                rows[at++] = (crop * side + y % side) * side + x % side;
            }
        }
        return rows;
    }
}
