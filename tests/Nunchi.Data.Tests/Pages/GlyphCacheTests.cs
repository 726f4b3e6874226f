using Nunchi.Data.Fonts;
using Nunchi.Data.Pages;
using Nunchi.Data.Tests.Fonts;

namespace Nunchi.Data.Tests.Pages;

public class GlyphCacheTests
{
    [Theory]
    [InlineData('한', 40)]
    [InlineData('5', 90)]
    public void Mask_ThickerStrokes_HaveMoreInkOnEverySideAndTheSameAdvance(char character, int em)
    {
        using GlyphCache cache = new(1 << 20);
        FontFace face = TestFonts.Library.Of(FontSplit.Training)[0];
        GlyphMask before = cache.Get(face, em).Mask(character);
        for (int thickness = 1; thickness < GlyphCache.Thicknesses; thickness++)
        {
            GlyphMask mask = cache.Get(face, em, thickness).Mask(character);
            Assert.True(Ink(mask) > Ink(before), $"{thickness}: {Ink(mask)} after {Ink(before)}");
            Assert.True(mask.Left <= before.Left && mask.Top <= before.Top && mask.Left + mask.Width >= before.Left + before.Width && mask.Top + mask.Height >= before.Top + before.Height);
            Assert.Equal(before.Advance, mask.Advance);
            before = mask;
        }

        // What was asked for first is not changed by what came later.
        using GlyphCache fresh = new(1 << 20);
        Assert.Equal(fresh.Get(face, em).Mask('글').Alpha, cache.Get(face, em).Mask('글').Alpha);
    }

    [Fact]
    public void Mask_ABlankWithThickerStrokes_IsMissing()
    {
        using GlyphCache cache = new(1 << 20);
        Assert.True(cache.Get(TestFonts.Library.Of(FontSplit.Training)[0], 40, 3).Mask(' ').IsEmpty);
    }

    private static long Ink(GlyphMask mask) => mask.Alpha.Sum(value => (long)value);
}
