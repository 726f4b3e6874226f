using Nunchi.Images;
using Nunchi.Models;
using Nunchi.Models.Families;
using Nunchi.Tensors;
using Nunchi.Tensors.Safetensors;
using Nunchi.Text;

namespace Nunchi.Checkpoints.Shapes;

/// <summary>How a checkpoint of random weights is written.</summary>
public sealed record RandomCheckpointOptions
{
    /// <summary>F32, BF16 or F16.</summary>
    public SafetensorsType Type { get; init; } = SafetensorsType.BF16;

    /// <summary>Most bytes of tensors in one file; a tensor larger than that has a file of its own.</summary>
    public long ShardBytes { get; init; } = 5_000_000_000;

    /// <summary>The same seed gives the same bytes.</summary>
    public ulong Seed { get; init; }

    /// <summary>A directory whose tokenizer and chat template are taken; null: bytes as tokens, and the ChatML form.</summary>
    public string? TextFiles { get; init; }

    /// <summary>Called after each tensor with bytes written and bytes in all.</summary>
    public Action<long, long>? Progress { get; init; }

    /// <summary>Ends writing early.</summary>
    public CancellationToken Cancellation { get; init; }
}

/// <summary>Writes a complete checkpoint directory of a shape with random weights, a piece at a time: the memory does not grow with the model.</summary>
public static class RandomCheckpoint
{
    private const int PieceElements = 1 << 18;

    private const string ChatTemplate =
        "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' }}{% for part in message['content'] %}{% if part['type'] == 'image' %}{{ '<image>\\n' }}{% else %}{{ part['text'] }}{% endif %}{% endfor %}{{ '<|im_end|>\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

    private static readonly string[] SpecialTokens =
        ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<image>", "<video>", "<gro>", "<ocr>", "<obj>", "</obj>", "<bbox>", "</bbox>", "<char>", "</char>", "<delim>"];

    /// <summary>Writes the files into an existing directory.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="shape">Sizes; token ids are taken from the tokenizer.</param>
    /// <param name="options">How; null takes the defaults.</param>
    /// <exception cref="ArgumentException">The tokenizer has no token for pictures, or more ids than the shape's embedding has rows.</exception>
    /// <exception cref="IOException">The disk is full or the place cannot be written.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static void Write(string directory, VisionLanguageConfig shape, RandomCheckpointOptions? options = null)
    {
        options ??= new RandomCheckpointOptions();
        VisionLanguageConfig config = WithTokens(shape, WriteTextFiles(directory, options));
        ConfigWriter.Write(directory, config, options.Type switch { SafetensorsType.BF16 => "bfloat16", SafetensorsType.F16 => "float16", _ => "float32" });
        Images(config).Save(directory, config.Vision);
        WriteWeights(directory, config, options);
    }

    private static Tokenizer WriteTextFiles(string directory, RandomCheckpointOptions options)
    {
        if (options.TextFiles is { } from)
        {
            CheckpointWriter.CopyTextFiles(from)(directory);
            return Tokenizer.Load(directory);
        }
        TrainedTokenizer bytes = new BpeTrainer(new BpeTrainerOptions { VocabularySize = 256 + SpecialTokens.Length, SpecialTokens = SpecialTokens }).Train();
        bytes.Save(directory);
        AtomicFile.WriteAllText(Path.Combine(directory, "chat_template.jinja"), ChatTemplate);
        return bytes.Tokenizer;
    }

    private static VisionLanguageConfig WithTokens(VisionLanguageConfig shape, Tokenizer tokenizer)
    {
        int image = tokenizer.TokenId("<image>") ?? throw new ArgumentException("The tokenizer has no token \"<image>\".");
        if (tokenizer.VocabularySize > shape.Text.VocabularySize)
            throw new ArgumentException($"The tokenizer has {tokenizer.VocabularySize} ids, the shape's embedding {shape.Text.VocabularySize} rows.");
        int? end = tokenizer.EosToken is { } token ? tokenizer.TokenId(token) : null;
        return shape with
        {
            ImageTokenId = image,
            VideoTokenId = shape.VideoTokenId == null ? null : tokenizer.TokenId("<video>"),
            Text = shape.Text with { EosTokenIds = end is { } id ? [id] : [], BosTokenId = null },
        };
    }

    private static ImageProcessorConfig Images(VisionLanguageConfig config)
    {
        var images = new ImageProcessorConfig { TileSize = config.Vision.ImageSize, Canvases = config.GridPinpoints };
        if (config.TilesPictures)
        {
            _ = ImageProcessorConfig.TryParseAspectRatio(config.VisionAspectRatio, out int? most);
            return images with { MaxTiles = most, ProcessorType = config.Family == VisionLanguageConfig.LlavaNext ? "LlavaNextImageProcessor" : images.ProcessorType };
        }
        return images with { Layout = ImageLayout.SingleCrop, ProcessorType = "CLIPImageProcessor", MaxTiles = null, Pad = false, ShortestEdge = config.Vision.ImageSize, CenterCrop = true };
    }

    private static void WriteWeights(string directory, VisionLanguageConfig config, RandomCheckpointOptions options)
    {
        ModelFamily family = ModelFamilies.Of(config);
        using ParameterSet plan = VisionLanguageModel.PlanParameters(config);
        var tensors = plan.All.SelectMany(parameter => parameter.Views.Select(view => new PlannedTensor(CheckpointLayout.ToWrittenName(family, view.Name), parameter, view)))
            .OrderBy(tensor => tensor.Name, StringComparer.Ordinal).ToList();
        var planned = tensors.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        var writer = new ShardedWriter(directory, [.. tensors.Select(tensor => new SafetensorsSlot(tensor.Name, tensor.View.Shape))], options.Type, options.ShardBytes);
        float[] piece = new float[PieceElements];
        long written = 0;
        writer.Write((shard, slot) =>
        {
            PlannedTensor tensor = planned[slot.Name];
            var random = new PieceSource(options.Seed, tensor.Name, Deviation(tensor.Parameter, config));
            for (long first = 0; first < tensor.View.Count; first += PieceElements)
            {
                options.Cancellation.ThrowIfCancellationRequested();
                Span<float> values = piece.AsSpan(0, (int)Math.Min(PieceElements, tensor.View.Count - first));
                random.Fill(values, tensor.Parameter.Start);
                shard.Write(tensor.Name, values);
            }
            written += tensor.View.Count * writer.ElementBytes;
            options.Progress?.Invoke(written, writer.TotalBytes);
        });
    }

    private static double Deviation(Parameter parameter, VisionLanguageConfig config) => parameter.Start switch
    {
        ParameterStart.Newline => 1 / Math.Sqrt(config.Text.HiddenSize),
        ParameterStart.Residual => config.Text.InitializerRange / Math.Sqrt(2.0 * (parameter.Module == ModelModule.Encoder ? config.VisionLayersUsed : config.Text.Layers)),
        _ => config.Text.InitializerRange,
    };

    private sealed record PlannedTensor(string Name, Parameter Parameter, ParameterView View);

    /// <summary>Even numbers of a given deviation, four from each draw.</summary>
    private sealed class PieceSource(ulong seed, string name, double deviation)
    {
        private readonly SeededRandom _random = new(seed, name);
        private readonly float _step = (float)(deviation * Math.Sqrt(12) / 65536);

        internal void Fill(Span<float> values, ParameterStart start)
        {
            if (start is ParameterStart.Ones or ParameterStart.Zeros)
            {
                values.Fill(start == ParameterStart.Ones ? 1 : 0);
                return;
            }
            ulong bits = 0;
            for (int i = 0; i < values.Length; i++, bits >>= 16)
            {
                if (i % 4 == 0)
                    bits = _random.NextBits();
                values[i] = ((int)(bits & 0xffff) - 32767.5f) * _step;
            }
        }
    }
}
