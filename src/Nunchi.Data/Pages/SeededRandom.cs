using Nunchi.Tensors;

namespace Nunchi.Data.Pages;

/// <summary>
/// A random generator whose sequence depends on nothing but the seed, on every runtime: <see cref="Xoshiro256"/> with the draws that pages need.
/// One instance belongs to one thread; <see cref="Reset"/> starts it over without allocating.
/// </summary>
public sealed class SeededRandom
{
    private Xoshiro256 _source;

    /// <summary>Starts at the seed's beginning.</summary>
    public SeededRandom(ulong seed) => Reset(seed);

    /// <summary>Starts over at the beginning of a seed's sequence.</summary>
    public void Reset(ulong seed) => _source = new Xoshiro256(seed);

    /// <summary>The next 64 bits.</summary>
    public ulong Next() => _source.Next();

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
}
