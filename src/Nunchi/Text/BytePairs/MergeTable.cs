using System.Numerics;

namespace Nunchi.Text.BytePairs;

/// <summary>Which two tokens merge into which, and how early: a hash table from a pair of ids to its rank and the merged id.</summary>
internal sealed class MergeTable
{
    private const int SmallIds = 256;

    private readonly Slot[] _slots;
    private readonly (int Rank, int Id)[] _small = new (int, int)[SmallIds * SmallIds]; // ids of single bytes, which every word begins with
    private readonly int _shift;

    /// <param name="capacity">How many merges will be added at most.</param>
    public MergeTable(int capacity)
    {
        var size = BitOperations.RoundUpToPowerOf2((uint)capacity * 2 + 16);
        _slots = new Slot[size];
        _shift = 64 - BitOperations.Log2(size);
        Array.Fill(_small, (int.MaxValue, -1));
    }

    /// <summary>Adds a merge; a pair that is there already keeps its earlier rank.</summary>
    /// <returns>False when the pair was there.</returns>
    public bool Add(int left, int right, int rank, int id)
    {
        var key = Key(left, right);
        var at = First(key);
        for (; _slots[at].Key != 0; at = (at + 1) & (_slots.Length - 1))
        {
            if (_slots[at].Key == key)
                return false;
        }

        _slots[at] = new Slot(key, rank, id);
        if ((uint)left < SmallIds && (uint)right < SmallIds)
            _small[left * SmallIds + right] = (rank, id);
        return true;
    }

    /// <summary>The rank and result of a merge; rank <see cref="int.MaxValue"/> when the two do not merge.</summary>
    public (int Rank, int Id) Find(int left, int right)
    {
        if ((uint)(left | right) < SmallIds)
            return _small[left * SmallIds + right];
        var key = Key(left, right);
        var slots = _slots;
        for (var at = First(key); ; at = (at + 1) & (slots.Length - 1))
        {
            ref var slot = ref slots[at];
            if (slot.Key == key)
                return (slot.Rank, slot.Id);
            if (slot.Key == 0)
                return (int.MaxValue, -1);
        }
    }

    private static ulong Key(int left, int right) => ((ulong)(uint)left << 32 | (uint)right) + 1;

    private int First(ulong key) => (int)(key * 0x9E3779B97F4A7C15UL >> _shift);

    private readonly record struct Slot(ulong Key, int Rank, int Id);
}
