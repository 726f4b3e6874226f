using Nunchi.Data.Pages;
using Nunchi.Data.Scenes;
using Nunchi.Images;

namespace Nunchi.Training.Stages.Answers;

/// <summary>Image tokens of a picture that lie on a grid: where each looks.</summary>
/// <param name="First">Place of the first in the sequence.</param>
/// <param name="Rows">Rows of the grid.</param>
/// <param name="Columns">Columns.</param>
/// <param name="Stride">Tokens from one row to the next.</param>
/// <param name="Left">Where the grid begins, in widths of the picture; negative where padding lies beside it.</param>
/// <param name="Top">The same in heights.</param>
/// <param name="Width">How wide it is, in widths of the picture.</param>
/// <param name="Height">The same in heights.</param>
internal readonly record struct FeatureGrid(int First, int Rows, int Columns, int Stride, float Left, float Top, float Width, float Height)
{
    /// <summary>The grid that shows the most: the tiles, or the whole view of a picture without.</summary>
    /// <param name="image">The picture, prepared; every patch gives a feature.</param>
    /// <param name="firstToken">Place of its first image token in the sequence.</param>
    public static FeatureGrid Finest(ProcessedImage image, int firstToken)
    {
        var side = image.TokensPerSide;
        if (image.Geometry is { } geometry)
        {
            return geometry.Features.Area > 0
                ? new FeatureGrid(firstToken + (side * side), geometry.Features.Height, geometry.Features.Width, geometry.Features.Width + 1, 0, 0, 1, 1)
                : new FeatureGrid(firstToken, side, side, side, 0, 0, 1, 1);
        }

        if (image.IsStretched)
            return new FeatureGrid(firstToken, side, side, side, 0, 0, 1, 1);
        float width = image.Size.Width, height = image.Size.Height, square = Math.Max(width, height);
        return new FeatureGrid(firstToken, side, side, side, (width - square) / (2 * width), (height - square) / (2 * height), square / width, square / height);
    }

    /// <summary>The whole view of a picture that is seen in tiles too; null for one that is not.</summary>
    /// <param name="image">The picture, prepared; every patch gives a feature.</param>
    /// <param name="firstToken">Place of its first image token in the sequence.</param>
    public static FeatureGrid? Whole(ProcessedImage image, int firstToken) =>
        image.Geometry is { Features.Area: > 0 } ? new FeatureGrid(firstToken, image.TokensPerSide, image.TokensPerSide, image.TokensPerSide, 0, 0, 1, 1) : null;

    /// <summary>How many rows of the grid a height in pixels of the picture is.</summary>
    public float RowsOf(float height, Scene scene) => height / (Height * scene.Height) * Rows;

    /// <summary>Tokens whose middle lies inside an outline in pixels of the picture, ascending; where there is none, the token nearest to its middle.</summary>
    public List<int> Within(in Quad outline, Scene scene)
    {
        List<int> tokens = [];
        int top = Row(outline.Top, scene), bottom = Row(outline.Bottom, scene), left = Column(outline.Left, scene), right = Column(outline.Right, scene);
        for (var row = top; row <= bottom; row++)
            for (var column = left; column <= right; column++)
                if (outline.Contains((Left + ((column + 0.5f) / Columns * Width)) * scene.Width, (Top + ((row + 0.5f) / Rows * Height)) * scene.Height))
                    tokens.Add(Token(row, column));
        if (tokens.Count == 0)
            tokens.Add(Token(Row((outline.Top + outline.Bottom) / 2, scene), Column((outline.Left + outline.Right) / 2, scene)));
        return tokens;
    }

    private int Token(int row, int column) => First + (row * Stride) + column;

    private int Row(float y, Scene scene) => Math.Clamp((int)MathF.Floor(((y / scene.Height) - Top) / Height * Rows), 0, Rows - 1);

    private int Column(float x, Scene scene) => Math.Clamp((int)MathF.Floor(((x / scene.Width) - Left) / Width * Columns), 0, Columns - 1);
}
