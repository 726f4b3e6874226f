using Nunchi.Tensors;
using Nunchi.Tensors.Operators;

namespace Nunchi.Models;

/// <summary>Puts a token before the tokens of each crop, or takes it away. Its row indices are made once for a number of crops and kept, since a recorded backward reads them.</summary>
/// <param name="tokens">Tokens of one crop without the one before them (when putting) or with it (when dropping).</param>
internal sealed class FirstTokens(int tokens) : IDisposable
{
    private readonly Dictionary<int, IndexBuffer> _put = [];
    private readonly Dictionary<int, IndexBuffer> _kept = [];

    /// <summary>[crops * tokens, width] and [1, width] to [crops * (tokens + 1), width]; releases <paramref name="x"/>.</summary>
    internal Tensor Put(Tape tape, Tensor x, Tensor first)
    {
        int patches = x.Rows;
        Tensor both = Rows.Concatenate(tape, x, first);
        tape.Release(x);
        Tensor result = Rows.Gather(tape, both, Indices(_put, patches / tokens, (rows, crop) =>
        {
            rows.Add(patches);
            for (int i = 0; i < tokens; i++)
                rows.Add((crop * tokens) + i);
        }));
        tape.Release(both);
        return result;
    }

    /// <summary>[crops * tokens, width] to [crops * (tokens - 1), width]; releases <paramref name="x"/>.</summary>
    internal Tensor Drop(Tape tape, Tensor x)
    {
        Tensor result = Rows.Gather(tape, x, Indices(_kept, x.Rows / tokens, (rows, crop) =>
        {
            for (int i = 1; i < tokens; i++)
                rows.Add((crop * tokens) + i);
        }));
        tape.Release(x);
        return result;
    }

    /// <summary>Frees the indices.</summary>
    public void Dispose()
    {
        foreach (IndexBuffer rows in _put.Values.Concat(_kept.Values))
            rows.Dispose();
    }

    private static IndexBuffer Indices(Dictionary<int, IndexBuffer> made, int crops, Action<IndexBuffer, int> add)
    {
        lock (made)
        {
            if (made.TryGetValue(crops, out IndexBuffer? rows))
                return rows;
            rows = new IndexBuffer();
            for (int crop = 0; crop < crops; crop++)
                add(rows, crop);
            return made[crops] = rows;
        }
    }
}
