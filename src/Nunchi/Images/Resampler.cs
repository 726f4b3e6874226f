using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Nunchi.Images;

/// <summary>
/// Resizes pictures to the byte as Pillow 13's <c>Image.resize</c> does: weights in 22-bit fixed point, a horizontal and a vertical
/// pass, each rounded to 8 bits, the filter widened by the factor when shrinking (Pillow, <c>src/libImaging/Resample.c</c>).
/// </summary>
public static class Resampler
{
    private const int PixelsPerBand = 1 << 16;

    /// <summary>Resizes the whole picture.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="width">New width, at least 1.</param>
    /// <param name="height">New height, at least 1.</param>
    /// <param name="filter">How pixels are mixed.</param>
    /// <returns>A new picture of <paramref name="width"/> x <paramref name="height"/>; the same one when the size does not change.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A size below 1 or an unknown filter.</exception>
    public static RgbImage Resize(RgbImage image, int width, int height, ResampleFilter filter = ResampleFilter.Bicubic) =>
        image.Width == width && image.Height == height && Enum.IsDefined(filter)
            ? image
            : ResizeRegion(image, width, height, 0, 0, width, height, filter);

    /// <summary>A cut-out of what <see cref="Resize"/> would give, without computing the rest.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="width">Width that the whole picture would get.</param>
    /// <param name="height">Height that the whole picture would get.</param>
    /// <param name="left">First column of the cut-out.</param>
    /// <param name="top">First row of the cut-out.</param>
    /// <param name="regionWidth">Columns of the cut-out, at least 1.</param>
    /// <param name="regionHeight">Rows of the cut-out, at least 1.</param>
    /// <param name="filter">How pixels are mixed.</param>
    /// <returns>A new picture of <paramref name="regionWidth"/> x <paramref name="regionHeight"/>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A size below 1, a cut-out outside the picture, or an unknown filter.</exception>
    public static RgbImage ResizeRegion(
        RgbImage image, int width, int height, int left, int top, int regionWidth, int regionHeight, ResampleFilter filter = ResampleFilter.Bicubic)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(regionWidth, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(regionHeight, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(left);
        ArgumentOutOfRangeException.ThrowIfNegative(top);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(left, width - regionWidth);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(top, height - regionHeight);
        if (!Enum.IsDefined(filter))
            throw new ArgumentOutOfRangeException(nameof(filter), filter, "Known filters are nearest, Lanczos, bilinear, bicubic and box.");
        if (filter == ResampleFilter.Nearest)
            return Nearest(image, width, height, left, top, regionWidth, regionHeight);

        return VerticalFirst(image, width, height)
            ? Horizontal(Vertical(image, height, top, regionHeight, filter), width, left, regionWidth, filter)
            : HorizontalFirst(image, width, height, left, top, regionWidth, regionHeight, filter);
    }

    // The order decides which pass's rounding comes first, so it is part of the result. Pillow 13 chooses it so.
    private static bool VerticalFirst(RgbImage image, int width, int height) =>
        image.Height > height && image.Height - height > 2L * (image.Width - width);

    /// <summary>Narrows only the rows that the vertical pass will read.</summary>
    private static RgbImage HorizontalFirst(
        RgbImage image, int width, int height, int left, int top, int regionWidth, int regionHeight, ResampleFilter filter)
    {
        if (image.Height == height)
            return Horizontal(image, width, left, regionWidth, filter, top, regionHeight);
        var weights = ResampleWeights.Compute(image.Height, height, top, regionHeight, filter);
        int firstRow = weights.SourceStart;
        return Vertical(Horizontal(image, width, left, regionWidth, filter, firstRow, weights.SourceEnd - firstRow), weights, firstRow);
    }

    private static RgbImage Horizontal(RgbImage image, int width, int left, int regionWidth, ResampleFilter filter) =>
        Horizontal(image, width, left, regionWidth, filter, 0, image.Height);

    private static RgbImage Vertical(RgbImage image, int height, int top, int regionHeight, ResampleFilter filter) =>
        Vertical(image, ResampleWeights.Compute(image.Height, height, top, regionHeight, filter), 0);

    private static unsafe RgbImage Horizontal(RgbImage image, int width, int left, int regionWidth, ResampleFilter filter, int firstRow, int rows)
    {
        int sourceStride = image.Width * 3, targetStride = regionWidth * 3;
        var result = new RgbImage(regionWidth, rows);
        if (image.Width == width)
        {
            for (int y = 0; y < rows; y++)
                image.Pixels.AsSpan((firstRow + y) * sourceStride + left * 3, targetStride).CopyTo(result.Pixels.AsSpan(y * targetStride));
            return result;
        }
        var weights = ResampleWeights.Compute(image.Width, width, left, regionWidth, filter);
        if (!Avx2.IsSupported)
        {
            Bands(rows, Math.Max(regionWidth, image.Width), (start, end) =>
            {
                fixed (byte* source = image.Pixels, target = result.Pixels)
                {
                    for (int y = start; y < end; y++)
                        ResampleKernels.HorizontalScalar(source + (nint)(firstRow + y) * sourceStride, target + (nint)y * targetStride, weights);
                }
            });
            return result;
        }
        var split = ResampleKernels.Split(weights);
        Bands(rows, Math.Max(regionWidth, image.Width), (start, end) =>
        {
            // A row is copied so that the kernel may read past its end.
            int spacing = sourceStride + ResampleKernels.RowSlack;
            var scratch = new byte[spacing * 2 + targetStride];
            fixed (byte* target = result.Pixels, copy = scratch)
            fixed (short* splitWeights = split)
            {
                for (int y = start; y < end; y += 2)
                {
                    bool pair = y + 1 < end;
                    image.Pixels.AsSpan((firstRow + y) * sourceStride, sourceStride).CopyTo(scratch);
                    if (pair)
                        image.Pixels.AsSpan((firstRow + y + 1) * sourceStride, sourceStride).CopyTo(scratch.AsSpan(spacing));
                    byte* row = target + (nint)y * targetStride;
                    ResampleKernels.HorizontalAvx2(
                        copy, copy + spacing, row, pair ? row + targetStride : copy + spacing * 2, weights, splitWeights);
                }
            }
        });
        return result;
    }

    private static unsafe RgbImage Vertical(RgbImage image, ResampleWeights weights, int firstRow)
    {
        int stride = image.Width * 3;
        var result = new RgbImage(image.Width, weights.Count);
        Bands(weights.Count, image.Width * Math.Max(1, image.Height / weights.Count), (start, end) =>
        {
            fixed (byte* source = image.Pixels, target = result.Pixels)
            fixed (int* values = weights.Values)
            {
                for (int y = start; y < end; y++)
                {
                    byte* rows = source + (nint)(weights.First[y] - firstRow) * stride;
                    byte* row = target + (nint)y * stride;
                    int* rowWeights = values + (nint)y * weights.TapCapacity;
                    if (Vector256.IsHardwareAccelerated)
                        ResampleKernels.VerticalVector(rows, stride, row, stride, rowWeights, weights.Taps[y]);
                    else
                        ResampleKernels.VerticalScalar(rows, stride, row, stride, rowWeights, weights.Taps[y]);
                }
            }
        });
        return result;
    }

    private static RgbImage Nearest(RgbImage image, int width, int height, int left, int top, int regionWidth, int regionHeight)
    {
        int[] columns = NearestIndices(image.Width, width, left, regionWidth);
        int[] rows = NearestIndices(image.Height, height, top, regionHeight);
        var result = new RgbImage(regionWidth, regionHeight);
        int at = 0;
        foreach (int row in rows)
        {
            foreach (int column in columns)
            {
                int from = (row * image.Width + column) * 3;
                result.Pixels[at++] = image.Pixels[from];
                result.Pixels[at++] = image.Pixels[from + 1];
                result.Pixels[at++] = image.Pixels[from + 2];
            }
        }
        return result;
    }

    // Pillow walks the row by adding the step again and again; its rounding errors are part of the result.
    private static int[] NearestIndices(int source, int target, int start, int count)
    {
        var indices = new int[count];
        double step = (double)source / target, position = step * 0.5;
        for (int i = 0; i < start + count; i++, position += step)
        {
            if (i >= start)
                indices[i - start] = Math.Min((int)position, source - 1);
        }
        return indices;
    }

    /// <summary>Runs the rows in bands on several threads when there is enough to do; the bands share no output, so their number changes nothing.</summary>
    private static void Bands(int rows, int pixelsPerRow, Action<int, int> body)
    {
        int bandRows = (int)Math.Clamp(PixelsPerBand / Math.Max(pixelsPerRow, 1) & ~1, 2, Math.Max(rows, 2));
        int bands = (rows + bandRows - 1) / bandRows;
        if (bands <= 1)
            body(0, rows);
        else
            Parallel.For(0, bands, band => body(band * bandRows, Math.Min((band + 1) * bandRows, rows)));
    }
}
