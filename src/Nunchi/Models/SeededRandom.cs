using System.Numerics;

namespace Nunchi.Models;

/// <summary>xoshiro256** (Blackman, Vigna 2018), seeded through SplitMix64: the same numbers on every machine and in every release.</summary>
public sealed class SeededRandom
{
    private ulong _a, _b, _c, _d;
    private double? _spare;

    /// <summary>A generator.</summary>
    /// <param name="seed">Any number.</param>
    /// <param name="stream">Independent streams of one seed have different names.</param>
    public SeededRandom(ulong seed, string stream = "")
    {
        ulong state = seed;
        // FNV-1a of the name, mixed into the seed.
        ulong hash = 14695981039346656037;
        foreach (char unit in stream)
            hash = (hash ^ unit) * 1099511628211;
        state ^= stream.Length == 0 ? 0 : hash;
        (_a, _b, _c, _d) = (Split(ref state), Split(ref state), Split(ref state), Split(ref state));
    }

    /// <summary>64 random bits.</summary>
    public ulong NextBits()
    {
        ulong result = BitOperations.RotateLeft(_b * 5, 7) * 9;
        ulong t = _b << 17;
        _c ^= _a;
        _d ^= _b;
        _b ^= _c;
        _a ^= _d;
        _c ^= t;
        _d = BitOperations.RotateLeft(_d, 45);
        return result;
    }

    /// <summary>A number in [0, 1), 53 bits.</summary>
    public double NextDouble() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    /// <summary>A standard normal number (Box, Muller 1958).</summary>
    public double NextNormal()
    {
        if (_spare is { } spare)
        {
            _spare = null;
            return spare;
        }
        double radius = Math.Sqrt(-2 * Math.Log(1 - NextDouble()));
        (double sine, double cosine) = Math.SinCos(2 * Math.PI * NextDouble());
        _spare = radius * sine;
        return radius * cosine;
    }

    private static ulong Split(ref ulong state)
    {
        ulong z = state += 0x9e3779b97f4a7c15;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }
}
