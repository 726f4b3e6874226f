using CsCheck;
using Nunchi.Images;

namespace Nunchi.Tests.Images;

public class FeaturePackingTests
{
    private static readonly IReadOnlyList<ImageSize> Grid = CanvasGrid.Full(60, 6);

    [Fact]
    public void Create_PictureOfTwoTiles_OrdersFeaturesAsTheCanvasShowsThem()
    {
        // A 1 x 2 canvas of tiles with 2 x 2 features, nothing to cut: crop 0 is rows 0..3, the left tile 4..7, the right tile 8..11.
        var geometry = AnyResGeometry.Compute(new ImageSize(60, 120), [new ImageSize(60, 120)], 60, 2, 9);

        var packing = FeaturePacking.Create(new ProcessedImage(geometry.Image, 0, 3, 2, geometry, HasNewline: true));

        Assert.Equal([0, 1, 2, 3, 4, 5, 8, 9, -1, 6, 7, 10, 11, -1], packing.Rows);
        Assert.Equal(12, packing.FeatureCount);
        Assert.False(packing.IsShrunk);
    }

    [Fact]
    public void Create_PaddedPicture_LeavesThePaddingOut()
    {
        // 2 x 2 tiles of 4 x 4 features; a picture twice as wide as high fills the middle half of the 8 x 8 canvas.
        var geometry = AnyResGeometry.Compute(new ImageSize(60, 120), [new ImageSize(120, 120)], 60, 4, 9);

        var packing = FeaturePacking.Create(new ProcessedImage(geometry.Image, 0, 5, 4, geometry, HasNewline: true));

        Assert.Equal((2, 4, 8), (geometry.CutRows, geometry.Unpadded.Height, geometry.Unpadded.Width));
        Assert.Equal([24, 25, 26, 27, 40, 41, 42, 43, -1], packing.Rows[16..25]);
    }

    [Fact]
    public void Create_ShrunkPicture_GathersTheGridAndPointsBehindTheFeatures()
    {
        var geometry = AnyResGeometry.Compute(new ImageSize(360, 360), Grid, 60, 4, 9);

        var packing = FeaturePacking.Create(new ProcessedImage(geometry.Image, 0, geometry.CropCount, 4, geometry, HasNewline: true));

        Assert.True(packing.IsShrunk);
        Assert.Equal(new ImageSize(24, 24), packing.Source);
        Assert.Equal(new ImageSize(12, 12), packing.Target);
        Assert.Equal(24 * 24, packing.GridRows.Length);
        Assert.Equal(37 * 16, packing.FeatureCount);
        Assert.Equal([.. Enumerable.Range(0, 12).Select(i => 37 * 16 + i), -1], packing.Rows[16..29]);
    }

    [Theory]
    [InlineData(true, 17)]
    [InlineData(false, 16)]
    public void Create_SingleView_IsTheCropAndPerhapsANewline(bool newline, int length)
    {
        var packing = FeaturePacking.Create(new ProcessedImage(new ImageSize(9, 9), 3, 1, 4, null, newline));

        Assert.Equal(length, packing.Rows.Length);
        Assert.Equal(newline ? -1 : 15, packing.Rows[^1]);
        Assert.False(packing.IsShrunk);
    }

    [Fact]
    public void Create_AnySize_HasOneRowATokenAndUsesNoFeatureTwice()
    {
        Gen.Select(Gen.Int[1, 900], Gen.Int[1, 900]).Sample((height, width) =>
        {
            var geometry = AnyResGeometry.Compute(new ImageSize(height, width), Grid, 60, 4, 9);
            var packing = FeaturePacking.Create(new ProcessedImage(geometry.Image, 0, geometry.CropCount, 4, geometry, HasNewline: true));

            Assert.Equal(geometry.TokenCount, packing.Rows.Length);
            Assert.Equal(geometry.Features.Height, packing.Rows.Count(row => row == FeaturePacking.Newline));
            int[] used = [.. packing.Rows.Where(row => row >= 0)];
            Assert.Equal(used.Length, used.Distinct().Count());
            int most = packing.FeatureCount + (packing.IsShrunk ? (int)packing.Target.Area : 0);
            Assert.All(used, row => Assert.InRange(row, 0, most - 1));
            Assert.Equal(packing.GridRows.Length, packing.GridRows.Distinct().Count());
            Assert.All(packing.GridRows, row => Assert.InRange(row, 16, packing.FeatureCount - 1));
        }, iter: 2_000);
    }
}
