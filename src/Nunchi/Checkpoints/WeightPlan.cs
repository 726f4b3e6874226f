using Nunchi.Models;
using Nunchi.Models.Qwen;
using Nunchi.Tensors.Backends;
using Nunchi.Tensors.Quantization;

namespace Nunchi.Checkpoints;

/// <summary>
/// Which format each parameter takes when a model answers with packed weights. Matrices of the decoder's layers take the format itself; with 4 bits the encoder's layers, the projector,
/// the embedding and the head take 8, since their errors reach every token; with 6 bits only embedding and head take 8. The encoder's layers may take another. Vectors, patch embedding and positions stay float32.
/// </summary>
public static class WeightPlan
{
    /// <summary>The format of a parameter.</summary>
    /// <param name="parameter">The parameter.</param>
    /// <param name="weights">What was asked for.</param>
    public static WeightFormat For(Parameter parameter, WeightChoice weights)
    {
        if (!parameter.Decays || (parameter.Module == ModelModule.Encoder && !parameter.IsMatrixInsideLayer))
            return WeightFormat.Float32;
        if (parameter.Module == ModelModule.Encoder)
            return weights.Encoder;
        bool few = weights.Weights switch
        {
            WeightFormat.Int6 => parameter.Module == ModelModule.Projector || parameter.IsMatrixInsideLayer,
            WeightFormat.Int4 => parameter.Module == ModelModule.Decoder && parameter.IsMatrixInsideLayer,
            _ => true,
        };
        return few ? weights.Weights : WeightFormat.Int8;
    }

    /// <summary>Replaces a parameter's floats by its format.</summary>
    /// <exception cref="ArgumentException">A value is not finite.</exception>
    public static void Pack(Parameter parameter, WeightChoice weights) => parameter.Tensor.Pack(For(parameter, weights));

    /// <summary>Makes a backend round where a model with such weights does: beside packed matrices the encoder's attention rounds too. Call it once the weights are there.</summary>
    /// <param name="backend">The backend that the model lies on.</param>
    /// <param name="decoder">The model's decoder, whose embedding is packed whenever anything is.</param>
    public static void RoundAlike(ComputeBackend backend, Decoder decoder) => backend.RoundsAttention = decoder.Embedding.Packed != null;

    /// <summary>Bytes that a parameter's values take.</summary>
    public static long Bytes(Parameter parameter, WeightChoice weights)
    {
        WeightFormat format = For(parameter, weights);
        return format == WeightFormat.Float32
            ? parameter.Tensor.Count * sizeof(float)
            : PackedWeight.BytesOf(format, parameter.Tensor.Rows, parameter.Tensor.Columns);
    }
}
