using System.Globalization;
using Nunchi.Training.Stages;

namespace Nunchi.Training.Runs;

/// <summary>
/// A start with more layers than the source has: layers are spread over the depth, and those in between are copies of the one before whose outputs are zero, so that the deeper model
/// computes what the source does and has somewhere to go on from.
/// </summary>
internal sealed class LayerGrowth
{
    private const string Marker = ".layers.";
    private static readonly string[] Outputs = [".out_proj.weight", ".out_proj.bias", ".fc2.weight", ".fc2.bias", ".o_proj.weight", ".o_proj.bias", ".down_proj.weight"];
    private readonly IReadOnlyList<TrainingParameter> _parameters;
    private readonly int _have;
    private readonly int _wanted;

    /// <param name="parameters">Those of a module.</param>
    /// <param name="sourceNames">All names in the source.</param>
    /// <exception cref="InvalidDataException">The source has more layers than the model, or none.</exception>
    public LayerGrowth(IReadOnlyList<TrainingParameter> parameters, IEnumerable<string> sourceNames)
    {
        var stacks = parameters.Select(parameter => Split(parameter.Name)?.Before).OfType<string>().ToHashSet(StringComparer.Ordinal);
        _parameters = parameters;
        _wanted = Layers(parameters.Select(parameter => parameter.Name));
        _have = _wanted == 0 ? 0 : Layers(sourceNames.Where(name => Split(name) is var (before, _, _) && stacks.Contains(before)));
        if (_have > _wanted || (_have == 0 && _wanted > 0))
            throw new InvalidDataException($"layers can be added, not taken away: the source has {_have}, the recipe's model {_wanted}");
    }

    /// <summary>Layers that the source has not.</summary>
    public int Added => _wanted - _have;

    /// <summary>The parameters under the names that they have in the source; the tensors are the parameters' own.</summary>
    public IReadOnlyList<TrainingParameter> Renamed =>
        [.. _parameters.Select(parameter => Split(parameter.Name) is var (before, layer, after) ? parameter with { Name = $"{before}{Marker}{SourceOf(layer, _have, _wanted)}.{after}" } : parameter)];

    /// <summary>Makes added layers change nothing, once all are read.</summary>
    public void Silence()
    {
        foreach (var parameter in _parameters)
            if (Split(parameter.Name) is var (_, layer, after) && IsAdded(layer, _have, _wanted) && Outputs.Any(output => ("." + after).EndsWith(output, StringComparison.Ordinal)))
                parameter.Tensor.Span.Clear();
    }

    /// <summary>The layer of the source that a layer begins as.</summary>
    internal static int SourceOf(int layer, int have, int wanted) => (int)((long)layer * have / wanted);

    /// <summary>Whether a layer is a silent copy.</summary>
    internal static bool IsAdded(int layer, int have, int wanted) => layer > 0 && SourceOf(layer, have, wanted) == SourceOf(layer - 1, have, wanted);

    private static int Layers(IEnumerable<string> names) => names.Select(Split).Where(parts => parts is not null).Select(parts => parts!.Value.Layer + 1).DefaultIfEmpty(0).Max();

    private static (string Before, int Layer, string After)? Split(string name)
    {
        var at = name.IndexOf(Marker, StringComparison.Ordinal);
        if (at < 0)
            return null;
        var rest = name[(at + Marker.Length)..];
        var dot = rest.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 && int.TryParse(rest[..dot], NumberStyles.None, CultureInfo.InvariantCulture, out var layer) ? (name[..at], layer, rest[(dot + 1)..]) : null;
    }
}
