using System.Runtime.InteropServices;
using Nunchi.Checkpoints.Lora;
using Nunchi.Models;
using Nunchi.Models.Families;
using Nunchi.Tensors;
using Nunchi.Tensors.Backends;
using Nunchi.Tensors.Quantization;
using Nunchi.Tensors.Safetensors;

namespace Nunchi.Checkpoints;

/// <summary>Fills a model from a Hugging Face directory, or from one safetensors file beside its <c>config.json</c>.</summary>
public static class CheckpointReader
{
    /// <summary>Reads configuration and weights.</summary>
    /// <param name="path">A checkpoint directory, or a safetensors file beside its <c>config.json</c>.</param>
    /// <param name="backend">Where the model is to lie; must outlive it.</param>
    /// <param name="options">Threads, progress, an adapter; null takes the defaults.</param>
    /// <exception cref="FileNotFoundException">The directory, its configuration, its weights or a shard is not there.</exception>
    /// <exception cref="InvalidDataException">The configuration is not supported, a file is damaged, or weights and configuration do not fit; the message lists all that is wrong.</exception>
    /// <exception cref="InsufficientMemoryException">The weights do not fit into this machine's memory.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static VisionLanguageModel Load(string path, ComputeBackend backend, LoadOptions? options = null)
    {
        options ??= new LoadOptions();
        CheckpointPlace place = CheckpointPlace.Of(path);
        VisionLanguageConfig config = ConfigReader.Load(place.Directory);
        using SafetensorsArchive archive = place.OpenWeights();
        using LoraAdapter? adapter = options.Adapter == null ? null : LoraAdapter.Open(options.Adapter);
        Check(archive, config, options);
        var model = new VisionLanguageModel(backend, config);
        try
        {
            Fill(archive, model, options, adapter);
            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Reads configuration and weights, matrices in a format.</summary>
    /// <param name="path">As for <see cref="Load(string, ComputeBackend, LoadOptions?)"/>.</param>
    /// <param name="backend">Where the model is to lie; must outlive it.</param>
    /// <param name="weights">How matrices are kept.</param>
    public static VisionLanguageModel Load(string path, ComputeBackend backend, WeightChoice weights) => Load(path, backend, new LoadOptions { Weights = weights });

    /// <summary>Fills all parameters of a model, any float type becoming float32 or the format asked for.</summary>
    /// <param name="archive">The tensors.</param>
    /// <param name="model">The model.</param>
    /// <param name="options">Threads and progress; null takes the defaults.</param>
    /// <exception cref="InvalidDataException">Tensors without a place, parameters without a tensor, wrong shapes, or values that are not finite: one message lists them all.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static void Fill(SafetensorsArchive archive, VisionLanguageModel model, LoadOptions? options = null) => Fill(archive, model, options ?? new LoadOptions(), null);

    private static unsafe void Fill(SafetensorsArchive archive, VisionLanguageModel model, LoadOptions options, LoraAdapter? adapter)
    {
        var report = new CheckpointReport();
        PackedCheckpoint? packed = PackedCheckpoint.Of(archive);
        WeightChoice weights = FormatOf(archive, packed, options);
        List<Match> matches = MatchAll(archive, model.Parameters, model.Config, packed, report, out string? tiedHead);
        report.ThrowIfAny(archive.Directory);
        foreach (Parameter parameter in model.Parameters.All)
            packed?.TryAdopt(parameter, report);
        report.ThrowIfAny(archive.Directory);
        var reading = new WeightReading(options, matches.Sum(match => match.Entry?.ByteCount ?? 0));
        ILookup<Parameter, LoraChange> changes = (adapter?.Plan(model.Config, model.Parameters) ?? []).ToLookup(change => change.Parameter);
        List<IGrouping<Parameter, Match>> groups = [.. matches.GroupBy(match => match.Parameter)];
        using var memory = new PackedMemory(groups.Where(IsPackedFromFile).Sum(group => PackedMemory.BytesFor(WeightPlan.For(group.Key, weights), group.Key.Tensor.Rows, group.Key.Tensor.Columns)));
        var packings = new List<(Parameter Parameter, MatrixPacking Packing)>();
        var waiting = new List<LoraChange>(); // for what is never packed
        try
        {
            foreach (IGrouping<Parameter, Match> group in groups)
            {
                WeightFormat format = WeightPlan.For(group.Key, weights);
                if (IsPackedFromFile(group))
                {
                    var packing = new MatrixPacking(memory, format, group.Key.Tensor.Rows, group.Key.Tensor.Columns);
                    packings.Add((group.Key, packing));
                    foreach (Match match in group)
                        packing.Add(match.File!, match.Entry!);
                    reading.Add(packing);
                    continue;
                }
                group.Key.Tensor.PreferLargePages();
                foreach (var (parameter, view, file, entry) in group)
                {
                    if (entry != null)
                        reading.Add(file!, entry, parameter.Tensor.Data + view.Offset);
                    else
                        view.In(parameter.Tensor).Fill(parameter.Start == ParameterStart.Ones ? 1 : 0);
                }
                if (format == WeightFormat.Float32)
                {
                    waiting.AddRange(changes[group.Key]);
                    continue;
                }
                // What an adapter changes is summed as float32; each such matrix is packed as soon as it is read, so that no more than one is there.
                reading.Run();
                if (reading.NotFinite.Count > 0)
                    continue;
                Apply(changes[group.Key], model);
                WeightPlan.Pack(group.Key, weights);
            }
            reading.Finish();
            foreach (var (published, (value, at)) in reading.NotFinite)
                report.Add("Values that are not finite", $"{published}: {value} at element {at} ({Where(archive, published)})");
            if (tiedHead != null)
                CheckTiedHead(archive, tiedHead, matches.Find(match => match.Parameter.Tensor == model.Decoder.Embedding), report);
            report.ThrowIfAny(archive.Directory);
            Apply(waiting, model);
            foreach (var (parameter, packing) in packings)
                parameter.Tensor.Adopt(packing.Take());
        }
        finally
        {
            foreach (var (_, packing) in packings)
                packing.Dispose();
        }

        bool IsPackedFromFile(IGrouping<Parameter, Match> group) =>
            WeightPlan.For(group.Key, weights) != WeightFormat.Float32 && !changes[group.Key].Any() && group.All(match => match.Entry != null);
    }

    private static unsafe void Apply(IEnumerable<LoraChange> changes, VisionLanguageModel model)
    {
        foreach (LoraChange change in changes)
            change.ApplyTo(change.Parameter.Tensor.Data + change.View.Offset, model.Backend);
    }

    /// <summary>The format asked for, or the one that the directory is packed in.</summary>
    private static WeightChoice FormatOf(SafetensorsArchive archive, PackedCheckpoint? packed, LoadOptions options)
    {
        if (packed != null && options.Weights != null && options.Weights != packed.Format)
            throw new InvalidDataException($"{archive.Directory} holds weights packed as {packed.Format.Name}, not {options.Weights.Value.Name}; leave the format out, or load the checkpoint that it was made from.");
        if (packed != null && options.Adapter != null)
            throw new InvalidDataException($"{archive.Directory} holds weights packed as {packed.Format.Name}, to which no adapter can be added; name the checkpoint that it was made from (its weights can be packed while it loads).");
        return packed?.Format ?? options.Weights ?? WeightFormat.Float32;
    }

    /// <summary>Before memory is taken: a configuration of another model may ask for far more than its weights fill.</summary>
    private static void Check(SafetensorsArchive archive, VisionLanguageConfig config, LoadOptions options)
    {
        PackedCheckpoint? packed = PackedCheckpoint.Of(archive);
        WeightChoice weights = FormatOf(archive, packed, options);
        using ParameterSet plan = VisionLanguageModel.PlanParameters(config);
        var report = new CheckpointReport();
        MatchAll(archive, plan, config, packed, report, out _);
        report.ThrowIfAny(archive.Directory);
        long needed = plan.All.Sum(parameter => WeightPlan.Bytes(parameter, weights)), available = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        if (needed > available)
            throw new InsufficientMemoryException($"{archive.Directory}: the weights take {needed / 1e9:0.0} GB as {(weights == WeightFormat.Float32 ? "float32" : weights.Name)}, this machine has {available / 1e9:0.0} GB.");
    }

    private static List<Match> MatchAll(SafetensorsArchive archive, ParameterSet parameters, VisionLanguageConfig config, PackedCheckpoint? packed, CheckpointReport report, out string? tiedHead)
    {
        Dictionary<string, string> sources = Assign(archive, config, report); // parameter name -> published name
        var matches = new List<Match>();
        foreach (Parameter parameter in parameters.All)
        {
            if (packed?.Holds(parameter) == true)
                continue;
            foreach (ParameterView view in parameter.Views)
            {
                if (sources.Remove(view.Name, out string? published))
                {
                    var (file, entry) = archive.Find(published)!.Value;
                    matches.Add(new Match(parameter, view, file, entry));
                    if (!entry.Shape.SequenceEqual(view.Shape))
                        report.Add("Wrong shapes", $"{published}: expected {view.ShapeText}, found {entry.ShapeText} ({Where(archive, published)})");
                    else if (!entry.IsFloat)
                        report.Add("Wrong types", $"{published}: expected F32, F16, BF16 or F64, found {entry.Type} ({Where(archive, published)})");
                }
                else if (CheckpointLayout.IsOptional(view.Name))
                {
                    matches.Add(new Match(parameter, view, null, null));
                }
                else
                {
                    report.Add("Parameters without a tensor", $"{view.Name} {view.ShapeText}");
                }
            }
        }
        sources.Remove("lm_head.weight", out tiedHead);
        foreach (string published in sources.Values)
            report.Add("Tensors without a place", Describe(archive, published));
        packed?.ReportRest(parameters, report);
        return matches;
    }

    /// <summary>Our name of each published tensor that some computation needs.</summary>
    internal static Dictionary<string, string> Assign(SafetensorsArchive archive, VisionLanguageConfig config, CheckpointReport report)
    {
        var sources = new Dictionary<string, string>(StringComparer.Ordinal);
        ModelFamily family = ModelFamilies.Of(config);
        foreach (string published in archive.Names)
        {
            if (published.StartsWith(PackedCheckpoint.Prefix, StringComparison.Ordinal))
                continue;
            string? name = CheckpointLayout.ToParameterName(family, published);
            if (name != null && CheckpointLayout.IsIgnored(name, config))
                continue;
            if (!sources.TryAdd(name ?? published, published))
                report.Add("Tensors that mean the same", $"{published} ({Where(archive, published)}) and {sources[name ?? published]} ({Where(archive, sources[name ?? published])})");
        }
        return sources;
    }

    private static string Describe(SafetensorsArchive archive, string published) =>
        $"{published} {archive.Find(published)!.Value.Entry.ShapeText} ({Where(archive, published)})";

    private static string Where(SafetensorsArchive archive, string published)
    {
        var (file, entry) = archive.Find(published)!.Value;
        return $"{Path.GetFileName(file.Path)}, byte {entry.Offset}";
    }

    /// <summary>A checkpoint with tied embeddings may hold the head all the same, as long as it is the embedding. A packed embedding is not there to be compared with.</summary>
    private static void CheckTiedHead(SafetensorsArchive archive, string published, Match? embedding, CheckpointReport report)
    {
        var (file, entry) = archive.Find(published)!.Value;
        if (embedding?.Entry == null || entry.Count != embedding.Entry.Count || !entry.IsFloat || !AreEqual(file, entry, embedding.File!, embedding.Entry))
            report.Add("Tensors without a place", $"{Describe(archive, published)}: tie_word_embeddings says that the head is the embedding, and this one is another");
    }

    private static unsafe bool AreEqual(SafetensorsFile file, SafetensorsEntry entry, SafetensorsFile otherFile, SafetensorsEntry otherEntry)
    {
        float[] piece = new float[Math.Min(entry.Count, 1 << 20)], other = new float[piece.Length];
        fixed (float* values = piece, otherValues = other)
        {
            for (long first = 0; first < entry.Count; first += piece.Length)
            {
                int length = (int)Math.Min(piece.Length, entry.Count - first);
                file.Read(entry, first, length, values);
                otherFile.Read(otherEntry, first, length, otherValues);
                file.Release(entry, first, length);
                otherFile.Release(otherEntry, first, length);
                if (!MemoryMarshal.AsBytes(piece.AsSpan(0, length)).SequenceEqual(MemoryMarshal.AsBytes(other.AsSpan(0, length))))
                    return false;
            }
        }
        return true;
    }

    /// <summary>A place in the model and the tensor that fills it, if there is one.</summary>
    private sealed record Match(Parameter Parameter, ParameterView View, SafetensorsFile? File, SafetensorsEntry? Entry);
}
