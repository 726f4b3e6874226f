using Nunchi.Chat;
using Nunchi.Generation;
using Nunchi.Tests.Goldens;
using Nunchi.Tests.Models;

namespace Nunchi.Tests.Generation;

/// <summary>Questions to a golden checkpoint and what came back.</summary>
internal static class Conversing
{
    public static EngineOptions Options { get; } = new() { Threads = 2, PrefillChunk = 64 };

    public static ChatEngine Load(EngineOptions options, string checkpoint = "varco2-tiny") => ChatEngine.Load(GoldenFiles.Path(checkpoint), options);

    public static Message[] About(string picture, string question) => [new Message(Role.User, [new ImagePart(GoldenModel.Picture(picture)), new TextPart(question)])];

    public static async Task<List<AnswerUpdate>> Ask(ChatEngine engine, IReadOnlyList<Message> conversation, GenerationOptions options)
    {
        var updates = new List<AnswerUpdate>();
        await foreach (AnswerUpdate update in engine.AskAsync(conversation, options, TestContext.Current.CancellationToken))
            updates.Add(update);
        return updates;
    }

    public static Answer Last(List<AnswerUpdate> updates) => Assert.IsType<AnswerCompleted>(updates[^1]).Answer;

    /// <summary>What was chosen and how likely it and the next likely ones were: equal only when the logits have equal bits.</summary>
    public static List<(int Id, double Logprob)> Tokens(List<AnswerUpdate> updates) =>
        [.. updates.OfType<TokenChosen>().SelectMany(token => token.Top.Prepend(token.Token)).Select(token => (token.Id, token.Logprob))];
}
