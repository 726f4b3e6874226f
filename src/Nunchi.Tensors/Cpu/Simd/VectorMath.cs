using System.Runtime.CompilerServices;

namespace Nunchi.Tensors.Cpu.Simd;

/// <summary>Transcendental functions on whole registers.</summary>
internal static class VectorMath<V, S>
    where V : struct
    where S : struct, ISimd<V>
{
    /// <summary>
    /// e^x: Cody-Waite reduction by ln 2 and a degree-6 polynomial (relative error about 1e-8 before rounding). -infinity gives 0, too large gives infinity, NaN stays.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Exp(V x)
    {
        x = S.Min(S.Create(89f), S.Max(S.Create(-104f), x));
        var n = S.Round(S.Multiply(x, S.Create(1.44269504f)));
        var r = S.NegativeMultiplyAdd(n, S.Create(0.693145752f), x);
        r = S.NegativeMultiplyAdd(n, S.Create(1.42860677e-6f), r);
        var p = S.MultiplyAdd(S.Create(0.0013926176f), r, S.Create(0.008363173f));
        p = S.MultiplyAdd(p, r, S.Create(0.041666555f));
        p = S.MultiplyAdd(p, r, S.Create(0.16666577f));
        p = S.MultiplyAdd(p, r, S.Create(0.5f));
        p = S.MultiplyAdd(S.Multiply(p, r), r, r);
        return S.ScaleByPowerOfTwo(S.Add(p, S.Create(1f)), n);
    }

    /// <summary>1 / (1 + e^-x).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Sigmoid(V x)
    {
        var one = S.Create(1f);
        return S.Divide(one, S.Add(one, Exp(S.Subtract(S.Zero, x))));
    }

    /// <summary>
    /// The normal distribution function and e^(-x^2/2). The tail is e^(-x^2/2) times a degree-10 polynomial in 1/(1 + 0.3|x|), fitted to 1e-8 of 0.5 erfc(|x|/sqrt 2) e^(x^2/2).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V NormalCdf(V x, out V gauss)
    {
        var one = S.Create(1f);
        var u = S.Abs(x);
        gauss = Exp(S.Multiply(S.Multiply(x, x), S.Create(-0.5f)));
        var t = S.Divide(one, S.MultiplyAdd(u, S.Create(0.3f), one));
        var p = S.MultiplyAdd(S.Create(-0.017843273f), t, S.Create(0.09617855f));
        p = S.MultiplyAdd(p, t, S.Create(-0.18656002f));
        p = S.MultiplyAdd(p, t, S.Create(0.13032684f));
        p = S.MultiplyAdd(p, t, S.Create(-0.021717027f));
        p = S.MultiplyAdd(p, t, S.Create(0.06020137f));
        p = S.MultiplyAdd(p, t, S.Create(0.093414805f));
        p = S.MultiplyAdd(p, t, S.Create(0.10608491f));
        p = S.MultiplyAdd(p, t, S.Create(0.12029607f));
        p = S.MultiplyAdd(p, t, S.Create(0.119614674f));
        p = S.MultiplyAdd(p, t, S.Create(3.0972557e-6f));
        var tail = S.Multiply(p, gauss);
        return S.SelectLess(x, S.Zero, tail, S.Subtract(one, tail));
    }
}
