using System.Numerics;
using System.Runtime.InteropServices;
using Nunchi.Tensors.Safetensors;

namespace Nunchi.Tensors.Quantization;

/// <summary>A matrix of weights [rows, columns] (outputs, inputs) in one of the formats for answering. Read-only after packing; may be read by several threads.</summary>
public sealed unsafe class PackedWeight : IDisposable
{
    private readonly IDisposable? _mapping;
    private readonly IDisposable? _memory;
    private byte* _data;
    private bool _owned;

    internal PackedWeight(WeightFormat format, int rows, int columns)
    {
        Format = format;
        Rows = rows;
        Columns = columns;
        Bytes = PackedLayout.Bytes(format, rows, columns);
        _data = (byte*)NativeMemory.AlignedAlloc((nuint)Bytes, 64);
        MappedPages.PreferHuge(_data, Bytes);
        _owned = true;
    }

    /// <summary>A matrix whose bytes lie somewhere else, for example in a mapped file.</summary>
    /// <param name="format">Its format; not float32.</param>
    /// <param name="rows">Outputs.</param>
    /// <param name="columns">Inputs.</param>
    /// <param name="data">The first byte; they must stay as long as this object.</param>
    /// <param name="bytes">How many bytes there are.</param>
    /// <param name="mapping">Disposed with this object; null when someone else keeps the bytes.</param>
    /// <exception cref="ArgumentException">The number of bytes is not what the format takes.</exception>
    public PackedWeight(WeightFormat format, int rows, int columns, byte* data, long bytes, IDisposable? mapping = null)
    {
        Format = format;
        Rows = rows;
        Columns = columns;
        Bytes = PackedLayout.Bytes(format, rows, columns);
        if (bytes != Bytes)
            throw new ArgumentException($"A matrix [{rows}, {columns}] in {WeightFormats.NameOf(format)} takes {Bytes} bytes, not {bytes}.", nameof(bytes));
        _data = data;
        _mapping = mapping;
    }

    /// <summary>A matrix in memory that it shares with others: not a mapped file, whose pages could be given back.</summary>
    internal PackedWeight(WeightFormat format, int rows, int columns, byte* data, PackedMemory.Share memory)
    {
        Format = format;
        Rows = rows;
        Columns = columns;
        Bytes = PackedLayout.Bytes(format, rows, columns);
        _data = data;
        _memory = memory;
    }

    /// <summary>How the weights are stored.</summary>
    public WeightFormat Format { get; }

    /// <summary>Outputs.</summary>
    public int Rows { get; }

    /// <summary>Inputs.</summary>
    public int Columns { get; }

    /// <summary>Bytes that a product reads.</summary>
    public long Bytes { get; }

    /// <summary>First byte.</summary>
    /// <exception cref="ObjectDisposedException">The weight was disposed.</exception>
    public byte* Data => _data != null ? _data : throw new ObjectDisposedException(nameof(PackedWeight));

    internal long StripBytes => PackedLayout.StripBytes(Format, Columns);

    /// <summary>Bytes that a matrix takes in a packed format.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The format is float32.</exception>
    public static long BytesOf(WeightFormat format, int rows, int columns) => PackedLayout.Bytes(format, rows, columns);

    /// <summary>Packs a matrix.</summary>
    /// <param name="weights">[rows, columns] float32, rows contiguous.</param>
    /// <param name="rows">Outputs.</param>
    /// <param name="columns">Inputs.</param>
    /// <param name="format">How; not float32.</param>
    /// <exception cref="ArgumentException">The format is float32, or a weight is not finite.</exception>
    public static PackedWeight Pack(float* weights, int rows, int columns, WeightFormat format)
    {
        RequireFinite(weights, (long)rows * columns);
        var packed = new PackedWeight(format, rows, columns);
        packed.PackStrips(weights, 0, PackedLayout.Strips(rows));
        return packed;
    }

    /// <summary>Packs a matrix in 4 bits, rounded so that errors make up for each other.</summary>
    /// <param name="weights">[rows, columns] float32, rows contiguous.</param>
    /// <param name="rows">Outputs.</param>
    /// <param name="columns">Inputs.</param>
    /// <param name="feedback">Of what the matrix is multiplied with.</param>
    /// <exception cref="ArgumentException">A weight is not finite, or the feedback is of another width.</exception>
    public static PackedWeight Pack(float* weights, int rows, int columns, ErrorFeedback feedback)
    {
        PackedWeight packed = ForFeedback(weights, rows, columns, feedback);
        packed.PackStrips(weights, 0, PackedLayout.Strips(rows), feedback);
        return packed;
    }

    /// <summary>Memory for <see cref="Pack(float*, int, int, ErrorFeedback)"/>, after what is given has been checked.</summary>
    internal static PackedWeight ForFeedback(float* weights, int rows, int columns, ErrorFeedback feedback)
    {
        if (feedback.Columns != columns)
            throw new ArgumentException($"The feedback is of {feedback.Columns} inputs, the matrix has {columns}.", nameof(feedback));
        RequireFinite(weights, (long)rows * columns);
        return new PackedWeight(WeightFormat.Int4, rows, columns);
    }

    /// <summary>A matrix of any size for measuring speed, made at once: sixteen random rows packed, then repeated.</summary>
    /// <param name="format">How; not float32.</param>
    /// <param name="rows">Outputs.</param>
    /// <param name="columns">Inputs.</param>
    /// <param name="deviation">Weights lie evenly between plus and minus this times the root of three.</param>
    /// <param name="seed">Of the random numbers.</param>
    public static PackedWeight ForMeasuring(WeightFormat format, int rows, int columns, float deviation, ulong seed)
    {
        var packed = new PackedWeight(format, rows, columns);
        var random = new Xoshiro256(seed);
        float[] first = new float[PackedLayout.StripWidth * columns];
        foreach (ref float value in first.AsSpan())
            value = (((random.Next() >> 40) / 8388608f) - 1) * 1.732f * deviation;
        long strip = packed.StripBytes;
        fixed (float* weights = first)
        {
            using PackedWeight one = Pack(weights, PackedLayout.StripWidth, columns, format);
            for (long at = 0; at < packed.Bytes; at += strip)
                Buffer.MemoryCopy(one.Data, packed.Data + at, strip, strip);
        }
        return packed;
    }

    /// <summary>The weights of one output as float32: exactly the values that products use.</summary>
    /// <param name="row">0..<see cref="Rows"/> - 1.</param>
    /// <param name="values">[<see cref="Columns"/>].</param>
    public void ReadRow(int row, Span<float> values)
    {
        if ((uint)row >= (uint)Rows)
            throw new ArgumentOutOfRangeException(nameof(row), row, $"The weight has {Rows} rows.");
        if (values.Length != Columns)
            throw new ArgumentException($"A row has {Columns} weights, the destination {values.Length}.", nameof(values));
        byte* strip = Data + (row / PackedLayout.StripWidth * StripBytes);
        fixed (float* to = values)
        {
            switch (Format)
            {
                case WeightFormat.BFloat16:
                    BFloat16Strips.ReadLane(strip, row % PackedLayout.StripWidth, Columns, to);
                    break;
                case WeightFormat.Int8:
                    Int8Strips.ReadLane(strip, row % PackedLayout.StripWidth, Columns, to);
                    break;
                default:
                    GroupStrips.ReadLane(Format, strip, row % PackedLayout.StripWidth, Columns, to);
                    break;
            }
        }
    }

    /// <summary>Says that a product reads the weights next: pages of a mapped file are brought in at once. Weights in memory of their own are there already.</summary>
    public void Fetch()
    {
        if (_mapping != null)
            MappedPages.Prepare(Data, Bytes);
    }

    /// <summary>
    /// Says that the weights rest for a while: pages of a mapped file leave the process's memory. They stay in the system's cache as long as it has room, and come back where they are read.
    /// Weights in memory of their own stay.
    /// </summary>
    public void Rest()
    {
        if (_mapping != null)
            MappedPages.Release(Data, Bytes);
    }

    /// <summary>Frees the memory.</summary>
    public void Dispose()
    {
        if (_owned)
            NativeMemory.AlignedFree(_data);
        _owned = false;
        _data = null;
        _mapping?.Dispose();
        _memory?.Dispose();
    }

    internal static void RequireFinite(float* weights, long count)
    {
        // Anything times zero is zero unless it is infinite or NaN.
        var sum = Vector<float>.Zero;
        long i = 0;
        for (; i <= count - Vector<float>.Count; i += Vector<float>.Count)
            sum += *(Vector<float>*)(weights + i) * Vector<float>.Zero;
        for (i = Vector.EqualsAll(sum, Vector<float>.Zero) ? i : 0; i < count; i++)
        {
            if (!float.IsFinite(weights[i]))
                throw new ArgumentException($"Weight {i} of {count} is {weights[i]}; only finite weights can be packed.");
        }
    }

    /// <summary>Packs some strips from a matrix of finite floats, in 4 bits also with feedback.</summary>
    internal void PackStrips(float* weights, int first, int last, ErrorFeedback? feedback = null)
    {
        RowPlace* rows = stackalloc RowPlace[PackedLayout.StripWidth];
        for (int strip = first; strip < last; strip++)
        {
            int row = strip * PackedLayout.StripWidth, count = Math.Min(PackedLayout.StripWidth, Rows - row);
            if (feedback != null)
            {
                Int4Feedback.PackStrip(weights + ((long)row * Columns), count, Columns, feedback.Factor, Data + (strip * StripBytes));
                continue;
            }
            for (int i = 0; i < count; i++)
                rows[i] = new RowPlace { Start = (byte*)(weights + ((long)(row + i) * Columns)), Type = SafetensorsType.F32, ElementBytes = sizeof(float) };
            StripBlock.Pack(Format, rows, count, Columns, Data + (strip * StripBytes));
        }
    }
}
