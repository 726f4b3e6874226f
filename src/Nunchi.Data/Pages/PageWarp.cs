namespace Nunchi.Data.Pages;

/// <summary>Maps a canvas onto the page: rotation, squeezing, scaling and perspective in one resampling.</summary>
internal static class PageWarp
{
    /// <summary>A mapping from page pixels to canvas pixels whose canvas is just large enough, and that canvas's size.</summary>
    public static (Homography PageToCanvas, int Width, int Height, float Scale) Sample(int size, PageDifficulty difficulty, SeededRandom random)
    {
        float middle = size / 2f;
        float scale = 1 / difficulty.Enlargement.SampleRatio(random);
        float squeeze = new Spread(1 / difficulty.Squeeze, difficulty.Squeeze).SampleRatio(random);
        double across = scale * Math.Sqrt(squeeze);
        double down = scale / Math.Sqrt(squeeze);
        double angle = random.Between(-1, 1) * random.Unit() * difficulty.Rotation * Math.PI / 180;
        double nearX = random.Between(-1, 1) * difficulty.Perspective / size;
        double nearY = random.Between(-1, 1) * difficulty.Perspective / size;
        Homography centre = new(1, 0, -middle, 0, 1, -middle, 0, 0, 1);
        Homography perspective = new(1, 0, 0, 0, 1, 0, nearX, nearY, 1);
        Homography turn = new(Math.Cos(angle), -Math.Sin(angle), 0, Math.Sin(angle), Math.Cos(angle), 0, 0, 0, 1);
        Homography stretch = new(across, 0, 0, 0, down, 0, 0, 0, 1);
        Homography mapping = centre.Then(perspective).Then(turn).Then(stretch);
        Quad corners = Quad.Rectangle(0, 0, size, size).Map(mapping);
        float left = MathF.Floor(corners.Left);
        float top = MathF.Floor(corners.Top);
        mapping = mapping.Then(new Homography(1, 0, -left, 0, 1, -top, 0, 0, 1));
        return (mapping, (int)MathF.Ceiling(corners.Right - left), (int)MathF.Ceiling(corners.Bottom - top), scale);
    }

    /// <summary>Resamples with bilinear weights; a canvas that shrinks a lot is smoothed first so that it does not flicker.</summary>
    public static void Apply(PlanarCanvas from, PlanarCanvas to, int size, in Homography pageToCanvas)
    {
        to.Resize(size, size);
        if (Math.Abs(pageToCanvas.A) > 1.25 || Math.Abs(pageToCanvas.D) > 1.25)
            Smoothing.Across(from, 64);
        if (Math.Abs(pageToCanvas.E) > 1.25 || Math.Abs(pageToCanvas.B) > 1.25)
            Smoothing.Down(from, 64);
        byte[] fromRed = from.Planes[0], fromGreen = from.Planes[1], fromBlue = from.Planes[2];
        byte[] toRed = to.Planes[0], toGreen = to.Planes[1], toBlue = to.Planes[2];
        int width = from.Width;
        float lastX = from.Width - 1.01f;
        float lastY = from.Height - 1.01f;
        Homography m = pageToCanvas;
        for (int y = 0; y < size; y++)
        {
            double u = m.A * 0.5 + m.B * (y + 0.5) + m.C;
            double v = m.D * 0.5 + m.E * (y + 0.5) + m.F;
            double w = m.G * 0.5 + m.H * (y + 0.5) + m.I;
            int at = y * size;
            for (int x = 0; x < size; x++, at++)
            {
                float near = (float)(1 / w);
                float sourceX = Math.Clamp((float)u * near - 0.5f, 0, lastX);
                float sourceY = Math.Clamp((float)v * near - 0.5f, 0, lastY);
                int column = (int)sourceX;
                int row = (int)sourceY;
                int right = (int)((sourceX - column) * 256);
                int low = (int)((sourceY - row) * 256);
                int start = row * width + column;
                toRed[at] = Sample(fromRed, start, width, right, low);
                toGreen[at] = Sample(fromGreen, start, width, right, low);
                toBlue[at] = Sample(fromBlue, start, width, right, low);
                u += m.A;
                v += m.D;
                w += m.G;
            }
        }
    }

    private static byte Sample(byte[] plane, int start, int width, int right, int low)
    {
        int top = plane[start] * (256 - right) + plane[start + 1] * right;
        int bottom = plane[start + width] * (256 - right) + plane[start + width + 1] * right;
        return (byte)((top * (256 - low) + bottom * low + 32768) >> 16);
    }
}
