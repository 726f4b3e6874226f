using System.Text;
using Nunchi.Checkpoints.Lora;
using Nunchi.Checkpoints.Shapes;
using Nunchi.Grounding;
using Nunchi.Images;
using Nunchi.Models;
using Nunchi.Tensors.Safetensors;
using Nunchi.Tests.Goldens;
using Nunchi.Tests.Text;
using Nunchi.Text;

namespace Nunchi.Tests.Fuzzing;

/// <summary>Every reader of bytes that come from outside.</summary>
internal sealed class FuzzTargets : IDisposable
{
    private static readonly string[] JsonWords = ["null", "true", "false", "{}", "[]", "\"\"", "[[]]", "{\"a\":1}", "\\u0000", "\\ud800", "\"", ",", ":", "}", "]"];

    // Memory where the system has it: the files are rewritten ten thousand times.
    private readonly string _directory = Directory.Exists("/dev/shm")
        ? Directory.CreateDirectory($"/dev/shm/nunchi-fuzz-{Guid.NewGuid():n}").FullName
        : Directory.CreateTempSubdirectory("nunchi-fuzz-").FullName;

    public FuzzTargets()
    {
        byte[] tokenizer = MakeTokenizer();
        All =
        [
            new FuzzTarget("safetensors", [SmallSafetensors()], ["F32", "BF16", "F16", "I64", "\"shape\"", "\"data_offsets\"", "\"dtype\"", "__metadata__", .. JsonWords], ReadSafetensors, typeof(InvalidDataException)),
            new FuzzTarget("index", ["""{"metadata": {"total_size": 20}, "weight_map": {"a.weight": "one.safetensors", "b": "one.safetensors"}}"""u8.ToArray()], ["../x", "/etc/passwd", "b", "one", .. JsonWords], ReadIndex, typeof(InvalidDataException), typeof(FileNotFoundException)),
            new FuzzTarget("tokenizer", [tokenizer, CharacterTokenizer(Blanks.Normalized), CharacterTokenizer(Blanks.First)], ["Metaspace", "Prepend", "Replace", "ByteFallback", "Fuse", "Strip", "byte_fallback", "unk_token", "fuse_unk", "ignore_merges", "prepend_scheme", "\"first\"", "\"never\"", "\u2581", "<0xED>", "BPE", "ByteLevel", "Sequence", "NFC", "Split", "Regex", "TemplateProcessing", "lstrip", "rstrip", "merges", "vocab", "added_tokens", .. JsonWords], ReadTokenizer, typeof(InvalidDataException)),
            new FuzzTarget("config", [.. new[] { "varco1-tiny", "varco2-tiny", "llava15-tiny" }.Select(name => Golden(name, "config.json"))], ["llava", "llava_next", "llava_onevision", "qwen2", "qwen3", "llama", "mistral", "yarn", "llama3", "linear", "rope_type", "factor", "clip_vision_model", "default", .. JsonWords], ReadConfig, typeof(InvalidDataException)),
            new FuzzTarget("generation-config", [Golden("varco2-tiny", "generation_config.json")], ["eos_token_id", "num_beams", .. JsonWords], ReadGenerationConfig, typeof(InvalidDataException)),
            new FuzzTarget("image-processor", [Golden("varco2-tiny-tf453", "preprocessor_config.json"), Golden("llava15-tiny", "processor_config.json")], ["image_grid_pinpoints", "\"(1x1),...,(6x6)\"", "shortest_edge", "LlavaNextImageProcessor", "CLIPImageProcessor", .. JsonWords], ReadImageProcessor, typeof(InvalidDataException), typeof(FileNotFoundException)),
            new FuzzTarget("adapter-config", [Golden("training", "lora", "adapter_config.json")], ["LORA", "rank_pattern", "(", "(a+)+$", .. JsonWords], bytes => LoraConfig.Load(Put("adapter_config.json", bytes)).Of("model.layers.0.q_proj"), typeof(InvalidDataException)),
            new FuzzTarget("template", [.. Templates()], ["{% for x in range(9) %}", "{% endfor %}", "{% if ", "{% endif %}", "{{ ", " }}", "{%- ", "-%}", "|tojson", "|length", "namespace(", "raise_exception(", "{% macro m(a) %}", "{% endmacro %}", "messages", "loop.index", "[::-1]", " ~ ", "* 99999999"], ReadTemplate, typeof(TemplateException)) { MostBytes = 512L << 20 },
            new FuzzTarget("image", [.. Directory.GetFiles(GoldenFiles.Path("decode")).Where(file => !file.EndsWith(".json", StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(File.ReadAllBytes).Where(bytes => bytes.Length < 20_000)], ["IHDR", "IDAT", "Exif", "VP8X", "GIF89a", "JFIF", "BM"], ReadImage, typeof(ImageFormatException)),
            new FuzzTarget("tags", ["<obj>개</obj><bbox>0.1, 0.2, 0.3, 0.4<delim>0.5, 0.5, 1, 1</bbox> 그리고 <char>역</char><bbox>0.01, 0.2, 0.3, 0.9</bbox>"u8.ToArray(), "<ref>dog</ref><box>(10,20),(500,600)</box> x"u8.ToArray(), """[{"bbox_2d": [1, 2, 300, 400], "label": "cat"}]"""u8.ToArray()], ["<obj>", "</obj>", "<bbox>", "</bbox>", "<char>", "</char>", "<delim>", "<gro>", "<ocr>", "<box>", "</box>", "<ref>", "bbox_2d", "1e400", "(1,2),(3,4)"], ReadTags),
        ];
    }

    public IReadOnlyList<FuzzTarget> All { get; }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private static byte[] Golden(params string[] parts) => File.ReadAllBytes(GoldenFiles.Path(parts));

    private string Put(string name, byte[] bytes)
    {
        string path = Path.Combine(_directory, name);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    private byte[] SmallSafetensors()
    {
        string path = Path.Combine(_directory, "seed.safetensors");
        using (var writer = new SafetensorsWriter(path, [new SafetensorsSlot("a.weight", [2, 3]), new SafetensorsSlot("b", [4])], SafetensorsType.BF16))
        {
            writer.Write("a.weight", [1, 2, 3, 4, 5, 6]);
            writer.Write("b", [7, 8, 9, 10]);
            writer.Commit();
        }
        return File.ReadAllBytes(path);
    }

    // A tokenizer of bytes and a few merges is read in a fraction of a millisecond.
    private static byte[] MakeTokenizer()
    {
        string directory = Directory.CreateTempSubdirectory("nunchi-fuzz-").FullName;
        var trainer = new BpeTrainer(new BpeTrainerOptions { VocabularySize = 290 });
        trainer.Add("가나다 가나다 the the cat cat", 9);
        trainer.Train().Save(directory);
        byte[] bytes = File.ReadAllBytes(Path.Combine(directory, "tokenizer.json"));
        Directory.Delete(directory, recursive: true);
        return bytes;
    }

    private static byte[] CharacterTokenizer(Blanks blanks) => Encoding.UTF8.GetBytes(new CharacterTokenizerFixture(blanks).Json().ToJsonString());

    private static IEnumerable<byte[]> Templates()
    {
        yield return Golden("varco2-tiny", "chat_template.jinja");
        yield return Golden("llava15-tiny", "chat_template.jinja");
        foreach (var item in GoldenFiles.Json("chat_templates.json").EnumerateObject().SelectMany(property => Sources(property.Value)).Take(4))
            yield return Encoding.UTF8.GetBytes(item);
    }

    private static IEnumerable<string> Sources(System.Text.Json.JsonElement element) => element.ValueKind switch
    {
        System.Text.Json.JsonValueKind.String when element.GetString()!.Contains("{%", StringComparison.Ordinal) => [element.GetString()!],
        System.Text.Json.JsonValueKind.Object => element.EnumerateObject().SelectMany(property => Sources(property.Value)),
        System.Text.Json.JsonValueKind.Array => element.EnumerateArray().SelectMany(Sources),
        _ => [],
    };

    private void ReadSafetensors(byte[] bytes)
    {
        using SafetensorsFile file = SafetensorsFile.Open(Put("x.safetensors", bytes));
        foreach (SafetensorsEntry entry in file.Entries.Where(entry => entry.Count < 1 << 20))
        {
            if (entry.Type is SafetensorsType.F32 or SafetensorsType.F64 or SafetensorsType.F16 or SafetensorsType.BF16)
                file.ReadSingles(entry.Name);
            else if (entry.Type is not (SafetensorsType.F8E4M3 or SafetensorsType.F8E5M2))
                file.ReadIntegers(entry.Name);
        }
    }

    private void ReadIndex(byte[] bytes)
    {
        string directory = Path.Combine(_directory, "index");
        if (!Directory.Exists(directory))
        {
            Directory.CreateDirectory(directory);
            File.Copy(Path.Combine(_directory, "seed.safetensors"), Path.Combine(directory, "one.safetensors"));
        }
        File.WriteAllBytes(Path.Combine(directory, SafetensorsArchive.IndexFileName), bytes);
        SafetensorsArchive.Open(directory).Dispose();
    }

    private static void ReadTokenizer(byte[] bytes)
    {
        Tokenizer tokenizer = Tokenizer.FromJson(bytes);
        int[] ids = tokenizer.Encode("가나다 the <|im_end|> cat\0é </s> hello", allowSpecial: true);
        var decoder = new StreamingDecoder(tokenizer);
        Assert.Equal(tokenizer.Decode(ids), decoder.Push(ids) + decoder.Flush());
    }

    private void ReadConfig(byte[] bytes)
    {
        Put("config.json", bytes);
        using ParameterSet plan = VisionLanguageModel.PlanParameters(ConfigReader.Load(_directory));
        CheckpointPlan.Of(ConfigReader.Load(_directory), 2);
    }

    private void ReadGenerationConfig(byte[] bytes)
    {
        Put(GenerationConfig.FileName, bytes);
        GenerationConfig.Load(_directory, new TextDecoderConfig());
    }

    private void ReadImageProcessor(byte[] bytes)
    {
        string directory = Path.Combine(_directory, "images");
        Directory.CreateDirectory(directory);
        File.WriteAllBytes(Path.Combine(directory, "processor_config.json"), bytes);
        ImageProcessorConfig config = ImageProcessorConfig.Load(directory);
        // A processor that was accepted must be able to describe a picture.
        new ImageProcessor(config, Math.Min(14, config.TileSize)).TokenCount(new ImageSize(300, 200), TilingMode.AnyRes);
    }

    private static void ReadTemplate(byte[] bytes)
    {
        var limits = new TemplateLimits { Steps = 20_000, Length = 1 << 16, Work = 1 << 20 };
        var template = new ChatTemplate(Encoding.UTF8.GetString(bytes), limits);
        template.Render(new Dictionary<string, object?>
        {
            ["messages"] = new List<object?> { new Dictionary<string, object?> { ["role"] = "user", ["content"] = new List<object?> { new Dictionary<string, object?> { ["type"] = "image" }, new Dictionary<string, object?> { ["type"] = "text", ["text"] = "안녕" } } } },
            ["add_generation_prompt"] = true,
        });
    }

    private static void ReadImage(byte[] bytes) => ImageDecoder.Decode(bytes, new ImageLimits { MaxPixels = 1 << 20, MaxBytes = 1 << 20 });

    private static void ReadTags(byte[] bytes)
    {
        string text = Encoding.UTF8.GetString(bytes);
        var parser = new GroundingParser();
        for (int at = 0; at < text.Length; at += 7)
            parser.Append(text.Substring(at, Math.Min(7, text.Length - at)));
        parser.Finish();
        Assert.All(parser.Spans, span => Assert.Equal(span.Phrase, parser.Text[span.Start..span.End]));
        GroundingParser whole = GroundingParser.Parse(text);
        Assert.Equal(whole.Text, parser.Text);
        Assert.Equal(whole.Spans.Count, parser.Spans.Count);
        QwenGrounding.Read(text, new ForeignCoordinates(CoordinateUnit.Thousandths));
    }
}
