using SkiaSharp;

namespace Nunchi.Data.Scenes;

/// <summary>A thing that was drawn.</summary>
internal sealed record PlacedObject(SceneThing Thing, Sprite Sprite, SKMatrix ToPicture);

internal sealed partial class SceneBuilder
{
    public List<PlacedObject> Objects { get; } = [];

    /// <summary>Draws a thing so that its longer side is <paramref name="size"/>, turned by degrees, its middle at a point of the design.</summary>
    public void Thing(SceneThing thing, float x, float y, float size, float degrees = 0, bool mirror = false, bool shadow = false)
    {
        Sprite sprite = Assets.SpriteOf(thing, Random);
        float scale = size / Math.Max(sprite.Image.Width, sprite.Image.Height);
        Canvas.Save();
        Canvas.Translate(x, y);
        if (shadow)
        {
            using var blur = SKMaskFilter.CreateBlur(SKBlurStyle.Normal, size * 0.03f);
            using var dark = new SKPaint { Color = SKColors.Black.WithAlpha(70), MaskFilter = blur };
            float halfHeight = sprite.Image.Height * scale / 2;
            Canvas.DrawOval(0, halfHeight * 0.97f, sprite.Image.Width * scale * 0.42f, size * 0.06f, dark);
        }
        Canvas.RotateDegrees(degrees);
        Canvas.Scale(mirror ? -scale : scale, scale);
        Canvas.Translate(-sprite.Image.Width / 2f, -sprite.Image.Height / 2f);
        if (DrawInk)
            Canvas.DrawImage(sprite.Image, 0, 0, new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
        Objects.Add(new PlacedObject(thing, sprite, Canvas.TotalMatrix));
        Canvas.Restore();
    }

    private List<SceneObject> RecordObjects()
    {
        var records = new List<SceneObject>(Objects.Count);
        SKMatrix[] toSprite = [.. Objects.Select(o => o.ToPicture.Invert())];
        for (int i = 0; i < Objects.Count; i++)
        {
            PlacedObject placed = Objects[i];
            SceneBox? box = null;
            int covered = 0, seen = 0;
            float stepX = placed.Sprite.Image.Width / (float)Sprite.Cells, stepY = placed.Sprite.Image.Height / (float)Sprite.Cells;
            for (int cell = 0; cell < Sprite.Cells * Sprite.Cells; cell++)
            {
                if (!placed.Sprite.Covered[cell])
                    continue;
                covered++;
                int column = cell % Sprite.Cells, row = cell / Sprite.Cells;
                SKPoint middle = placed.ToPicture.MapPoint((column + 0.5f) * stepX, (row + 0.5f) * stepY);
                SceneBox part = SceneBox.Around(Map(placed.ToPicture, SKRect.Create(column * stepX, row * stepY, stepX, stepY)));
                box = box?.Union(part) ?? part;
                if (middle.X >= 0 && middle.Y >= 0 && middle.X < Width && middle.Y < Height && !Hidden(i, middle, toSprite))
                    seen++;
            }
            if (box?.ClipTo(Width, Height) is not { } inside)
                continue;
            records.Add(new SceneObject
            {
                Class = placed.Thing.Class.Key,
                Korean = placed.Thing.Class.Korean,
                English = placed.Thing.Class.English,
                Colour = placed.Thing.Colour,
                Box = inside,
                Order = i,
                Visible = MathF.Round(seen / (float)Math.Max(1, covered), 3),
            });
        }
        return records;
    }

    private bool Hidden(int index, SKPoint point, SKMatrix[] toSprite)
    {
        for (int j = index + 1; j < Objects.Count; j++)
        {
            Sprite sprite = Objects[j].Sprite;
            SKPoint at = toSprite[j].MapPoint(point);
            int column = (int)(at.X * Sprite.Cells / sprite.Image.Width), row = (int)(at.Y * Sprite.Cells / sprite.Image.Height);
            if (at.X >= 0 && at.Y >= 0 && column < Sprite.Cells && row < Sprite.Cells && sprite.Covered[(row * Sprite.Cells) + column])
                return true;
        }
        return false;
    }
}
