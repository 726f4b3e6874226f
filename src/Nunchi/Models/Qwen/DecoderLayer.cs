using Nunchi.Generation;
using Nunchi.Tensors;
using Nunchi.Tensors.Operators;

namespace Nunchi.Models.Qwen;

/// <summary>x += attention(norm(x)); x += swiglu(norm(x)).</summary>
internal sealed class DecoderLayer
{
    private readonly TextDecoderConfig _config;
    private readonly int _index;
    private readonly Tensor _inputNorm, _postNorm;
    private readonly Tensor _qkvWeight, _outWeight, _gateUpWeight, _downWeight;
    private readonly Tensor? _qkvBias, _outBias, _queryNorm, _keyNorm;

    internal DecoderLayer(ParameterSet parameters, TextDecoderConfig config, int index, string prefix)
    {
        const ModelModule Module = ModelModule.Decoder;
        _config = config;
        _index = index;
        int width = config.HiddenSize, inner = config.IntermediateSize;
        int queries = config.QueryHeads * config.HeadSize, keys = config.KeyHeads * config.HeadSize;
        string attention = prefix + "self_attn.", mlp = prefix + "mlp.";
        _inputNorm = parameters.Vector(prefix + "input_layernorm.weight", Module, width, ParameterStart.Ones);
        _qkvWeight = parameters.FusedMatrix(attention + "qkv_proj.weight", Module, width, (attention + "q_proj.weight", queries), (attention + "k_proj.weight", keys), (attention + "v_proj.weight", keys));
        if (config.AttentionBias)
            _qkvBias = parameters.FusedVector(attention + "qkv_proj.bias", Module, (attention + "q_proj.bias", queries), (attention + "k_proj.bias", keys), (attention + "v_proj.bias", keys));
        if (config.QueryKeyNorm)
        {
            _queryNorm = parameters.Vector(attention + "q_norm.weight", Module, config.HeadSize, ParameterStart.Ones);
            _keyNorm = parameters.Vector(attention + "k_norm.weight", Module, config.HeadSize, ParameterStart.Ones);
        }
        _outWeight = parameters.Matrix(attention + "o_proj.weight", Module, width, queries, ParameterStart.Residual, insideLayer: true);
        if (config.OutputBias)
            _outBias = parameters.Vector(attention + "o_proj.bias", Module, width, ParameterStart.Zeros);
        _postNorm = parameters.Vector(prefix + "post_attention_layernorm.weight", Module, width, ParameterStart.Ones);
        _gateUpWeight = parameters.FusedMatrix(mlp + "gate_up_proj.weight", Module, width, (mlp + "gate_proj.weight", inner), (mlp + "up_proj.weight", inner));
        _downWeight = parameters.Matrix(mlp + "down_proj.weight", Module, width, inner, ParameterStart.Residual, insideLayer: true);
    }

    internal Tensor Forward(Tape tape, Tensor x, IndexBuffer positions, SegmentLayout segments, RotaryTable rotary, IReadOnlyList<KeyValueCache>? caches, IAttentionObserver? observer)
    {
        float epsilon = (float)_config.RmsNormEpsilon;
        Tensor attended = Attend(tape, x, positions, segments, rotary, caches, observer, epsilon); // [rows, query heads * head size]
        Tensor middle = Linear.Apply(tape, attended, _outWeight, _outBias, residual: x);
        tape.Release(attended);

        Tensor normed = RmsNorm.Apply(tape, middle, _postNorm, epsilon);
        Tensor gateUp = Linear.Apply(tape, normed, _gateUpWeight); // [rows, 2 intermediate]
        tape.Release(normed);
        Tensor gated = SwiGlu.Apply(tape, gateUp);
        tape.Release(gateUp);
        Tensor y = Linear.Apply(tape, gated, _downWeight, residual: middle);
        tape.Release(gated);
        tape.Release(middle);
        return y;
    }

    private Tensor Attend(Tape tape, Tensor x, IndexBuffer positions, SegmentLayout segments, RotaryTable rotary, IReadOnlyList<KeyValueCache>? caches, IAttentionObserver? observer, float epsilon)
    {
        int queryHeads = _config.QueryHeads, keyHeads = _config.KeyHeads, size = _config.HeadSize;
        Tensor normed = RmsNorm.Apply(tape, x, _inputNorm, epsilon);
        Tensor fused = Linear.Apply(tape, normed, _qkvWeight, _qkvBias); // [rows, (query + 2 key heads) * head size]
        tape.Release(normed);
        Tensor rotated = HeadRotary.Apply(tape, fused, _queryNorm, _keyNorm, queryHeads, keyHeads, positions, rotary, epsilon); // [rows, (query + key heads) * head size]
        var query = new HeadColumns(rotated, 0);
        var key = new HeadColumns(rotated, queryHeads * size);
        var value = new HeadColumns(fused, (queryHeads + keyHeads) * size);
        observer?.Attending(tape, _index, query, key, size, segments);
        Tensor attended;
        if (caches == null)
        {
            attended = Attention.Apply(tape, query, key, value, segments, queryHeads, keyHeads, size, causal: true);
        }
        else
        {
            var places = new (HeadCache Key, HeadCache Value)[caches.Count];
            for (int s = 0; s < places.Length; s++)
            {
                int first = segments.QueryStarts[s];
                places[s] = caches[s].Append(_index, key, value, first, segments.QueryStarts[s + 1] - first);
            }
            attended = Attention.Apply(tape, query, places, segments, queryHeads);
        }
        tape.Release(rotated);
        tape.Release(fused);
        return attended;
    }
}
