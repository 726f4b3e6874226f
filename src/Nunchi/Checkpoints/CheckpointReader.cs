using System.Numerics;
using System.Runtime.InteropServices;
using Nunchi.Models;
using Nunchi.Tensors.Backends;
using Nunchi.Tensors.Quantization;
using Nunchi.Tensors.Safetensors;

namespace Nunchi.Checkpoints;

/// <summary>Fills a model from a Hugging Face directory.</summary>
public static class CheckpointReader
{
    /// <summary>Reads configuration and weights of a directory.</summary>
    /// <param name="directory">A checkpoint directory.</param>
    /// <param name="backend">Where the model is to lie; must outlive it.</param>
    /// <param name="weights">How matrices are kept; null: as the directory says, float32 unless it is packed. Only float32 can be trained.</param>
    /// <exception cref="FileNotFoundException">The directory, its configuration, its weights or a shard is not there.</exception>
    /// <exception cref="InvalidDataException">The configuration is not supported, a file is damaged, or weights and configuration do not fit; the message lists all that is wrong.</exception>
    public static VisionLanguageModel Load(string directory, ComputeBackend backend, WeightFormat? weights = null)
    {
        LlavaOnevisionConfig config = ConfigReader.Load(directory);
        using SafetensorsArchive archive = SafetensorsArchive.Open(directory);
        var model = new VisionLanguageModel(backend, config);
        try
        {
            Fill(archive, model, weights);
            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Fills all parameters of a model, any float type becoming float32 or the format asked for.</summary>
    /// <param name="archive">The tensors.</param>
    /// <param name="model">The model.</param>
    /// <param name="weights">How matrices are kept, null as for <see cref="Load"/>; each is packed as soon as it is read, so that the whole is never there as float32.</param>
    /// <exception cref="InvalidDataException">Tensors without a place, parameters without a tensor, wrong shapes, or values that are not finite: one message lists them all.</exception>
    public static void Fill(SafetensorsArchive archive, VisionLanguageModel model, WeightFormat? weights = null)
    {
        var report = new CheckpointReport();
        PackedCheckpoint? packed = PackedCheckpoint.Of(archive);
        if (packed != null && weights != null && weights != packed.Format)
            throw new InvalidDataException($"{archive.Directory} holds weights packed as {WeightFormats.NameOf(packed.Format)}, not {WeightFormats.NameOf(weights.Value)}; leave the format out, or load the checkpoint that it was made from.");
        Dictionary<string, string> sources = Assign(archive, model, report); // parameter name -> published name
        foreach (Parameter parameter in model.Parameters.All)
        {
            if (packed?.TryAdopt(parameter, report) == true)
                continue;
            foreach (ParameterView view in parameter.Views)
            {
                if (sources.Remove(view.Name, out string? published))
                    FillView(archive, published, parameter, view, report);
                else if (CheckpointLayout.IsOptional(view.Name))
                    view.In(parameter.Tensor).Fill(parameter.Start == ParameterStart.Ones ? 1 : 0);
                else
                    report.Add("Parameters without a tensor", $"{view.Name} {view.ShapeText}");
            }
            if (report.IsEmpty && packed == null && parameter.Tensor != model.Decoder.Embedding)
                WeightPlan.Pack(parameter, weights ?? WeightFormat.Float32);
        }
        if (sources.Remove("lm_head.weight", out string? head))
            CheckTiedHead(archive, head, model, report);
        foreach (string published in sources.Values)
            report.Add("Tensors without a place", $"{published} {archive.Find(published)!.Value.Entry.ShapeText}");
        packed?.ReportRest(report);
        if (!report.IsEmpty)
            throw new InvalidDataException(report.Text(archive.Directory));
        if (packed == null)
            WeightPlan.Pack(model.Parameters.All.First(parameter => parameter.Tensor == model.Decoder.Embedding), weights ?? WeightFormat.Float32);
    }

    private static Dictionary<string, string> Assign(SafetensorsArchive archive, VisionLanguageModel model, CheckpointReport report)
    {
        var sources = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string published in archive.Names)
        {
            if (published.StartsWith(PackedCheckpoint.Prefix, StringComparison.Ordinal))
                continue;
            string? name = CheckpointLayout.ToParameterName(published);
            if (name != null && CheckpointLayout.IsIgnored(name, model.Config.VisionLayersUsed, model.Config.Vision.Layers))
                continue;
            if (!sources.TryAdd(name ?? published, published))
                report.Add("Tensors that mean the same", $"{published} and {sources[name ?? published]}");
        }
        return sources;
    }

    private static void FillView(SafetensorsArchive archive, string published, Parameter parameter, ParameterView view, CheckpointReport report)
    {
        var (file, entry) = archive.Find(published)!.Value;
        if (!entry.Shape.SequenceEqual(view.Shape))
        {
            report.Add("Wrong shapes", $"{published}: expected {view.ShapeText}, found {entry.ShapeText} ({Path.GetFileName(file.Path)}, byte {entry.Offset})");
            return;
        }
        Span<float> values = view.In(parameter.Tensor);
        file.Read(entry, values);
        if (FirstNonFinite(values) is var at and >= 0)
            report.Add("Values that are not finite", $"{published}: {values[at]} at element {at} ({Path.GetFileName(file.Path)}, tensor at byte {entry.Offset})");
    }

    /// <summary>A checkpoint with tied embeddings may hold the head all the same, as long as it is the embedding.</summary>
    private static void CheckTiedHead(SafetensorsArchive archive, string published, VisionLanguageModel model, CheckpointReport report)
    {
        var (file, entry) = archive.Find(published)!.Value;
        Span<float> embedding = model.Decoder.Embedding.Packed == null ? model.Decoder.Embedding.Span : [];
        if (entry.Count == embedding.Length)
        {
            float[] head = new float[entry.Count];
            file.Read(entry, head.AsSpan());
            if (MemoryMarshal.AsBytes(head.AsSpan()).SequenceEqual(MemoryMarshal.AsBytes(embedding)))
                return;
        }
        report.Add("Tensors without a place", $"{published} {entry.ShapeText}: tie_word_embeddings says that the head is the embedding, and this one is another");
    }

    // Anything times zero is zero unless it is infinite or NaN.
    private static int FirstNonFinite(ReadOnlySpan<float> values)
    {
        var sum = Vector<float>.Zero;
        int i = 0;
        for (; i <= values.Length - Vector<float>.Count; i += Vector<float>.Count)
            sum += new Vector<float>(values[i..]) * Vector<float>.Zero;
        bool clean = Vector.EqualsAll(sum, Vector<float>.Zero);
        for (int j = clean ? i : 0; j < values.Length; j++)
        {
            if (!float.IsFinite(values[j]))
                return j;
        }
        return -1;
    }
}
