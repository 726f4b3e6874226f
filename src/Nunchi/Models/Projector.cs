using Nunchi.Tensors;
using Nunchi.Tensors.Operators;

namespace Nunchi.Models;

/// <summary>From encoder width to decoder width: linear, GELU, linear (Liu et al. 2023, LLaVA-1.5).</summary>
public sealed class Projector
{
    private readonly Tensor _weight1, _weight2;
    private readonly Tensor? _bias1, _bias2;
    private readonly bool _tanh;

    internal Projector(ParameterSet parameters, VisionLanguageConfig config)
    {
        const ModelModule Module = ModelModule.Projector;
        const string Prefix = "model.multi_modal_projector.";
        int from = config.Vision.HiddenSize, to = config.Text.HiddenSize;
        _tanh = config.ProjectorActivation == "gelu_pytorch_tanh";
        _weight1 = parameters.Matrix(Prefix + "linear_1.weight", Module, to, from);
        _bias1 = config.ProjectorBias ? parameters.Vector(Prefix + "linear_1.bias", Module, to, ParameterStart.Zeros) : null;
        _weight2 = parameters.Matrix(Prefix + "linear_2.weight", Module, to, to);
        _bias2 = config.ProjectorBias ? parameters.Vector(Prefix + "linear_2.bias", Module, to, ParameterStart.Zeros) : null;
    }

    /// <summary>Projects every row.</summary>
    /// <param name="tape">Runs and records.</param>
    /// <param name="features">[rows, encoder width].</param>
    /// <returns>[rows, decoder width].</returns>
    public Tensor Forward(Tape tape, Tensor features)
    {
        Tensor inner = Linear.Apply(tape, features, _weight1, _bias1);
        Tensor active = Gelu.Apply(tape, inner, _tanh);
        tape.Release(inner);
        Tensor projected = Linear.Apply(tape, active, _weight2, _bias2);
        tape.Release(active);
        return projected;
    }
}
