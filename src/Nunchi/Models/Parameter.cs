using Nunchi.Tensors;

namespace Nunchi.Models;

/// <summary>The parts of a model that are frozen and trained on their own.</summary>
public enum ModelModule
{
    /// <summary>The image encoder.</summary>
    Encoder,

    /// <summary>The projector from encoder width to decoder width.</summary>
    Projector,

    /// <summary>The vector that ends each row of image features; trained with the projector as a rule.</summary>
    Newline,

    /// <summary>The text decoder with its embedding and head.</summary>
    Decoder,
}

/// <summary>How a parameter starts when a model is trained from nothing.</summary>
public enum ParameterStart
{
    /// <summary>Normal numbers with the configuration's deviation.</summary>
    Normal,

    /// <summary>Normal numbers, scaled down by sqrt(2 layers): the matrices that write into the residual stream.</summary>
    Residual,

    /// <summary>Normal numbers divided by the root of the width: the newline vector.</summary>
    Newline,

    /// <summary>Zeros: biases.</summary>
    Zeros,

    /// <summary>Ones: weights of norms.</summary>
    Ones,
}

/// <summary>A tensor as checkpoints know it: the whole of a <see cref="Parameter"/>, or a part of a fused one.</summary>
/// <param name="Name">Its name, in the way of transformers' modules (<c>model.language_model.layers.0.self_attn.q_proj.weight</c>).</param>
/// <param name="Shape">Its shape in a checkpoint.</param>
/// <param name="Offset">First float inside the parameter's tensor.</param>
public sealed record ParameterView(string Name, IReadOnlyList<long> Shape, long Offset)
{
    /// <summary>Number of floats.</summary>
    public long Count { get; } = Shape.Aggregate(1L, (product, size) => product * size);

    /// <summary>The shape as "[2, 3]".</summary>
    public string ShapeText => $"[{string.Join(", ", Shape)}]";

    /// <summary>The view's floats inside the parameter's tensor, or inside its gradient.</summary>
    /// <param name="whole">A tensor of the parameter's shape.</param>
    public unsafe Span<float> In(Tensor whole) => new(whole.Data + Offset, checked((int)Count));
}

/// <summary>A trainable tensor of a model.</summary>
public sealed class Parameter
{
    internal Parameter(string name, Tensor tensor, ModelModule module, ParameterStart start, bool insideLayer, IReadOnlyList<ParameterView> views)
    {
        Name = name;
        Tensor = tensor;
        Module = module;
        Start = start;
        Views = views;
        bool matrix = views[0].Shape.Count > 1;
        IsMatrixInsideLayer = matrix && insideLayer;
        Decays = matrix;
    }

    /// <summary>Its name; of a fused parameter not one that checkpoints know.</summary>
    public string Name { get; }

    /// <summary>The values, [out, in] for matrices and [1, width] for vectors.</summary>
    public Tensor Tensor { get; }

    /// <summary>The part of the model it belongs to.</summary>
    public ModelModule Module { get; }

    /// <summary>How it starts when a model is trained from nothing.</summary>
    public ParameterStart Start { get; }

    /// <summary>A matrix of an encoder or decoder layer: what Muon is for.</summary>
    public bool IsMatrixInsideLayer { get; }

    /// <summary>Whether weight decay applies: to matrices, not to vectors.</summary>
    public bool Decays { get; }

    /// <summary>The tensors of a checkpoint that make it up, in order; one unless it is fused.</summary>
    public IReadOnlyList<ParameterView> Views { get; }

    /// <summary>False for a tensor that checkpoints hold but that no feature depends on; it never gets a gradient.</summary>
    public bool IsUsed { get; internal init; } = true;

    /// <summary>Whether operators record how to get its gradient.</summary>
    public bool Trainable
    {
        get => Tensor.RequiresGradient;
        set => Tensor.RequiresGradient = value && IsUsed;
    }
}
