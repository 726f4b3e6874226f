namespace Nunchi.Tensors.Cpu.Simd;

/// <summary>
/// The operations that kernels are written in, for one register width. Kernels are generic over (V, S) and the JIT makes straight-line code for each width.
/// </summary>
internal unsafe interface ISimd<V>
    where V : struct
{
    /// <summary>Floats per register.</summary>
    static abstract int Count { get; }

    static abstract V Zero { get; }

    static abstract V Create(float value);

    static abstract V Load(float* source);

    /// <summary>The first <paramref name="count"/> floats, zeros behind; reads nothing beyond them.</summary>
    static abstract V LoadPartial(float* source, int count);

    /// <summary>Four floats from each of Count / 4 places, <paramref name="stride"/> floats apart, side by side.</summary>
    static abstract V LoadLanes(float* source, nint stride);

    /// <summary>Transposes the 4 x 4 block that the four registers hold in each group of four lanes.</summary>
    static abstract void TransposeLanes(ref V a, ref V b, ref V c, ref V d);

    static abstract void Store(float* destination, V value);

    static abstract void StorePartial(float* destination, V value, int count);

    /// <summary>Widens Count bfloat16 values.</summary>
    static abstract V LoadBFloat16(ushort* source);

    static abstract V Add(V x, V y);

    static abstract V Subtract(V x, V y);

    static abstract V Multiply(V x, V y);

    static abstract V Divide(V x, V y);

    /// <summary>x * y + z, rounded once where the machine can.</summary>
    static abstract V MultiplyAdd(V x, V y, V z);

    /// <summary>z - x * y.</summary>
    static abstract V NegativeMultiplyAdd(V x, V y, V z);

    /// <summary>The larger; y when either is NaN.</summary>
    static abstract V Max(V x, V y);

    /// <summary>The smaller; y when either is NaN.</summary>
    static abstract V Min(V x, V y);

    static abstract V Sqrt(V x);

    static abstract V Abs(V x);

    static abstract V Round(V x);

    /// <summary>x * 2^n for whole n in [-150, 128], with gradual underflow.</summary>
    static abstract V ScaleByPowerOfTwo(V x, V n);

    /// <summary>whenTrue where x &lt; y, else whenFalse (also for NaN).</summary>
    static abstract V SelectLess(V x, V y, V whenTrue, V whenFalse);

    /// <summary>value in the first <paramref name="count"/> lanes, filler behind.</summary>
    static abstract V Fill(V value, int count, V filler);

    /// <summary>The sum of all lanes, always in the same order.</summary>
    static abstract float Sum(V x);

    static abstract float Largest(V x);
}
