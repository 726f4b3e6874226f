using System.Numerics;

namespace Nunchi.Text.BytePairs;

/// <summary>Which two tokens merge into which, and how early: a hash table from a pair of ids to its rank and the merged id.</summary>
internal sealed class MergeTable
{
    private readonly ulong[] _keys; // left id << 32 | right id, plus one so that 0 is free
    private readonly (int Rank, int Id)[] _values;
    private readonly int _shift;
    private int _count;

    /// <param name="capacity">How many merges will be added at most.</param>
    public MergeTable(int capacity)
    {
        var size = BitOperations.RoundUpToPowerOf2((uint)capacity * 2 + 16);
        _keys = new ulong[size];
        _values = new (int, int)[size];
        _shift = 64 - BitOperations.Log2(size);
    }

    public int Count => _count;

    /// <summary>Adds a merge; a pair that is there already keeps its earlier rank.</summary>
    /// <returns>False when the pair was there.</returns>
    public bool Add(int left, int right, int rank, int id)
    {
        var key = Key(left, right);
        var slot = Slot(key);
        for (; _keys[slot] != 0; slot = (slot + 1) & (_keys.Length - 1))
        {
            if (_keys[slot] == key)
                return false;
        }

        _keys[slot] = key;
        _values[slot] = (rank, id);
        _count++;
        return true;
    }

    /// <summary>The rank and result of a merge; rank <see cref="int.MaxValue"/> when the two do not merge.</summary>
    public (int Rank, int Id) Find(int left, int right)
    {
        var key = Key(left, right);
        for (var slot = Slot(key); ; slot = (slot + 1) & (_keys.Length - 1))
        {
            if (_keys[slot] == key)
                return _values[slot];
            if (_keys[slot] == 0)
                return (int.MaxValue, -1);
        }
    }

    private static ulong Key(int left, int right) => ((ulong)(uint)left << 32 | (uint)right) + 1;

    private int Slot(ulong key) => (int)(key * 0x9E3779B97F4A7C15UL >> _shift);
}
