using Nunchi.Tensors;
using Nunchi.Tensors.Operators;

namespace Nunchi.Models.Siglip;

/// <summary>
/// The SigLIP image encoder (Zhai et al. 2023; Dosovitskiy et al. 2020): patches, learned positions, pre-norm layers with full attention inside a crop.
/// Its features are the last used layer's output before <c>post_layernorm</c>, as LLaVA-OneVision takes them.
/// </summary>
public sealed class SiglipEncoder
{
    private readonly SiglipVisionConfig _config;
    private readonly Tensor _patchWeight;
    private readonly Tensor _patchBias;
    private readonly Tensor _positions;
    private readonly SiglipLayer[] _layers;

    /// <summary>Makes the encoder's parameters, values undefined.</summary>
    /// <param name="parameters">Where they are kept.</param>
    /// <param name="config">Sizes.</param>
    /// <param name="layersUsed">Layers that run; the others' tensors are not kept.</param>
    /// <param name="prefix">Before every parameter's name.</param>
    internal SiglipEncoder(ParameterSet parameters, SiglipVisionConfig config, int layersUsed, string prefix = "model.vision_tower.")
    {
        _config = config;
        int width = config.HiddenSize, patch = config.PatchSize;
        _patchWeight = parameters.Matrix(prefix + "embeddings.patch_embedding.weight", ModelModule.Encoder, width, config.PatchLength, shape: [width, 3, patch, patch]);
        _patchBias = parameters.Vector(prefix + "embeddings.patch_embedding.bias", ModelModule.Encoder, width, ParameterStart.Zeros);
        _positions = parameters.Matrix(prefix + "embeddings.position_embedding.weight", ModelModule.Encoder, config.Tokens, width);
        _layers = [.. Enumerable.Range(0, layersUsed).Select(i => new SiglipLayer(parameters, config, $"{prefix}encoder.layers.{i}."))];
        PostNormWeight = parameters.Vector(prefix + "post_layernorm.weight", ModelModule.Encoder, width, ParameterStart.Ones, used: false);
        PostNormBias = parameters.Vector(prefix + "post_layernorm.bias", ModelModule.Encoder, width, ParameterStart.Zeros, used: false);
    }

    /// <summary>[1, width] of the norm that checkpoints carry after the last layer and that features do not use.</summary>
    public Tensor PostNormWeight { get; }

    /// <summary>[1, width], see <see cref="PostNormWeight"/>.</summary>
    public Tensor PostNormBias { get; }

    /// <summary>Encodes crops.</summary>
    /// <param name="tape">Runs and records.</param>
    /// <param name="patches">[crops * tokens, patch length], values in the order channel, row, column.</param>
    /// <param name="crops">One segment of <see cref="SiglipVisionConfig.Tokens"/> rows a crop; kept alive by the caller until the backward has run.</param>
    /// <returns>[crops * tokens, width].</returns>
    /// <exception cref="ArgumentException">Shapes do not fit.</exception>
    public Tensor Forward(Tape tape, Tensor patches, SegmentLayout crops)
    {
        Tensor embedded = Linear.Apply(tape, patches, _patchWeight, _patchBias); // [crops * tokens, width]
        Tensor x = Add.Periodic(tape, embedded, _positions);
        tape.Release(embedded);
        foreach (SiglipLayer layer in _layers)
        {
            Tensor next = layer.Forward(tape, x, crops);
            tape.Release(x);
            x = next;
        }
        return x;
    }

    private sealed class SiglipLayer
    {
        private readonly SiglipVisionConfig _config;
        private readonly Tensor _norm1Weight, _norm1Bias, _norm2Weight, _norm2Bias;
        private readonly Tensor _qkvWeight, _qkvBias, _outWeight, _outBias;
        private readonly Tensor _fc1Weight, _fc1Bias, _fc2Weight, _fc2Bias;

        internal SiglipLayer(ParameterSet parameters, SiglipVisionConfig config, string prefix)
        {
            const ModelModule Module = ModelModule.Encoder;
            _config = config;
            int width = config.HiddenSize, inner = config.IntermediateSize;
            string attention = prefix + "self_attn.";
            _norm1Weight = parameters.Vector(prefix + "layer_norm1.weight", Module, width, ParameterStart.Ones);
            _norm1Bias = parameters.Vector(prefix + "layer_norm1.bias", Module, width, ParameterStart.Zeros);
            _qkvWeight = parameters.FusedMatrix(attention + "qkv_proj.weight", Module, width, (attention + "q_proj.weight", width), (attention + "k_proj.weight", width), (attention + "v_proj.weight", width));
            _qkvBias = parameters.FusedVector(attention + "qkv_proj.bias", Module, (attention + "q_proj.bias", width), (attention + "k_proj.bias", width), (attention + "v_proj.bias", width));
            _outWeight = parameters.Matrix(attention + "out_proj.weight", Module, width, width, ParameterStart.Residual, insideLayer: true);
            _outBias = parameters.Vector(attention + "out_proj.bias", Module, width, ParameterStart.Zeros);
            _norm2Weight = parameters.Vector(prefix + "layer_norm2.weight", Module, width, ParameterStart.Ones);
            _norm2Bias = parameters.Vector(prefix + "layer_norm2.bias", Module, width, ParameterStart.Zeros);
            _fc1Weight = parameters.Matrix(prefix + "mlp.fc1.weight", Module, inner, width, insideLayer: true);
            _fc1Bias = parameters.Vector(prefix + "mlp.fc1.bias", Module, inner, ParameterStart.Zeros);
            _fc2Weight = parameters.Matrix(prefix + "mlp.fc2.weight", Module, width, inner, ParameterStart.Residual, insideLayer: true);
            _fc2Bias = parameters.Vector(prefix + "mlp.fc2.bias", Module, width, ParameterStart.Zeros);
        }

        internal Tensor Forward(Tape tape, Tensor x, SegmentLayout crops)
        {
            int width = _config.HiddenSize, heads = _config.Heads;
            float epsilon = (float)_config.LayerNormEpsilon;
            Tensor normed = LayerNorm.Apply(tape, x, _norm1Weight, _norm1Bias, epsilon);
            Tensor qkv = Linear.Apply(tape, normed, _qkvWeight, _qkvBias); // [rows, 3 width]
            tape.Release(normed);
            Tensor attended = Attention.Apply(tape, new HeadColumns(qkv, 0), new HeadColumns(qkv, width), new HeadColumns(qkv, 2 * width), crops, heads, heads, _config.HeadSize, causal: false);
            tape.Release(qkv);
            Tensor middle = Linear.Apply(tape, attended, _outWeight, _outBias, residual: x);
            tape.Release(attended);

            normed = LayerNorm.Apply(tape, middle, _norm2Weight, _norm2Bias, epsilon);
            Tensor inner = Linear.Apply(tape, normed, _fc1Weight, _fc1Bias); // [rows, intermediate]
            tape.Release(normed);
            Tensor active = Gelu.Apply(tape, inner, tanh: _config.Activation == "gelu_pytorch_tanh");
            tape.Release(inner);
            Tensor y = Linear.Apply(tape, active, _fc2Weight, _fc2Bias, residual: middle);
            tape.Release(active);
            tape.Release(middle);
            return y;
        }
    }
}
