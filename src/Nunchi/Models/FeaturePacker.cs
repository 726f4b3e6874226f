using Nunchi.Images;
using Nunchi.Tensors;
using Nunchi.Tensors.Operators;

namespace Nunchi.Models;

/// <summary>
/// From projected features of crops to the rows that image tokens stand for: base view, then the tiles in canvas order without padding, shrunk where
/// the limit asks for it, each row of features ended by the newline vector. One gather over crops, newline and shrunk grids.
/// </summary>
internal static class FeaturePacker
{
    /// <param name="tape">Runs and records.</param>
    /// <param name="projected">[crops * tokens, width].</param>
    /// <param name="newline">[1, width].</param>
    /// <param name="images">The pictures that the crops are of.</param>
    /// <returns>[image tokens, width].</returns>
    internal static Tensor Pack(Tape tape, Tensor projected, Tensor newline, ImageBatch images)
    {
        int tokens = images.Vision.Tokens;
        int newlineRow = projected.Rows, nextGrid = projected.Rows + 1;
        IndexBuffer rows = images.Indices.Rent();
        var parts = new List<Tensor> { projected, newline };
        foreach (var (_, firstCrop, packing) in images.Pictures)
        {
            int first = firstCrop * tokens;
            foreach (int row in packing.Rows)
                rows.Add(row == FeaturePacking.Newline ? newlineRow : row < packing.FeatureCount ? first + row : nextGrid + row - packing.FeatureCount);
            if (!packing.IsShrunk)
                continue;
            Tensor grid = Shrink(tape, projected, first, packing, images.Indices.Rent());
            parts.Add(grid);
            nextGrid += grid.Rows;
        }
        Tensor source = Join(tape, parts, projected, newline);
        Tensor packed = Rows.Gather(tape, source, rows);
        tape.Release(source);
        return packed;
    }

    private static Tensor Shrink(Tape tape, Tensor projected, int first, FeaturePacking packing, IndexBuffer indices)
    {
        foreach (int row in packing.GridRows)
            indices.Add(first + row);
        Tensor grid = Rows.Gather(tape, projected, indices);
        Tensor shrunk = Bilinear.Apply(tape, grid, packing.Source.Height, packing.Source.Width, packing.Target.Height, packing.Target.Width);
        tape.Release(grid);
        return shrunk;
    }

    // Four at a time, so that many pictures are copied few times.
    private static Tensor Join(Tape tape, List<Tensor> parts, Tensor projected, Tensor newline)
    {
        while (parts.Count > 1)
        {
            var joined = new List<Tensor>();
            for (int i = 0; i < parts.Count; i += 4)
            {
                int count = Math.Min(4, parts.Count - i);
                if (count == 1)
                {
                    joined.Add(parts[i]);
                    continue;
                }
                joined.Add(Rows.Concatenate(tape, parts[i], parts[i + 1], count > 2 ? parts[i + 2] : null, count > 3 ? parts[i + 3] : null));
                foreach (Tensor part in parts.GetRange(i, count))
                {
                    if (part != projected && part != newline)
                        tape.Release(part);
                }
            }
            parts = joined;
        }
        return parts[0];
    }
}
