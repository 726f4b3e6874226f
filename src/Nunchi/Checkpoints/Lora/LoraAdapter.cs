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
    /// <param name="model">The model that the adapter was trained on, its matrices kept as float32.</param>
    /// <exception cref="ArgumentException">A matrix that it changes is packed.</exception>
    /// <exception cref="InvalidDataException">Tensors have no place in the model, lack their other half, have other shapes or values that are not finite: one message lists them all, and the model is as it was.</exception>
    public unsafe void Apply(VisionLanguageModel model)
    {
        IReadOnlyList<LoraChange> changes = Plan(model.Config, model.Parameters);
        if (changes.FirstOrDefault(change => change.Parameter.Tensor.Packed != null) is { } packed)
            throw new ArgumentException($"An adapter cannot be added to packed weights, and {packed.Parameter.Name} is packed; load the model with it instead.", nameof(model));
        foreach (LoraChange change in changes)
            change.ApplyTo(change.Parameter.Tensor.Data + change.View.Offset, model.Backend);
    }

    /// <summary>Closes the files.</summary>
    public void Dispose() => _file.Dispose();

    /// <summary>What is to be done to which tensor.</summary>
    /// <param name="config">The model's configuration.</param>
    /// <param name="parameters">Its parameters, with or without memory.</param>
    /// <exception cref="InvalidDataException">The adapter does not fit; the message tells all that is wrong.</exception>
    internal IReadOnlyList<LoraChange> Plan(VisionLanguageConfig config, ParameterSet parameters)
    {
        var report = new CheckpointReport();
        ModelFamily family = ModelFamilies.Of(config);
        var changes = new List<LoraChange>();
        var pairs = new Dictionary<string, LoraPair>(StringComparer.Ordinal);
        foreach (SafetensorsEntry entry in _file.Entries)
        {
            string name = entry.Name.StartsWith(Prefix, StringComparison.Ordinal) ? entry.Name[Prefix.Length..] : entry.Name;
            name = name.Replace(".base_layer.", ".", StringComparison.Ordinal); // a whole embedding saved beside its halves
            if (!entry.IsFloat)
                report.Add("Wrong types", $"{entry.Name}: expected F32, F16, BF16 or F64, found {entry.Type}");
            else if (FirstNotFinite(entry) is { } fault)
                report.Add("Values that are not finite", $"{entry.Name}: {fault.Value} at element {fault.At}");
            else if (LoraPair.TryParse(name, out string module, out bool first, out bool embedding))
            {
                if (!pairs.TryGetValue(module, out LoraPair? pair))
                    pairs[module] = pair = new LoraPair(embedding);
                if (!pair.TrySet(first, entry))
                    report.Add("Tensors that mean the same", $"{entry.Name} and another for {module}");
            }
            else if (CheckpointLayout.ToParameterName(family, name) is not { } own || !parameters.TryFindView(own, out Parameter? parameter, out ParameterView? view))
                report.Add("Tensors without a place", $"{entry.Name} {entry.ShapeText}");
            else if (!entry.Shape.SequenceEqual(view.Shape))
                report.Add("Wrong shapes", $"{entry.Name}: expected {view.ShapeText}, found {entry.ShapeText}");
            else
                changes.Add(new LoraChange(parameter, view, _file, entry));
        }
        foreach (var (module, pair) in pairs)
            PlanPair(family, parameters, module, pair, report, changes);
        if (!report.IsEmpty)
            throw new InvalidDataException(report.Text(_file.Path, "the adapter does not fit the model"));
        return changes.Count > 0 ? changes : throw new InvalidDataException($"{_file.Path}: the adapter holds no tensors, so it would change nothing.");
    }

    private void PlanPair(ModelFamily family, ParameterSet parameters, string module, LoraPair pair, CheckpointReport report, List<LoraChange> changes)
    {
        if (pair.A is not { } a || pair.B is not { } b)
        {
            report.Add("Halves without their other half", $"{(pair.A ?? pair.B)!.Name}");
            return;
        }
        string? own = CheckpointLayout.ToParameterName(family, module + ".weight");
        if (own == null || !parameters.TryFindView(own, out Parameter? parameter, out ParameterView? view) || view.Shape.Count != 2)
        {
            report.Add("Tensors without a place", $"{a.Name} {a.ShapeText}");
            return;
        }
        var (rank, scale) = _config.Of(module);
        long rows = view.Shape[0], columns = view.Shape[1];
        long[] expectedA = pair.IsEmbedding ? [rank, rows] : [rank, columns], expectedB = pair.IsEmbedding ? [columns, rank] : [rows, rank];
        if (_config.FanInFanOut && !pair.IsEmbedding)
            report.Add("Modules that cannot be adapted", $"{module}: fan_in_fan_out is true, and linear layers of this family are stored [out, in]");
        else if (!a.Shape.SequenceEqual(expectedA) || !b.Shape.SequenceEqual(expectedB))
            report.Add("Wrong shapes", $"{a.Name} {a.ShapeText} and {b.Name} {b.ShapeText}: expected [{string.Join(", ", expectedA)}] and [{string.Join(", ", expectedB)}] for rank {rank}");
        else
            changes.Add(new LoraChange(parameter, view, _file, a, b, pair.IsEmbedding, rank, (float)scale));
    }

    private unsafe (float Value, long At)? FirstNotFinite(SafetensorsEntry entry)
    {
        float[] piece = new float[Math.Min(entry.Count, 1 << 20)];
        fixed (float* values = piece)
        {
            for (long done = 0; done < entry.Count; done += piece.Length)
            {
                int length = (int)Math.Min(piece.Length, entry.Count - done);
                _file.Read(entry, done, length, values);
                for (int i = 0; i < length; i++)
                {
                    if (!float.IsFinite(piece[i]))
                        return (piece[i], done + i);
                }
            }
        }
        return null;
    }
}
