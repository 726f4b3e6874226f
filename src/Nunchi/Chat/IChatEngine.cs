namespace Nunchi.Chat;

/// <summary>A loaded model that answers conversations. One question at a time: a second call before the first has ended throws <see cref="InvalidOperationException"/>.</summary>
public interface IChatEngine : IDisposable
{
    /// <summary>What was loaded.</summary>
    ModelInfo Info { get; }

    /// <summary>Answers the last message of a conversation, piece by piece.</summary>
    /// <param name="conversation">
    /// The messages in order. The last one is the user's and holds text, pictures or both; a picture without text asks for a caption.
    /// Earlier answers carry their <see cref="Answer.RawText"/>, tags included.
    /// </param>
    /// <param name="options">How to sample and when to end.</param>
    /// <param name="cancellation">Ends the answer within a token (or an encoded tile); the enumeration then throws <see cref="OperationCanceledException"/>.</param>
    /// <returns>
    /// <see cref="PhaseProgress"/> and <see cref="TextDelta"/> as they come, a <see cref="SpanCompleted"/> after each phrase whose boxes are closed,
    /// and one <see cref="AnswerCompleted"/> at the end. The deltas joined are <see cref="Answer.Text"/>.
    /// </returns>
    /// <exception cref="ArgumentException">The conversation is empty, does not end with the user, or does not fit the model's context (the message tells both lengths).</exception>
    IAsyncEnumerable<AnswerUpdate> AskAsync(IReadOnlyList<Message> conversation, GenerationOptions options, CancellationToken cancellation = default);
}
