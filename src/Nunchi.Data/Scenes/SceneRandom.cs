using Nunchi.Data.Pages;

namespace Nunchi.Data.Scenes;

/// <summary>The random choices of one scene: a <see cref="SeededRandom"/> with the draws that layouts and questions need. One instance belongs to one scene, so that threads share nothing.</summary>
internal sealed class SceneRandom
{
    private readonly SeededRandom _source;

    public SceneRandom(ulong seed, ulong stream) => _source = new SeededRandom(Mix(seed) ^ Mix(stream + 0x9E3779B97F4A7C15UL));

    /// <summary>The generator itself.</summary>
    public SeededRandom Source => _source;

    public ulong NextBits() => _source.Next();

    /// <summary>A number in [0, 1).</summary>
    public double Unit() => _source.Unit();

    /// <summary>A whole number in [0, count).</summary>
    public int Next(int count) => _source.Below(count);

    /// <summary>A whole number in [low, high], both included.</summary>
    public int Between(int low, int high) => _source.Range(low, high);

    public float Between(float low, float high) => _source.Between(low, high);

    public bool Chance(double probability) => Unit() < probability;

    public float Normal() => _source.Normal();

    public T From<T>(IReadOnlyList<T> items) => items[Next(items.Count)];

    public T Pick<T>(params T[] items) => items[Next(items.Length)];

    /// <summary>An index, each as likely as its share of the weights.</summary>
    public int Weighted(ReadOnlySpan<double> weights)
    {
        double total = 0;
        foreach (double weight in weights)
            total += weight;
        if (!(total > 0))
            throw new ArgumentException("Expected at least one weight above zero.", nameof(weights));
        double at = Unit() * total;
        int last = 0;
        for (int i = 0; i < weights.Length; i++)
        {
            if (weights[i] <= 0)
                continue;
            last = i;
            at -= weights[i];
            if (at < 0)
                return i;
        }
        return last;
    }

    public void Shuffle<T>(IList<T> items)
    {
        for (int i = items.Count - 1; i > 0; i--)
        {
            int j = Next(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    /// <summary>Different items in random order; all of them when there are fewer than asked for.</summary>
    public List<T> Several<T>(IEnumerable<T> items, int count)
    {
        List<T> all = [.. items];
        count = Math.Min(count, all.Count);
        for (int i = 0; i < count; i++)
        {
            int j = i + Next(all.Count - i);
            (all[i], all[j]) = (all[j], all[i]);
        }
        all.RemoveRange(count, all.Count - count);
        return all;
    }

    /// <summary>An independent stream, so that a change in one part does not disturb the draws of another.</summary>
    public SceneRandom Fork() => new(NextBits(), 0);

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }
}
