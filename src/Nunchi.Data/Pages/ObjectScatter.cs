using Nunchi.Data.Objects;

namespace Nunchi.Data.Pages;

/// <summary>Fills a region with objects on a loose grid.</summary>
internal sealed class ObjectScatter(SeededRandom random, ObjectPainter painter)
{
    private const int SizeStep = 4;

    public void Fill(PlanarCanvas canvas, PageSheet sheet, in PixelArea region, PageDifficulty difficulty, Rgb ground, float scale)
    {
        int largest = Math.Max(12, Math.Min(region.Width, region.Height));
        int size = Math.Clamp((int)(difficulty.ObjectSize.SampleRatio(random) * scale), 12, largest);
        float pitch = size * random.Between(1.02f, 1.5f);
        for (float y = region.Top; y + size * 0.6f < region.Bottom; y += pitch)
        {
            for (float x = region.Left; x + size * 0.6f < region.Right; x += pitch)
            {
                if (random.Chance(0.12f))
                    continue;
                Place(canvas, sheet, region, x, y, size, pitch, difficulty, ground);
            }
        }
    }

    private void Place(PlanarCanvas canvas, PageSheet sheet, in PixelArea region, float x, float y, int size, float pitch, PageDifficulty difficulty, Rgb ground)
    {
        ObjectClass item = random.Pick(painter.Drawable);
        ObjectVariant variant = item.Variants[random.Below(item.Variants.Count)];
        if (!painter.CanDraw(variant))
            return;
        int own = Math.Max(12, (int)(size * random.Between(0.7f, 1)) / SizeStep * SizeStep);
        bool shape = variant.Shape != ShapeKind.None;
        ColourName colour = variant.Colour;
        Rgb? ink = null;
        if (shape)
        {
            InkPair pair = new InkPair(ColourName.None, ground, ground).Other(PageColours.Any, Math.Min(difficulty.MinimumContrast, 50), random);
            if (pair.Name == ColourName.None)
                return;
            colour = pair.Name;
            ink = pair.Ink;
        }
        else if (item.Recolourable && random.Chance(0.7f))
        {
            colour = random.Pick(Colours.All);
        }

        ObjectSprite sprite = painter.Draw(variant, shape ? ColourName.None : colour, own);
        int left = (int)(x + random.Unit() * Math.Max(0, pitch - sprite.Width));
        int top = (int)(y + random.Unit() * Math.Max(0, pitch - sprite.Height));
        if (left + sprite.Width > region.Right && region.Right < canvas.Width)
            left = region.Right - sprite.Width;
        if (top + sprite.Height > region.Bottom && region.Bottom < canvas.Height)
            top = region.Bottom - sprite.Height;
        if (left < region.Left || top < region.Top)
            return;
        canvas.Blend(sprite, left, top, !shape && random.Chance(0.5f), ink);
        sheet.Objects.Add(new LabelledObject(item.Id, colour, Quad.Rectangle(left, top, left + sprite.Width, top + sprite.Height)));
    }
}
