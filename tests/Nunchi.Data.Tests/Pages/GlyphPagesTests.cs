using Nunchi.Data.Fonts;
using Nunchi.Data.Pages;
using Nunchi.Data.Tests.Fonts;

namespace Nunchi.Data.Tests.Pages;

public class GlyphPagesTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(7)]
    [InlineData(9)]
    [InlineData(11)]
    public void Draw_SameSeed_GivesTheSameBytesWhateverCameBefore(int level)
    {
        using GlyphPages one = new(TestFonts.Library);
        using GlyphPages two = new(TestFonts.Library);
        LabelledPage first = new();
        LabelledPage second = new();
        two.Draw(999, PageCurriculum.Level(11), second);
        for (ulong seed = 0; seed < 8; seed++)
        {
            one.Draw(seed, PageCurriculum.Level(level), first);
            two.Draw(seed, PageCurriculum.Level(level), second);
            Assert.Equal(first.Rgb, second.Rgb);
            Assert.Equal(first.Initial, second.Initial);
            Assert.Equal(first.ObjectClass, second.ObjectClass);
            Assert.Equal(first.Box, second.Box);
        }
    }

    [Fact]
    public void Draw_OtherSeed_GivesAnotherPage()
    {
        using GlyphPages pages = new(TestFonts.Library);
        LabelledPage first = new();
        LabelledPage second = new();
        pages.Draw(1, PageCurriculum.Level(0), first);
        pages.Draw(2, PageCurriculum.Level(0), second);
        Assert.NotEqual(first.Rgb, second.Rgb);
    }

    [Fact]
    public void Draw_EveryLevel_KeepsLabelsInRangeAndConsistent()
    {
        using GlyphPages pages = new(TestFonts.Library);
        LabelledPage page = new();
        for (int level = 0; level < PageCurriculum.Levels; level++)
        {
            PageDifficulty difficulty = PageCurriculum.Level(level);
            int glyphs = 0, objects = 0;
            for (ulong seed = 0; seed < 12; seed++)
            {
                pages.Draw(seed, difficulty, page);
                string where = $"level {level}, seed {seed}";
                for (int i = 0; i < page.Patches; i++)
                {
                    Assert.True(page.Initial[i] < DenseLabels.Initials && page.Medial[i] < DenseLabels.Medials && page.Final[i] < DenseLabels.Finals, where);
                    Assert.True(page.ObjectClass[i] < DenseLabels.ObjectClasses && page.Colour[i] < DenseLabels.ColourCount, where);
                    bool glyph = page.Initial[i] != 0;
                    bool thing = page.ObjectClass[i] != 0;
                    Assert.True(!(glyph && thing), where);
                    Assert.Equal(glyph || thing, page.HasBox[i] == 1);
                    Assert.Equal(page.Initial[i] is >= 1 and <= DenseLabels.LeadingConsonants, page.Medial[i] != 0);
                    Assert.Equal(page.Medial[i] != 0, page.Final[i] != 0);
                    Assert.True(!glyph || page.Colour[i] != 0, where);
                    Assert.True(page.Box.AsSpan(4 * i, 4).IndexOfAnyExceptInRange(0f, 1f) < 0, where);
                    glyphs += glyph ? 1 : 0;
                    objects += thing ? 1 : 0;
                }
            }

            Assert.InRange(glyphs, 200, 12 * 144);
            Assert.Equal(difficulty.ObjectShare > 0, objects > 0);
        }
    }

    [Fact]
    public void Draw_Denser_ShowsMoreLetters()
    {
        using GlyphPages pages = new(TestFonts.Library);
        LabelledPage page = new();
        int Letters(PageDifficulty difficulty)
        {
            int letters = 0;
            for (ulong seed = 0; seed < 40; seed++)
            {
                pages.Draw(seed, difficulty, page);
                letters += page.Initial.Count(label => label > 0);
            }

            return letters;
        }

        PageDifficulty last = PageCurriculum.Level(PageCurriculum.Levels - 1);
        int plain = Letters(last);
        Assert.Equal(last, last.Denser(0));
        Assert.InRange(Letters(last.Denser(1)), 1.25 * plain, 2 * plain);
        Assert.Throws<ArgumentException>(() => last.Denser(1.5f));
    }

    [Fact]
    public void Draw_DarkOnLight_PutsInkOnlyWhereWordsAre()
    {
        using GlyphPages pages = new(TestFonts.Library);
        LabelledPage page = new();
        pages.Draw(5, PageCurriculum.Level(0), page);
        Assert.Contains(page.Rgb, value => value < 60);
        int inkedWithoutBox = 0;
        for (int i = 0; i < page.Patches; i++)
        {
            int at = ((i / page.Side * 16 + 8) * page.Size + i % page.Side * 16 + 8) * 3;
            if (page.HasBox[i] == 0 && page.Rgb[at] < 100)
                inkedWithoutBox++;
        }

        Assert.Equal(0, inkedWithoutBox);
    }

    [Fact]
    public void Draw_OtherSizesAndPatches_FillTheirBuffers()
    {
        using GlyphPages pages = new(TestFonts.Library);
        LabelledPage small = new(96, 8);
        LabelledPage large = new(384);
        pages.Draw(1, PageCurriculum.Level(11), small);
        pages.Draw(1, PageCurriculum.Level(11), large);
        Assert.Contains((byte)1, small.HasBox);
        Assert.Contains((byte)1, large.HasBox);
        Assert.Throws<ArgumentException>(() => new LabelledPage(100));
    }

    [Fact]
    public void Draw_SteadyState_AllocatesNothingPerPage()
    {
        using GlyphPages pages = new(TestFonts.Library);
        LabelledPage page = new();
        PageDifficulty level = PageCurriculum.Level(2);
        for (ulong seed = 0; seed < 400; seed++)
            pages.Draw(seed, level, page);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (ulong seed = 0; seed < 400; seed++)
            pages.Draw(seed, level, page);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4096);
    }

    [Fact]
    public void Draw_BadDifficultyOrNoFaces_SaysWhat()
    {
        using GlyphPages pages = new(TestFonts.Library);
        LabelledPage page = new();
        var failure = Assert.Throws<ArgumentException>(() => pages.Draw(1, new PageDifficulty { GlyphHeight = new Spread(40, 20) }, page));
        Assert.Contains("GlyphHeight", failure.Message, StringComparison.Ordinal);
        failure = Assert.Throws<ArgumentException>(() => pages.Draw(1, new PageDifficulty { Split = FontSplit.HeldOut }, page));
        Assert.Contains("HeldOut", failure.Message, StringComparison.Ordinal);
        failure = Assert.Throws<ArgumentException>(() => pages.Draw(1, new PageDifficulty { LatinShare = 0.7f, NumberShare = 0.7f }, page));
        Assert.Contains("LatinShare", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Level_OutOfRange_Throws()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => PageCurriculum.Level(PageCurriculum.Levels));
        Assert.Throws<ArgumentOutOfRangeException>(() => PageCurriculum.Describe(-1));
        Assert.All(Enumerable.Range(0, PageCurriculum.Levels), level => Assert.NotEmpty(PageCurriculum.Describe(level)));
    }
}
