using Nunchi.Data.Pages;
using Nunchi.Images;

namespace Nunchi.Training.Stages.Answers;

/// <summary>Image tokens of a picture that lie on a grid: where each looks.</summary>
/// <param name="First">Place of the first in the sequence.</param>
/// <param name="Rows">Rows of the grid.</param>
/// <param name="Columns">Columns.</param>
/// <param name="Stride">Tokens from one row to the next.</param>
/// <param name="Left">Where the grid begins, in pixels of the picture; negative where padding lies beside it.</param>
/// <param name="Top">The same downwards.</param>
/// <param name="Width">How wide it is, in pixels of the picture.</param>
/// <param name="Height">How high.</param>
internal readonly record struct FeatureGrid(int First, int Rows, int Columns, int Stride, float Left, float Top, float Width, float Height)
{
    /// <summary>The grid that shows the most: the tiles, or the whole view of a picture without.</summary>
    /// <param name="image">The picture, prepared; every patch gives a feature.</param>
    /// <param name="firstToken">Place of its first image token in the sequence.</param>
    public static FeatureGrid Finest(ProcessedImage image, int firstToken)
    {
        int side = image.TokensPerSide;
        float width = image.Size.Width, height = image.Size.Height, square = Math.Max(width, height);
        return image switch
        {
            { Geometry.Features: { Area: > 0 } features } => new FeatureGrid(firstToken + (side * side), features.Height, features.Width, features.Width + 1, 0, 0, width, height),
            { Geometry: null, IsStretched: false } => new FeatureGrid(firstToken, side, side, side, (width - square) / 2, (height - square) / 2, square, square),
            _ => Stretched(image, firstToken),
        };
    }

    /// <summary>The whole view of a picture that is seen in tiles too; null for one that is not.</summary>
    /// <param name="image">The picture, prepared; every patch gives a feature.</param>
    /// <param name="firstToken">Place of its first image token in the sequence.</param>
    public static FeatureGrid? Whole(ProcessedImage image, int firstToken) =>
        image.Geometry is { Features.Area: > 0 } ? Stretched(image, firstToken) : null;

    /// <summary>How many rows of the grid a height in pixels of the picture is.</summary>
    public float RowsOf(float height) => height / Height * Rows;

    /// <summary>Tokens whose middle lies inside an outline in pixels of the picture, ascending; where there is none, the token nearest to its middle.</summary>
    public List<int> Within(in Quad outline)
    {
        List<int> tokens = [];
        int top = Row(outline.Top), bottom = Row(outline.Bottom), left = Column(outline.Left), right = Column(outline.Right);
        for (var row = top; row <= bottom; row++)
            for (var column = left; column <= right; column++)
                if (outline.Contains(Left + ((column + 0.5f) / Columns * Width), Top + ((row + 0.5f) / Rows * Height)))
                    tokens.Add(Token(row, column));
        if (tokens.Count == 0)
            tokens.Add(Token(Row((outline.Top + outline.Bottom) / 2), Column((outline.Left + outline.Right) / 2)));
        return tokens;
    }

    private static FeatureGrid Stretched(ProcessedImage image, int firstToken) =>
        new(firstToken, image.TokensPerSide, image.TokensPerSide, image.TokensPerSide, 0, 0, image.Size.Width, image.Size.Height);

    private int Token(int row, int column) => First + (row * Stride) + column;

    private int Row(float y) => Math.Clamp((int)MathF.Floor((y - Top) / Height * Rows), 0, Rows - 1);

    private int Column(float x) => Math.Clamp((int)MathF.Floor((x - Left) / Width * Columns), 0, Columns - 1);
}
