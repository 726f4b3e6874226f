using Nunchi.Chat;
using Nunchi.Generation;
using Nunchi.Generation.Searching;
using Nunchi.Models;
using Nunchi.Tensors;
using Nunchi.Tensors.Operators;
using Nunchi.Tensors.Quantization;
using Nunchi.Tests.Checkpoints;
using Nunchi.Tests.Models;
using static Nunchi.Tests.Generation.Conversing;

namespace Nunchi.Tests.Generation.Searching;

/// <summary>Searches by a loaded model: its caches hold what each beginning took in, and the engine goes on from what was found.</summary>
public class BeamAnswersTests
{
    private static readonly GenerationOptions Four = new() { MaxTokens = 24, Beams = 4, LengthPenalty = 0.7, TopLogprobs = 2 };

    [Theory]
    [InlineData(WeightFormat.Float32, CacheFormat.Float32, 2)]
    [InlineData(WeightFormat.Float32, CacheFormat.Int8, 5)]
    [InlineData(WeightFormat.BFloat16, CacheFormat.Float32, 3)]
    [InlineData(WeightFormat.Int8, CacheFormat.Int8, 4)]
    [InlineData(WeightFormat.Int4, CacheFormat.Float32, 4)]
    public void Take_BeginningsThatPartAndMeet_GivesTheBitsThatEachGetsAlone(WeightFormat weights, CacheFormat format, int beams)
    {
        using var golden = new GoldenModel("varco2-tiny", weights: weights);
        int[] prompt = [5, 300, 12, 44, 9, 130];
        using var generator = new Generator(golden.Model, golden.Tape, 512, format);
        using var memory = new ConversationMemory(generator, null);
        float[] first = memory.TakeIn([.. prompt.Select(id => new Nunchi.Generation.Prefixes.PromptToken(id))], null, 0, _ => { }, TestContext.Current.CancellationToken).ToArray();
        using var states = new BeamStates(golden.Model, golden.Tape, [memory]);
        var rules = new TokenRules(new GenerationOptions { MinTokens = 20, AnswerNoRepeatNGramSize = 3 }, first.Length, [], first.Length, [], [7]);
        var search = new BeamSearch(rules, new BeamSearchOptions(beams, 1, 20, [7]));
        search.Advance([first]);
        int moved = 0;
        while (!search.IsDone)
        {
            moved += search.Beams.Select(beam => beam.Before).Distinct(ReferenceEqualityComparer.Instance).Count() < search.Beams.Count ? 1 : 0;
            IReadOnlyList<ReadOnlyMemory<float>> logits = states.Take(search.Beams);
            for (int beam = 0; beam < search.Beams.Count; beam++)
                Assert.Equal(Alone(golden, format, prompt, search.Beams[beam].Ids()), logits[beam].ToArray());
            search.Advance(logits);
        }
        Assert.True(moved > 2, $"beginnings parted {moved} times");

        // What the conversation keeps of the answer is what a cache holds that took it in.
        int[] answer = search.Best.Ids();
        states.Remember(search.Best);
        int known = generator.Length - prompt.Length;
        Assert.InRange(known, answer.Length - 2, answer.Length);
        generator.Truncate(prompt.Length + answer.Length - 2);
        Assert.Equal(Alone(golden, format, prompt, answer[..^1]), generator.Extend([answer[^2]]).ToArray());
    }

    [Fact]
    public async Task AskAsync_Beams_FindsAnAnswerThatIsLikelierThanTheGreedyOne()
    {
        using ChatEngine engine = Load(Options);
        int better = 0;
        foreach (string picture in (string[])["small", "square", "wide"])
        {
            Message[] question = About(picture, "무엇이 있어?");
            GenerationOptions sums = Four with { LengthPenalty = 0, MinTokens = 24 };
            List<AnswerUpdate> searched = await Ask(engine, question, sums), greedy = await Ask(engine, question, sums with { Beams = 1 });

            double one = Sum(searched), other = Sum(greedy);
            Assert.True(one >= other - 1e-3, $"{picture}: {one} against {other}");
            better += one > other + 1e-3 ? 1 : 0;
            Assert.Equal(24, Last(searched).Usage.CompletionTokens);
            Assert.Equal(FinishReason.Length, Last(searched).FinishReason);
            Assert.Equal(Last(searched).RawText, string.Concat(searched.OfType<TextDelta>().Select(delta => delta.Text)));
        }
        Assert.True(better > 0, "no answer differs from the greedy one");

        static double Sum(List<AnswerUpdate> updates) => updates.OfType<TokenChosen>().Sum(token => token.Token.Logprob);
    }

    [Fact]
    public async Task AskAsync_NextTurn_GoesOnFromWhatWasFound()
    {
        using ChatEngine searching = Load(Options), plain = Load(Options with { DraftTokens = 0 });
        Message[] first = About("small", "무엇이 있어?");
        Answer found = Last(await Ask(searching, first, Four with { MinTokens = 24 }));
        Message[] second = [.. first, new Message(Role.Assistant, found.RawText), new Message(Role.User, "더 말해 줘")];
        GenerationOptions greedy = Four with { Beams = 1 };

        Assert.Equal(Tokens(await Ask(plain, second, greedy)), Tokens(await Ask(searching, second, greedy)));
    }

    [Fact]
    public async Task AskAsync_Stopped_LeavesAnEngineThatAnswers()
    {
        using ChatEngine engine = Load(Options), fresh = Load(Options);
        Message[] question = About("square", "무엇이 있어?");
        using var stop = new CancellationTokenSource();
        GenerationOptions endless = Four with { MaxTokens = 200, MinTokens = 200 };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (AnswerUpdate update in engine.AskAsync(question, endless, stop.Token))
            {
                if (update is PhaseProgress { Phase: AnswerPhase.Prefill } progress && progress.Done == progress.Total)
                    await stop.CancelAsync();
            }
        });

        Assert.Equal(Tokens(await Ask(fresh, question, Four)), Tokens(await Ask(engine, question, Four)));
    }

    [Fact]
    public async Task AskAsync_BesideOtherConversations_EachGetsItsOwnAnswer()
    {
        using ChatEngine model = Load(Options), one = model.Share(), other = model.Share(), third = model.Share();
        Message[] question = About("small", "무엇이 있어?"), text = [new Message(Role.User, "안녕")];
        GenerationOptions greedy = Four with { Beams = 1, MinTokens = 24 };
        List<(int, double)> expected = Tokens(await Ask(model, question, Four)), plain = Tokens(await Ask(model, text, greedy));

        List<AnswerUpdate>[] together = await Task.WhenAll(Ask(one, question, Four), Ask(other, text, greedy), Ask(third, question, Four));

        Assert.Equal(expected, Tokens(together[0]));
        Assert.Equal(plain, Tokens(together[1]));
        Assert.Equal(expected, Tokens(together[2]));
    }

    [Fact]
    public async Task AskAsync_StopString_EndsWhatWasFoundThere()
    {
        using ChatEngine engine = Load(Options);
        Message[] question = About("small", "무엇이 있어?");
        string whole = Last(await Ask(engine, question, Four with { MinTokens = 24 })).RawText;
        string stop = whole.Substring(whole.Length / 2, 2);

        Answer cut = Last(await Ask(engine, question, Four with { MinTokens = 24, StopStrings = [stop] }));

        Assert.Equal(whole[..whole.IndexOf(stop, StringComparison.Ordinal)], cut.RawText);
        Assert.Equal(FinishReason.Stop, cut.FinishReason);
    }

    [Fact]
    public async Task AskAsync_BeamsOfTheCheckpoint_HoldUnlessOthersOrATemperatureAreAskedFor()
    {
        using var copy = new TemporaryCheckpoint();
        copy.Edit("generation_config.json", text => text.Replace("{", "{\n  \"num_beams\": 4, \"length_penalty\": 0.7, \"early_stopping\": false,", StringComparison.Ordinal));
        using ChatEngine plain = Load(Options), searching = ChatEngine.Load(copy.Directory, Options);
        GenerationOptions left = Four with { Beams = null, LengthPenalty = null, MinTokens = 24 }, random = left with { Temperature = 0.8, Seed = 3 };
        Message[] question = About("small", "무엇이 있어?");

        Assert.Equal(Tokens(await Ask(plain, question, left with { Beams = 4, LengthPenalty = 0.7 })), Tokens(await Ask(searching, question, left)));
        Assert.Equal(Tokens(await Ask(plain, question, left)), Tokens(await Ask(searching, question, left with { Beams = 1 })));
        Assert.NotEqual(Tokens(await Ask(plain, question, left)), Tokens(await Ask(searching, question, left)));
        Assert.Equal(Tokens(await Ask(plain, question, random)), Tokens(await Ask(searching, question, random with { Beams = 4 })));
    }

    [Theory]
    [InlineData("\"num_beams\": 65", "a whole number from 1 to 64")]
    [InlineData("\"num_beams\": 2, \"early_stopping\": true", "early_stopping")]
    [InlineData("\"num_beams\": 4, \"num_beam_groups\": 2", "num_beam_groups")]
    [InlineData("\"num_beams\": 4, \"length_penalty\": -1", "length_penalty")]
    public void Load_SearchThatIsNotKnown_IsRefusedByName(string keys, string expected)
    {
        using var copy = new TemporaryCheckpoint();
        copy.Edit("generation_config.json", text => text.Replace("{", $"{{\n  {keys},", StringComparison.Ordinal));

        string message = Assert.Throws<InvalidDataException>(() => ChatEngine.Load(copy.Directory, Options)).Message;

        Assert.Contains("generation_config.json", message, StringComparison.Ordinal);
        Assert.Contains(expected, message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_SettingsOfASearchThatIsNotAskedFor_AreReadPast()
    {
        using var copy = new TemporaryCheckpoint();
        copy.Edit("generation_config.json", text => text.Replace("{", "{\n  \"num_beams\": 1, \"early_stopping\": true, \"length_penalty\": -1.0,", StringComparison.Ordinal));

        using ChatEngine engine = ChatEngine.Load(copy.Directory, Options);
        Assert.Empty(engine.Info.Answers);
    }

    private static float[] Alone(GoldenModel golden, CacheFormat format, int[] prompt, int[] answer)
    {
        using var generator = new Generator(golden.Model, golden.Tape, 512, format);
        generator.Prefill(prompt, cancellation: TestContext.Current.CancellationToken);
        ReadOnlyMemory<float> logits = default;
        foreach (int id in answer)
            logits = generator.Extend([id]);
        return logits.ToArray();
    }
}
