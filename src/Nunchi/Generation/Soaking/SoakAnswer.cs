using Nunchi.Chat;

namespace Nunchi.Generation.Soaking;

/// <summary>What an answer showed: its tokens with their log-probabilities, which are equal only if the logits have equal bits, and its end unless it was cancelled.</summary>
internal sealed record SoakAnswer(IReadOnlyList<(int Id, double Logprob)> Tokens, Answer? End)
{
    /// <summary>Asks until the answer ends, or leaves after some tokens.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="scenario">What is asked.</param>
    /// <param name="leaveAfter">Updates after which it is cancelled; null never.</param>
    /// <param name="cancellation">Ends it from outside.</param>
    public static async Task<SoakAnswer> Ask(IChatEngine engine, SoakScenario scenario, int? leaveAfter, CancellationToken cancellation)
    {
        var tokens = new List<(int, double)>();
        Answer? end = null;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        int updates = 0;
        try
        {
            await foreach (AnswerUpdate update in engine.AskAsync(scenario.Conversation, scenario.Sampling, stop.Token).ConfigureAwait(false))
            {
                if (update is TokenChosen chosen)
                    tokens.Add((chosen.Token.Id, chosen.Token.Logprob));
                if (update is AnswerCompleted completed)
                    end = completed.Answer;
                if (++updates == leaveAfter)
                    await stop.CancelAsync().ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
        }
        return new SoakAnswer(tokens, end);
    }

    /// <summary>What differs from the plain answer; null when nothing does. A cancelled answer must be the beginning of it.</summary>
    public string? Difference(SoakAnswer plain)
    {
        for (int i = 0; i < Tokens.Count; i++)
        {
            if (i >= plain.Tokens.Count)
                return $"{Tokens.Count} tokens, expected {plain.Tokens.Count}";
            if (Tokens[i] != plain.Tokens[i])
                return $"token {i} is {Tokens[i].Id} ({Tokens[i].Logprob:R}), expected {plain.Tokens[i].Id} ({plain.Tokens[i].Logprob:R})";
        }
        if (End == null)
            return null;
        if (Tokens.Count != plain.Tokens.Count)
            return $"{Tokens.Count} tokens, expected {plain.Tokens.Count}";
        return End.RawText != plain.End!.RawText || End.FinishReason != plain.End.FinishReason
            ? $"\"{End.RawText}\" ({End.FinishReason}), expected \"{plain.End.RawText}\" ({plain.End.FinishReason})"
            : null;
    }
}
