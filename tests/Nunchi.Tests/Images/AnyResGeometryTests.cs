using CsCheck;
using Nunchi.Images;

namespace Nunchi.Tests.Images;

public class AnyResGeometryTests
{
    private static readonly IReadOnlyList<ImageSize> Grid = CanvasGrid.Full(384, 6);

    // height, width, canvas, resized, features before shrinking at 24 per side, features after, tokens at 24 and at 27
    [Theory]
    [InlineData(384, 384, 384, 384, 384, 384, 24, 24, 24, 24, 1176, 1485)]
    [InlineData(200, 300, 384, 384, 256, 384, 16, 24, 16, 24, 976, 1261)]
    [InlineData(100, 2000, 384, 2304, 116, 2304, 8, 144, 8, 144, 1736, 2196)]
    [InlineData(480, 640, 768, 768, 576, 768, 36, 48, 36, 48, 2340, 2929)]
    [InlineData(768, 1024, 768, 1152, 768, 1024, 48, 64, 48, 64, 3696, 4725)]
    [InlineData(1024, 768, 1152, 768, 1024, 768, 64, 48, 64, 48, 3712, 4744)]
    [InlineData(720, 1280, 768, 1536, 768, 1366, 48, 86, 48, 86, 4752, 5967)]
    [InlineData(1080, 1920, 1152, 1920, 1080, 1920, 68, 120, 54, 95, 5760, 7269)]
    [InlineData(1920, 1080, 1920, 1152, 1920, 1080, 120, 68, 95, 54, 5801, 7317)]
    [InlineData(2304, 384, 2304, 384, 2304, 384, 144, 24, 144, 24, 4176, 5265)]
    [InlineData(2304, 2304, 2304, 2304, 2304, 2304, 144, 144, 72, 72, 5832, 7371)]
    [InlineData(3000, 4000, 1920, 2304, 1728, 2304, 108, 144, 62, 83, 5784, 7309)]
    [InlineData(3508, 2480, 2304, 1920, 2304, 1629, 144, 102, 85, 60, 5761, 7353)]
    public void Compute_KnownSize_GivesThePublishedNumbers(
        int height, int width, int canvasHeight, int canvasWidth, int resizedHeight, int resizedWidth,
        int rows, int columns, int shrunkRows, int shrunkColumns, int tokens24, int tokens27)
    {
        var size = new ImageSize(height, width);
        var geometry = AnyResGeometry.Compute(size, Grid, 384, 24, 9);

        Assert.Equal(new ImageSize(canvasHeight, canvasWidth), geometry.Canvas);
        Assert.Equal(new ImageSize(resizedHeight, resizedWidth), geometry.Resized);
        Assert.Equal(new ImageSize(rows, columns), geometry.Unpadded);
        Assert.Equal(new ImageSize(shrunkRows, shrunkColumns), geometry.Features);
        Assert.Equal(tokens24, geometry.TokenCount);
        Assert.Equal(tokens27, AnyResGeometry.Compute(size, Grid, 384, 27, 9).TokenCount);
    }

    [Theory]
    [InlineData(1300, 1100, 24, 6854)]
    [InlineData(1200, 1000, 27, 8765)]
    public void Compute_WorstCase_StaysJustBelowTheShrinkingRatio(int height, int width, int side, int tokens)
    {
        var geometry = AnyResGeometry.Compute(new ImageSize(height, width), Grid, 384, side, 9);

        Assert.False(geometry.IsShrunk);
        Assert.Equal(tokens, geometry.TokenCount);
    }

    [Theory]
    [InlineData(24)]
    [InlineData(27)]
    public void Compute_AnySizeUpTo4000_KeepsItsInvariants(int side)
    {
        Gen.Select(Gen.Int[1, 4000], Gen.Int[1, 4000]).Sample((height, width) =>
        {
            var size = new ImageSize(height, width);
            var g = AnyResGeometry.Compute(size, Grid, 384, side, 9);

            Assert.Contains(g.Canvas, Grid);
            Assert.True(g.Resized.Height >= 1 && g.Resized.Width >= 1);
            Assert.True(g.Resized.Height == g.Canvas.Height || g.Resized.Width == g.Canvas.Width);
            Assert.True(g.Resized.Height <= g.Canvas.Height && g.Resized.Width <= g.Canvas.Width);
            Assert.True(g.Unpadded.Height == g.CanvasFeatures.Height || g.Unpadded.Width == g.CanvasFeatures.Width);
            Assert.Equal(g.CanvasFeatures.Height, g.Unpadded.Height + 2 * g.CutRows);
            Assert.Equal(g.CanvasFeatures.Width, g.Unpadded.Width + 2 * g.CutColumns);
            Assert.Equal(side * side + g.Features.Height * (g.Features.Width + 1), g.TokenCount);
            Assert.True(g.Features.Area <= Math.Ceiling(9 * 1.21 * side * side));
            Assert.Equal(g.IsShrunk, Math.Sqrt(g.Unpadded.Area / (9.0 * side * side)) > 1.1);
            // The features kept are those of the picture, at most one row or column of padding more.
            double rows = Math.Min(g.CanvasFeatures.Height, (double)height * g.CanvasFeatures.Width / width);
            double columns = Math.Min(g.CanvasFeatures.Width, (double)width * g.CanvasFeatures.Height / height);
            Assert.InRange(g.Unpadded.Height, Math.Floor(rows + 1e-7), Math.Floor(rows + 1e-7) + 1);
            Assert.InRange(g.Unpadded.Width, Math.Floor(columns + 1e-7), Math.Floor(columns + 1e-7) + 1);
        }, iter: 20_000);
    }

    [Fact]
    public void Compute_AnySize_ChoosesTheCanvasThatNoOtherBeats()
    {
        Gen.Select(Gen.Int[1, 4000], Gen.Int[1, 4000]).Sample((height, width) =>
        {
            var chosen = AnyResGeometry.Compute(new ImageSize(height, width), Grid, 384, 24, 9).Canvas;
            var (effective, wasted) = Score(chosen);
            foreach (var canvas in Grid)
            {
                var (otherEffective, otherWasted) = Score(canvas);
                Assert.False(otherEffective > effective || (otherEffective == effective && otherWasted < wasted), $"{canvas} beats {chosen}.");
                if (canvas == chosen)
                    break;
                Assert.False(otherEffective == effective && otherWasted == wasted, $"{canvas} comes first and is as good as {chosen}.");
            }

            (long Effective, long Wasted) Score(ImageSize canvas)
            {
                double scale = Math.Min((double)canvas.Width / width, (double)canvas.Height / height);
                long effective = Math.Min((long)(int)(width * scale) * (int)(height * scale), (long)width * height);
                return (effective, canvas.Area - effective);
            }
        }, iter: 3_000);
    }

    [Fact]
    public void Compute_NoLimitOnTiles_NeverShrinks()
    {
        var geometry = AnyResGeometry.Compute(new ImageSize(2304, 2304), Grid, 384, 24, null);

        Assert.False(geometry.IsShrunk);
        Assert.Equal(576 + 144 * 145, geometry.TokenCount);
    }

    [Fact]
    public void Compute_CanvasOfNoWholeTiles_IsRefused()
    {
        var error = Assert.Throws<ArgumentException>(() => AnyResGeometry.Compute(new ImageSize(9, 9), [new ImageSize(400, 384)], 384, 24, 9));

        Assert.Contains("400 x 384", error.Message, StringComparison.Ordinal);
    }
}
