using Nunchi.Data.Objects;

namespace Nunchi.Data.Pages;

/// <summary>Paints what lies behind text and objects.</summary>
internal sealed class Ground(SeededRandom random)
{
    private const int GridSide = 9;
    private readonly float[] _grid = new float[GridSide * GridSide];

    /// <summary>A flat colour.</summary>
    public static void Flat(PlanarCanvas canvas, in PixelArea area, Rgb colour) => canvas.Fill(area, colour);

    /// <summary>Some pattern around a colour whose lightness stays within <paramref name="reach"/> of the colour's.</summary>
    public void Pattern(PlanarCanvas canvas, in PixelArea area, Rgb colour, float reach)
    {
        PixelArea part = area.Cut(canvas.Width, canvas.Height);
        Rgb other = Nearby(colour, reach);
        switch (random.Below(5))
        {
            case 0:
                Gradient(canvas, part, colour, other);
                break;
            case 1:
                Stripes(canvas, part, colour, other);
                break;
            case 2:
                Blocks(canvas, part, colour, other);
                break;
            case 3:
                Clouds(canvas, part, colour, other);
                break;
            default:
                Speckles(canvas, part, colour, reach);
                break;
        }
    }

    private Rgb Nearby(Rgb colour, float reach)
    {
        for (int i = 0; i < 12; i++)
        {
            Rgb other = colour.Mix(InkPair.AnyGround(random), random.Between(0.2f, 1));
            if (Math.Abs(other.Luma - colour.Luma) <= reach)
                return other;
        }

        return colour;
    }

    private void Gradient(PlanarCanvas canvas, PixelArea area, Rgb from, Rgb to)
    {
        bool down = random.Chance(0.5f);
        int steps = Math.Max(1, (down ? area.Height : area.Width) - 1);
        for (int i = 0; i <= steps; i++)
        {
            PixelArea line = down
                ? area with { Top = area.Top + i, Bottom = area.Top + i + 1 }
                : area with { Left = area.Left + i, Right = area.Left + i + 1 };
            canvas.Fill(line, from.Mix(to, (float)i / steps));
        }
    }

    private void Stripes(PlanarCanvas canvas, PixelArea area, Rgb one, Rgb two)
    {
        canvas.Fill(area, one);
        int width = random.Range(2, 24);
        int gap = random.Range(2, 24);
        bool down = random.Chance(0.5f);
        for (int at = random.Below(width + gap) - width; at < (down ? area.Height : area.Width); at += width + gap)
        {
            PixelArea stripe = down
                ? area with { Top = area.Top + at, Bottom = area.Top + at + width }
                : area with { Left = area.Left + at, Right = area.Left + at + width };
            canvas.Fill(stripe.Within(area), two);
        }
    }

    private void Blocks(PlanarCanvas canvas, PixelArea area, Rgb one, Rgb two)
    {
        canvas.Fill(area, one);
        int count = random.Range(2, 14);
        for (int i = 0; i < count; i++)
        {
            int left = area.Left + random.Below(Math.Max(1, area.Width));
            int top = area.Top + random.Below(Math.Max(1, area.Height));
            PixelArea block = new(left, top, left + random.Range(4, 60), top + random.Range(4, 60));
            canvas.Fill(block.Within(area), one.Mix(two, random.Unit()));
        }
    }

    private void Clouds(PlanarCanvas canvas, PixelArea area, Rgb one, Rgb two)
    {
        for (int i = 0; i < _grid.Length; i++)
            _grid[i] = random.Unit();
        float across = (GridSide - 1.001f) / Math.Max(1, area.Width);
        float down = (GridSide - 1.001f) / Math.Max(1, area.Height);
        for (int y = area.Top; y < area.Bottom; y++)
        {
            float v = (y - area.Top) * down;
            int row = (int)v;
            float low = v - row;
            for (int x = area.Left; x < area.Right; x++)
            {
                float u = (x - area.Left) * across;
                int column = (int)u;
                float right = u - column;
                int at = row * GridSide + column;
                float top = _grid[at] + (_grid[at + 1] - _grid[at]) * right;
                float bottom = _grid[at + GridSide] + (_grid[at + GridSide + 1] - _grid[at + GridSide]) * right;
                Put(canvas, y * canvas.Width + x, one.Mix(two, top + (bottom - top) * low));
            }
        }
    }

    private void Speckles(PlanarCanvas canvas, PixelArea area, Rgb colour, float reach)
    {
        int strength = Math.Max(1, (int)Math.Min(reach, 36));
        for (int y = area.Top; y < area.Bottom; y++)
        {
            for (int x = area.Left; x < area.Right; x++)
            {
                ulong bits = random.Next();
                int shift = (int)(((uint)bits * (ulong)(2 * strength + 1)) >> 32) - strength;
                Put(canvas, y * canvas.Width + x, new Rgb(Shift(colour.R, shift), Shift(colour.G, shift), Shift(colour.B, shift)));
            }
        }
    }

    private static void Put(PlanarCanvas canvas, int at, Rgb colour)
    {
        canvas.Planes[0][at] = colour.R;
        canvas.Planes[1][at] = colour.G;
        canvas.Planes[2][at] = colour.B;
    }

    private static byte Shift(byte value, int by) => (byte)Math.Clamp(value + by, 0, 255);
}
