using Nunchi.Models;

namespace Nunchi.Checkpoints.Shapes;

/// <summary>A part of a model in a plan.</summary>
/// <param name="Module">encoder, projector or decoder.</param>
/// <param name="Name">What it is.</param>
/// <param name="Parameters">Numbers in it.</param>
/// <param name="FileBytes">Bytes in the checkpoint's files.</param>
/// <param name="MemoryBytes">Bytes once loaded.</param>
/// <param name="Place">Where it goes and in what form.</param>
public sealed record PlannedPart(string Module, string Name, long Parameters, long FileBytes, long MemoryBytes, string Place);

/// <summary>What a model takes, worked out from its configuration alone: nothing is read or allocated.</summary>
public sealed record CheckpointPlan
{
    /// <summary>The parts in the order in which a picture passes them.</summary>
    public required IReadOnlyList<PlannedPart> Parts { get; init; }

    /// <summary>Bytes of keys and values that one token of a conversation takes.</summary>
    public required long CacheBytesPerToken { get; init; }

    /// <summary>The longest conversation with its answer, in tokens.</summary>
    public required int Context { get; init; }

    /// <summary>Bytes of memory that this machine gives a process.</summary>
    public required long AvailableBytes { get; init; }

    /// <summary>Parameters of all parts.</summary>
    public long Parameters => Parts.Sum(part => part.Parameters);

    /// <summary>Bytes of all files' tensors.</summary>
    public long FileBytes => Parts.Sum(part => part.FileBytes);

    /// <summary>Bytes of weights in memory.</summary>
    public long MemoryBytes => Parts.Sum(part => part.MemoryBytes);

    /// <summary>Whether the weights fit into this machine's memory.</summary>
    public bool Fits => MemoryBytes <= AvailableBytes;

    /// <summary>Plans a model.</summary>
    /// <param name="config">Sizes and switches.</param>
    /// <param name="fileElementBytes">Bytes of one element in the files: 2 for bfloat16 and float16, 4 for float32.</param>
    public static CheckpointPlan Of(VisionLanguageConfig config, int fileElementBytes)
    {
        using ParameterSet parameters = VisionLanguageModel.PlanParameters(config);
        TextDecoderConfig text = config.Text;
        return new CheckpointPlan
        {
            Parts = [.. parameters.All.GroupBy(Group).Select(group => Part(group.Key.Module, group.Key.Name, group.Sum(parameter => parameter.Tensor.Count), fileElementBytes))],
            CacheBytesPerToken = 2L * text.Layers * text.KeyHeads * text.HeadSize * sizeof(float),
            Context = text.MaxPositions,
            AvailableBytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
        };

        (string Module, string Name) Group(Parameter parameter) => parameter.Module switch
        {
            ModelModule.Encoder => ("encoder", parameter.Name.Contains(".layers.", StringComparison.Ordinal) ? $"{config.VisionLayersUsed} layers" : "patches, positions, norms"),
            ModelModule.Decoder when parameter.Name.EndsWith("embed_tokens.weight", StringComparison.Ordinal) => ("decoder", text.TieWordEmbeddings ? "embedding and head" : "embedding"),
            ModelModule.Decoder when parameter.Name == "lm_head.weight" => ("decoder", "head"),
            ModelModule.Decoder => ("decoder", parameter.Name.Contains(".layers.", StringComparison.Ordinal) ? $"{text.Layers} layers" : "final norm"),
            _ => ("projector", config.TilesPictures ? "two layers, newline" : "two layers"),
        };
    }

    private static PlannedPart Part(string module, string name, long count, int fileElementBytes) =>
        new(module, name, count, count * fileElementBytes, count * sizeof(float), "memory, float32");
}
