using Nunchi.Checkpoints;
using Nunchi.Models;
using Nunchi.Models.Families;
using Nunchi.Tensors.Safetensors;

namespace Nunchi.Conversion;

/// <summary>Writes a checkpoint directory anew with other tensor names, element types or file sizes. Values that are not rounded stay the same bit for bit.</summary>
public static class CheckpointConversion
{
    /// <summary>Converts a directory. The new one appears whole or not at all.</summary>
    /// <param name="from">A checkpoint directory of safetensors files.</param>
    /// <param name="to">Where the new one is to be; must be new or empty.</param>
    /// <param name="options">What to change.</param>
    /// <param name="cancellation">Stops it; nothing is left.</param>
    /// <exception cref="FileNotFoundException">The old directory, its weights or its configuration is not there.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, tensors have names that no layout knows, or a value does not fit the new type.</exception>
    /// <exception cref="IOException">The place is taken, or the disk is full.</exception>
    public static ConvertedCheckpoint Run(string from, string to, ConversionOptions options, CancellationToken cancellation = default)
    {
        string config = Path.Combine(from, "config.json");
        if (!File.Exists(config))
            throw new FileNotFoundException($"\"{from}\" is no checkpoint directory: it has no config.json.", config);
        string final = Path.TrimEndingDirectorySeparator(Path.GetFullPath(to));
        if (File.Exists(final) || (Directory.Exists(final) && Directory.EnumerateFileSystemEntries(final).Any()))
            throw new IOException($"{to} exists already and would be mixed up or lost; name a directory that is new or empty.");
        using SafetensorsArchive archive = SafetensorsArchive.Open(from);
        List<ConvertedTensor> tensors = Plan(archive, options.Naming is null ? null : ModelFamilies.Of(ConfigReader.Load(from)), options);
        string unfinished = $"{final}.{Guid.NewGuid():n}.unfinished";
        try
        {
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
                tensors.Add(new ConvertedTensor(name, file, entry, ConvertedTensor.IsFloat(entry.Type) ? options.Type ?? entry.Type : entry.Type));
        }
        return report.IsEmpty ? tensors : throw new InvalidDataException(report.Text(archive.Directory));
    }
}
