using Nunchi.Checkpoints;
using Nunchi.Checkpoints.Lora;
using Nunchi.Models;
using Nunchi.Models.Families;
using Nunchi.Tensors.Backends;
using Nunchi.Tensors.Cpu;
using Nunchi.Tensors.Quantization;
using Nunchi.Tensors.Safetensors;

namespace Nunchi.Conversion;

/// <summary>
/// Writes a checkpoint directory anew with other tensor names, element types or file sizes, with a LoRA adapter added, or as the mean of several. Values that are neither rounded nor
/// changed by these stay the same bit for bit.
/// </summary>
public static class CheckpointConversion
{
    private const string Head = "lm_head.weight", Embedding = "model.language_model.embed_tokens.weight";

    /// <summary>Converts a directory. The new one appears whole or not at all.</summary>
    /// <param name="from">A checkpoint directory of safetensors files.</param>
    /// <param name="to">Where the new one is to be; must be new or empty.</param>
    /// <param name="options">What to change.</param>
    /// <param name="cancellation">Stops it; nothing is left.</param>
    /// <exception cref="FileNotFoundException">The old directory, its weights or its configuration is not there.</exception>
    /// <exception cref="ArgumentException">An adapter and other checkpoints at once.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, tensors have names that no layout knows, the adapter or another checkpoint does not fit, or a value does not fit the new type.</exception>
    /// <exception cref="IOException">The place is taken, or the disk is full.</exception>
    public static ConvertedCheckpoint Run(string from, string to, ConversionOptions options, CancellationToken cancellation = default)
    {
        if (options.Adapter is not null && options.AverageWith.Count > 0)
            throw new ArgumentException("An adapter is added to one checkpoint: average first, and add it to the result.", nameof(options));
        string config = Path.Combine(from, "config.json");
        if (!File.Exists(config))
            throw new FileNotFoundException($"\"{from}\" is no checkpoint directory: it has no config.json.", config);
        string final = Path.TrimEndingDirectorySeparator(Path.GetFullPath(to));
        if (File.Exists(final) || (Directory.Exists(final) && Directory.EnumerateFileSystemEntries(final).Any()))
            throw new IOException($"{to} exists already and would be mixed up or lost; name a directory that is new or empty.");
        using SafetensorsArchive archive = SafetensorsArchive.Open(from);
        VisionLanguageConfig? model = options.Naming is null && options.Adapter is null && options.AverageWith.Count == 0 ? null : ConfigReader.Load(from);
        List<ConvertedTensor> tensors = Plan(archive, model is null ? null : ModelFamilies.Of(model), options);
        using LoraAdapter? adapter = options.Adapter is null ? null : LoraAdapter.Open(options.Adapter);
        using ComputeBackend? backend = adapter is null ? null : CpuBackend.Create();
        if (adapter is not null)
            tensors = Merge(archive, tensors, adapter, model!, backend!);
        var others = new List<SafetensorsArchive>();
        string unfinished = $"{final}.{Guid.NewGuid():n}.unfinished";
        try
        {
            foreach (string other in options.AverageWith)
            {
                others.Add(SafetensorsArchive.Open(other));
                tensors = AverageWith(archive, tensors, others[^1], ModelFamilies.Of(model!));
            }
            Directory.CreateDirectory(unfinished);
            IReadOnlyList<IReadOnlyList<ConvertedTensor>> groups = ShardWriter.Group(tensors, options.ShardSize);
            long total = tensors.Sum(tensor => tensor.ByteCount), done = 0;
            ShardWriter.Write(unfinished, groups, bytes => options.Progress?.Report((double)(done += bytes) / Math.Max(1, total)), cancellation);
            var (carried, leftOut) = ConfigurationFiles.Copy(from, unfinished);
            if (options.Type is { } type)
                ConfigurationFiles.SetType(unfinished, type);
            if (options.Naming is { } naming && TensorNamings.IsRelease4(naming))
                ConfigurationFiles.FitRelease4(unfinished);
            if (Directory.Exists(final))
                Directory.Delete(final);
            Directory.Move(unfinished, final);
            return new ConvertedCheckpoint(final, tensors.Count, total, groups.Count, carried, leftOut);
        }
        finally
        {
            if (Directory.Exists(unfinished))
                Directory.Delete(unfinished, recursive: true);
            foreach (SafetensorsArchive other in others)
                other.Dispose();
        }
    }

    private static List<ConvertedTensor> Plan(SafetensorsArchive archive, ModelFamily? family, ConversionOptions options)
    {
        var tensors = new List<ConvertedTensor>();
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        var report = new CheckpointReport();
        foreach (string published in archive.Files.SelectMany(file => file.Entries.Select(entry => entry.Name)))
        {
            var (file, entry) = archive.Find(published)!.Value;
            string? name = family is not null && options.Naming is { } naming ? CheckpointLayout.ToParameterName(family, published) is { } parameter ? TensorNamings.Name(naming, parameter) : null : published;
            if (name is null)
                report.Add("Tensors whose names no layout knows", $"{published} {entry.ShapeText}");
            else if (!names.TryAdd(name, published))
                report.Add("Tensors that mean the same", $"{published} and {names[name]}");
            else
                tensors.Add(new ConvertedTensor(name, file, entry, entry.IsFloat ? options.Type ?? entry.Type : entry.Type));
        }
        return report.IsEmpty ? tensors : throw new InvalidDataException(report.Text(archive.Directory));
    }

    private static void RequireUnpacked(SafetensorsArchive archive, string reason)
    {
        if (PackedCheckpoint.Of(archive) is { } packed)
            throw new InvalidDataException($"{archive.Directory} holds weights packed as {packed.Format.Name}, {reason}; name the checkpoint that it was made from.");
    }

    /// <summary>The tensors, each with the one of another checkpoint that means the same.</summary>
    private static List<ConvertedTensor> AverageWith(SafetensorsArchive archive, List<ConvertedTensor> tensors, SafetensorsArchive other, ModelFamily family)
    {
        RequireUnpacked(archive, "which have no mean");
        RequireUnpacked(other, "which have no mean");
        string Meaning(string published) => CheckpointLayout.ToParameterName(family, published) ?? published;
        var report = new CheckpointReport();
        var theirs = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string published in other.Names)
        {
            if (!theirs.TryAdd(Meaning(published), published))
                report.Add("Tensors that mean the same", $"{published} and {theirs[Meaning(published)]}");
        }
        var averaged = new List<ConvertedTensor>(tensors.Count);
        foreach (ConvertedTensor tensor in tensors)
        {
            if (!theirs.Remove(Meaning(tensor.Source.Name), out string? published))
            {
                report.Add("Tensors that it lacks", $"{tensor.Source.Name} {tensor.Source.ShapeText}");
                continue;
            }
            var (file, entry) = other.Find(published)!.Value;
            if (!entry.Shape.SequenceEqual(tensor.Source.Shape))
                report.Add("Wrong shapes", $"{published}: expected {tensor.Source.ShapeText}, found {entry.ShapeText}");
            else if (!entry.IsFloat || !tensor.Source.IsFloat)
                report.Add("Wrong types", $"{published}: expected F32, F16, BF16 or F64 in both, found {tensor.Source.Type} and {entry.Type}");
            else
                averaged.Add(tensor with { Others = [.. tensor.Others, (file, entry)], Type = tensor.Type == SafetensorsType.F64 ? SafetensorsType.F32 : tensor.Type });
        }
        foreach (string published in theirs.Values)
            report.Add("Tensors that only it has", published);
        return report.IsEmpty ? averaged : throw new InvalidDataException(report.Text(other.Directory, $"it is not the same model as {archive.Directory}"));
    }

    /// <summary>The tensors, each with what the adapter does to it.</summary>
    private static List<ConvertedTensor> Merge(SafetensorsArchive archive, List<ConvertedTensor> tensors, LoraAdapter adapter, VisionLanguageConfig model, ComputeBackend backend)
    {
        RequireUnpacked(archive, "to which no adapter can be added");
        using ParameterSet parameters = VisionLanguageModel.PlanParameters(model);
        ModelFamily family = ModelFamilies.Of(model);
        ILookup<string, LoraChange> changes = adapter.Plan(model, parameters).ToLookup(change => change.View.Name, StringComparer.Ordinal);
        var report = new CheckpointReport();
        var met = new HashSet<string>(StringComparer.Ordinal);
        List<ConvertedTensor> merged = [.. tensors.Select(Merged)];
        foreach (string name in changes.Select(group => group.Key).Where(name => !met.Contains(name)))
            report.Add("Parameters without a tensor", name);
        return report.IsEmpty ? merged : throw new InvalidDataException(report.Text(archive.Directory, "the adapter changes what the checkpoint lacks"));

        ConvertedTensor Merged(ConvertedTensor tensor)
        {
            string? name = CheckpointLayout.ToParameterName(family, tensor.Source.Name);
            // A head that is written beside the embedding to which it is tied stays the same as that.
            if (name == Head && !parameters.TryFindView(Head, out _, out _))
                name = Embedding;
            if (name is null || !changes.Contains(name))
                return tensor;
            met.Add(name);
            ParameterView view = changes[name].First().View;
            if (!tensor.Source.Shape.SequenceEqual(view.Shape))
                report.Add("Wrong shapes", $"{tensor.Source.Name}: expected {view.ShapeText}, found {tensor.Source.ShapeText}");
            else if (!tensor.Source.IsFloat)
                report.Add("Wrong types", $"{tensor.Source.Name}: expected F32, F16, BF16 or F64, found {tensor.Source.Type}");
            return tensor with { Changes = [.. changes[name]], Backend = backend, Type = tensor.Type == SafetensorsType.F64 ? SafetensorsType.F32 : tensor.Type };
        }
    }
}
