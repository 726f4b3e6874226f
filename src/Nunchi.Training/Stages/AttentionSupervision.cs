using System.Runtime.InteropServices;
using Nunchi.Models;
using Nunchi.Tensors;
using Nunchi.Tensors.Operators;
using Nunchi.Training.Recipes;

namespace Nunchi.Training.Stages;

/// <summary>
/// The loss on where tokens of answers look, in the first query head of some layers of the decoder (docs/decisions/0168): in some at what the next token says, in others at what the token
/// itself said, from where the next is found.
/// </summary>
internal sealed class AttentionSupervision(AttentionRecipe recipe) : IAttentionObserver, IDisposable
{
    private readonly AttentionTargets _next = new();
    private readonly AttentionTargets _own = new();
    private readonly List<int> _keys = [];
    private readonly double[] _attended = new double[Meters(recipe).Count];
    private double _weight;

    /// <summary>Names of what <see cref="Measure"/> adds.</summary>
    public static IReadOnlyList<string> Meters(AttentionRecipe recipe) => [.. recipe.Layers.Select(layer => $"look.{layer}"), .. recipe.OwnLayers.Select(layer => $"look.own.{layer}")];

    /// <summary>Forgets all looks.</summary>
    public void Clear()
    {
        _next.Clear();
        _own.Clear();
    }

    /// <summary>Takes the looks of a sequence.</summary>
    /// <param name="sample">The sequence.</param>
    /// <param name="first">Its first row.</param>
    public void Add(SequenceSample sample, int first)
    {
        foreach (var (token, start, count, _) in sample.Looks)
        {
            _keys.Clear();
            for (var i = start; i < start + count; i++)
                _keys.Add(first + sample.LookedAt[i]);
            _next.Add(first + token - 1, first, CollectionsMarshal.AsSpan(_keys));
            if (recipe.OwnLayers.Count > 0)
                _own.Add(first + token, first, CollectionsMarshal.AsSpan(_keys));
        }
    }

    /// <summary>Comes before a pass.</summary>
    /// <param name="weight">Factor on the loss of a token in the gradient.</param>
    public void Begin(double weight)
    {
        Array.Clear(_attended);
        _weight = weight * recipe.Weight;
    }

    public void Attending(Tape tape, int layer, HeadColumns query, HeadColumns key, int headSize, SegmentLayout segments)
    {
        if (_next.Count == 0)
            return;
        for (var i = 0; i < _attended.Length; i++)
        {
            var own = i >= recipe.Layers.Count;
            if ((own ? recipe.OwnLayers[i - recipe.Layers.Count] : recipe.Layers[i]) != layer)
                continue;
            foreach (var loss in AttentionLoss.Apply(tape, query, key, headSize, segments, own ? _own : _next, (float)_weight).Span)
                _attended[i] += Math.Exp(-loss);
        }
    }

    /// <summary>Adds the share of attention that lay where it should in the last pass to a meter for each layer.</summary>
    public void Measure(StepReport report, int firstMeter)
    {
        for (var i = 0; i < _attended.Length; i++)
            report.Meters.Add(firstMeter + i, _attended[i], _next.Count);
    }

    public void Dispose()
    {
        _next.Dispose();
        _own.Dispose();
    }
}
