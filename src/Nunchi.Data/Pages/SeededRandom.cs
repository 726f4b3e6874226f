using System.Numerics;

namespace Nunchi.Data.Pages;

/// <summary>
/// A random generator whose sequence depends on nothing but the seed, on every runtime: xoshiro256** (Blackman and Vigna 2018), seeded by SplitMix64.
/// One instance belongs to one thread; <see cref="Reset"/> starts it over without allocating.
/// </summary>
public sealed class SeededRandom
{
    private ulong _a;
    private ulong _b;
    private ulong _c;
    private ulong _d;

    /// <summary>Starts at the seed's beginning.</summary>
    public SeededRandom(ulong seed) => Reset(seed);

    /// <summary>Starts over at the beginning of a seed's sequence.</summary>
    public void Reset(ulong seed)
    {
        _a = Mix(ref seed);
        _b = Mix(ref seed);
        _c = Mix(ref seed);
        _d = Mix(ref seed);
    }

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

    /// <summary>A whole number from 0 up to, not including, <paramref name="count"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is below 1.</exception>
    public int Below(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return (int)Math.BigMul(Next(), (ulong)count, out _);
    }

    /// <summary>A whole number from <paramref name="low"/> to <paramref name="high"/>, both included.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="high"/> is below <paramref name="low"/>.</exception>
    public int Range(int low, int high) => low + Below(checked(high - low + 1));

    /// <summary>A number in [0, 1).</summary>
    public float Unit() => (Next() >> 40) * (1f / (1 << 24));

    /// <summary>A number in [low, high), or <paramref name="low"/> when both are equal.</summary>
    public float Between(float low, float high) => low + (high - low) * Unit();

    /// <summary>True with the given probability.</summary>
    public bool Chance(float probability) => Unit() < probability;

    /// <summary>One of the items, each equally likely.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is none.</exception>
    public T Pick<T>(IReadOnlyList<T> items) => items[Below(items.Count)];

    /// <summary>A number near 0 with standard deviation 1, never beyond 3.5 (sum of twelve, Irwin-Hall, which needs no library of transcendental functions).</summary>
    public float Normal()
    {
        float sum = -6;
        for (int i = 0; i < 6; i++)
        {
            ulong bits = Next();
            sum += ((bits >> 40) + ((bits >> 8) & 0xFFFFFF)) * (1f / (1 << 24));
        }

        return Math.Clamp(sum, -3.5f, 3.5f);
    }

    private static ulong Mix(ref ulong state)
    {
        ulong z = state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
