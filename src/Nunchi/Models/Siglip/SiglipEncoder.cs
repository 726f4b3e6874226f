using Nunchi.Tensors;
using Nunchi.Tensors.Operators;

namespace Nunchi.Models.Siglip;

/// <summary>
/// The SigLIP image encoder (Zhai et al. 2023): patches, learned positions, pre-norm layers with full attention inside a crop.
/// Its features are the last used layer's output before <c>post_layernorm</c>, as LLaVA-OneVision takes them.
/// </summary>
public sealed class SiglipEncoder : ImageEncoder
{
    private Tensor _patchWeight = null!, _patchBias = null!, _positions = null!;
    private readonly FirstTokens? _first;

    internal SiglipEncoder(ParameterSet parameters, ImageEncoderConfig config, int layersUsed, string prefix)
        : base(parameters, config, layersUsed, prefix) => _first = config.DropsFirstToken ? new FirstTokens(config.Tokens) : null;

    /// <inheritdoc/>
    public override Tensor Forward(Tape tape, Tensor patches, SegmentLayout crops)
    {
        Tensor embedded = Linear.Apply(tape, patches, _patchWeight, _patchBias); // [crops * tokens, width]
        Tensor x = Add.Periodic(tape, embedded, _positions);
        tape.Release(embedded);
        x = RunLayers(tape, x, crops);
        return _first == null ? x : _first.Drop(tape, x);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _first?.Dispose();
        base.Dispose();
    }

    private protected override void CreateEmbeddings(ParameterSet parameters, string prefix)
    {
        int width = Config.HiddenSize, patch = Config.PatchSize;
        _patchWeight = parameters.Matrix(prefix + "embeddings.patch_embedding.weight", ModelModule.Encoder, width, Config.PatchLength, shape: [width, 3, patch, patch]);
        _patchBias = parameters.Vector(prefix + "embeddings.patch_embedding.bias", ModelModule.Encoder, width, ParameterStart.Zeros);
        _positions = parameters.Matrix(prefix + "embeddings.position_embedding.weight", ModelModule.Encoder, Config.Tokens, width);
    }
}
