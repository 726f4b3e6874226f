using Nunchi.Models;
using Nunchi.Models.Families;
using Nunchi.Tensors.Safetensors;

namespace Nunchi.Checkpoints.Lora;

/// <summary>
/// A LoRA adapter (Hu et al. 2021) in peft's format: <c>adapter_config.json</c> and <c>adapter_model.safetensors</c>. Applying it adds scale * B A to the
/// weights in memory; whole tensors beside (<c>modules_to_save</c>) take the place of the model's.
/// </summary>
public sealed class LoraAdapter : IDisposable
{
    /// <summary>The name of the weights' file.</summary>
    public const string WeightsFileName = "adapter_model.safetensors";

    private const string Prefix = "base_model.model.";
    private readonly LoraConfig _config;
    private readonly SafetensorsFile _file;

    private LoraAdapter(string directory, LoraConfig config, SafetensorsFile file)
    {
        Directory = directory;
        _config = config;
        _file = file;
    }

    /// <summary>The adapter's directory.</summary>
    public string Directory { get; }

    /// <summary>Opens an adapter's directory.</summary>
    /// <param name="directory">The directory.</param>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, or the kind of adapter is not supported; the message names file and key.</exception>
    public static LoraAdapter Open(string directory)
    {
        string configFile = Path.Combine(directory, LoraConfig.FileName), weights = Path.Combine(directory, WeightsFileName);
        foreach (string file in (ReadOnlySpan<string>)[configFile, weights])
        {
            if (!File.Exists(file))
                throw new FileNotFoundException($"\"{directory}\" is no adapter's directory: it has no {Path.GetFileName(file)}.", file);
        }
        LoraConfig config = LoraConfig.Load(configFile);
        return new LoraAdapter(directory, config, SafetensorsFile.Open(weights));
    }

    /// <summary>Adds the adapter to a model's weights.</summary>
    /// <param name="model">The model that the adapter was trained on.</param>
    /// <exception cref="InvalidDataException">Tensors have no place in the model, lack their other half, or have other shapes: one message lists them all, and the model is as it was.</exception>
    public void Apply(VisionLanguageModel model)
    {
        var report = new CheckpointReport();
        List<Action> changes = Plan(model, report);
        if (!report.IsEmpty)
            throw new InvalidDataException(report.Text(_file.Path, "the adapter does not fit the model"));
        changes.ForEach(change => change());
    }

    /// <summary>Closes the files.</summary>
    public void Dispose() => _file.Dispose();

    private List<Action> Plan(VisionLanguageModel model, CheckpointReport report)
    {
        ModelFamily family = ModelFamilies.Of(model.Config);
        var changes = new List<Action>();
        var pairs = new Dictionary<string, LoraPair>(StringComparer.Ordinal);
        foreach (SafetensorsEntry entry in _file.Entries)
        {
            string name = entry.Name.StartsWith(Prefix, StringComparison.Ordinal) ? entry.Name[Prefix.Length..] : entry.Name;
            if (LoraPair.TryParse(name, out string module, out bool first, out bool embedding))
            {
                if (!pairs.TryGetValue(module, out LoraPair? pair))
                    pairs[module] = pair = new LoraPair(embedding);
                if (!pair.TrySet(first, entry))
                    report.Add("Tensors that mean the same", $"{entry.Name} and another for {module}");
                continue;
            }
            if (CheckpointLayout.ToParameterName(family, name) is not { } own || !model.Parameters.TryFindView(own, out Parameter? parameter, out ParameterView? view))
                report.Add("Tensors without a place", $"{entry.Name} {entry.ShapeText}");
            else if (!entry.Shape.SequenceEqual(view.Shape))
                report.Add("Wrong shapes", $"{entry.Name}: expected {view.ShapeText}, found {entry.ShapeText}");
            else
                changes.Add(() => _file.Read(entry, view.In(parameter.Tensor)));
        }
        foreach (var (module, pair) in pairs)
            PlanPair(family, model, module, pair, report, changes);
        return changes;
    }

    private void PlanPair(ModelFamily family, VisionLanguageModel model, string module, LoraPair pair, CheckpointReport report, List<Action> changes)
    {
        if (pair.A is not { } a || pair.B is not { } b)
        {
            report.Add("Halves without their other half", $"{(pair.A ?? pair.B)!.Name}");
            return;
        }
        string? own = CheckpointLayout.ToParameterName(family, module + ".weight");
        if (own == null || !model.Parameters.TryFindView(own, out Parameter? parameter, out ParameterView? view) || view.Shape.Count != 2)
        {
            report.Add("Tensors without a place", $"{a.Name} {a.ShapeText}");
            return;
        }
        var (rank, scale) = _config.Of(module);
        long rows = view.Shape[0], columns = view.Shape[1];
        bool transposed = pair.IsEmbedding;
        long[] expectedA = transposed ? [rank, rows] : [rank, columns], expectedB = transposed ? [columns, rank] : [rows, rank];
        if (_config.FanInFanOut && !transposed)
            report.Add("Modules that cannot be adapted", $"{module}: fan_in_fan_out is true, and linear layers of this family are stored [out, in]");
        else if (!a.Shape.SequenceEqual(expectedA) || !b.Shape.SequenceEqual(expectedB))
            report.Add("Wrong shapes", $"{a.Name} {a.ShapeText} and {b.Name} {b.ShapeText}: expected [{string.Join(", ", expectedA)}] and [{string.Join(", ", expectedB)}]");
        else
            changes.Add(() => Add(model, parameter, view, transposed ? (b, a) : (a, b), transposed, rank, (float)scale));
    }

    // W += scale * left right; for embeddings the stored halves are those of the transpose.
    private unsafe void Add(VisionLanguageModel model, Parameter parameter, ParameterView view, (SafetensorsEntry Right, SafetensorsEntry Left) halves, bool transposed, int rank, float scale)
    {
        int rows = (int)view.Shape[0], columns = (int)view.Shape[1];
        float[] left = _file.ReadSingles(halves.Left.Name), right = _file.ReadSingles(halves.Right.Name);
        for (int i = 0; i < left.Length; i++)
            left[i] *= scale;
        fixed (float* l = left, r = right)
        {
            model.Backend.MatMul(transposed, transposed, rows, columns, rank, l, transposed ? rows : rank, r, transposed ? rank : columns,
                parameter.Tensor.Data + view.Offset, columns, true, null);
        }
    }
}
