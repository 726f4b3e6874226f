namespace Nunchi.Text.BytePairs;

/// <summary>The bytes of every token in one block of memory, and the way back from bytes to ids, without a string per token.</summary>
internal sealed class Vocabulary
{
    private readonly byte[] _bytes;
    private readonly int[] _starts; // [size], -1 where an id has no token
    private readonly int[] _lengths;
    private readonly int[] _slots; // id + 1 by hash of the bytes, 0 when free
    private readonly bool[] _isPair; // whether the token is reachable by its bytes

    private Vocabulary(int size, byte[] bytes, int[] starts, int[] lengths, bool[] isPair, int[] slots)
    {
        Size = size;
        _bytes = bytes;
        _starts = starts;
        _lengths = lengths;
        _isPair = isPair;
        _slots = slots;
    }

    /// <summary>The highest id + 1.</summary>
    public int Size { get; }

    public bool Has(int id) => (uint)id < (uint)Size && _starts[id] >= 0;

    public ReadOnlyMemory<byte> Bytes(int id) => _bytes.AsMemory(_starts[id], _lengths[id]);

    public ReadOnlySpan<byte> Span(int id) => _bytes.AsSpan(_starts[id], _lengths[id]);

    /// <summary>Whether the token is spelt in the byte alphabet, so that merges may reach it.</summary>
    public bool IsBytePair(int id) => Has(id) && _isPair[id];

    /// <summary>The id of the byte-pair token with these bytes, or -1.</summary>
    public int Find(ReadOnlySpan<byte> bytes)
    {
        var mask = _slots.Length - 1;
        for (var slot = (int)Hash(bytes) & mask; _slots[slot] != 0; slot = (slot + 1) & mask)
        {
            var id = _slots[slot] - 1;
            if (Span(id).SequenceEqual(bytes))
                return id;
        }

        return -1;
    }

    private static uint Hash(ReadOnlySpan<byte> bytes)
    {
        var hash = 2166136261u;
        foreach (var value in bytes)
            hash = (hash ^ value) * 16777619u;
        return hash ^ hash >> 15;
    }

    /// <summary>Collects tokens before the vocabulary is made.</summary>
    internal sealed class Builder
    {
        private readonly List<(int Id, int Start, int Length, bool IsPair)> _tokens = [];
        private byte[] _bytes = new byte[4096];
        private int _used;

        public int Count => _tokens.Count;

        public int HighestId { get; private set; } = -1;

        public void Add(int id, ReadOnlySpan<byte> bytes, bool isBytePair)
        {
            if (_used + bytes.Length > _bytes.Length)
                Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _used + bytes.Length));
            bytes.CopyTo(_bytes.AsSpan(_used));
            _tokens.Add((id, _used, bytes.Length, isBytePair));
            _used += bytes.Length;
            HighestId = Math.Max(HighestId, id);
        }

        /// <summary>Makes the vocabulary.</summary>
        /// <param name="problem">Null, or what is wrong: an id or a token that is there twice.</param>
        public Vocabulary? Build(out string? problem)
        {
            var size = HighestId + 1;
            var starts = new int[size];
            Array.Fill(starts, -1);
            var lengths = new int[size];
            var isPair = new bool[size];
            var slots = new int[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)_tokens.Count * 2 + 16)];
            var vocabulary = new Vocabulary(size, _bytes, starts, lengths, isPair, slots);
            foreach (var (id, start, length, pair) in _tokens)
            {
                if (starts[id] >= 0)
                {
                    problem = $"id {id} is given to two tokens";
                    return null;
                }

                starts[id] = start;
                lengths[id] = length;
                isPair[id] = pair;
                if (!pair)
                    continue;
                var mask = slots.Length - 1;
                var slot = (int)Hash(vocabulary.Span(id)) & mask;
                for (; slots[slot] != 0; slot = (slot + 1) & mask)
                {
                    if (vocabulary.Span(slots[slot] - 1).SequenceEqual(vocabulary.Span(id)))
                    {
                        problem = $"ids {slots[slot] - 1} and {id} are the same token";
                        return null;
                    }
                }

                slots[slot] = id + 1;
            }

            problem = null;
            return vocabulary;
        }
    }
}
