using Nunchi.Data.Scenes;
using Nunchi.Data.Tasks;

namespace Nunchi.Evaluation.Suites;

/// <summary>Questions about pictures that are drawn by number.</summary>
internal abstract class DrawnSuite(string name) : Suite(name)
{
    protected abstract IReadOnlyList<Slot> Slots { get; }

    /// <summary>Items by number: the same seed and number give the same item, whatever else is drawn.</summary>
    public Func<int, EvaluationItem> Items(SceneAssets assets, SceneSplit split, ulong seed, SceneOptions? pictures = null)
    {
        (Slot Slot, SampleSource Source)[] slots = [.. Slots.Select(slot => (slot, slot.Source(assets, split, pictures)))];
        int[] round = Round([.. Slots.Select(slot => slot.Weight)]);
        ulong series = Series(seed);
        return index => slots[round[index % round.Length]] is var (slot, source) ? slot.Draw(source, series, index) : throw new InvalidOperationException();
    }

    /// <summary>An order in which each kind comes as often as its weight says, spread evenly, so that a run that is stopped early has seen of all.</summary>
    private static int[] Round(int[] weights)
    {
        int total = weights.Sum();
        int[] credit = new int[weights.Length], order = new int[total];
        for (int i = 0; i < total; i++)
        {
            for (int w = 0; w < weights.Length; w++)
                credit[w] += weights[w];
            order[i] = Array.IndexOf(credit, credit.Max());
            credit[order[i]] -= total;
        }
        return order;
    }

    // Suites of one seed share no pictures (FNV-1a of the name).
    private ulong Series(ulong seed)
    {
        ulong hash = 14695981039346656037;
        foreach (char c in Name)
            hash = (hash ^ c) * 1099511628211;
        return unchecked(hash + (seed * 0x9E3779B97F4A7C15UL));
    }
}
