using System.Runtime.CompilerServices;
using Nunchi.Chat;

namespace Nunchi.Tests.Chat.Client;

/// <summary>An engine that gives one prepared answer and remembers what it was asked.</summary>
internal sealed class ScriptedEngine(Answer answer, params AnswerUpdate[] updates) : IChatEngine
{
    public IReadOnlyList<Message>? Conversation { get; private set; }

    public GenerationOptions? Options { get; private set; }

    public bool Disposed { get; private set; }

    public ModelInfo Info { get; } = new()
    {
        Name = "tiny",
        Directory = "/tiny",
        Family = "llava_onevision",
        Parts = [],
        ContextLength = 64,
        VocabularySize = 10,
        Kernels = "",
        LoadTime = TimeSpan.Zero,
    };

    public async IAsyncEnumerable<AnswerUpdate> AskAsync(
        IReadOnlyList<Message> conversation, GenerationOptions options, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        Conversation = conversation;
        Options = options;
        foreach (AnswerUpdate update in updates)
        {
            cancellation.ThrowIfCancellationRequested();
            await Task.Yield();
            yield return update;
        }
        yield return new AnswerCompleted(answer);
    }

    public void Dispose() => Disposed = true;
}
