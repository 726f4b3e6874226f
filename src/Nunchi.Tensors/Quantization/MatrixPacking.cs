using Nunchi.Tensors.Safetensors;

namespace Nunchi.Tensors.Quantization;

/// <summary>
/// A matrix that is packed straight from the mapped tensors its rows lie in, strip by strip: the whole is never there as float32. Strips may be packed in any order and by several threads.
/// </summary>
public sealed unsafe class MatrixPacking : IDisposable
{
    private readonly List<Part> _parts = [];
    private readonly PackedMemory _memory;
    private PackedWeight? _packed;
    private int _rows;

    /// <summary>Takes memory for the packed matrix; none of it is touched yet.</summary>
    /// <param name="memory">Where it is to lie.</param>
    /// <param name="format">How it is packed; not float32.</param>
    /// <param name="rows">Outputs.</param>
    /// <param name="columns">Inputs.</param>
    /// <exception cref="ArgumentException">The format is float32, or too little memory is left.</exception>
    public MatrixPacking(PackedMemory memory, WeightFormat format, int rows, int columns)
    {
        _packed = memory.Take(format, rows, columns);
        _memory = memory;
    }

    /// <summary>Strips of sixteen rows.</summary>
    public int Strips => PackedLayout.Strips(Packed.Rows);

    /// <summary>Weights of a strip.</summary>
    public long StripCount => (long)PackedLayout.StripWidth * Packed.Columns;

    private PackedWeight Packed => _packed ?? throw new ObjectDisposedException(nameof(MatrixPacking));

    /// <summary>Says where the next rows lie.</summary>
    /// <param name="file">The file; it must stay open while strips are packed.</param>
    /// <param name="entry">A tensor of whole rows.</param>
    /// <exception cref="ArgumentException">The tensor does not hold whole rows, or more than there is room for.</exception>
    /// <exception cref="InvalidDataException">It holds no floats.</exception>
    public void Add(SafetensorsFile file, SafetensorsEntry entry)
    {
        file.RequireFloats(entry);
        long rows = entry.Count / Packed.Columns;
        if (entry.Count % Packed.Columns != 0 || rows > Packed.Rows - _rows)
            throw new ArgumentException($"Tensor \"{entry.Name}\" {entry.ShapeText} does not give rows {_rows} and on of a matrix [{Packed.Rows}, {Packed.Columns}].", nameof(entry));
        _parts.Add(new Part(file, entry, _rows, (int)rows, (nint)file.Locate(entry), SafetensorsTypes.Size(entry.Type)));
        _rows += (int)rows;
    }

    /// <summary>Packs some strips. The pages of the file they lie in are asked for before and given back behind.</summary>
    /// <param name="first">First strip.</param>
    /// <param name="count">How many.</param>
    /// <returns>False when a weight is not finite: <see cref="Rows"/> tells where they lie. The strips then mean nothing.</returns>
    /// <exception cref="InvalidOperationException">Not all rows were added.</exception>
    public bool Pack(int first, int count)
    {
        if (_rows != Packed.Rows)
            throw new InvalidOperationException($"Rows {_rows} and on of a matrix [{Packed.Rows}, {Packed.Columns}] have no tensor.");
        foreach (var (file, entry, from, length) in Rows(first, count))
            file.Prepare(entry, from, length);
        _memory.PrepareWriting(Packed.Data + (first * Packed.StripBytes), count * Packed.StripBytes);
        bool finite = true;
        RowPlace* rows = stackalloc RowPlace[PackedLayout.StripWidth];
        for (int strip = first; strip < first + count; strip++)
        {
            int row = strip * PackedLayout.StripWidth, here = Math.Min(PackedLayout.StripWidth, Packed.Rows - row);
            for (int i = 0; i < here; i++)
                rows[i] = Place(row + i);
            finite &= StripBlock.Pack(Packed.Format, rows, here, Packed.Columns, Packed.Data + (strip * Packed.StripBytes));
        }
        foreach (var (file, entry, from, length) in Rows(first, count))
            file.Release(entry, from, length);
        return finite;
    }

    /// <summary>Where the weights of some strips lie: tensors, first elements and how many.</summary>
    /// <param name="first">First strip.</param>
    /// <param name="count">How many.</param>
    public IEnumerable<(SafetensorsFile File, SafetensorsEntry Entry, long First, long Length)> Rows(int first, int count)
    {
        int start = first * PackedLayout.StripWidth, end = Math.Min((first + count) * PackedLayout.StripWidth, Packed.Rows);
        foreach (Part part in _parts)
        {
            int from = Math.Max(start, part.FirstRow), to = Math.Min(end, part.FirstRow + part.Rows);
            if (from < to)
                yield return (part.File, part.Entry, (long)(from - part.FirstRow) * Packed.Columns, (long)(to - from) * Packed.Columns);
        }
    }

    /// <summary>The packed matrix, once all strips are packed; the caller disposes it.</summary>
    public PackedWeight Take()
    {
        PackedWeight packed = Packed;
        _packed = null;
        return packed;
    }

    /// <summary>Frees the memory unless it was taken.</summary>
    public void Dispose()
    {
        _packed?.Dispose();
        _packed = null;
    }

    private RowPlace Place(int row)
    {
        foreach (Part part in _parts)
        {
            if (row < part.FirstRow + part.Rows)
                return new RowPlace { Start = (byte*)part.Start + ((long)(row - part.FirstRow) * Packed.Columns * part.ElementBytes), Type = part.Entry.Type, ElementBytes = part.ElementBytes };
        }
        throw new ArgumentOutOfRangeException(nameof(row), row, $"The matrix has {Packed.Rows} rows.");
    }

    private sealed record Part(SafetensorsFile File, SafetensorsEntry Entry, int FirstRow, int Rows, nint Start, int ElementBytes);
}
