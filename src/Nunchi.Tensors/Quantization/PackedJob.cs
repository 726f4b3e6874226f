using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Nunchi.Tensors.Quantization;

/// <summary>A product C[M, N] (+)= X W^T (+ bias) with packed weights, as the kernels see it.</summary>
internal unsafe struct PackedJob
{
    private const int Lanes = 8;

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
    /// <param name="row">First row.</param>
    /// <param name="rows">How many.</param>
    /// <param name="column">First column of C.</param>
    /// <param name="columns">How many, whole strips.</param>
    /// <param name="c">Where row 0 of the block lies: in C, or aside.</param>
    /// <param name="ldc">Floats from one of its rows to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Start(int row, int rows, int column, int columns, float* c, nint ldc)
    {
        float* to = c + (row * ldc), own = C + (row * Ldc) + column, bias = Bias == null ? null : Bias + column;
        int inside = Math.Min(columns, N - column), whole = inside / Lanes * Lanes;
        if (Accumulate && bias == null && to == own && inside == columns)
            return;
        for (int r = 0; r < rows; r++, to += ldc, own += Ldc)
        {
            int i = 0;
            for (; i < whole; i += Lanes)
            {
                Vector256<float> start = Accumulate ? Vector256.Load(own + i) : bias != null ? Vector256.Load(bias + i) : Vector256<float>.Zero;
                (Accumulate && bias != null ? start + Vector256.Load(bias + i) : start).Store(to + i);
            }
            for (; i < columns; i++)
                to[i] = i >= inside ? 0 : Accumulate ? bias != null ? own[i] + bias[i] : own[i] : bias != null ? bias[i] : 0;
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
}
