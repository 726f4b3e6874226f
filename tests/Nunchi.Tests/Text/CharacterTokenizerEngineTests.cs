using System.Text.Json.Nodes;
using Nunchi.Chat;
using Nunchi.Generation;
using Nunchi.Images;
using Nunchi.Tests.Checkpoints;
using Nunchi.Text;

namespace Nunchi.Tests.Text;

/// <summary>A LLaVA-1.5 checkpoint whose tokenizer is laid out as Llama's, from its files to an answer.</summary>
public sealed class CharacterTokenizerEngineTests
{
    private const int Image = 736;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AskAsync_CheckpointWithLlamasTokenizer_TakesThePromptThatTheDefinitionGives()
    {
        var fixture = Fixture();
        using var place = Checkpoint(fixture);
        Message question = new(Role.User, [new ImagePart(new RgbImage(8, 8)), new TextPart("hello <image> </s> 안녕하세요")]);

        Prompt prompt = PromptBuilder.Load(place.Directory).Build([question]);

        // What stands between added tokens is a stretch of its own, and what a user typed makes none.
        Assert.Equal([1, .. fixture.Encode("USER: ", false), Image, .. fixture.Encode("\nhello <image> </s> 안녕하세요 ASSISTANT:", false)], prompt.Ids);

        using ChatEngine engine = ChatEngine.Load(place.Directory, new EngineOptions { Threads = 1 });
        using var original = new TemporaryCheckpoint("llava15-tiny");
        using ChatEngine other = ChatEngine.Load(original.Directory, new EngineOptions { Threads = 1 });
        int imageTokens = (await Ask(other, question)).Usage.PromptTokens - PromptBuilder.Load(original.Directory).Build([question]).Ids.Count + 1;
        Answer answer = await Ask(engine, question);
        Assert.Equal(prompt.Ids.Count - 1 + imageTokens, answer.Usage.PromptTokens);
        Assert.InRange(answer.Usage.CompletionTokens, 1, 12);
    }

    [Fact]
    public async Task AskAsync_Answer_IsTheTextOfItsTokens()
    {
        var fixture = Fixture();
        using var place = Checkpoint(fixture);
        using ChatEngine engine = ChatEngine.Load(place.Directory, new EngineOptions { Threads = 1 });

        var ids = new List<int>();
        Answer? answer = null;
        await foreach (AnswerUpdate update in engine.AskAsync([new(Role.User, "hello")], new GenerationOptions { MaxTokens = 40, TopLogprobs = 0 }, Token))
        {
            if (update is TokenChosen chosen)
                ids.Add(chosen.Token.Id);
            answer = (update as AnswerCompleted)?.Answer ?? answer;
        }

        Tokenizer tokenizer = Tokenizer.Load(place.Directory);
        Assert.NotEmpty(ids);
        Assert.Equal(fixture.Decode(ids.Where(id => !tokenizer.IsSpecial(id))), answer!.RawText);
    }

    [Fact]
    public async Task AskAsync_TokenizerThatLeavesIdsOut_NeverChoosesThem()
    {
        var fixture = new CharacterTokenizerFixture(Blanks.Normalized);
        using var place = Checkpoint(fixture); // ids go from those of the fixture to the picture's, with nothing between
        using ChatEngine engine = ChatEngine.Load(place.Directory, new EngineOptions { Threads = 1 });

        var told = new List<int>();
        await foreach (AnswerUpdate update in engine.AskAsync([new(Role.User, "hello")], new GenerationOptions { MaxTokens = 30, TopLogprobs = 20 }, Token))
        {
            if (update is TokenChosen chosen)
                told.AddRange([chosen.Token.Id, .. chosen.Top.Select(token => token.Id)]);
        }

        Assert.NotEmpty(told);
        Assert.All(told, id => Assert.True(id < fixture.Vocabulary.Count || id == Image, $"{id}"));
    }

    [Fact]
    public void Load_OnlySentencePiecesOwnFile_SaysWhatToDo()
    {
        using var place = new TemporaryCheckpoint("llava15-tiny");
        File.Move(Path.Combine(place.Directory, "tokenizer.json"), Path.Combine(place.Directory, "tokenizer.model"));

        string message = Assert.Throws<FileNotFoundException>(() => Tokenizer.Load(place.Directory)).Message;

        Assert.Contains("tokenizer.model is SentencePiece's own file, which is not read", message, StringComparison.Ordinal);
    }

    // Syllables fill the ids up to the picture's, so that every id has a token as in real files.
    internal static CharacterTokenizerFixture Fixture(Blanks blanks = Blanks.Normalized)
    {
        var small = new CharacterTokenizerFixture(blanks);
        string[] syllables = [.. KsX1001.Syllables.Select(s => s.ToString()).Where(s => !small.Characters.Contains(s)).Take(Image - small.Vocabulary.Count)];
        return new CharacterTokenizerFixture(blanks) { Characters = [.. small.Characters, .. syllables] };
    }

    internal static TemporaryCheckpoint Checkpoint(CharacterTokenizerFixture fixture)
    {
        var place = new TemporaryCheckpoint("llava15-tiny");
        JsonObject json = fixture.Json();
        json["added_tokens"]!.AsArray().Add(JsonNode.Parse($$"""{"id": {{Image}}, "content": "<image>", "normalized": false, "special": true}"""));
        File.WriteAllText(Path.Combine(place.Directory, "tokenizer.json"), json.ToJsonString());
        File.WriteAllText(Path.Combine(place.Directory, "tokenizer_config.json"), """{"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"}""");
        return place;
    }

    private static async Task<Answer> Ask(ChatEngine engine, Message question)
    {
        Answer? answer = null;
        await foreach (AnswerUpdate update in engine.AskAsync([question], new GenerationOptions { MaxTokens = 12 }, Token))
            answer = (update as AnswerCompleted)?.Answer ?? answer;
        return answer!;
    }
}
