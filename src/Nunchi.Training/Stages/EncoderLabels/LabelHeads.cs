using Nunchi.Data.Pages;
using Nunchi.Models;
using Nunchi.Tensors;
using Nunchi.Tensors.Backends;
using Nunchi.Tensors.Operators;
using Nunchi.Training.Recipes;
using Nunchi.Training.Stages.Patches;

namespace Nunchi.Training.Stages.EncoderLabels;

/// <summary>What a head predicts for every patch.</summary>
internal enum LabelKind
{
    Initial,
    Medial,
    Final,
    Object,
    Colour,
    Box,
}

/// <summary>
/// Linear heads on the encoder's features (after the norm that checkpoints carry and answers do not use). They teach the encoder and are thrown away.
/// </summary>
internal sealed class LabelHeads : IDisposable
{
    private const float InitialDeviation = 0.02f;
    private readonly Tensor[] _weights;
    private readonly Tensor[] _biases;

    public LabelHeads(ComputeBackend backend, int width, EncoderLabelsData data, ulong seed)
    {
        Classes = [DenseLabels.Initials, DenseLabels.Medials, DenseLabels.Finals, DenseLabels.ObjectClasses, DenseLabels.ColourCount, BoxCode.Length];
        LossWeights = [data.InitialWeight, data.MedialWeight, data.FinalWeight, data.ObjectWeight, data.ColourWeight, data.BoxWeight];
        _weights = new Tensor[Classes.Count];
        _biases = new Tensor[Classes.Count];
        var random = new Data.Pages.SeededRandom(seed);
        for (var i = 0; i < Classes.Count; i++)
        {
            _weights[i] = new Tensor(backend, Classes[i], width);
            foreach (ref var value in _weights[i].Span)
                value = random.Normal() * InitialDeviation;
            _biases[i] = new Tensor(backend, 1, Classes[i]);
            _biases[i].Span.Clear();
        }
    }

    public static int Count => (int)LabelKind.Box + 1;

    public IReadOnlyList<int> Classes { get; }

    public IReadOnlyList<double> LossWeights { get; }

    public IEnumerable<TrainingParameter> Parameters => Enumerable.Range(0, Count).SelectMany(i => (TrainingParameter[])
    [
        new($"heads.{Name((LabelKind)i)}.weight", "heads", _weights[i], false, true),
        new($"heads.{Name((LabelKind)i)}.bias", "heads", _biases[i], false, false),
    ]);

    public static string Name(LabelKind kind) => kind switch
    {
        LabelKind.Initial => "initial",
        LabelKind.Medial => "medial",
        LabelKind.Final => "final",
        LabelKind.Object => "object",
        LabelKind.Colour => "colour",
        _ => "boxcode",
    };

    /// <summary>[patches, classes] of one head.</summary>
    public Tensor Apply(Tape tape, Tensor features, LabelKind kind) => Linear.Apply(tape, features, _weights[(int)kind], _biases[(int)kind]);

    public double Operations(double patches, int width) => 2 * patches * width * Classes.Sum();

    public void Dispose()
    {
        foreach (var tensor in _weights.Concat(_biases))
            tensor.Dispose();
    }
}
