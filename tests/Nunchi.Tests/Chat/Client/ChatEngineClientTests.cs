using Microsoft.Extensions.AI;
using Nunchi.Chat;
using Nunchi.Chat.Client;
using Nunchi.Grounding;
using Nunchi.Images;

namespace Nunchi.Tests.Chat.Client;

public sealed class ChatEngineClientTests : IDisposable
{
    private static readonly GroundedSpan Umbrella = new("우산", SpanKind.Object, 3, 5, [new BoundingBox(0.1, 0.2, 0.3, 0.4)]);

    private readonly ScriptedEngine engine = new(
        new Answer
        {
            Text = "여기 우산",
            RawText = "여기 <obj>우산</obj><bbox>0.1, 0.2, 0.3, 0.4</bbox>",
            Spans = [Umbrella],
            Usage = new Usage(12, 9, 5),
            Timings = new Timings { Encode = default, Prefill = default, FirstToken = default, Decode = default, Total = default },
            FinishReason = FinishReason.Length,
        },
        new PhaseProgress(AnswerPhase.Prefill, 1, 1), new TextDelta("여기 "), new TextDelta("우산", 0), new SpanCompleted(0, Umbrella));

    public void Dispose() => engine.Dispose();

    [Fact]
    public async Task GetResponse_GroundedAnswer_HasTextAnnotationsAndUsage()
    {
        using var client = new ChatEngineClient(engine);

        ChatResponse response = await client.GetResponseAsync("어디?", cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal("여기 우산", response.Text);
        Assert.Equal(ChatFinishReason.Length, response.FinishReason);
        Assert.Equal((12L, 5L, 17L, 9L),
            (response.Usage!.InputTokenCount, response.Usage.OutputTokenCount, response.Usage.TotalTokenCount, response.Usage.AdditionalCounts!["image_tokens"]));
        AssertAnnotated(Assert.Single(response.Messages), response.Text);
    }

    [Fact]
    public async Task GetStreamingResponse_Joined_EqualsTheAnswer()
    {
        using var client = new ChatEngineClient(engine);

        ChatResponse response = await client.GetStreamingResponseAsync("어디?", cancellationToken: TestContext.Current.CancellationToken)
            .ToChatResponseAsync(TestContext.Current.CancellationToken);

        Assert.Equal("여기 우산", response.Text);
        Assert.Equal(ChatFinishReason.Length, response.FinishReason);
        Assert.Equal(5, response.Usage!.OutputTokenCount);
        AssertAnnotated(Assert.Single(response.Messages), response.Text);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task NextTurn_EarlierAnswerAdded_GivesTheModelItsTags(bool streamed)
    {
        using var client = new ChatEngineClient(engine);
        List<ChatMessage> history = [new(ChatRole.User, "어디?")];
        ChatResponse response = streamed
            ? await client.GetStreamingResponseAsync(history, cancellationToken: TestContext.Current.CancellationToken).ToChatResponseAsync(TestContext.Current.CancellationToken)
            : await client.GetResponseAsync(history, cancellationToken: TestContext.Current.CancellationToken);
        history.AddRange(response.Messages);
        history.Add(new ChatMessage(ChatRole.User, "무슨 색?"));

        await client.GetResponseAsync(history, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal([Role.User, Role.Assistant, Role.User], engine.Conversation!.Select(message => message.Role));
        Assert.Equal(new TextPart("여기 <obj>우산</obj><bbox>0.1, 0.2, 0.3, 0.4</bbox>"), Assert.Single(engine.Conversation![1].Parts));
    }

    [Fact]
    public async Task GetResponse_PictureAndOptions_ReachTheEngine()
    {
        using var client = new ChatEngineClient(engine);
        byte[] png = ImageEncoder.ToPng(new RgbImage(3, 2));
        ChatMessage question = new(ChatRole.User, [new DataContent(png, "image/png"), new TextContent("뭐야?")]);
        var options = new ChatOptions { Instructions = "짧게.", Temperature = 0.5f, TopK = 3, MaxOutputTokens = 7, Seed = 5, StopSequences = ["끝"] };

        await client.GetResponseAsync([question], options, TestContext.Current.CancellationToken);

        Assert.Equal(new TextPart("짧게."), engine.Conversation![0].Parts[0]);
        Assert.Equal((3, 2), Assert.IsType<ImagePart>(engine.Conversation[1].Parts[0]).Image is var image ? (image.Width, image.Height) : default);
        Assert.Equal((0.5, 3, 7, 5ul, "끝"), (engine.Options!.Temperature, engine.Options.TopK, engine.Options.MaxTokens, engine.Options.Seed, engine.Options.StopStrings[0]));
    }

    public static TheoryData<AIContent> Unsupported => [new DataContent(new byte[1], "audio/wav"), new UriContent("https://example.com/a.png", "image/png"), new FunctionCallContent("1", "f")];

    [Theory]
    [MemberData(nameof(Unsupported))]
    public async Task GetResponse_ContentThatIsNotSupported_IsRefused(AIContent content)
    {
        using var client = new ChatEngineClient(engine);

        await Assert.ThrowsAsync<NotSupportedException>(() => client.GetResponseAsync([new ChatMessage(ChatRole.User, [content])], cancellationToken: TestContext.Current.CancellationToken));
        Assert.Null(engine.Conversation);
    }

    [Fact]
    public async Task GetResponse_OptionsThatAreNotSupported_AreRefused()
    {
        using var client = new ChatEngineClient(engine);

        await Assert.ThrowsAsync<NotSupportedException>(() => Ask(new ChatOptions { Tools = [AIFunctionFactory.Create(() => 1, "one")] }));
        await Assert.ThrowsAsync<NotSupportedException>(() => Ask(new ChatOptions { ResponseFormat = ChatResponseFormat.Json }));
        await Assert.ThrowsAsync<ArgumentException>(() => Ask(new ChatOptions { ModelId = "gpt" }));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Ask(new ChatOptions { TopP = 2 }));

        Task<ChatResponse> Ask(ChatOptions options) => client.GetResponseAsync("안녕", options, TestContext.Current.CancellationToken);
    }

    [Fact]
    public void GetService_KnownTypes_AreGiven()
    {
        using var client = new ChatEngineClient(engine);

        Assert.Same(client, client.GetService(typeof(IChatClient)));
        Assert.Same(engine, client.GetService(typeof(IChatEngine)));
        Assert.Same(engine.Info, client.GetService(typeof(ModelInfo)));
        Assert.Equal("tiny", ((ChatClientMetadata)client.GetService(typeof(ChatClientMetadata))!).DefaultModelId);
        Assert.Null(client.GetService(typeof(string)));
    }

    [Fact]
    public void Dispose_EndsTheEngine()
    {
        new ChatEngineClient(engine).Dispose();

        Assert.True(engine.Disposed);
    }

    private static void AssertAnnotated(ChatMessage message, string text)
    {
        GroundingAnnotation annotation = Assert.IsType<GroundingAnnotation>(Assert.Single(message.Contents.SelectMany(content => content.Annotations ?? [])));
        TextSpanAnnotatedRegion region = Assert.IsType<TextSpanAnnotatedRegion>(Assert.Single(annotation.AnnotatedRegions!));
        Assert.Equal("우산", text[region.StartIndex!.Value..region.EndIndex!.Value]);
        Assert.Same(Umbrella, annotation.Span);
    }
}
