using Nunchi.Tensors;

namespace Nunchi.Models;

/// <summary>Numbers from <see cref="Xoshiro256"/>: the same numbers on every machine and in every release.</summary>
public sealed class SeededRandom
{
    private Xoshiro256 _source;
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
        _source = new Xoshiro256(state);
    }

    /// <summary>64 random bits.</summary>
    public ulong NextBits() => _source.Next();

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
}
