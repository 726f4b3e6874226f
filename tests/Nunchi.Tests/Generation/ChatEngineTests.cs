using System.Text.Json;
using Nunchi.Chat;
using Nunchi.Generation;
using Nunchi.Images;
using Nunchi.Tests.Checkpoints;
using Nunchi.Tests.Goldens;
using Nunchi.Tests.Models;
using Nunchi.Text;

namespace Nunchi.Tests.Generation;

public class ChatEngineTests
{
    private static readonly EngineOptions Small = new() { Threads = 2, PrefillChunk = 64 };

    [Theory]
    [InlineData("ask_square")]
    [InlineData("two_images")]
    [InlineData("text_turns")]
    public async Task AskAsync_GoldenCase_StreamsTheReferenceAnswer(string name)
    {
        using ChatEngine engine = Load();
        JsonElement item = GoldenFiles.Json("varco2-tiny-cases", "cases.json").EnumerateArray().Single(candidate => candidate.GetProperty("name").GetString() == name);
        Message[] messages = [.. item.GetProperty("messages").EnumerateArray().Select(ReadMessage)];
        int[] ids = [.. item.GetProperty("greedy_ids").EnumerateArray().Select(id => id.GetInt32())];
        Tokenizer tokenizer = Tokenizer.Load(GoldenFiles.Path("varco2-tiny"));

        List<AnswerUpdate> updates = await Collect(engine, messages, new GenerationOptions { MaxTokens = ids.Length });

        Answer answer = Assert.IsType<AnswerCompleted>(updates[^1]).Answer;
        Assert.Equal(Decode(tokenizer, ids), answer.RawText);
        Assert.Equal(answer.Text, string.Concat(updates.OfType<TextDelta>().Select(delta => delta.Text)));
        Assert.Equal(new Usage(item.GetProperty("prompt_tokens").GetInt32(), item.GetProperty("image_tokens").GetInt32(), ids.Length), answer.Usage with { DraftedTokens = 0, AcceptedTokens = 0 });
        Assert.Equal(FinishReason.Length, answer.FinishReason);
        Assert.Equal(answer.Usage.PromptTokens, updates.OfType<PhaseProgress>().Last(progress => progress.Phase == AnswerPhase.Prefill).Done);
        Assert.True(answer.Timings.Total >= answer.Timings.FirstToken && answer.Timings.FirstToken >= answer.Timings.Encode);
    }

    [Fact]
    public async Task AskAsync_NextTurn_TakesInOnlyWhatIsNewAndAnswersAsAFreshEngine()
    {
        RgbImage picture = GoldenModel.Picture("square");
        Message first = new(Role.User, [new ImagePart(picture), new TextPart("무엇이 있어?")]), second = new(Role.User, "더 말해 줘");
        var options = new GenerationOptions { MaxTokens = 6 };
        using ChatEngine engine = Load();
        Answer answer = Last(await Collect(engine, [first], options));
        Message[] conversation = [first, new Message(Role.Assistant, answer.RawText), second];

        List<AnswerUpdate> updates = await Collect(engine, conversation, options);

        Assert.DoesNotContain(updates.OfType<PhaseProgress>(), progress => progress.Phase == AnswerPhase.Encode);
        Assert.True(updates.OfType<PhaseProgress>().Last().Total < Last(updates).Usage.PromptTokens - 80);
        using ChatEngine fresh = Load();
        Assert.Equal(Last(await Collect(fresh, conversation, options)).RawText, Last(updates).RawText);
    }

    [Fact]
    public async Task AskAsync_OtherPictureOfTheSameSize_IsNotTakenForTheCachedOne()
    {
        RgbImage picture = GoldenModel.Picture("square"), other = new(picture.Width, picture.Height, [.. picture.Pixels.Select(value => (byte)(255 - value))]);
        var options = new GenerationOptions { MaxTokens = 8 };
        using ChatEngine engine = Load();
        await Collect(engine, [new Message(Role.User, [new ImagePart(picture)])], options);

        Answer second = Last(await Collect(engine, [new Message(Role.User, [new ImagePart(other)])], options));

        using ChatEngine fresh = Load();
        Assert.Equal(Last(await Collect(fresh, [new Message(Role.User, [new ImagePart(other)])], options)).RawText, second.RawText);
    }

    [Fact]
    public async Task AskAsync_CancelledAtAToken_ThrowsAndTheEngineGoesOn()
    {
        using ChatEngine engine = Load();
        using var cancellation = new CancellationTokenSource();
        Message[] question = [new Message(Role.User, "안녕")];
        string expected = Last(await Collect(engine, question, new GenerationOptions { MaxTokens = 10 })).RawText;

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (AnswerUpdate update in engine.AskAsync(question, new GenerationOptions { MaxTokens = 4000, Temperature = 1, Seed = 1 }, cancellation.Token))
            {
                if (update is TextDelta)
                    await cancellation.CancelAsync();
            }
        });

        Assert.Equal(expected, Last(await Collect(engine, question, new GenerationOptions { MaxTokens = 10 })).RawText);
    }

    [Fact]
    public async Task AskAsync_LeftEarly_FreesTheEngine()
    {
        using ChatEngine engine = Load();
        Message[] question = [new Message(Role.User, "안녕")];

        await foreach (AnswerUpdate update in engine.AskAsync(question, new GenerationOptions { MaxTokens = 4000 }, TestContext.Current.CancellationToken))
        {
            if (update is TextDelta)
                break;
        }

        Assert.Equal(3, Last(await Collect(engine, question, new GenerationOptions { MaxTokens = 3 })).Usage.CompletionTokens);
    }

    [Fact]
    public async Task AskAsync_WhileAnswering_Refuses()
    {
        using ChatEngine engine = Load();
        Message[] question = [new Message(Role.User, "안녕")];
        await using IAsyncEnumerator<AnswerUpdate> first = engine.AskAsync(question, new GenerationOptions { MaxTokens = 4000 }, TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        Assert.True(await first.MoveNextAsync());

        await Assert.ThrowsAsync<InvalidOperationException>(() => Collect(engine, question, GenerationOptions.Default));
    }

    [Fact]
    public async Task AskAsync_StopString_EndsBeforeIt()
    {
        using ChatEngine engine = Load();
        Message[] question = [new Message(Role.User, "시간 여행이 가능하다면 어떤 문제가 생길까?")];
        string whole = Last(await Collect(engine, question, new GenerationOptions { MaxTokens = 12 })).RawText;
        string stop = whole.Substring(4, 2);

        Answer answer = Last(await Collect(engine, question, new GenerationOptions { MaxTokens = 12, StopStrings = [stop] }));

        Assert.Equal(whole[..whole.IndexOf(stop, StringComparison.Ordinal)], answer.RawText);
        Assert.Equal(FinishReason.Stop, answer.FinishReason);
    }

    [Fact]
    public void AskAsync_TooLongForTheContext_TellsTheLengths()
    {
        using ChatEngine engine = Load();
        string text = string.Concat(Enumerable.Repeat("긴 글 ", 8000));

        string message = Assert.Throws<ArgumentException>(() => engine.AskAsync([new Message(Role.User, [new ImagePart(GoldenModel.Picture("square")), new TextPart(text)])], GenerationOptions.Default, TestContext.Current.CancellationToken)).Message;

        Assert.Contains("88 of them for 1 picture", message);
        Assert.Contains("holds 8192", message);
    }

    [Fact]
    public void AskAsync_NothingToAnswer_IsRefused()
    {
        using ChatEngine engine = Load();

        Assert.Throws<ArgumentException>(() => engine.AskAsync([], GenerationOptions.Default, TestContext.Current.CancellationToken));
        Assert.Throws<ArgumentException>(() => engine.AskAsync([new Message(Role.User, "")], GenerationOptions.Default, TestContext.Current.CancellationToken));
        Assert.Throws<ArgumentException>(() => engine.AskAsync([new Message(Role.User, "a"), new Message(Role.Assistant, "b")], GenerationOptions.Default, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Load_Info_DescribesTheParts()
    {
        using ChatEngine engine = Load();

        Assert.Equal("varco2-tiny", engine.Info.Name);
        Assert.Equal(["encoder", "projector", "decoder"], engine.Info.Parts.Select(part => part.Name));
        Assert.Equal(8192, engine.Info.ContextLength);
        Assert.Equal(776, engine.Info.VocabularySize);
        Assert.Contains("Qwen3, 64 wide, 3 layers, 4 heads over 2", engine.Info.Parts[2].Architecture);
        Assert.True(engine.Info.Parameters > 200_000);
    }

    [Fact]
    public void Load_TokenizerOfAnotherModel_IsRefused()
    {
        using var copy = new TemporaryCheckpoint();
        copy.Edit("config.json", text => text.Replace("\"image_token_index\": 736", "\"image_token_index\": 700", StringComparison.Ordinal));

        Assert.Contains("names 700 as the image token", Assert.Throws<InvalidDataException>(() => ChatEngine.Load(copy.Directory, Small)).Message);
    }

    [Fact]
    public async Task AskAsync_EnginesThatShareWeightsAtTheSameTime_AnswerAsAlone()
    {
        using ChatEngine first = Load();
        string[] questions = ["안녕?", "여기는 어디야?", "무엇이 보여?", "다음 역은?"];
        RgbImage picture = GoldenModel.Picture("small");
        var options = new GenerationOptions { MaxTokens = 8 };
        var expected = new List<string>();
        foreach (string question in questions)
        {
            using ChatEngine alone = first.Share();
            expected.Add(Last(await Collect(alone, [Ask(question)], options)).RawText);
        }

        string[] together = await Task.WhenAll(questions.Select(async question =>
        {
            using ChatEngine own = first.Share();
            return Last(await Collect(own, [Ask(question)], options)).RawText;
        }));

        Assert.Equal(expected, together);

        Message Ask(string question) => new(Role.User, [new ImagePart(picture), new TextPart(question)]);
    }

    [Fact]
    public async Task Dispose_OneOfTwoEnginesThatShareWeights_LeavesTheOtherAlive()
    {
        ChatEngine first = Load();
        using ChatEngine second = first.Share();

        first.Dispose();

        Assert.Throws<ObjectDisposedException>(first.Share);
        Assert.Equal(3, Last(await Collect(second, [new Message(Role.User, "안녕")], new GenerationOptions { MaxTokens = 3 })).Usage.CompletionTokens);
    }

    [Fact]
    public async Task AskAsync_Logprobs_AreOfTheChosenTokenAndTheMostLikelyOnes()
    {
        using ChatEngine engine = Load();

        List<AnswerUpdate> updates = await Collect(engine, [new Message(Role.User, "안녕")], new GenerationOptions { MaxTokens = 5, TopLogprobs = 4 });

        List<TokenChosen> tokens = [.. updates.OfType<TokenChosen>()];
        Assert.Equal(5, tokens.Count);
        foreach (TokenChosen token in tokens)
        {
            Assert.Equal(4, token.Top.Count);
            Assert.Equal(token.Token.Id, token.Top[0].Id);
            Assert.Equal(token.Top.Select(top => top.Logprob).OrderDescending(), token.Top.Select(top => top.Logprob));
            Assert.InRange(token.Top.Sum(top => Math.Exp(top.Logprob)), 0, 1);
        }
        Assert.DoesNotContain(await Collect(engine, [new Message(Role.User, "안녕")], new GenerationOptions { MaxTokens = 5 }), update => update is TokenChosen);
    }

    [Fact]
    public async Task AskAsync_StopTokenOfTheCaller_EndsTheAnswer()
    {
        using ChatEngine engine = Load();
        Message[] question = [new Message(Role.User, "안녕")];
        List<TokenChosen> tokens = [.. (await Collect(engine, question, new GenerationOptions { MaxTokens = 6, TopLogprobs = 0 })).OfType<TokenChosen>()];
        int stop = tokens[3].Token.Id, first = tokens.FindIndex(token => token.Token.Id == stop);

        Answer answer = Last(await Collect(engine, question, new GenerationOptions { MaxTokens = 6, StopTokenIds = [1, stop] }));
        Answer longer = Last(await Collect(engine, question, new GenerationOptions { MaxTokens = 6, StopTokenIds = [1, stop], MinTokens = 6 }));

        Assert.Equal((FinishReason.Stop, first + 1), (answer.FinishReason, answer.Usage.CompletionTokens));
        Assert.Equal((FinishReason.Length, 6), (longer.FinishReason, longer.Usage.CompletionTokens));
    }

    [Fact]
    public async Task Load_AnotherGridAndLimit_ShowPicturesInTheirTiles()
    {
        RgbImage picture = GoldenModel.Picture("huge");
        int[] tokens = await Task.WhenAll(new[] { Small, Small with { GridSide = 2 }, Small with { MaxTiles = 1 } }.Select(async options =>
        {
            using ChatEngine engine = ChatEngine.Load(GoldenFiles.Path("varco2-tiny"), options);
            return Last(await Collect(engine, [new Message(Role.User, [new ImagePart(picture)])], new GenerationOptions { MaxTokens = 1 })).Usage.ImageTokens;
        }));

        Assert.True(tokens[1] < tokens[0] && tokens[2] < tokens[0], string.Join(", ", tokens));
    }

    [Theory]
    [InlineData("constraints", "[]")]
    [InlineData("penalty_alpha", "0.6")]
    public void Load_SearchesThatAreNotSupported_AreRefusedByName(string key, string value)
    {
        using var copy = new TemporaryCheckpoint();
        copy.Edit("generation_config.json", text => text.Replace("{", $"{{\n  \"{key}\": {value},", StringComparison.Ordinal));

        string message = Assert.Throws<InvalidDataException>(() => ChatEngine.Load(copy.Directory, Small)).Message;

        Assert.Contains("generation_config.json", message);
        Assert.Contains($"\"{key}\" is {value}", message);
    }

    [Theory]
    [InlineData(null, null, null, null, null)]
    [InlineData(TilingMode.AnyRes, null, null, null, "the whole view and tiles")]
    [InlineData(TilingMode.SingleView, null, null, false, "each picture once, not enlarged")]
    [InlineData(TilingMode.WholeView, 4, 2, true, "the whole view alone, at most 4 tiles, canvases up to 2 x 2, enlarged")]
    public void Info_TellsHowPicturesAreShown(TilingMode? tiling, int? most, int? side, bool? enlarge, string? expected)
    {
        using ChatEngine engine = ChatEngine.Load(GoldenFiles.Path("varco2-tiny"), Small with { Tiling = tiling, MaxTiles = most, GridSide = side, EnlargeForReading = enlarge });

        Assert.Equal(expected, engine.Info.Views);
    }

    [Fact]
    public async Task AskAsync_PenaltiesOfTheCheckpoint_HoldUnlessOthersAreAskedFor()
    {
        using var copy = new TemporaryCheckpoint();
        copy.Edit("generation_config.json", text => text.Replace("{", "{\n  \"no_repeat_ngram_size\": 3, \"answer_no_repeat_ngram_size\": 2, \"repetition_penalty\": 1.3,", StringComparison.Ordinal));
        IReadOnlyList<Message> question = [new Message(Role.User, "아아아아아아 아아아아아아")];
        var options = new GenerationOptions { MaxTokens = 24, MinTokens = 24 };
        using ChatEngine plain = Load(), changed = ChatEngine.Load(copy.Directory, Small);
        async Task<string> Ask(ChatEngine engine, GenerationOptions how) => Last(await Collect(engine, question, how)).RawText;

        string expected = await Ask(plain, options with { NoRepeatNGramSize = 3, AnswerNoRepeatNGramSize = 2, RepetitionPenalty = 1.3 });
        Assert.Equal(expected, await Ask(changed, options));
        Assert.NotEqual(expected, await Ask(plain, options));
        Assert.Equal(await Ask(plain, options), await Ask(changed, options with { NoRepeatNGramSize = 0, AnswerNoRepeatNGramSize = 0, RepetitionPenalty = 1 }));
    }

    private static ChatEngine Load() => ChatEngine.Load(GoldenFiles.Path("varco2-tiny"), Small);

    private static Answer Last(List<AnswerUpdate> updates) => Assert.IsType<AnswerCompleted>(updates[^1]).Answer;

    private static async Task<List<AnswerUpdate>> Collect(ChatEngine engine, IReadOnlyList<Message> conversation, GenerationOptions options)
    {
        var updates = new List<AnswerUpdate>();
        await foreach (AnswerUpdate update in engine.AskAsync(conversation, options, TestContext.Current.CancellationToken))
            updates.Add(update);
        return updates;
    }

    private static string Decode(Tokenizer tokenizer, int[] ids)
    {
        var decoder = new StreamingDecoder(tokenizer);
        string[] tags = ["<obj>", "</obj>", "<bbox>", "</bbox>", "<char>", "</char>", "<delim>", "<gro>", "<ocr>"];
        return string.Concat(ids.Where(id => !tokenizer.IsSpecial(id) || tags.Contains(System.Text.Encoding.UTF8.GetString(tokenizer.TokenBytes(id).Span))).Select(decoder.Push)) + decoder.Flush();
    }

    private static Message ReadMessage(JsonElement message) => new(
        message.GetProperty("role").GetString() switch { "system" => Role.System, "user" => Role.User, _ => Role.Assistant },
        [.. message.GetProperty("content").EnumerateArray().Select(part => (ContentPart)(part.GetProperty("type").GetString() == "image"
            ? new ImagePart(GoldenModel.Picture(part.GetProperty("image").GetString()!))
            : new TextPart(part.GetProperty("text").GetString()!)))]);
}
