using System.Numerics;

namespace Nunchi.Tensors.Quantization;

/// <summary>A product C[M, N] (+)= X W^T (+ bias) with packed weights, as the kernels see it.</summary>
internal unsafe struct PackedJob
{
    /// <summary>First strip of the weights.</summary>
    public byte* Weights;

    /// <summary>Bytes from one strip to the next.</summary>
    public long StripBytes;

    /// <summary>How the weights are stored.</summary>
    public WeightFormat Format;

    /// <summary>Whether the weights have scales for groups.</summary>
    public readonly bool HasGroups => PackedLayout.HasGroups(Format);

    /// <summary>The codes of a block of a strip in a format with groups.</summary>
    public readonly long CodeBytes => PackedLayout.CodeBytes(Format);

    /// <summary>Rows of X and C.</summary>
    public int M;

    /// <summary>Columns of C.</summary>
    public int N;

    /// <summary>Columns of X.</summary>
    public int K;

    /// <summary>Strips of sixteen columns of C.</summary>
    public int Strips;

    /// <summary>Blocks of 128 columns of X.</summary>
    public int Blocks;

    /// <summary>X as given.</summary>
    public float* X;

    /// <summary>Floats from one row of X to the next.</summary>
    public int Ldx;

    /// <summary>X in 8 bits, for whole-number weights.</summary>
    public ActivationRows Rows;

    /// <summary>X as bfloat16, or for AVX2 the bytes of <see cref="Rows"/> as 16-bit numbers in the order 0, 2, 1, 3 of every four; null when the kernel needs neither.</summary>
    public ushort* Halves;

    /// <summary>Numbers from one row of <see cref="Halves"/> to the next.</summary>
    public nint HalfStride;

    /// <summary>Whether the bytes of <see cref="Rows"/> have 128 added, as <see cref="ScaledPairs"/> reads them.</summary>
    public bool RaisesRows;

    /// <summary>C.</summary>
    public float* C;

    /// <summary>Floats from one row of C to the next.</summary>
    public nint Ldc;

    /// <summary>Add to what C holds.</summary>
    public bool Accumulate;

    /// <summary>[N] or null.</summary>
    public float* Bias;

    /// <summary>Memory of the workers.</summary>
    public byte* Scratch;

    /// <summary>Bytes of it for each worker.</summary>
    public long ScratchStride;

    /// <summary>Writes what the product is added to: C or zero, plus bias. Columns beyond N become zero.</summary>
    public readonly void Start(int row, int rows, int column, int columns, float* c, nint ldc)
    {
        int inside = Math.Min(columns, N - column);
        for (int r = row; r < row + rows; r++)
        {
            var to = new Span<float>(c + (r * ldc), columns);
            float* own = C + (r * Ldc) + column;
            if (Accumulate && own != c + (r * ldc))
                new ReadOnlySpan<float>(own, inside).CopyTo(to);
            if (!Accumulate && Bias != null)
                new ReadOnlySpan<float>(Bias + column, inside).CopyTo(to);
            else if (!Accumulate)
                to.Clear();
            else if (Bias != null)
                AddBias(to[..inside], new ReadOnlySpan<float>(Bias + column, inside));
            to[inside..].Clear();
        }
    }

    /// <summary>Copies a block that was computed aside into C.</summary>
    public readonly void Finish(float* c, nint ldc, int column, int columns)
    {
        int inside = Math.Min(columns, N - column);
        for (int r = 0; r < M; r++)
            new ReadOnlySpan<float>(c + (r * ldc), inside).CopyTo(new Span<float>(C + (r * Ldc) + column, inside));
    }

    /// <summary>How many of a part of <paramref name="count"/>, so that all parts are nearly equal: short ones at the end would be slow ones.</summary>
    /// <param name="count">What is cut; at least 1.</param>
    /// <param name="most">Most that a part should have, before rounding.</param>
    /// <param name="multiple">Parts are multiples of this.</param>
    public static int EvenPart(int count, int most, int multiple)
    {
        int parts = (count + most - 1) / most, part = (count + parts - 1) / parts;
        return (part + multiple - 1) / multiple * multiple;
    }

    private static void AddBias(Span<float> to, ReadOnlySpan<float> bias)
    {
        int i = 0;
        for (; i <= to.Length - Vector<float>.Count; i += Vector<float>.Count)
            (new Vector<float>(to[i..]) + new Vector<float>(bias[i..])).CopyTo(to[i..]);
        for (; i < to.Length; i++)
            to[i] += bias[i];
    }
}
