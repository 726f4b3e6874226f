using Nunchi.Chat;

namespace Nunchi.Generation.Searching;

/// <summary>Tokens of the answer that a search finds; those that it cannot change any more come while it goes on.</summary>
/// <param name="search">The search, nothing chosen yet.</param>
/// <param name="logits">[vocabulary] after the prompt.</param>
/// <param name="states">Takes in what beginnings chose.</param>
/// <param name="goOn">Called before every step; throws to stop.</param>
internal sealed class BeamTokens(BeamSearch search, ReadOnlyMemory<float> logits, BeamStates states, Action goOn) : ITokenSource
{
    private readonly Queue<Beam> _settled = [];

    /// <summary>The answer as far as it was asked for.</summary>
    public Beam Given { get; private set; } = Beam.Empty;

    /// <inheritdoc/>
    public (int Id, TokenChosen? Chosen) Next()
    {
        while (_settled.Count == 0)
        {
            goOn();
            search.Advance(search.Best.Length == 0 ? [logits] : states.Take(search.Beams));
            for (int length = Given.Length + 1; length <= search.Settled; length++)
                _settled.Enqueue(search.Best.First(length));
        }
        Given = _settled.Dequeue();
        return (Given.Id, Given.Chosen);
    }
}
