using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Nunchi.Chat.Client;

/// <summary>
/// A loaded model as the <see cref="IChatClient"/> that .NET programs know. Pictures are <see cref="DataContent"/> with an <c>image/</c> media type.
/// Phrases that are tied to regions come as <see cref="GroundingAnnotation"/> on the answer's text, whose indices count in the whole message's text.
/// The tagged answer is kept in the message, so that adding it to the conversation gives the model back what it wrote.
/// </summary>
public sealed class ChatEngineClient : IChatClient
{
    private readonly IChatEngine engine;
    private readonly ChatClientMetadata metadata;

    /// <summary>Takes over an engine; disposing the client disposes it.</summary>
    public ChatEngineClient(IChatEngine engine)
    {
        ArgumentNullException.ThrowIfNull(engine);
        this.engine = engine;
        metadata = new ChatClientMetadata("nunchi", providerUri: null, engine.Info.Name);
    }

    /// <summary>Answers at once.</summary>
    /// <exception cref="NotSupportedException">The messages or options ask for what the model does not do (tools, JSON schemas, remote files, sound); the message names it.</exception>
    /// <exception cref="ArgumentException">An option is out of range, another model is named, or the conversation does not fit.</exception>
    /// <exception cref="Images.ImageFormatException">A picture cannot be read.</exception>
    public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        Answer answer = await AnswerAsync(messages, options, cancellationToken).ConfigureAwait(false);
        string id = NewId();
        return new ChatResponse(new ChatMessage(ChatRole.Assistant, [AnswerContents.Text(answer, answer.Text)]) { MessageId = id, RawRepresentation = answer })
        {
            ResponseId = id,
            ModelId = engine.Info.Name,
            CreatedAt = DateTimeOffset.UtcNow,
            FinishReason = AnswerContents.Reason(answer.FinishReason),
            Usage = AnswerContents.Usage(answer.Usage),
            RawRepresentation = answer,
        };
    }

    /// <summary>Answers as the text comes. Each update's <see cref="ChatResponseUpdate.RawRepresentation"/> is the <see cref="AnswerUpdate"/> behind it; the last one carries annotations and usage.</summary>
    /// <exception cref="NotSupportedException">As for <see cref="GetResponseAsync"/>.</exception>
    /// <exception cref="ArgumentException">As for <see cref="GetResponseAsync"/>.</exception>
    /// <exception cref="Images.ImageFormatException">A picture cannot be read.</exception>
    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        string id = NewId();
        await foreach (AnswerUpdate update in AskAsync(messages, options, cancellationToken).ConfigureAwait(false))
        {
            var response = new ChatResponseUpdate
            {
                Role = ChatRole.Assistant,
                MessageId = id,
                ResponseId = id,
                ModelId = engine.Info.Name,
                CreatedAt = DateTimeOffset.UtcNow,
                RawRepresentation = update,
            };
            if (update is TextDelta delta)
            {
                response.Contents.Add(new TextContent(delta.Text));
            }
            else if (update is AnswerCompleted completed)
            {
                response.Contents.Add(AnswerContents.Text(completed.Answer, ""));
                response.Contents.Add(new UsageContent(AnswerContents.Usage(completed.Answer.Usage)));
                response.FinishReason = AnswerContents.Reason(completed.Answer.FinishReason);
            }
            yield return response;
        }
    }

    /// <summary>The client, its metadata, or the engine and model description behind it.</summary>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        if (serviceKey is not null)
            return null;
        return serviceType.IsInstanceOfType(this) ? this
            : serviceType.IsInstanceOfType(metadata) ? metadata
            : serviceType.IsInstanceOfType(engine.Info) ? engine.Info
            : serviceType.IsInstanceOfType(engine) ? engine
            : null;
    }

    /// <summary>Disposes the engine.</summary>
    public void Dispose() => engine.Dispose();

    private async Task<Answer> AnswerAsync(IEnumerable<ChatMessage> messages, ChatOptions? options, CancellationToken cancellation)
    {
        await foreach (AnswerUpdate update in AskAsync(messages, options, cancellation).ConfigureAwait(false))
        {
            if (update is AnswerCompleted completed)
                return completed.Answer;
        }
        throw new InvalidOperationException("The engine's answer ended without its last part.");
    }

    private IAsyncEnumerable<AnswerUpdate> AskAsync(IEnumerable<ChatMessage> messages, ChatOptions? options, CancellationToken cancellation) =>
        engine.AskAsync(MessageReader.Read(messages, options?.Instructions, cancellation), OptionsReader.Read(options, engine.Info.Name), cancellation);

    private static string NewId() => Guid.NewGuid().ToString("N");
}
