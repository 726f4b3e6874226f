using Nunchi.Data.Fonts;
using Nunchi.Data.Objects;

namespace Nunchi.Data.Pages;

/// <summary>Fills a region with lines of words. Letters are cut where the region ends at the page's edge, and whole elsewhere.</summary>
internal sealed class TextPainter(SeededRandom random, GlyphCache cache)
{
    private const int MostFailures = 400;

    // Below this, soft enlarged letters can be read by nobody.
    private const float LeastDrawnHeight = 11;
    private readonly PageWords _words = new(random);

    /// <param name="canvas">Where to draw.</param>
    /// <param name="sheet">Where to note what was drawn.</param>
    /// <param name="region">The region.</param>
    /// <param name="faces">Faces that may be drawn.</param>
    /// <param name="difficulty">What words and gaps there are.</param>
    /// <param name="colours">Ink and ground of the region.</param>
    /// <param name="scale">Canvas pixels per page pixel.</param>
    public void Fill(PlanarCanvas canvas, PageSheet sheet, in PixelArea region, IReadOnlyList<FontFace> faces, PageDifficulty difficulty, InkPair colours, float scale)
    {
        FontFace face = faces[random.Below(Math.Min(difficulty.Faces, faces.Count))];
        float height = Height(difficulty, scale, region);
        bool atLeft = region.Left <= 0, atTop = region.Top <= 0, atRight = region.Right >= canvas.Width, atBottom = region.Bottom >= canvas.Height;
        float top = region.Top + (atTop ? random.Between(-0.6f, 0.4f) : random.Between(0.1f, 0.4f)) * height;
        float margin = atLeft ? random.Between(-1, 0.8f) : random.Between(0.15f, 0.6f);
        int failures = 0;
        while (top < region.Bottom && failures < MostFailures)
        {
            InkPair ink = colours;
            if (random.Chance(difficulty.MixedLines))
            {
                switch (random.Below(3))
                {
                    case 0:
                        height = Height(difficulty, scale, region);
                        break;
                    case 1:
                        face = faces[random.Below(Math.Min(difficulty.Faces, faces.Count))];
                        break;
                    default:
                        ink = colours.Other(difficulty.Colours, difficulty.MinimumContrast, random);
                        break;
                }
            }

            int em = Math.Clamp((int)MathF.Round(height / FontExtent.Of(face).Height), 6, GlyphCache.LargestEm);
            GlyphCache.Strike strike = cache.Get(face, em, difficulty.ThickerShare > 0 && random.Chance(difficulty.ThickerShare) ? 1 + random.Below(GlyphCache.Thicknesses - 1) : 0);
            sheet.SmallestLetters = Math.Min(sheet.SmallestLetters, height);
            int letterHeight = strike.LetterBottom - strike.LetterTop;
            if (!atBottom && top + letterHeight > region.Bottom)
                break;
            float left = region.Left + (margin + (atLeft ? random.Between(-0.5f, 0.5f) : 0)) * height;
            if (random.Chance(0.1f))
                left += random.Between(0, 0.5f) * region.Width;
            failures += Line(canvas, sheet, region, strike, difficulty, ink, left, (int)MathF.Round(top) - strike.LetterTop, height, atRight);
            top += letterHeight + difficulty.LineGap.Sample(random) * height;
        }
    }

    private float Height(PageDifficulty difficulty, float scale, in PixelArea region)
    {
        float fitting = Math.Max(difficulty.GlyphHeight.Low * scale, Math.Min(region.Height * 0.75f, region.Width * 0.4f));
        return Math.Max(LeastDrawnHeight, Math.Min(difficulty.GlyphHeight.SampleRatio(random) * scale, fitting));
    }

    private int Line(
        PlanarCanvas canvas, PageSheet sheet, in PixelArea region, GlyphCache.Strike strike, PageDifficulty difficulty, InkPair ink,
        float x, int baseline, float height, bool atRight)
    {
        int failures = 1;
        float letterGap = difficulty.LetterGap.Sample(random) * height;
        while (x < region.Right && failures < 8)
        {
            ReadOnlySpan<char> word = _words.Next(difficulty);
            float end = x;
            foreach (char letter in word)
                end += strike.Mask(letter).Advance + letterGap;
            if (!atRight && end - letterGap > region.Right)
            {
                failures++;
                continue;
            }

            if (Word(canvas, sheet, region, strike, word, ink, ref x, baseline, letterGap))
                x += difficulty.WordGap.Sample(random) * height;
            else
                failures++;
        }

        return failures;
    }

    private static bool Word(
        PlanarCanvas canvas, PageSheet sheet, in PixelArea region, GlyphCache.Strike strike, ReadOnlySpan<char> word, InkPair ink,
        ref float x, int baseline, float letterGap)
    {
        int index = sheet.Words.Count;
        int left = int.MaxValue, top = int.MaxValue, right = int.MinValue, bottom = int.MinValue;
        foreach (char letter in word)
        {
            GlyphMask mask = strike.Mask(letter);
            if (mask.IsEmpty)
                continue;
            int pen = (int)MathF.Round(x);
            int inkLeft = pen + mask.Left;
            int inkTop = baseline + mask.Top;
            canvas.Blend(mask, inkLeft, inkTop, ink.Ink, region);
            left = Math.Min(left, inkLeft);
            top = Math.Min(top, inkTop);
            right = Math.Max(right, inkLeft + mask.Width);
            bottom = Math.Max(bottom, inkTop + mask.Height);
            Quad cell = Quad.Rectangle(
                x, Math.Min(baseline + strike.LetterTop, inkTop), x + mask.Advance, Math.Max(baseline + strike.LetterBottom, inkTop + mask.Height));
            sheet.Glyphs.Add(new LabelledGlyph(letter, ink.Name, cell, index));
            x += mask.Advance + letterGap;
        }

        if (right == int.MinValue)
            return false;
        sheet.Words.Add(Quad.Rectangle(left, top, right, bottom));
        return true;
    }
}
