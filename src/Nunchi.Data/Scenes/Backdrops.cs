using Nunchi.Data.Objects;
using SkiaSharp;

namespace Nunchi.Data.Scenes;

/// <summary>A kind of background and how it is drawn over the whole picture.</summary>
internal sealed record Backdrop(string Name, string Korean, bool HeldOutOnly, Func<SceneBuilder, ColourName> Draw)
{
    public void Paint(SceneBuilder b)
    {
        b.Background = new SceneBackground(Name, Korean, Draw(b));
    }
}

/// <summary>Backgrounds made of random parts: no picture file is needed and none repeats.</summary>
internal static class Backdrops
{
    public static Backdrop Plain { get; } = new("a plain background", "단색 배경", false, b => Flat(b));

    public static Backdrop Gradient { get; } = new("a gradient background", "그러데이션 배경", false, Fade);

    public static Backdrop Plaster { get; } = new("a plaster wall", "회벽", false, b =>
    {
        ColourName colour = Flat(b, ColourName.White, ColourName.Gray, ColourName.SkyBlue, ColourName.Pink, ColourName.Yellow);
        Texture.Mottle(b, 40, 26);
        return colour;
    });

    public static Backdrop Asphalt { get; } = new("asphalt", "아스팔트", false, b =>
    {
        b.Canvas.Clear(SKColor.FromHsv(b.Random.Between(180f, 240f), b.Random.Between(0f, 8f), b.Random.Between(22f, 45f)));
        Texture.Speckle(b, 0.5f);
        Texture.Mottle(b, 60, 30);
        return ColourName.Gray;
    });

    public static Backdrop Brick { get; } = new("a brick wall", "벽돌 벽", false, Bricks);

    public static Backdrop Tiles { get; } = new("a tiled wall", "타일 벽", false, TileWall);

    public static Backdrop Wood { get; } = new("wooden boards", "나무판", false, Planks);

    public static Backdrop Meadow { get; } = new("grass under the sky", "하늘과 잔디밭", false, b => Landscape(b, ColourName.Green));

    public static Backdrop Sand { get; } = new("sand under the sky", "하늘과 모래밭", false, b => Landscape(b, ColourName.Brown));

    public static Backdrop Lights { get; } = new("blurred lights", "흐릿한 불빛", false, Bokeh);

    public static Backdrop Leaves { get; } = new("leaves", "나뭇잎", false, Foliage);

    public static Backdrop Cloth { get; } = new("a checked cloth", "체크무늬 천", false, Checks);

    public static Backdrop Paper { get; } = new("paper", "종이", false, b =>
    {
        ColourName colour = Flat(b, ColourName.White, ColourName.White, ColourName.Yellow, ColourName.Pink, ColourName.SkyBlue);
        b.Canvas.DrawColor(SKColors.White.WithAlpha((byte)b.Random.Between(60, 170)));
        Texture.Mottle(b, 14, 14);
        return colour;
    });

    public static Backdrop Stripes { get; } = new("stripes", "줄무늬", false, Bands);

    public static Backdrop Street { get; } = new("a street", "거리", false, Buildings);

    public static Backdrop Dots { get; } = new("dots", "물방울무늬", true, PolkaDots);

    public static Backdrop Marble { get; } = new("marble", "대리석", true, Veins);

    public static IReadOnlyList<Backdrop> All { get; } =
        [Plain, Gradient, Plaster, Asphalt, Brick, Tiles, Wood, Meadow, Sand, Lights, Leaves, Cloth, Paper, Stripes, Street, Dots, Marble];

    private static readonly double[] Weights = [3, 2, 2, 1, 1.2, 1, 1.2, 1, .6, 1, 1, .6, 1, .6, 1.2, 1.5, 1.5];

    public static Backdrop Any(SceneBuilder b)
    {
        while (true)
        {
            Backdrop one = All[b.Random.Weighted(Weights)];
            if (!one.HeldOutOnly || b.Split == SceneSplit.HeldOut)
                return one;
        }
    }

    public static ColourName Flat(SceneBuilder b, params ColourName[] choices)
    {
        Paint paint = b.Colour(choices);
        b.Canvas.Clear(paint.Shade);
        return paint.Name;
    }

    private static ColourName Fade(SceneBuilder b)
    {
        Paint one = b.Colour(), two = b.Random.Chance(0.5) ? b.Colour(one.Name) : b.Colour();
        float angle = b.Random.Between(0, MathF.Tau);
        var direction = new SKPoint(MathF.Cos(angle) * b.Width / 2, MathF.Sin(angle) * b.Height / 2);
        var middle = new SKPoint(b.Width / 2f, b.Height / 2f);
        using var shader = b.Random.Chance(0.7)
            ? SKShader.CreateLinearGradient(middle - direction, middle + direction, [one.Shade, two.Shade], SKShaderTileMode.Clamp)
            : SKShader.CreateRadialGradient(new SKPoint(b.Random.Between(0f, b.Width), b.Random.Between(0f, b.Height)), Math.Max(b.Width, b.Height), [one.Shade, two.Shade], SKShaderTileMode.Clamp);
        using var paint = new SKPaint { Shader = shader };
        b.Canvas.DrawPaint(paint);
        return one.Name == two.Name ? one.Name : ColourName.None;
    }

    private static ColourName Bricks(SceneBuilder b)
    {
        ColourName name = b.Random.Pick(ColourName.Brown, ColourName.Red, ColourName.Gray);
        b.Canvas.Clear(SKColor.FromHsv(30, b.Random.Between(0f, 15f), b.Random.Between(45f, 85f)));
        float height = b.Random.Between(9f, 26f), width = height * b.Random.Between(2f, 3.2f), gap = height * b.Random.Between(0.06f, 0.16f);
        Grid(b, width, height, gap, 0.5f, () => Fade(Scenes.Paint.Shaded(name, b.Random), b.Random.Between(0.75f, 1f)));
        Texture.Mottle(b, 30, 24);
        return name;
    }

    private static ColourName TileWall(SceneBuilder b)
    {
        ColourName name = b.Random.Pick(ColourName.White, ColourName.SkyBlue, ColourName.Gray, ColourName.Green, ColourName.Blue);
        Paint tile = Scenes.Paint.Sample(name, b.Random);
        b.Canvas.Clear(Fade(tile.Shade, b.Random.Between(0.6f, 0.85f)));
        float size = b.Random.Between(16f, 60f);
        Grid(b, size * b.Random.Pick(1f, 1f, 2f), size, b.Random.Between(1f, 3f), 0, () => Fade(tile.Shade, b.Random.Between(0.92f, 1f)));
        return name;
    }

    private static void Grid(SceneBuilder b, float width, float height, float gap, float shift, Func<SKColor> colour)
    {
        using var paint = new SKPaint { IsAntialias = true };
        float startX = -b.Random.Between(0, width), startY = -b.Random.Between(0, height);
        int row = 0;
        for (float y = startY; y < b.Height; y += height, row++)
        {
            for (float x = startX - (row % 2 * shift * width); x < b.Width; x += width)
            {
                paint.Color = colour();
                b.Canvas.DrawRect(x, y, width - gap, height - gap, paint);
            }
        }
    }

    private static ColourName Planks(SceneBuilder b)
    {
        float hue = b.Random.Between(18f, 38f), saturation = b.Random.Between(30f, 65f), value = b.Random.Between(32f, 80f);
        bool upright = b.Random.Chance(0.3);
        float board = b.Random.Between(24f, 90f), length = upright ? b.Width : b.Height;
        using var paint = new SKPaint { IsAntialias = true };
        for (float at = -b.Random.Between(0, board); at < length; at += board)
        {
            float shade = value * b.Random.Between(0.88f, 1.08f);
            Strip(b, paint, upright, at, board, SKColor.FromHsv(hue, saturation, Math.Min(100, shade)));
            for (int i = 0; i < 5; i++)
                Strip(b, paint, upright, at + b.Random.Between(0, board), b.Random.Between(0.6f, 2.5f), SKColor.FromHsv(hue, saturation, shade * 0.8f).WithAlpha((byte)b.Random.Between(40, 120)));
            Strip(b, paint, upright, at, 1.5f, SKColor.FromHsv(hue, saturation, shade * 0.5f));
        }
        return ColourName.Brown;
    }

    private static void Strip(SceneBuilder b, SKPaint paint, bool upright, float at, float size, SKColor colour)
    {
        paint.Color = colour;
        b.Canvas.DrawRect(upright ? SKRect.Create(at, 0, size, b.Height) : SKRect.Create(0, at, b.Width, size), paint);
    }

    private static ColourName Landscape(SceneBuilder b, ColourName ground)
    {
        float horizon = b.Height * b.Random.Between(0.25f, 0.6f);
        SKColor high = SKColor.FromHsv(b.Random.Between(195f, 220f), b.Random.Between(25f, 70f), b.Random.Between(75f, 100f));
        using (var shader = SKShader.CreateLinearGradient(new SKPoint(0, 0), new SKPoint(0, horizon), [high, SKColors.White.WithAlpha(255)], [0, b.Random.Between(1.2f, 2.5f)], SKShaderTileMode.Clamp))
        using (var sky = new SKPaint { Shader = shader })
            b.Canvas.DrawRect(0, 0, b.Width, horizon, sky);
        Texture.Blobs(b, b.Random.Next(6), SKRect.Create(0, 0, b.Width, horizon * 0.7f), 0.04f, 0.12f, () => SKColors.White.WithAlpha((byte)b.Random.Between(60, 190)));
        SKColor near = ground == ColourName.Green
            ? SKColor.FromHsv(b.Random.Between(85f, 125f), b.Random.Between(40f, 75f), b.Random.Between(45f, 75f))
            : SKColor.FromHsv(b.Random.Between(32f, 44f), b.Random.Between(25f, 50f), b.Random.Between(70f, 92f));
        using (var shader = SKShader.CreateLinearGradient(new SKPoint(0, horizon), new SKPoint(0, b.Height), [Fade(near, 0.85f), near], SKShaderTileMode.Clamp))
        using (var land = new SKPaint { Shader = shader })
            b.Canvas.DrawRect(0, horizon, b.Width, b.Height - horizon, land);
        using var blade = new SKPaint { IsAntialias = true, StrokeWidth = 1.2f };
        for (int i = 0; i < 90; i++)
        {
            float x = b.Random.Between(0f, b.Width), y = b.Random.Between(horizon, b.Height), size = b.Random.Between(2f, 7f);
            blade.Color = Fade(near, b.Random.Between(0.75f, 1.1f)).WithAlpha(140);
            b.Canvas.DrawLine(x, y, x + b.Random.Between(-2f, 2f), y - size, blade);
        }
        return ground == ColourName.Green ? ColourName.Green : ColourName.None;
    }

    private static ColourName Bokeh(SceneBuilder b)
    {
        b.Canvas.Clear(SKColor.FromHsv(b.Random.Between(0f, 360f), b.Random.Between(10f, 60f), b.Random.Between(8f, 40f)));
        Texture.Blobs(b, b.Random.Between(12, 34), SKRect.Create(b.Width, b.Height), 0.02f, 0.11f,
            () => SKColor.FromHsv(b.Random.Between(0f, 360f), b.Random.Between(10f, 70f), 100).WithAlpha((byte)b.Random.Between(30, 130)));
        return ColourName.None;
    }

    private static ColourName Foliage(SceneBuilder b)
    {
        float hue = b.Random.Between(75f, 140f);
        b.Canvas.Clear(SKColor.FromHsv(hue, 60, b.Random.Between(18f, 45f)));
        using var paint = new SKPaint { IsAntialias = true };
        for (int i = 0; i < 130; i++)
        {
            paint.Color = SKColor.FromHsv(hue + b.Random.Between(-22f, 22f), b.Random.Between(35f, 85f), b.Random.Between(18f, 75f)).WithAlpha(200);
            float x = b.Random.Between(0f, b.Width), y = b.Random.Between(0f, b.Height), size = b.Random.Between(6f, 26f);
            b.Canvas.Save();
            b.Canvas.RotateDegrees(b.Random.Between(0f, 180f), x, y);
            b.Canvas.DrawOval(x, y, size, size * 0.42f, paint);
            b.Canvas.Restore();
        }
        return ColourName.Green;
    }

    private static ColourName Checks(SceneBuilder b)
    {
        Paint colour = b.Colour(ColourName.Red, ColourName.Blue, ColourName.Green, ColourName.Brown, ColourName.SkyBlue, ColourName.Pink);
        b.Canvas.Clear(Scenes.Paint.Shaded(ColourName.White, b.Random));
        float size = b.Random.Between(14f, 46f);
        using var paint = new SKPaint { Color = colour.Shade.WithAlpha((byte)b.Random.Between(70, 130)) };
        for (float x = 0; x < b.Width; x += 2 * size)
            b.Canvas.DrawRect(x, 0, size, b.Height, paint);
        for (float y = 0; y < b.Height; y += 2 * size)
            b.Canvas.DrawRect(0, y, b.Width, size, paint);
        return colour.Name;
    }

    private static ColourName Bands(SceneBuilder b)
    {
        Paint one = b.Colour(), two = b.Colour();
        b.Canvas.Clear(one.Shade);
        float size = b.Random.Between(8f, 40f), reach = b.Width + b.Height;
        using var paint = new SKPaint { Color = two.Shade, IsAntialias = true };
        b.Canvas.Save();
        b.Canvas.RotateDegrees(b.Random.Pick(0f, 90f, 45f, 135f), b.Width / 2f, b.Height / 2f);
        for (float y = -reach; y < 2 * reach; y += 2 * size)
            b.Canvas.DrawRect(-reach, y, 3 * reach, size, paint);
        b.Canvas.Restore();
        return ColourName.None;
    }

    private static ColourName Buildings(SceneBuilder b)
    {
        bool night = b.Random.Chance(0.3);
        b.Canvas.Clear(SKColor.FromHsv(b.Random.Between(200f, 225f), b.Random.Between(10f, 50f), night ? b.Random.Between(8f, 22f) : b.Random.Between(70f, 98f)));
        using var paint = new SKPaint { IsAntialias = true };
        float x = -20;
        while (x < b.Width)
        {
            float width = b.Random.Between(0.12f, 0.35f) * b.Width, top = b.Height * b.Random.Between(0f, 0.45f);
            SKColor wall = SKColor.FromHsv(b.Random.Between(0f, 360f), b.Random.Between(0f, 30f), night ? b.Random.Between(10f, 30f) : b.Random.Between(35f, 85f));
            paint.Color = wall;
            b.Canvas.DrawRect(x, top, width, b.Height - top, paint);
            float step = b.Random.Between(12f, 26f);
            for (float wy = top + 6; wy < b.Height; wy += step)
            {
                for (float wx = x + 5; wx < x + width - 8; wx += step)
                {
                    paint.Color = night && b.Random.Chance(0.5) ? new SKColor(250, 225, 150, 200) : Fade(wall, 0.6f);
                    b.Canvas.DrawRect(wx, wy, step * 0.5f, step * 0.55f, paint);
                }
            }
            x += width;
        }
        paint.Color = SKColor.FromHsv(220, 5, night ? 14 : 40);
        b.Canvas.DrawRect(0, b.Height * 0.9f, b.Width, b.Height, paint);
        return ColourName.None;
    }

    private static ColourName PolkaDots(SceneBuilder b)
    {
        Paint ground = b.Colour(), dot = b.Colour();
        b.Canvas.Clear(ground.Shade);
        float step = b.Random.Between(18f, 50f), radius = step * b.Random.Between(0.12f, 0.3f);
        using var paint = new SKPaint { Color = dot.Shade, IsAntialias = true };
        int row = 0;
        for (float y = 0; y < b.Height + step; y += step, row++)
        {
            for (float x = row % 2 * step / 2; x < b.Width + step; x += step)
                b.Canvas.DrawCircle(x, y, radius, paint);
        }
        return ground.Name;
    }

    private static ColourName Veins(SceneBuilder b)
    {
        b.Canvas.Clear(SKColor.FromHsv(b.Random.Between(0f, 360f), b.Random.Between(0f, 8f), b.Random.Between(80f, 96f)));
        Texture.Mottle(b, 30, 20);
        using var paint = new SKPaint { IsAntialias = true, Style = SKPaintStyle.Stroke };
        for (int i = 0; i < 12; i++)
        {
            using var path = new SKPath();
            float x = b.Random.Between(0f, b.Width), y = 0;
            path.MoveTo(x, y);
            while (y < b.Height)
            {
                float nx = x + b.Random.Between(-60f, 60f), ny = y + b.Random.Between(20f, 70f);
                path.QuadTo(x + b.Random.Between(-20f, 20f), (y + ny) / 2, nx, ny);
                (x, y) = (nx, ny);
            }
            paint.StrokeWidth = b.Random.Between(0.6f, 3f);
            paint.Color = SKColor.FromHsv(220, 6, b.Random.Between(40f, 75f)).WithAlpha(110);
            b.Canvas.DrawPath(path, paint);
        }
        return ColourName.None;
    }

    public static SKColor Fade(SKColor colour, float factor) =>
        new((byte)Math.Clamp(colour.Red * factor, 0, 255), (byte)Math.Clamp(colour.Green * factor, 0, 255), (byte)Math.Clamp(colour.Blue * factor, 0, 255), colour.Alpha);
}
