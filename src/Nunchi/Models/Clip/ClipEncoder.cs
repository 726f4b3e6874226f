using Nunchi.Tensors;
using Nunchi.Tensors.Operators;

namespace Nunchi.Models.Clip;

/// <summary>
/// The CLIP image encoder (Radford et al. 2021): a class token before the patches, learned positions, a norm, pre-norm layers with full attention inside a
/// crop. Its features are a layer's output (in LLaVA the second-to-last's) before <c>post_layernorm</c>, as a rule without the class token.
/// </summary>
public sealed class ClipEncoder : ImageEncoder
{
    private Tensor _patchWeight = null!, _class = null!, _positions = null!, _preNormWeight = null!, _preNormBias = null!;
    private readonly FirstTokens _put;
    private readonly FirstTokens? _drop;
    private readonly Dictionary<int, SegmentLayout> _sequences = [];

    internal ClipEncoder(ParameterSet parameters, ImageEncoderConfig config, int layersUsed, string prefix)
        : base(parameters, config, layersUsed, prefix)
    {
        _put = new FirstTokens(config.Tokens);
        _drop = config.DropsFirstToken ? new FirstTokens(config.SequenceLength) : null;
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tape tape, Tensor patches, SegmentLayout crops)
    {
        Tensor embedded = Linear.Apply(tape, patches, _patchWeight); // [crops * tokens, width]
        Tensor sequence = _put.Put(tape, embedded, _class); // [crops * (1 + tokens), width]
        Tensor placed = Add.Periodic(tape, sequence, _positions);
        tape.Release(sequence);
        Tensor x = LayerNorm.Apply(tape, placed, _preNormWeight, _preNormBias, (float)Config.LayerNormEpsilon);
        tape.Release(placed);
        x = RunLayers(tape, x, Sequences(crops.Segments));
        return _drop == null ? x : _drop.Drop(tape, x);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _put.Dispose();
        _drop?.Dispose();
        foreach (SegmentLayout layout in _sequences.Values)
            layout.Dispose();
        base.Dispose();
    }

    private protected override void CreateEmbeddings(ParameterSet parameters, string prefix)
    {
        int width = Config.HiddenSize, patch = Config.PatchSize;
        _class = parameters.Vector(prefix + "embeddings.class_embedding", ModelModule.Encoder, width, ParameterStart.Normal);
        _patchWeight = parameters.Matrix(prefix + "embeddings.patch_embedding.weight", ModelModule.Encoder, width, Config.PatchLength, shape: [width, 3, patch, patch]);
        _positions = parameters.Matrix(prefix + "embeddings.position_embedding.weight", ModelModule.Encoder, Config.SequenceLength, width);
        _preNormWeight = parameters.Vector(prefix + "pre_layrnorm.weight", ModelModule.Encoder, width, ParameterStart.Ones);
        _preNormBias = parameters.Vector(prefix + "pre_layrnorm.bias", ModelModule.Encoder, width, ParameterStart.Zeros);
    }

    // The caller's segments are the patches'; with the class token they are one row longer. Kept, since a recorded backward reads them.
    private SegmentLayout Sequences(int crops)
    {
        lock (_sequences)
        {
            if (!_sequences.TryGetValue(crops, out SegmentLayout? layout))
                _sequences[crops] = layout = SegmentLayout.Uniform(crops, Config.SequenceLength);
            return layout;
        }
    }
}
