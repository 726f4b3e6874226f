using Nunchi.Data.Objects;
using SkiaSharp;

namespace Nunchi.Data.Scenes;

internal sealed partial class SceneBuilder
{
    private readonly List<SceneArea> _areas = [];

    /// <summary>A filled rectangle with round corners, in the design's units.</summary>
    /// <param name="area">Where.</param>
    /// <param name="colour">Filled with this.</param>
    /// <param name="radius">Of its corners.</param>
    /// <param name="border">Colour of its border, or null.</param>
    /// <param name="borderWidth">Of the border, inwards.</param>
    /// <param name="name">What its colour is called, for the record.</param>
    public void Panel(SKRect area, SKColor colour, float radius = 0, SKColor? border = null, float borderWidth = 0, ColourName name = ColourName.None)
    {
        Cover(area, name);
        using var paint = new SKPaint { Color = colour, IsAntialias = true };
        Canvas.DrawRoundRect(area, radius, radius, paint);
        if (border is { } edge)
        {
            paint.Color = edge;
            paint.Style = SKPaintStyle.Stroke;
            paint.StrokeWidth = borderWidth;
            area.Inflate(-borderWidth / 2, -borderWidth / 2);
            Canvas.DrawRoundRect(area, radius, radius, paint);
        }
    }

    /// <summary>The body of a sign: sometimes with a shadow behind, a gradient of light over it, a border, screws.</summary>
    public void Board(SKRect area, Paint ground, float radius = 0, Paint? border = null)
    {
        if (Random.Chance(0.4))
        {
            using var filter = SKMaskFilter.CreateBlur(SKBlurStyle.Normal, area.Height * 0.02f);
            using var shade = new SKPaint { Color = SKColors.Black.WithAlpha(110), MaskFilter = filter };
            SKRect under = area;
            under.Offset(area.Height * 0.02f, area.Height * 0.03f);
            Canvas.DrawRoundRect(under, radius, radius, shade);
        }
        Panel(area, ground.Shade, radius, border?.Shade, area.Height * 0.03f, ground.Name);
        if (Random.Chance(0.3))
        {
            using var shader = SKShader.CreateLinearGradient(new SKPoint(area.Left, area.Top), new SKPoint(area.Right, area.Bottom),
                [SKColors.White.WithAlpha((byte)Random.Between(10, 60)), SKColors.Transparent, SKColors.Black.WithAlpha((byte)Random.Between(10, 45))], SKShaderTileMode.Clamp);
            using var gloss = new SKPaint { Shader = shader, IsAntialias = true };
            Canvas.DrawRoundRect(area, radius, radius, gloss);
        }
        if (Random.Chance(0.12))
        {
            float inset = area.Height * 0.05f;
            foreach ((float x, float y) in new[] { (area.Left + inset, area.Top + inset), (area.Right - inset, area.Top + inset), (area.Left + inset, area.Bottom - inset), (area.Right - inset, area.Bottom - inset) })
                Disc(x, y, area.Height * 0.014f, new SKColor(120, 120, 125));
        }
    }

    public void Disc(float x, float y, float radius, SKColor colour, SKColor? ring = null, float ringWidth = 0)
    {
        Cover(SKRect.Create(x - radius, y - radius, 2 * radius, 2 * radius), ColourName.None);
        using var paint = new SKPaint { Color = ring ?? colour, IsAntialias = true };
        Canvas.DrawCircle(x, y, radius, paint);
        if (ring is not null)
        {
            paint.Color = colour;
            Canvas.DrawCircle(x, y, radius - ringWidth, paint);
        }
    }

    public void Line(float x1, float y1, float x2, float y2, float width, SKColor colour, float dash = 0)
    {
        using var paint = new SKPaint { Color = colour, IsAntialias = true, StrokeWidth = width };
        using SKPathEffect? effect = dash > 0 ? SKPathEffect.CreateDash([dash, dash], 0) : null;
        paint.PathEffect = effect;
        Canvas.DrawLine(x1, y1, x2, y2, paint);
    }

    public void Polygon(SKColor colour, params SKPoint[] corners)
    {
        using var path = new SKPath();
        path.AddPoly(corners);
        Cover(path.Bounds, ColourName.None);
        using var paint = new SKPaint { Color = colour, IsAntialias = true };
        Canvas.DrawPath(path, paint);
    }

    /// <summary>An arrow inside a square, turned by degrees clockwise from "up".</summary>
    public void Arrow(SKRect area, float degrees, SKColor colour, bool chevron = false)
    {
        Canvas.Save();
        Canvas.RotateDegrees(degrees, area.MidX, area.MidY);
        float w = area.Width, h = area.Height;
        SKPoint At(float x, float y) => new(area.Left + (x * w), area.Top + (y * h));
        if (chevron)
            Polygon(colour, At(.5f, .1f), At(.95f, .9f), At(.05f, .9f));
        else
            Polygon(colour, At(.5f, 0), At(.95f, .5f), At(.63f, .5f), At(.63f, 1), At(.37f, 1), At(.37f, .5f), At(.05f, .5f));
        Canvas.Restore();
    }

    /// <summary>Notes that something lies over an area from now on, for the record.</summary>
    /// <param name="area">In the design's units.</param>
    /// <param name="colour">Its colour; none where that has no name or only a part of the area is covered.</param>
    public void Cover(SKRect area, ColourName colour) => _areas.Add(new SceneArea(Map(Canvas.TotalMatrix, area), colour));
}
