using Nunchi.Tensors;
using Nunchi.Tensors.Operators;

namespace Nunchi.Models.Vit;

/// <summary>A layer of a vision transformer (Dosovitskiy et al. 2020), the same in SigLIP and CLIP but for its activation: x += attention(norm(x)); x += mlp(norm(x)).</summary>
internal sealed class EncoderLayer
{
    private readonly ImageEncoderConfig _config;
    private readonly Tensor _norm1Weight, _norm1Bias, _norm2Weight, _norm2Bias;
    private readonly Tensor _qkvWeight, _qkvBias, _outWeight, _outBias;
    private readonly Tensor _fc1Weight, _fc1Bias, _fc2Weight, _fc2Bias;

    internal EncoderLayer(ParameterSet parameters, ImageEncoderConfig config, string prefix)
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

    /// <summary>Its matrices are read next; of weights in a mapped file.</summary>
    internal void Fetch()
    {
        foreach (Tensor matrix in (ReadOnlySpan<Tensor>)[_qkvWeight, _outWeight, _fc1Weight, _fc2Weight])
            matrix.Packed?.Fetch();
    }

    /// <summary>Its matrices are not read until the next crops come; of weights in a mapped file.</summary>
    internal void Rest()
    {
        foreach (Tensor matrix in (ReadOnlySpan<Tensor>)[_qkvWeight, _outWeight, _fc1Weight, _fc2Weight])
            matrix.Packed?.Rest();
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
        Tensor active = _config.Activation == "quick_gelu" ? QuickGelu.Apply(tape, inner) : Gelu.Apply(tape, inner, tanh: _config.Activation == "gelu_pytorch_tanh");
        tape.Release(inner);
        Tensor y = Linear.Apply(tape, active, _fc2Weight, _fc2Bias, residual: middle);
        tape.Release(active);
        tape.Release(middle);
        return y;
    }
}
