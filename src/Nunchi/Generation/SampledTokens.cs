using Nunchi.Chat;

namespace Nunchi.Generation;

/// <summary>Takes in a token that was chosen.</summary>
/// <returns>[vocabulary] logits after it.</returns>
internal delegate ReadOnlyMemory<float> TokenStep(int id);

/// <summary>Each token is chosen as it comes, and stays.</summary>
/// <param name="sampler">Chooses.</param>
/// <param name="logits">[vocabulary] after the prompt.</param>
/// <param name="step">Takes in what was chosen.</param>
/// <param name="describe">Tells how likely a token was; null when nobody asks.</param>
internal sealed class SampledTokens(Sampler sampler, ReadOnlyMemory<float> logits, TokenStep step, Func<ReadOnlyMemory<float>, int, TokenChosen>? describe) : ITokenSource
{
    private int? _last;

    /// <inheritdoc/>
    public (int Id, TokenChosen? Chosen) Next()
    {
        if (_last is { } last)
            logits = step(last);
        int id = sampler.Next(logits.Span);
        _last = id;
        return (id, describe?.Invoke(logits, id));
    }
}
