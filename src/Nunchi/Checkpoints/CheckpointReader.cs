using System.Runtime.InteropServices;
using Nunchi.Checkpoints.Lora;
using Nunchi.Models;
using Nunchi.Models.Families;
using Nunchi.Tensors.Backends;
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
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static VisionLanguageModel Load(string path, ComputeBackend backend, LoadOptions? options = null)
    {
        options ??= new LoadOptions();
        CheckpointPlace place = CheckpointPlace.Of(path);
        VisionLanguageConfig config = ConfigReader.Load(place.Directory);
        using SafetensorsArchive archive = place.OpenWeights();
        using LoraAdapter? adapter = options.Adapter == null ? null : LoraAdapter.Open(options.Adapter);
        Check(archive, config);
        var model = new VisionLanguageModel(backend, config);
        try
        {
            Fill(archive, model, options);
            adapter?.Apply(model);
            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Fills all parameters of a model, any float type becoming float32.</summary>
    /// <param name="archive">The tensors.</param>
    /// <param name="model">The model.</param>
    /// <param name="options">Threads and progress; null takes the defaults.</param>
    /// <exception cref="InvalidDataException">Tensors without a place, parameters without a tensor, wrong shapes, or values that are not finite: one message lists them all.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static unsafe void Fill(SafetensorsArchive archive, VisionLanguageModel model, LoadOptions? options = null)
    {
        var report = new CheckpointReport();
        List<Match> matches = MatchAll(archive, model.Parameters, model.Config, report, out string? tiedHead);
        report.ThrowIfAny(archive.Directory);
        var reading = new WeightReading(options ?? new LoadOptions());
        foreach (var (parameter, view, file, entry) in matches)
        {
            if (entry != null)
                reading.Add(file!, entry, parameter.Tensor.Data + view.Offset);
            else
                view.In(parameter.Tensor).Fill(parameter.Start == ParameterStart.Ones ? 1 : 0);
        }
        reading.Run();
        foreach (var (published, (value, at)) in reading.NotFinite)
            report.Add("Values that are not finite", $"{published}: {value} at element {at} ({Where(archive, published)})");
        if (tiedHead != null)
            CheckTiedHead(archive, tiedHead, model, report);
        report.ThrowIfAny(archive.Directory);
    }

    /// <summary>Before memory is taken: a configuration of another model may ask for far more than its weights fill.</summary>
    private static void Check(SafetensorsArchive archive, VisionLanguageConfig config)
    {
        using ParameterSet plan = VisionLanguageModel.PlanParameters(config);
        var report = new CheckpointReport();
        MatchAll(archive, plan, config, report, out _);
        report.ThrowIfAny(archive.Directory);
        long needed = plan.Count() * sizeof(float), available = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        if (needed > available)
            throw new InsufficientMemoryException($"{archive.Directory}: the weights take {needed / 1e9:0.0} GB as float32, this machine has {available / 1e9:0.0} GB.");
    }

    private static List<Match> MatchAll(SafetensorsArchive archive, ParameterSet parameters, VisionLanguageConfig config, CheckpointReport report, out string? tiedHead)
    {
        Dictionary<string, string> sources = Assign(archive, config, report); // parameter name -> published name
        var matches = new List<Match>();
        foreach (Parameter parameter in parameters.All)
        {
            foreach (ParameterView view in parameter.Views)
            {
                if (sources.Remove(view.Name, out string? published))
                {
                    var (file, entry) = archive.Find(published)!.Value;
                    matches.Add(new Match(parameter, view, file, entry));
                    if (!entry.Shape.SequenceEqual(view.Shape))
                        report.Add("Wrong shapes", $"{published}: expected {view.ShapeText}, found {entry.ShapeText} ({Where(archive, published)})");
                    else if (!IsFloat(entry))
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
        return matches;
    }

    /// <summary>Our name of each published tensor that some computation needs.</summary>
    internal static Dictionary<string, string> Assign(SafetensorsArchive archive, VisionLanguageConfig config, CheckpointReport report)
    {
        var sources = new Dictionary<string, string>(StringComparer.Ordinal);
        ModelFamily family = ModelFamilies.Of(config);
        foreach (string published in archive.Names)
        {
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

    private static bool IsFloat(SafetensorsEntry entry) => entry.Type is SafetensorsType.F32 or SafetensorsType.F16 or SafetensorsType.BF16 or SafetensorsType.F64;

    /// <summary>A checkpoint with tied embeddings may hold the head all the same, as long as it is the embedding.</summary>
    private static unsafe void CheckTiedHead(SafetensorsArchive archive, string published, VisionLanguageModel model, CheckpointReport report)
    {
        var (file, entry) = archive.Find(published)!.Value;
        if (entry.Count == model.Decoder.Embedding.Count && IsFloat(entry))
        {
            float[] piece = new float[Math.Min(entry.Count, 1 << 20)];
            long same = 0;
            fixed (float* values = piece)
            {
                while (same < entry.Count)
                {
                    int length = (int)Math.Min(piece.Length, entry.Count - same);
                    file.Read(entry, same, length, values);
                    if (!MemoryMarshal.AsBytes(piece.AsSpan(0, length)).SequenceEqual(new ReadOnlySpan<byte>(model.Decoder.Embedding.Data + same, length * sizeof(float))))
                        break;
                    file.Release(entry, same, length);
                    same += length;
                }
            }
            if (same == entry.Count)
                return;
        }
        report.Add("Tensors without a place", $"{Describe(archive, published)}: tie_word_embeddings says that the head is the embedding, and this one is another");
    }

    /// <summary>A place in the model and the tensor that fills it, if there is one.</summary>
    private sealed record Match(Parameter Parameter, ParameterView View, SafetensorsFile? File, SafetensorsEntry? Entry);
}
