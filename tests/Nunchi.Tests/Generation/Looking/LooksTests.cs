using Nunchi.Chat;
using Nunchi.Generation;
using Nunchi.Generation.Drafting;
using Nunchi.Generation.Looking;
using Nunchi.Images;
using Nunchi.Models;
using Nunchi.Tests.Checkpoints;
using Nunchi.Tests.Goldens;
using Nunchi.Tests.Models;
using Nunchi.Text;
using static Nunchi.Tests.Generation.Conversing;

namespace Nunchi.Tests.Generation.Looking;

/// <summary>Several looks at a picture: each is a conversation of its own, and the answer is what they agree on.</summary>
public class LooksTests
{
    private static readonly GenerationOptions Two = new() { MaxTokens = 20, MinTokens = 20, Looks = 2, TopLogprobs = 2 };

    [Fact]
    public void Of_SeveralLooks_IsTheMeanOfLogProbabilities()
    {
        float[] one = [1, 2, 3, 0, 0, 0], other = [0, 0, 5, 2, 1, -1];

        float[] mean = Consensus.Of([one, other], 3).ToArray();

        double Log(float[] row, int at, int first) => row[at] - Math.Log(row.AsSpan(first, 3).ToArray().Sum(logit => Math.Exp(logit)));
        for (int i = 0; i < 6; i++)
            Assert.Equal((Log(one, i, i / 3 * 3) + Log(other, i, i / 3 * 3)) / 2, mean[i], 1e-5);
    }

    [Fact]
    public void Show_EveryLook_StretchesPicturesAnotherWayAndKeepsTheirObjects()
    {
        var looks = new PictureLooks();
        Message[] conversation = [.. About("wide", "무엇?"), new Message(Role.Assistant, "산"), new Message(Role.User, "더?")];
        RgbImage picture = ((ImagePart)conversation[0].Parts[0]).Image;
        var sizes = new HashSet<ImageSize>();
        for (int look = 0; look < GenerationOptions.MostLooks; look++)
        {
            IReadOnlyList<Message> shown = looks.Show(conversation, look), again = looks.Show(conversation, look);
            RgbImage seen = ((ImagePart)shown[0].Parts[0]).Image;
            Assert.Same(seen, ((ImagePart)again[0].Parts[0]).Image);
            Assert.Equal(look == 0, ReferenceEquals(seen, picture));
            Assert.Equal(PictureLooks.SizeOf(new ImageSize(picture.Height, picture.Width), look), new ImageSize(seen.Height, seen.Width));
            Assert.True(sizes.Add(new ImageSize(seen.Height, seen.Width)), $"look {look} sees what another one sees");
            Assert.Equal(conversation[0].Parts[1], shown[0].Parts[1]);
            Assert.Equal(conversation[1..].Select(message => message.Parts[0]), shown.Skip(1).Select(message => message.Parts[0]));
        }
        Assert.Equal(new ImageSize(1, 1), PictureLooks.SizeOf(new ImageSize(1, 1), 3));
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(1, 7)]
    [InlineData(3, 0)]
    public async Task AskAsync_TwoLooks_ChoosesWhatTheMeanOfBothSays(int beams, int drafts)
    {
        using ChatEngine engine = Load(Options with { DraftTokens = drafts });
        Message[] question = About("small", "무엇이 있어?");
        GenerationOptions options = Two with { Beams = beams };
        List<AnswerUpdate> actual = await Ask(engine, question, options);
        int[] ids = [.. actual.OfType<TokenChosen>().Select(token => token.Token.Id)];
        Assert.Equal(20, ids.Length);

        // Each look by itself, a conversation about the stretched picture that is made to say the same.
        using var golden = new GoldenModel("varco2-tiny");
        float[][][] looks = [.. Enumerable.Range(0, 2).Select(look => Follow(golden, new PictureLooks().Show(question, look), ids))];
        int different = 0;
        for (int i = 0; i < ids.Length; i++)
        {
            float[] mean = Consensus.Of([looks[0][i], looks[1][i]], looks[0][i].Length).ToArray(), likely = new float[mean.Length], alone = new float[mean.Length];
            Logprobs.Normalise(mean, likely);
            Logprobs.Normalise(looks[0][i], alone);
            Assert.Equal(likely[ids[i]], actual.OfType<TokenChosen>().ElementAt(i).Token.Logprob, 1e-4);
            different += Math.Abs(likely[ids[i]] - alone[ids[i]]) > 1e-2 ? 1 : 0;
        }
        Assert.True(different > 0, "both looks see the same");
    }

    [Fact]
    public async Task AskAsync_NextTurn_FindsWhatEachLookTookIn()
    {
        using ChatEngine engine = Load(Options), fresh = Load(Options);
        Message[] first = About("square", "무엇이 있어?");
        string answer = Last(await Ask(engine, first, Two)).RawText;
        Message[] second = [.. first, new Message(Role.Assistant, answer), new Message(Role.User, "더?")];

        List<AnswerUpdate> updates = await Ask(engine, second, Two);

        Assert.Equal(Tokens(await Ask(fresh, second, Two)), Tokens(updates));
        Assert.DoesNotContain(updates.OfType<PhaseProgress>(), progress => progress.Phase == AnswerPhase.Encode);
        Assert.True(Last(updates).Usage.CachedTokens > Last(updates).Usage.ImageTokens, "the picture was taken in again");
    }

    [Fact]
    public async Task AskAsync_Progress_CountsAllLooks()
    {
        using ChatEngine engine = Load(Options);

        List<AnswerUpdate> updates = await Ask(engine, About("wide", "무엇?"), Two with { Looks = 3 });

        foreach (AnswerPhase phase in (AnswerPhase[])[AnswerPhase.Encode, AnswerPhase.Prefill])
        {
            PhaseProgress[] progress = [.. updates.OfType<PhaseProgress>().Where(update => update.Phase == phase)];
            Assert.Equal(progress.Select(update => update.Done), progress.Select(update => update.Done).Order());
            Assert.Single(progress.Select(update => update.Total).Distinct());
            Assert.Equal(progress[^1].Total, progress[^1].Done);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task AskAsync_ContextFull_EndsWhereTheLongestLookHasNoMoreRoom(int beams)
    {
        using var copy = new TemporaryCheckpoint();
        copy.Edit("config.json", text => System.Text.RegularExpressions.Regex.Replace(text, "\"max_position_embeddings\": [0-9]+", "\"max_position_embeddings\": 400"));
        using ChatEngine engine = ChatEngine.Load(copy.Directory, Options);
        using var golden = new GoldenModel("varco2-tiny");
        int Tokens(ImageSize size) => golden.Processor.TokenCount(size, TilingMode.AnyRes);
        ImageSize larger = Enumerable.Range(3, 20).SelectMany(height => Enumerable.Range(3, 20).Select(width => new ImageSize(height * 16, width * 16))).First(size => Tokens(PictureLooks.SizeOf(size, 1)) > Tokens(size));
        Message[] question = [new Message(Role.User, [new ImagePart(new RgbImage(larger.Width, larger.Height)), new TextPart("무엇?")])];
        int[] prompts = [.. await Task.WhenAll(Enumerable.Range(0, 2).Select(async look =>
        {
            using ChatEngine one = engine.Share();
            return Last(await Ask(one, new PictureLooks().Show(question, look).ToArray(), Two with { Looks = 1 })).Usage.PromptTokens;
        }))];

        Assert.True(prompts[1] > prompts[0], $"the stretched picture takes {prompts[1]} tokens for {prompts[0]}");
        Answer answer = Last(await Ask(engine, question, Two with { MaxTokens = 1000, MinTokens = 1000, Beams = beams }));

        Assert.Equal((FinishReason.Length, 400 - prompts.Max()), (answer.FinishReason, answer.Usage.CompletionTokens));
        Assert.Equal(prompts[0], answer.Usage.PromptTokens);
    }

    [Fact]
    public async Task AskAsync_TextAlone_IsReadOnce()
    {
        using ChatEngine engine = Load(Options);
        Message[] question = [new Message(Role.User, "안녕")];

        Assert.Equal(Tokens(await Ask(engine, question, Two with { Looks = 1 })), Tokens(await Ask(engine, question, Two)));
    }

    [Fact]
    public async Task AskAsync_LooksOfTheCheckpoint_HoldUnlessOthersAreAskedFor()
    {
        using var copy = new TemporaryCheckpoint();
        copy.Edit("generation_config.json", text => text.Replace("{", "{\n  \"picture_looks\": 2,", StringComparison.Ordinal));
        using ChatEngine plain = Load(Options), looking = ChatEngine.Load(copy.Directory, Options);
        Message[] question = About("small", "무엇이 있어?");

        Assert.Equal(Tokens(await Ask(plain, question, Two)), Tokens(await Ask(looking, question, Two with { Looks = null })));
        Assert.Equal(Tokens(await Ask(plain, question, Two with { Looks = 1 })), Tokens(await Ask(looking, question, Two with { Looks = 1 })));
        Assert.Equal("2 looks at each picture", looking.Info.Answers);
    }

    [Fact]
    public void Take_OneLookFails_TheOthersStandWhereTheyStood()
    {
        var fine = new Counter(false);
        var both = new ConsensusTarget([fine, new Counter(true)]);

        Assert.Throws<InvalidOperationException>(() => both.Take([1, 2]).Length);

        Assert.Equal(0, fine.Taken);
    }

    /// <summary>[answer][vocabulary] logits from which each token of an answer is chosen.</summary>
    private static float[][] Follow(GoldenModel golden, IReadOnlyList<Message> conversation, int[] answer)
    {
        ChatRequest request = ChatRequest.Prepare(conversation, PromptBuilder.Load(GoldenFiles.Path("varco2-tiny")), golden.Processor, null, golden.Model.Config);
        using var generator = new Generator(golden.Model, golden.Tape, 64);
        using ImageFeatures features = ImageFeatures.Encode(golden.Model, golden.Tape, golden.Processor.Process(request.Images, request.Tiling, TestContext.Current.CancellationToken));
        List<float[]> logits = [generator.Prefill(request.Ids, features.Rows, cancellation: TestContext.Current.CancellationToken).ToArray()];
        foreach (int id in answer[..^1])
            logits.Add(generator.Extend([id]).ToArray());
        return [.. logits];
    }

    private sealed class Counter(bool fails) : IDraftTarget
    {
        public int Taken { get; private set; }

        public ReadOnlyMemory<float> Take(ReadOnlySpan<int> ids)
        {
            Taken += fails ? throw new InvalidOperationException() : ids.Length;
            return new float[ids.Length * 3];
        }

        public void Withdraw(int tokens) => Taken -= tokens;
    }
}
