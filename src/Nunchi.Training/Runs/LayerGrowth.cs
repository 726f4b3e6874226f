using System.Globalization;
using Nunchi.Training.Stages;

namespace Nunchi.Training.Runs;

/// <summary>
/// A start with more layers than the source has: layers are spread over the depth, and those in between are copies of the one before whose outputs are zero, so that the deeper model
/// computes what the source does and has somewhere to go on from.
/// </summary>
internal static class LayerGrowth
{
    private const string Marker = ".layers.";
    private static readonly string[] Outputs = [".out_proj.weight", ".out_proj.bias", ".fc2.weight", ".fc2.bias", ".o_proj.weight", ".o_proj.bias", ".down_proj.weight"];

    /// <summary>The parameters under the names that they have in the source.</summary>
    /// <param name="parameters">Those of a module.</param>
    /// <param name="sourceNames">All names in the source.</param>
    /// <returns>What to read; the tensors are the parameters' own.</returns>
    /// <exception cref="InvalidDataException">The source has more layers than the model, or none.</exception>
    public static IReadOnlyList<TrainingParameter> Rename(IReadOnlyList<TrainingParameter> parameters, IEnumerable<string> sourceNames)
    {
        var (have, wanted) = (Layers(sourceNames.Where(name => parameters.Any(parameter => SamePlace(parameter.Name, name)))), Layers(parameters.Select(parameter => parameter.Name)));
        if (wanted == 0)
            return parameters;
        if (have == 0 || have > wanted)
            throw new InvalidDataException($"layers can be added, not taken away: the source has {have}, the recipe's model {wanted}");
        return [.. parameters.Select(parameter => Split(parameter.Name) is var (before, layer, after) ? parameter with { Name = $"{before}{Marker}{SourceOf(layer, have, wanted)}.{after}" } : parameter)];
    }

    /// <summary>Makes added layers change nothing.</summary>
    /// <param name="parameters">Those of a module, read.</param>
    /// <param name="sourceNames">All names in the source.</param>
    /// <returns>How many layers were added.</returns>
    public static int Silence(IReadOnlyList<TrainingParameter> parameters, IEnumerable<string> sourceNames)
    {
        var (have, wanted) = (Layers(sourceNames.Where(name => parameters.Any(parameter => SamePlace(parameter.Name, name)))), Layers(parameters.Select(parameter => parameter.Name)));
        foreach (var parameter in parameters)
            if (Split(parameter.Name) is var (_, layer, after) && IsAdded(layer, have, wanted) && Outputs.Any(output => ("." + after).EndsWith(output, StringComparison.Ordinal)))
                parameter.Tensor.Span.Clear();
        return wanted - have;
    }

    /// <summary>The layer of the source that a layer begins as.</summary>
    internal static int SourceOf(int layer, int have, int wanted) => (int)((long)layer * have / wanted);

    /// <summary>Whether a layer is a silent copy.</summary>
    internal static bool IsAdded(int layer, int have, int wanted) => layer > 0 && SourceOf(layer, have, wanted) == SourceOf(layer - 1, have, wanted);

    private static int Layers(IEnumerable<string> names) => names.Select(Split).Where(parts => parts is not null).Select(parts => parts!.Value.Layer + 1).DefaultIfEmpty(0).Max();

    private static bool SamePlace(string parameter, string name) =>
        Split(parameter) is var (before, _, after) && Split(name) is var (otherBefore, _, otherAfter) && before == otherBefore && after == otherAfter;

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
