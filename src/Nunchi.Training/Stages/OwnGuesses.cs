using Nunchi.Tensors;
using Nunchi.Text;

namespace Nunchi.Training.Stages;

/// <summary>
/// Scheduled sampling in parallel: a pass forward tells what the model itself would have said at every place of an answer that reads, and wrong guesses take the place of right letters before the
/// answer is learned from. What is to be said next stays as it was. So a model learns to go on from its own mistakes, which are likelier than made up ones.
/// </summary>
/// <remarks>Bengio et al. 2015, "Scheduled Sampling"; in parallel, Mihaylova and Martins 2019, "Scheduled Sampling for Transformers".</remarks>
/// <param name="tokenizer">Wrote the answers.</param>
/// <param name="share">Share of the samples, 0..1.</param>
internal sealed class OwnGuesses(Tokenizer tokenizer, double share)
{
    // Of an answer's wrong guesses so many are written: a place is then also seen with a right letter before it.
    private const double Written = 0.7;
    private readonly bool[] _isText = [.. Enumerable.Range(0, tokenizer.VocabularySize).Select(id => !tokenizer.IsMark(id) && tokenizer.TokenText(id) != "")];
    private readonly List<(SequenceSample Sample, Random Random)> _chosen = [];
    private readonly List<int> _guesses = [];
    private readonly HashSet<int> _reading = [];

    /// <summary>Writes guesses into some of the samples of a part.</summary>
    /// <param name="part">The samples.</param>
    /// <param name="pass">Runs them; it is cleared before and after.</param>
    /// <param name="tape">Where it runs.</param>
    /// <returns>Operations that it took.</returns>
    public double Write(List<SequenceSample> part, AnswerPass pass, Tape tape)
    {
        _chosen.Clear();
        pass.Clear();
        foreach (var sample in part)
        {
            // The same whichever thread comes to it, and after a run has been resumed.
            if (sample.Looks.Count == 0)
                continue;
            var random = Source(sample);
            if (random.NextDouble() >= share)
                continue;
            _chosen.Add((sample, random));
            pass.Add(sample);
        }

        if (_chosen.Count == 0)
            return 0;
        pass.Guess(tape, _guesses);
        var operations = pass.ForwardOperations;
        pass.Clear();
        var at = 0;
        foreach (var (sample, random) in _chosen)
            at = Write(sample, random, at);
        return operations;
    }

    private static Random Source(SequenceSample sample)
    {
        var hash = 17;
        foreach (var id in sample.Ids)
            hash = unchecked((hash * 31) + id);
        return new Random(hash);
    }

    private int Write(SequenceSample sample, Random random, int at)
    {
        _reading.Clear();
        foreach (var look in sample.Looks)
            if (!look.Decides)
                _reading.Add(look.Token);
        for (var i = 1; i < sample.Ids.Count; i++)
        {
            if (sample.Labels[i] < 0)
                continue;
            var guess = _guesses[at++];
            if (guess != sample.Labels[i] && _reading.Contains(i) && guess < _isText.Length && _isText[guess] && _isText[sample.Labels[i]] && random.NextDouble() < Written)
                sample.Ids[i] = guess;
        }

        return at;
    }
}
