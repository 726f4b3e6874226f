using Nunchi.Models;
using Nunchi.Tensors.Backends;
using Nunchi.Tensors.Safetensors;

namespace Nunchi.Checkpoints.Lora;

/// <summary>What an adapter does to one tensor of a checkpoint: adds scale * B A, or takes its place.</summary>
internal sealed class LoraChange
{
    private readonly SafetensorsFile _file;
    private readonly SafetensorsEntry? _whole;
    private readonly (SafetensorsEntry Left, SafetensorsEntry Right) _halves;
    private readonly bool _transposed;
    private readonly int _rank;
    private readonly float _scale;

    /// <summary>A whole tensor that takes the place of the model's (<c>modules_to_save</c>).</summary>
    internal LoraChange(Parameter parameter, ParameterView view, SafetensorsFile file, SafetensorsEntry whole)
    {
        (Parameter, View, _file, _whole) = (parameter, view, file, whole);
    }

    /// <summary>Two halves; those of embeddings are stored for the transpose.</summary>
    internal LoraChange(Parameter parameter, ParameterView view, SafetensorsFile file, SafetensorsEntry a, SafetensorsEntry b, bool isEmbedding, int rank, float scale)
    {
        (Parameter, View, _file) = (parameter, view, file);
        _halves = isEmbedding ? (a, b) : (b, a);
        (_transposed, _rank, _scale) = (isEmbedding, rank, scale);
    }

    internal Parameter Parameter { get; }

    internal ParameterView View { get; }

    /// <summary>Changes the tensor's values.</summary>
    /// <param name="values">As many floats as the view has.</param>
    /// <param name="backend">Where the arithmetic happens.</param>
    internal unsafe void ApplyTo(float* values, ComputeBackend backend)
    {
        if (_whole is { } whole)
        {
            _file.Read(whole, 0, whole.Count, values);
            return;
        }
        int rows = (int)View.Shape[0], columns = (int)View.Shape[1];
        float[] left = _file.ReadSingles(_halves.Left.Name), right = _file.ReadSingles(_halves.Right.Name);
        for (int i = 0; i < left.Length; i++)
            left[i] *= _scale;
        fixed (float* l = left, r = right)
            backend.MatMul(_transposed, _transposed, rows, columns, _rank, l, _transposed ? rows : _rank, r, _transposed ? _rank : columns, values, columns, true, null);
    }
}
