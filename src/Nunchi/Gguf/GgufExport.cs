using Nunchi.Checkpoints;
using Nunchi.Images;
using Nunchi.Models;
using Nunchi.Models.Families;
using Nunchi.Tensors.Safetensors;

namespace Nunchi.Gguf;

/// <summary>A file that was written.</summary>
/// <param name="Path">The file.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Types">How many tensors have which type.</param>
public sealed record GgufExported(string Path, long Bytes, IReadOnlyDictionary<GgufTensorType, int> Types);

/// <summary>
/// Writes checkpoint directories as GGUF files that llama.cpp loads: the text decoder with its tokenizer and template, and image encoder with projector (the "mmproj" file).
/// Tensors are read memory-mapped and written piece by piece; a file appears whole or not at all.
/// </summary>
public static class GgufExport
{
    private const int ChunkValues = 1 << 22;

    /// <summary>Writes the text decoder.</summary>
    /// <param name="directory">A checkpoint directory.</param>
    /// <param name="path">The file to write.</param>
    /// <param name="weights">What matrices become; norms and biases stay F32.</param>
    /// <param name="progress">Told the share that is written, 0..1; null for nobody.</param>
    /// <param name="cancellation">Stops it; nothing is left.</param>
    /// <exception cref="InvalidDataException">The checkpoint is damaged, or GGUF cannot express it; the message says what.</exception>
    /// <exception cref="IOException">The file cannot be written; an older one is as it was.</exception>
    public static GgufExported WriteText(string directory, string path, GgufWeights weights, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        VisionLanguageConfig config = ConfigReader.Load(directory);
        TextDecoderConfig text = config.Text;
        if (GgufTextNames.Architecture(text.Family) is null)
            throw new InvalidDataException($"{directory}: llama.cpp's name for a decoder of the family \"{text.Family}\" is not known here; known are {string.Join(", ", GgufTextNames.Architectures)}.");
        GgufMetadata metadata = GgufTextMetadata.Of(directory, text, weights);
        string head = text.TieWordEmbeddings ? "token_embd.weight" : "output.weight";
        return Write(directory, path, config, metadata, [.. GgufTextNames.Of(text)], GgufRope.Factors(text), name => GgufWeightTypes.OfText(weights, name.Shape, name.Gguf == head), progress, cancellation);
    }

    /// <summary>Writes image encoder and projector.</summary>
    /// <param name="directory">A checkpoint directory.</param>
    /// <param name="path">The file to write.</param>
    /// <param name="weights">What matrices become; vectors and positions stay F32, and 4- and 6-bit types become F16.</param>
    /// <param name="progress">Told the share that is written, 0..1; null for nobody.</param>
    /// <param name="cancellation">Stops it; nothing is left.</param>
    /// <exception cref="InvalidDataException">The checkpoint is damaged, or GGUF cannot express it; the message says what.</exception>
    /// <exception cref="IOException">The file cannot be written; an older one is as it was.</exception>
    public static GgufExported WriteProjector(string directory, string path, GgufWeights weights, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        VisionLanguageConfig config = ConfigReader.Load(directory);
        ImageProcessorConfig images = ImageProcessorConfig.Load(directory, config.TilesPictures ? config.VisionAspectRatio : null);
        var (metadata, shape) = GgufVisionMetadata.Of(directory, config, images, weights);
        return Write(directory, path, config, metadata, [.. GgufVisionNames.Of(shape)], null, name => GgufWeightTypes.OfVision(weights, name.Gguf, name.Shape), progress, cancellation);
    }

    private static GgufExported Write(string directory, string path, VisionLanguageConfig config, GgufMetadata metadata, IReadOnlyList<GgufTensorName> names, float[]? ropeFactors, Func<GgufTensorName, GgufTensorType> type, IProgress<double>? progress, CancellationToken cancellation)
    {
        using SafetensorsArchive archive = SafetensorsArchive.Open(directory);
        Dictionary<string, (SafetensorsFile File, SafetensorsEntry Entry)> sources = Sources(archive, ModelFamilies.Of(config));
        Check(directory, names, sources);
        GgufSlot[] slots = [.. names.Select(name => new GgufSlot(name.Gguf, type(name), name.Shape)), .. ropeFactors is null ? [] : new[] { new GgufSlot(GgufRope.FactorsName, GgufTensorType.F32, [ropeFactors.Length]) }];
        long total = slots.Sum(slot => slot.Count), written = 0;
        using var writer = new GgufWriter(path, metadata, slots);
        float[] buffer = [];
        for (int i = 0; i < names.Count; i++)
        {
            var (file, entry) = sources[names[i].Parameter];
            long columns = slots[i].Shape.Count == 1 ? 1 : slots[i].Shape[^1], rows = slots[i].Count / columns;
            int block = GgufTypes.BlockValues(slots[i].Type), step = (int)Math.Max(1, ChunkValues / columns);
            if (columns == 1)
                step = step / block * block;
            for (long row = 0; row < rows; row += step)
            {
                cancellation.ThrowIfCancellationRequested();
                int count = (int)Math.Min(step, rows - row), values = checked((int)(count * columns));
                if (buffer.Length < values)
                    buffer = new float[values];
                Read(names[i], file, entry, row, columns, buffer.AsSpan(0, values));
                CheckFinite(file, entry, buffer.AsSpan(0, values));
                writer.Write(slots[i], buffer.AsSpan(0, values));
                if (names[i].PermutedHeads == 0)
                    file.Release(entry, row * columns, values);
                progress?.Report((double)(written += values) / total);
            }
        }
        if (ropeFactors is not null)
            writer.Write(slots[^1], ropeFactors);
        writer.Commit();
        return new GgufExported(Path.GetFullPath(path), FileLength.Of(path), slots.CountBy(slot => slot.Type).ToDictionary());
    }

    private static void Read(GgufTensorName name, SafetensorsFile file, SafetensorsEntry entry, long row, long columns, Span<float> values)
    {
        if (name.PermutedHeads == 0)
        {
            SafetensorsRows.Read(file, entry, row * columns, values);
            return;
        }
        for (int i = 0; i < values.Length / columns; i++)
            SafetensorsRows.Read(file, entry, name.SourceRow(row + i) * columns, values.Slice((int)(i * columns), (int)columns));
    }

    private static Dictionary<string, (SafetensorsFile File, SafetensorsEntry Entry)> Sources(SafetensorsArchive archive, ModelFamily family)
    {
        var sources = new Dictionary<string, (SafetensorsFile, SafetensorsEntry)>(StringComparer.Ordinal);
        foreach (string published in archive.Names)
        {
            if (CheckpointLayout.ToParameterName(family, published) is { } name && !sources.TryAdd(name, archive.Find(published)!.Value))
                throw new InvalidDataException($"{archive.Directory}: {published} and {sources[name].Item2.Name} mean the same tensor.");
        }
        return sources;
    }

    private static void Check(string directory, IReadOnlyList<GgufTensorName> names, Dictionary<string, (SafetensorsFile File, SafetensorsEntry Entry)> sources)
    {
        var report = new CheckpointReport();
        foreach (GgufTensorName name in names)
        {
            if (!sources.TryGetValue(name.Parameter, out var source))
                report.Add("Parameters without a tensor", $"{name.Parameter} [{string.Join(", ", name.Shape)}]");
            else if (!source.Entry.Shape.SequenceEqual(name.Shape))
                report.Add("Wrong shapes", $"{source.Entry.Name}: expected [{string.Join(", ", name.Shape)}], found {source.Entry.ShapeText} ({Path.GetFileName(source.File.Path)}, byte {source.Entry.Offset})");
        }
        if (!report.IsEmpty)
            throw new InvalidDataException(report.Text(directory));
    }

    private static void CheckFinite(SafetensorsFile file, SafetensorsEntry entry, ReadOnlySpan<float> values)
    {
        foreach (float value in values)
        {
            if (!float.IsFinite(value))
                throw new InvalidDataException($"{file.Path}: tensor \"{entry.Name}\" holds {value}; only finite numbers are exported.");
        }
    }
}
