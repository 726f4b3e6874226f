using Nunchi.Chat;

namespace Nunchi.Generation.Searching;

/// <summary>How a search goes.</summary>
/// <param name="Beams">Beginnings that go on at a time.</param>
/// <param name="LengthPenalty">0 compares answers by the sum of their log-probabilities, 1 by the mean.</param>
/// <param name="Most">Most tokens of an answer.</param>
/// <param name="Ends">Tokens that end one.</param>
internal sealed record BeamSearchOptions(int Beams, double LengthPenalty, int Most, IReadOnlyCollection<int> Ends)
{
    /// <summary>The tags around boxes; null where the tokenizer has none. What stands between them is chosen token by token and does not count.</summary>
    public (int Open, int Close)? Boxes { get; init; }

    /// <summary>Tells how likely a token was; null when nobody asks.</summary>
    public Func<ReadOnlyMemory<float>, int, TokenChosen>? Describe { get; init; }
}

/// <summary>
/// Looks for the likeliest answer, not for the likeliest next token: several beginnings go on beside each other (beam search, with the scores, candidates and end of transformers).
/// Where a box lies is a choice among places that are nearly the same; that none of them is likely does not make the box so, and its numbers do not count.
/// </summary>
/// <param name="rules">What may be chosen.</param>
/// <param name="options">How it goes.</param>
internal sealed class BeamSearch(TokenRules rules, BeamSearchOptions options)
{
    private readonly float[] _scores = new float[rules.Vocabulary];
    private List<Beam> _ended = [];

    /// <summary>Beginnings that go on, the likeliest first.</summary>
    public IReadOnlyList<Beam> Beams { get; private set; } = [Beam.Empty];

    /// <summary>Whether the answer is found.</summary>
    public bool IsDone { get; private set; }

    /// <summary>The likeliest answer when it is done; before that, the likeliest beginning.</summary>
    public Beam Best { get; private set; } = Beam.Empty;

    /// <summary>Tokens of <see cref="Best"/> that no later step can change.</summary>
    public int Settled { get; private set; }

    /// <summary>Goes one token on.</summary>
    /// <param name="logits">[vocabulary] after each of <see cref="Beams"/>.</param>
    /// <exception cref="InvalidDataException">No token has a finite logit: the weights are broken.</exception>
    public void Advance(IReadOnlyList<ReadOnlyMemory<float>> logits)
    {
        List<Candidate> candidates = [];
        for (int beam = 0; beam < Beams.Count; beam++)
            AddCandidates(beam, logits[beam].Span, candidates);
        if (candidates.Count == 0)
            throw Sampler.NothingFinite();
        // Equal scores keep the order of beams and ids, so that the answer is the same whatever the sort does.
        candidates = [.. candidates.OrderByDescending(candidate => candidate.Score)];
        List<Beam> goingOn = [];
        for (int rank = 0; rank < candidates.Count && goingOn.Count < options.Beams; rank++)
        {
            Candidate candidate = candidates[rank];
            if (!options.Ends.Contains(candidate.Id))
                goingOn.Add(Grown(candidate, logits));
            else if (rank < options.Beams)
                _ended.Add(Grown(candidate, logits));
        }
        Beams = goingOn;
        if (Beams.Count == 0 || Beams[0].Length == options.Most)
        {
            _ended.AddRange(Beams);
            IsDone = true;
        }
        _ended = [.. _ended.OrderByDescending(Normalised).Take(options.Beams)];
        // The likeliest beginning bounds what can come, as transformers reckon it when it stops early only where that seems safe.
        IsDone = IsDone || (_ended.Count == options.Beams && Normalised(Beams[0]) <= Normalised(_ended[^1]));
        Settle();
    }

    private double Normalised(Beam beam) => beam.Normalised(options.LengthPenalty);

    private void AddCandidates(int beam, ReadOnlySpan<float> logits, List<Candidate> candidates)
    {
        Beam before = Beams[beam];
        Logprobs.Normalise(logits, _scores);
        rules.Apply(_scores, before.Ids());
        // Among so many, enough go on even if all ends are among the likeliest.
        int count = before.InBoxes ? 1 : options.Beams * (1 + options.Ends.Count);
        foreach (var (id, score) in Likeliest.Of(_scores, count, id => float.IsFinite(_scores[id])))
            candidates.Add(new Candidate(beam, id, before.InBoxes ? before.Score : before.Score + score));
    }

    private Beam Grown(Candidate candidate, IReadOnlyList<ReadOnlyMemory<float>> logits)
    {
        Beam before = Beams[candidate.Parent];
        return new Beam(before, candidate.Id, candidate.Score, before.InBoxes ? before.Counted : before.Counted + 1, options.Describe?.Invoke(logits[candidate.Parent], candidate.Id))
        {
            InBoxes = candidate.Id != options.Boxes?.Close && (before.InBoxes || candidate.Id == options.Boxes?.Open),
        };
    }

    private void Settle()
    {
        Best = IsDone ? _ended[0] : Beams[0];
        Settled = IsDone ? Best.Length : Beams.Concat(_ended).Aggregate(Best, (common, beam) => common.Common(beam)).Length;
    }

    private readonly record struct Candidate(int Parent, int Id, double Score);
}
