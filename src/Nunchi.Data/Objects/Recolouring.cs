namespace Nunchi.Data.Objects;

/// <summary>Gives a drawn object another main colour and keeps its shading and its details of other colours.</summary>
internal static class Recolouring
{
    private const float Reach = 45;
    private const float Coloured = 0.12f;

    public static void Apply(byte[] rgba, ColourName target)
    {
        float hue = DominantHue(rgba);
        Rgb typical = Colours.Typical(target);
        (float targetHue, float targetSaturation, float targetValue) = Colours.ToHsv(typical);
        float meanValue = MeanValue(rgba, hue);
        for (int i = 0; i < rgba.Length; i += 4)
        {
            (float h, float s, float v) = Colours.ToHsv(new Rgb(rgba[i], rgba[i + 1], rgba[i + 2]));
            if (rgba[i + 3] == 0 || s < Coloured || Distance(h, hue) > Reach)
                continue;
            float value = Math.Clamp(targetValue * v / meanValue, 0, 1);
            Rgb shade = Colours.FromHsv(targetHue, targetSaturation * Math.Min(1, s * 1.4f + 0.1f), value);
            (rgba[i], rgba[i + 1], rgba[i + 2]) = (shade.R, shade.G, shade.B);
        }
    }

    private static float DominantHue(byte[] rgba)
    {
        Span<float> weights = stackalloc float[36];
        for (int i = 0; i < rgba.Length; i += 4)
        {
            (float h, float s, float v) = Colours.ToHsv(new Rgb(rgba[i], rgba[i + 1], rgba[i + 2]));
            if (s >= Coloured)
                weights[(int)(h / 10) % 36] += s * v * rgba[i + 3];
        }

        int best = 0;
        for (int i = 1; i < weights.Length; i++)
        {
            if (weights[i] > weights[best])
                best = i;
        }

        return best * 10 + 5;
    }

    private static float MeanValue(byte[] rgba, float hue)
    {
        double sum = 0;
        double count = 0;
        for (int i = 0; i < rgba.Length; i += 4)
        {
            (float h, float s, float v) = Colours.ToHsv(new Rgb(rgba[i], rgba[i + 1], rgba[i + 2]));
            if (rgba[i + 3] == 0 || s < Coloured || Distance(h, hue) > Reach)
                continue;
            sum += v;
            count++;
        }

        return count == 0 ? 1 : Math.Max(0.05f, (float)(sum / count));
    }

    private static float Distance(float a, float b)
    {
        float difference = Math.Abs(a - b) % 360;
        return Math.Min(difference, 360 - difference);
    }
}
