namespace Nunchi.Chat;

/// <summary>What a loaded model is.</summary>
public sealed record ModelInfo
{
    /// <summary>The name to call it by: <c>ORG/NAME</c> of a model from a hub, else the checkpoint directory's last part.</summary>
    public required string Name { get; init; }

    /// <summary>The checkpoint directory, absolute.</summary>
    public required string Directory { get; init; }

    /// <summary>The directory of the LoRA adapter that was added to the weights, absolute; null for none.</summary>
    public string? Adapter { get; init; }

    /// <summary>What matrices were rounded to while loading, as <c>--weights</c> names it; null when they are as the directory holds them.</summary>
    public string? RoundedTo { get; init; }

    /// <summary>How pictures are shown, for people, where that is not as the checkpoint and the reference have it (for example <c>the whole view alone</c>); else null.</summary>
    public string? Views { get; init; }

    /// <summary>The architecture's name in <c>config.json</c> (<c>model_type</c>).</summary>
    public required string Family { get; init; }

    /// <summary>The parts in the order in which a picture passes them: image encoder, projector, text decoder.</summary>
    public required IReadOnlyList<ModulePart> Parts { get; init; }

    /// <summary>The longest conversation with its answer, in tokens.</summary>
    public required int ContextLength { get; init; }

    /// <summary>Rows of the decoder's embedding.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>The vector instructions and threads that the arithmetic uses, for people (for example <c>AVX-512, 2 threads</c>).</summary>
    public required string Kernels { get; init; }

    /// <summary>How keys and values of earlier tokens are kept, for people (for example <c>float32, 229.4 KB a token</c>); empty when the model keeps none.</summary>
    public string KeyValueCache { get; init; } = "";

    /// <summary>How the checkpoint wants answers to be made where nobody asks for something else, for people (for example <c>searched with 4 beams, length penalty 0.7</c>); empty when token by token without penalties.</summary>
    public string Answers { get; init; } = "";

    /// <summary>How long loading took.</summary>
    public required TimeSpan LoadTime { get; init; }

    /// <summary>Parameters of all parts.</summary>
    public long Parameters => Parts.Sum(part => part.Parameters);
}

/// <summary>A part of a model.</summary>
/// <param name="Name"><c>encoder</c>, <c>projector</c> or <c>decoder</c>.</param>
/// <param name="Architecture">What it is, for people (for example <c>SigLIP, 256 wide, 6 layers, patch 16</c>).</param>
/// <param name="Parameters">Numbers that training would set; a shared matrix counts once.</param>
/// <param name="Bytes">Memory that its weights take.</param>
/// <param name="Precision">How its matrices are kept in memory (for example <c>float32</c>).</param>
public sealed record ModulePart(string Name, string Architecture, long Parameters, long Bytes, string Precision);
