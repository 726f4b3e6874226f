using System.Numerics;

namespace Nunchi.Tensors;

/// <summary>
/// xoshiro256** (Blackman, Vigna 2018), seeded through SplitMix64: the same numbers on every machine and in every release. A value: copies go on separately.
/// </summary>
public struct Xoshiro256
{
    private ulong _a, _b, _c, _d;

    /// <summary>The beginning of a seed's sequence.</summary>
    /// <param name="seed">Any number.</param>
    public Xoshiro256(ulong seed) => (_a, _b, _c, _d) = (Split(ref seed), Split(ref seed), Split(ref seed), Split(ref seed));

    /// <summary>The next 64 bits.</summary>
    public ulong Next()
    {
        ulong result = BitOperations.RotateLeft(_b * 5, 7) * 9;
        ulong shifted = _b << 17;
        _c ^= _a;
        _d ^= _b;
        _b ^= _c;
        _a ^= _d;
        _c ^= shifted;
        _d = BitOperations.RotateLeft(_d, 45);
        return result;
    }

    private static ulong Split(ref ulong state)
    {
        ulong z = state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
