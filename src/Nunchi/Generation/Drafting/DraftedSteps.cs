using System.Runtime.InteropServices;

namespace Nunchi.Generation.Drafting;

/// <summary>
/// Steps of an answer that take in a guess of the next tokens together with the one that was chosen, in one pass over the weights. The logits after every token are the ones that a
/// plain step gives, bit for bit, because a row's numbers do not depend on the rows beside it; so what is chosen is the same, at any temperature, and a wrong guess is only forgotten.
/// </summary>
/// <param name="target">The decoder.</param>
/// <param name="lookup">Guesses; null never does.</param>
/// <param name="most">Most tokens of a guess, asked each time.</param>
/// <param name="room">Most tokens of the answer.</param>
internal sealed class DraftedSteps(IDraftTarget target, PromptLookup? lookup, Func<int> most, int room)
{
    private readonly DraftLength _length = new();
    private readonly List<int> _taken = [];
    private ReadOnlyMemory<float> _logits;
    private int _agreeing;
    private int _at;
    private int _chosen;

    public DraftCounts Counts { get; } = new();

    /// <summary>Takes in a token that was chosen.</summary>
    /// <returns>[vocabulary] logits after it; overwritten by a later call.</returns>
    public ReadOnlyMemory<float> Step(int id)
    {
        _chosen++;
        lookup?.Add(id);
        if (++_at < _taken.Count && _taken[_at] == id)
        {
            Counts.Accepted++;
            return Row(_at);
        }
        Settle(_at);
        _taken.Add(id);
        Draft();
        try
        {
            _logits = target.Take(CollectionsMarshal.AsSpan(_taken));
        }
        catch
        {
            _taken.Clear();
            throw;
        }
        Counts.Drafted += _taken.Count - 1;
        return Row(0);
    }

    /// <summary>Forgets what was guessed and not chosen; the answer has ended.</summary>
    public void Finish() => Settle(_at + 1);

    private ReadOnlyMemory<float> Row(int row)
    {
        int vocabulary = _logits.Length / _taken.Count;
        return _logits.Slice(row * vocabulary, vocabulary);
    }

    private void Settle(int right)
    {
        int wrong = Math.Max(0, _taken.Count - right), drafted = _taken.Count - 1;
        if (wrong > 0)
            target.Withdraw(wrong);
        if (drafted > 0)
            _length.Learn(_agreeing, drafted, drafted - wrong);
        _taken.Clear();
        _at = 0;
    }

    private void Draft()
    {
        // Each guessed token that is kept makes one token of the answer, and the row after the last one more.
        int useful = lookup == null ? 0 : Math.Min(most(), room - _chosen - 1);
        if (useful < 1)
            return;
        int from = lookup!.Find(out _agreeing);
        if (_agreeing > 0)
            lookup.Read(from, _length.Of(_agreeing, useful), _taken);
    }
}
