using System.Text.Json;
using System.Text.Json.Nodes;
using Nunchi.Chat;
using Nunchi.Checkpoints;
using Nunchi.Generation;
using Nunchi.Gguf;
using Nunchi.Images;
using Nunchi.Models;
using Nunchi.Tensors;
using Nunchi.Tensors.Cpu;
using Nunchi.Tensors.Operators;
using Nunchi.Tensors.Quantization;
using Nunchi.Tensors.Safetensors;
using Nunchi.Tests.Checkpoints;
using Nunchi.Tests.Goldens;
using Nunchi.Tests.Text;
using Nunchi.Text;

namespace Nunchi.Tests.Gguf;

public class GgufTextModelTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("varco2-tiny", "qwen3")]
    [InlineData("varco1-tiny", "qwen2")]
    [InlineData("llava15-tiny", "llama")]
    public void Load_F32_GivesEqualLogits(string checkpoint, string architecture)
    {
        using var folder = new TemporaryFolder();
        GgufExport.WriteText(GoldenFiles.Path(checkpoint), folder["text.gguf"], GgufWeights.F32, cancellation: Token);
        int[] ids = Ids(checkpoint);
        using CpuBackend backend = Backend();
        using VisionLanguageModel expected = CheckpointReader.Load(GoldenFiles.Path(checkpoint), backend);

        using GgufTextModel model = GgufTextModel.Load(folder["text.gguf"], backend);

        Assert.Equal(architecture, model.Config.Family);
        Assert.Equal(expected.Config.Text.RopeTheta, model.Config.RopeTheta);
        Assert.Equal(expected.Config.Text.RmsNormEpsilon, model.Config.RmsNormEpsilon);
        Assert.Equal(expected.Config.Text.MaxPositions, model.Config.MaxPositions);
        Assert.Equal(Logits(expected.Decoder, backend, ids), Logits(model.Decoder, backend, ids));
        using var tape = new Tape(backend);
        using var generator = new Generator(model, tape, null, 5, CacheFormat.Float32);
        Assert.Equal(Logits(expected.Decoder, backend, ids)[^expected.Config.Text.VocabularySize..], generator.Prefill(ids, cancellation: Token).ToArray(), (one, other) => Math.Abs(one - other) < 1e-4);
    }

    [Theory]
    [InlineData(GgufWeights.F16)]
    [InlineData(GgufWeights.BF16)]
    [InlineData(GgufWeights.Q8_0)]
    [InlineData(GgufWeights.Q4_0)]
    [InlineData(GgufWeights.Q4_K)]
    [InlineData(GgufWeights.Q6_K)]
    public void Load_Quantised_GivesTheLogitsOfTheValuesInTheFile(GgufWeights weights)
    {
        using var folder = new TemporaryFolder();
        GgufExported exported = GgufExport.WriteText(GoldenFiles.Path("varco2-tiny"), folder["text.gguf"], weights, cancellation: Token);
        int[] ids = Ids("varco2-tiny");
        using CpuBackend backend = Backend();
        using VisionLanguageModel expected = CheckpointReader.Load(GoldenFiles.Path("varco2-tiny"), backend);
        using (GgufFile file = GgufFile.Open(folder["text.gguf"]))
        {
            foreach (GgufTensorName name in GgufTextNames.Of(expected.Config.Text))
            {
                Assert.True(expected.Parameters.TryFindView(name.Parameter, out Parameter? parameter, out ParameterView? view));
                Span<float> values = view.In(parameter.Tensor);
                float[] before = values.ToArray();
                file.Read(file.Find(name.Gguf)!, values);
                float largest = before.Max(Math.Abs);
                for (int i = 0; i < before.Length; i++)
                    Assert.InRange(values[i], before[i] - (0.13f * largest), before[i] + (0.13f * largest));
            }
        }

        using GgufTextModel model = GgufTextModel.Load(folder["text.gguf"], backend);

        Assert.Equal(Logits(expected.Decoder, backend, ids), Logits(model.Decoder, backend, ids));
        Assert.Equal(exported.Types.Values.Sum(), GgufTextNames.Of(model.Config).Count());
    }

    [Fact]
    public void Write_RowsThatNoBlockFits_TakesTheNextType()
    {
        using var folder = new TemporaryFolder();

        GgufExport.WriteText(GoldenFiles.Path("varco2-tiny"), folder["text.gguf"], GgufWeights.Q4_K, cancellation: Token);

        using GgufFile file = GgufFile.Open(folder["text.gguf"]);
        Assert.Equal(GgufTensorType.Q8_0, file.Find("blk.0.attn_q.weight")!.Type); // rows of 64
        Assert.Equal(GgufTensorType.F16, file.Find("blk.0.ffn_down.weight")!.Type); // rows of 144
        Assert.Equal(GgufTensorType.F32, file.Find("blk.0.attn_norm.weight")!.Type);
    }

    [Theory]
    [InlineData(GgufWeights.Q4_K, 512, true, GgufTensorType.Q6_K)]
    [InlineData(GgufWeights.Q4_K, 512, false, GgufTensorType.Q4_K)]
    [InlineData(GgufWeights.Q4_0, 96, true, GgufTensorType.Q8_0)]
    [InlineData(GgufWeights.Q4_0, 96, false, GgufTensorType.Q4_0)]
    [InlineData(GgufWeights.Q8_0, 512, true, GgufTensorType.Q8_0)]
    [InlineData(GgufWeights.F32, 7, true, GgufTensorType.F32)]
    public void OfText_Matrix_HasTheTypeThatFits(GgufWeights weights, long columns, bool head, GgufTensorType expected) =>
        Assert.Equal(expected, GgufWeightTypes.OfText(weights, [4, columns], head));

    [Fact]
    public void Load_Llama_UndoesTheOrderOfRowsThatLlamaCppWants()
    {
        using var folder = new TemporaryFolder();
        using TemporaryCheckpoint llama = Llama();
        GgufExport.WriteText(llama.Directory, folder["text.gguf"], GgufWeights.F32, cancellation: Token);
        int[] ids = Ids("varco1-tiny");
        using CpuBackend backend = Backend();
        using VisionLanguageModel expected = CheckpointReader.Load(llama.Directory, backend);
        int half = expected.Config.Text.HeadSize / 2, width = expected.Config.Text.HiddenSize;
        using (GgufFile file = GgufFile.Open(folder["text.gguf"]))
        {
            float[] rows = new float[file.Find("blk.0.attn_q.weight")!.Count];
            file.Read(file.Find("blk.0.attn_q.weight")!, rows);
            Assert.True(expected.Parameters.TryFindView("model.language_model.layers.0.self_attn.q_proj.weight", out Parameter? parameter, out ParameterView? view));
            Span<float> original = view.In(parameter.Tensor);
            Assert.Equal(original.Slice(half * width, width).ToArray(), rows.AsSpan(width, width).ToArray()); // the second row is the one half a head on
        }

        using GgufTextModel model = GgufTextModel.Load(folder["text.gguf"], backend);

        Assert.Equal("llama", model.Config.Family);
        Assert.Equal(Logits(expected.Decoder, backend, ids), Logits(model.Decoder, backend, ids));
    }

    [Theory]
    [InlineData("varco2-tiny", "\"rope_type\": \"linear\", \"factor\": 4.0")]
    [InlineData("varco2-tiny", "\"rope_type\": \"yarn\", \"factor\": 4.0, \"original_max_position_embeddings\": 2048")]
    [InlineData("varco1-tiny", "\"rope_type\": \"yarn\", \"factor\": 2.0, \"original_max_position_embeddings\": 64, \"attention_factor\": 1.5, \"beta_fast\": 16.0")]
    [InlineData("varco1-tiny", "\"rope_type\": \"dynamic\", \"factor\": 2.0")]
    [InlineData("llava15-tiny", "\"rope_type\": \"llama3\", \"factor\": 8.0, \"low_freq_factor\": 1.0, \"high_freq_factor\": 4.0, \"original_max_position_embeddings\": 64")]
    public void Load_RotaryScaling_GivesEqualLogits(string checkpoint, string rope)
    {
        using var folder = new TemporaryFolder();
        using var copy = new TemporaryCheckpoint(checkpoint);
        copy.Edit("config.json", text => text.Replace("\"rope_type\": \"default\"", rope, StringComparison.Ordinal));
        GgufExport.WriteText(copy.Directory, folder["text.gguf"], GgufWeights.F32, cancellation: Token);
        int[] ids = Ids(checkpoint);
        using CpuBackend backend = Backend();
        using VisionLanguageModel expected = CheckpointReader.Load(copy.Directory, backend);

        using GgufTextModel model = GgufTextModel.Load(folder["text.gguf"], backend);

        float[] wanted = Logits(expected.Decoder, backend, ids), plain;
        using (VisionLanguageModel unscaled = CheckpointReader.Load(GoldenFiles.Path(checkpoint), backend))
            plain = Logits(unscaled.Decoder, backend, ids);
        Assert.Equal(rope.Contains("dynamic", StringComparison.Ordinal), plain.AsSpan().SequenceEqual(wanted));
        Assert.Equal(wanted, Logits(model.Decoder, backend, ids), (one, other) => Math.Abs(one - other) < 1e-5);
    }

    [Theory]
    [InlineData("qwen2.5")]
    [InlineData("qwen3")]
    public void Vocabulary_RealTokenizer_GivesTheReferencesIds(string name)
    {
        string directory = GoldenFiles.Path("tokenizers", name);
        GgufVocabulary vocabulary = GgufVocabulary.Load(directory, Tokenizer.Load(directory), 151936);

        Tokenizer tokenizer = Tokenizer.FromJson(vocabulary.ToTokenizerJson(null));

        Assert.Equal("qwen2", vocabulary.Pattern);
        Assert.Equal(GgufVocabulary.Unused, vocabulary.Types[^1]);
        foreach (string line in File.ReadLines(GoldenFiles.Path($"tokenizer.{name}.jsonl")))
        {
            using var golden = JsonDocument.Parse(line);
            Assert.Equal(golden.RootElement.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32()), tokenizer.Encode(golden.RootElement.GetProperty("text").GetString()!, allowSpecial: true));
        }
    }

    public static TheoryData<Blanks> AllBlanks => [.. Enum.GetValues<Blanks>()];

    [Theory]
    [MemberData(nameof(AllBlanks))]
    public void Load_TokenizerOnCharacters_IsTheSameAgain(Blanks blanks)
    {
        using var folder = new TemporaryFolder();
        using TemporaryCheckpoint place = CharacterTokenizerEngineTests.Checkpoint(CharacterTokenizerEngineTests.Fixture(blanks));
        GgufExport.WriteText(place.Directory, folder["text.gguf"], GgufWeights.F16, cancellation: Token);
        Tokenizer expected = Tokenizer.Load(place.Directory);
        using CpuBackend backend = Backend();

        using GgufTextModel model = GgufTextModel.Load(folder["text.gguf"], backend);

        Assert.Equal([1], model.Tokenizer.PrefixIds);
        foreach (string text in (string[])["hello the  in", " 안녕하세요", "한글\n\n  <s></s> <image>", "▁hello", "a\uD83D\uDE42"])
        {
            foreach (bool allow in (bool[])[false, true])
                Assert.Equal(expected.Encode(text, allow), model.Tokenizer.Encode(text, allow));
            Assert.Equal(expected.Decode(expected.Encode(text)), model.Tokenizer.Decode(expected.Encode(text)));
        }
    }

    [Fact]
    public void ToTokenizerJson_ScoresAlone_GiveTheMergesOfTheConverters()
    {
        // As files that llama.cpp's converter wrote have it: no merges, no keys of ours.
        using TemporaryCheckpoint place = CharacterTokenizerEngineTests.Checkpoint(CharacterTokenizerEngineTests.Fixture(Blanks.Normalized));
        Tokenizer expected = Tokenizer.Load(place.Directory);
        GgufPieces pieces = GgufPieces.Load(place.Directory, expected, 747) with { Merges = null, Pipeline = null };

        Tokenizer tokenizer = Tokenizer.FromJson(pieces.ToTokenizerJson(1, "x.gguf"));

        Assert.True(pieces.AddsSpace);
        Assert.Equal(GgufPieces.Unknown, pieces.Types[0]);
        Assert.Equal(GgufPieces.Byte, pieces.Types[3]);
        foreach (string text in (string[])["hello the  in", " 안녕하세요", "한글\n\n  <s></s> <image>", "hellohello in the the"])
            Assert.Equal(expected.Encode(text, true), tokenizer.Encode(text, true));
    }

    [Fact]
    public void Load_PiecesOutOfOrder_AreRefusedByName()
    {
        using TemporaryCheckpoint place = CharacterTokenizerEngineTests.Checkpoint(CharacterTokenizerEngineTests.Fixture(Blanks.Normalized));
        place.Edit("tokenizer.json", text =>
        {
            JsonNode root = JsonNode.Parse(text)!;
            JsonArray merges = root["model"]!["merges"]!.AsArray();
            JsonNode last = merges.Last(merge => merge![0]!.GetValue<string>() + merge[1]!.GetValue<string>() == "하세요")!;
            merges.Remove(last);
            merges.Insert(0, last);
            return root.ToJsonString();
        });

        string message = Assert.Throws<InvalidDataException>(() => GgufPieces.Load(place.Directory, Tokenizer.Load(place.Directory), 747)).Message;

        Assert.Contains("makes \"하세요\" again after others", message);
    }

    [Fact]
    public void Load_Template_IsTheCheckpoints()
    {
        using var folder = new TemporaryFolder();
        GgufExport.WriteText(GoldenFiles.Path("varco2-tiny"), folder["text.gguf"], GgufWeights.Q8_0, cancellation: Token);
        using CpuBackend backend = Backend();

        using GgufTextModel model = GgufTextModel.Load(folder["text.gguf"], backend);

        Assert.Equal(File.ReadAllText(GoldenFiles.Path("varco2-tiny", "chat_template.jinja")), model.Template!.Source);
        Assert.Equal([735], model.EosTokenIds);
        Assert.Equal("<|im_end|>", model.Tokenizer.EosToken);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task Engine_Question_IsAnsweredAsTheCheckpointAnswersIt(int beams)
    {
        using var folder = new TemporaryFolder();
        GgufExport.WriteText(GoldenFiles.Path("varco2-tiny"), folder["text.gguf"], GgufWeights.F32, cancellation: Token);
        Message[] question = [new(Role.User, "안녕하세요?")];
        var options = new GenerationOptions { MaxTokens = 12, Beams = beams };
        using GgufChatEngine engine = GgufChatEngine.Load(folder["text.gguf"]);
        using ChatEngine whole = ChatEngine.Load(GoldenFiles.Path("varco2-tiny"));

        string raw = await Answer(engine), again = await Answer(engine);

        Assert.Equal(await Answer(whole), raw);
        Assert.Equal(raw, again);
        Assert.Contains("sees no pictures", Assert.Throws<ArgumentException>(() => engine.AskAsync([new(Role.User, [new ImagePart(new RgbImage(4, 4))])], options, Token)).Message);

        async Task<string> Answer(IChatEngine asked)
        {
            Answer? answer = null;
            await foreach (AnswerUpdate update in asked.AskAsync(question, options, Token))
                answer = (update as AnswerCompleted)?.Answer ?? answer;
            return answer!.RawText;
        }
    }

    [Theory]
    [InlineData(WeightFormat.Int8)]
    [InlineData(WeightFormat.BFloat16)]
    public async Task Engine_Weights_ArePackedAsTheCheckpointsAre(WeightFormat weights)
    {
        using var folder = new TemporaryFolder();
        GgufExport.WriteText(GoldenFiles.Path("varco2-tiny"), folder["text.gguf"], GgufWeights.F32, cancellation: Token);
        using GgufChatEngine engine = GgufChatEngine.Load(folder["text.gguf"], new EngineOptions { Weights = weights, Threads = 1 });
        using ChatEngine whole = ChatEngine.Load(GoldenFiles.Path("varco2-tiny"), new EngineOptions { Weights = weights, Threads = 1 });

        Assert.Equal(await Answer(whole), await Answer(engine));
        Assert.Equal(WeightFormats.NameOf(weights), engine.Info.RoundedTo);
        Assert.Equal(WeightFormats.NameOf(weights), Assert.Single(engine.Info.Parts).Precision);
        Assert.True(engine.Info.Parts[0].Bytes < engine.Info.Parts[0].Parameters * 4);

        static async Task<string> Answer(IChatEngine asked)
        {
            Answer? answer = null;
            await foreach (AnswerUpdate update in asked.AskAsync([new(Role.User, "안녕하세요?")], new GenerationOptions { MaxTokens = 12 }, Token))
                answer = (update as AnswerCompleted)?.Answer ?? answer;
            return answer!.RawText;
        }
    }

    [Fact]
    public async Task Engine_FileThatPutsATokenFirst_TakesItInOnce()
    {
        using var folder = new TemporaryFolder();
        using var copy = new TemporaryCheckpoint();
        copy.Edit("tokenizer.json", text =>
        {
            JsonNode root = JsonNode.Parse(text)!;
            root["post_processor"] = JsonNode.Parse("""{"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<|endoftext|>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}], "special_tokens": {"<|endoftext|>": {"id": "<|endoftext|>", "ids": [733], "tokens": ["<|endoftext|>"]}}}""");
            return root.ToJsonString();
        });
        GgufExport.WriteText(copy.Directory, folder["text.gguf"], GgufWeights.F32, cancellation: Token);
        using GgufChatEngine engine = GgufChatEngine.Load(folder["text.gguf"]);
        using ChatEngine whole = ChatEngine.Load(copy.Directory);

        Assert.Equal(await PromptTokens(whole), await PromptTokens(engine));

        static async Task<int> PromptTokens(IChatEngine asked)
        {
            Answer? answer = null;
            await foreach (AnswerUpdate update in asked.AskAsync([new(Role.User, "안녕하세요?")], new GenerationOptions { MaxTokens = 1 }, Token))
                answer = (update as AnswerCompleted)?.Answer ?? answer;
            return answer!.Usage.PromptTokens;
        }
    }

    [Theory]
    [InlineData(false, 200)]
    [InlineData(true, 100)]
    public void Load_Mutated_NeverDoesMoreThanRefuse(bool onCharacters, int inputs)
    {
        using var folder = new TemporaryFolder();
        using TemporaryCheckpoint place = onCharacters ? CharacterTokenizerEngineTests.Checkpoint(CharacterTokenizerEngineTests.Fixture()) : new TemporaryCheckpoint();
        GgufExport.WriteText(place.Directory, folder["text.gguf"], GgufWeights.Q4_0, cancellation: Token);
        byte[] whole = File.ReadAllBytes(folder["text.gguf"]);
        int header = whole.Length / 6; // where metadata and tensor list are
        using CpuBackend backend = Backend();
        int seed = Random.Shared.Next();
        var random = new Random(seed);
        for (int input = 0; input < inputs; input++)
        {
            byte[] changed = GgufFileTests.Mutate(whole[..header], random);
            File.WriteAllBytes(folder["fuzz.gguf"], changed.Length == header ? [.. changed, .. whole[header..]] : changed);
            try
            {
                GgufTextModel.Load(folder["fuzz.gguf"], backend).Dispose();
            }
            catch (InvalidDataException failure)
            {
                Assert.Contains(folder["fuzz.gguf"], failure.Message);
            }
            catch (Exception failure)
            {
                Assert.Fail($"Seed {seed}, input {input}: {failure}");
            }
        }
    }

    [Theory]
    [InlineData("general.architecture", "gemma3", "a text model of qwen2")]
    [InlineData("general.architecture", "clip", "this is a projector")]
    [InlineData("tokenizer.ggml.model", "t5", "byte-level BPE")]
    [InlineData("tokenizer.ggml.pre", "tekken", "known way")]
    [InlineData("qwen3.rope.scaling.type", "longrope", "none, linear or yarn")]
    public void Load_Unsupported_IsRefusedByName(string key, string value, string expected)
    {
        using var folder = new TemporaryFolder();
        var metadata = new GgufMetadata();
        var texts = new Dictionary<string, string> { ["general.architecture"] = "qwen3", ["tokenizer.ggml.model"] = "gpt2", ["tokenizer.ggml.pre"] = "qwen2" };
        texts[key] = value;
        foreach (var (name, text) in texts)
            metadata.Add(name, text);
        foreach (var (name, number) in ((string, int)[])[("embedding_length", 8), ("attention.head_count", 2), ("block_count", 1), ("feed_forward_length", 8), ("context_length", 16)])
            metadata.AddWhole("qwen3." + name, number);
        metadata.AddNumber("qwen3.attention.layer_norm_rms_epsilon", 1e-6);
        var slot = new GgufSlot("token_embd.weight", GgufTensorType.F32, [300, 8]);
        using (var writer = new GgufWriter(folder["bad.gguf"], metadata, [slot]))
        {
            writer.Write(slot, new float[2400]);
            writer.Commit();
        }
        using CpuBackend backend = Backend();

        string message = Assert.Throws<InvalidDataException>(() => GgufTextModel.Load(folder["bad.gguf"], backend)).Message;

        Assert.Contains(folder["bad.gguf"], message);
        Assert.Contains($"\"{key}\"", message);
        Assert.Contains(expected, message);
    }

    // The golden with Qwen2 as a Llama: the same tensors without biases.
    private static TemporaryCheckpoint Llama()
    {
        var copy = new TemporaryCheckpoint("varco1-tiny");
        copy.Edit("config.json", text =>
        {
            JsonNode root = JsonNode.Parse(text)!;
            root["text_config"]!["model_type"] = "llama";
            return root.ToJsonString();
        });
        string path = Path.Combine(copy.Directory, "model.safetensors");
        using (SafetensorsFile file = SafetensorsFile.Open(GoldenFiles.Path("varco1-tiny", "model.safetensors")))
        {
            SafetensorsEntry[] kept = [.. file.Entries.Where(entry => !(entry.Name.StartsWith("language_model", StringComparison.Ordinal) && entry.Name.EndsWith(".bias", StringComparison.Ordinal)))];
            using var writer = new SafetensorsWriter(path, kept.Select(entry => new SafetensorsSlot(entry.Name, entry.Shape)));
            foreach (SafetensorsEntry entry in kept)
                writer.Write(entry.Name, file.ReadSingles(entry.Name));
            writer.Commit();
        }
        return copy;
    }

    private static CpuBackend Backend() => (CpuBackend)CpuBackend.Create(new CpuOptions { Threads = 2 });

    private static int[] Ids(string checkpoint)
    {
        using SafetensorsFile file = SafetensorsFile.Open(GoldenFiles.Path(checkpoint + "-cases", "text_turns.safetensors"));
        return [.. file.ReadIntegers("input_ids").Select(id => (int)id)];
    }

    private static float[] Logits(Nunchi.Models.Qwen.Decoder decoder, CpuBackend backend, int[] ids)
    {
        using var tape = new Tape(backend);
        using var batch = new TokenBatch(-1);
        batch.Add(ids);
        Tensor x = Tensors.Operators.Rows.Gather(tape, decoder.Embedding, batch.Ids);
        float[] logits = decoder.Logits(tape, decoder.Forward(tape, x, batch.Positions, batch.Segments)).Span.ToArray();
        tape.Reset();
        return logits;
    }
}
