using System.Text.Json;

namespace Nunchi.Tensors.Safetensors;

/// <summary>
/// The tensors of a checkpoint directory: one <c>model.safetensors</c>, or the shards that <c>model.safetensors.index.json</c> lists.
/// </summary>
public sealed class SafetensorsArchive : IDisposable
{
    /// <summary>The name of the single file.</summary>
    public const string SingleFileName = "model.safetensors";

    /// <summary>The name of the list of shards.</summary>
    public const string IndexFileName = "model.safetensors.index.json";

    private const long MaximumIndexLength = 100_000_000;
    private readonly Dictionary<string, SafetensorsFile> owners = new(StringComparer.Ordinal);
    private readonly List<SafetensorsFile> files;

    private SafetensorsArchive(string directory, List<SafetensorsFile> files)
    {
        Directory = directory;
        this.files = files;
        foreach (SafetensorsFile file in files)
        {
            foreach (SafetensorsEntry entry in file.Entries)
            {
                if (!owners.TryAdd(entry.Name, file))
                    throw SafetensorsHeader.Bad(file.Path, $"tensor \"{entry.Name}\" is also in {owners[entry.Name].Path}.");
            }
        }
    }

    /// <summary>The checkpoint directory.</summary>
    public string Directory { get; }

    /// <summary>The files, in the order of their names.</summary>
    public IReadOnlyList<SafetensorsFile> Files => files;

    /// <summary>Names of all tensors.</summary>
    public IReadOnlyCollection<string> Names => owners.Keys;

    /// <summary>Opens the tensors of a directory.</summary>
    /// <param name="directory">A checkpoint directory.</param>
    /// <exception cref="FileNotFoundException">Neither the single file nor an index is there, or the index names a shard that is not; the message names it.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, the index points outside the directory, or index and shards disagree.</exception>
    public static SafetensorsArchive Open(string directory)
    {
        string single = Path.Combine(directory, SingleFileName);
        string index = Path.Combine(directory, IndexFileName);
        if (!File.Exists(single) && !File.Exists(index))
        {
            string? pickle = FileNames(directory).FirstOrDefault(name => name.EndsWith(".bin", StringComparison.Ordinal) || name.EndsWith(".pth", StringComparison.Ordinal));
            throw new FileNotFoundException($"{directory} holds no weights: neither {SingleFileName} nor {IndexFileName} is there."
                + (pickle == null ? "" : $" {pickle} is a pickle file, which can run code when it is read and is therefore not read; convert it to safetensors."), single);
        }
        var files = new List<SafetensorsFile>();
        try
        {
            if (File.Exists(single))
            {
                files.Add(SafetensorsFile.Open(single));
                return new SafetensorsArchive(directory, files);
            }
            Dictionary<string, string> map = ReadIndex(index);
            foreach (string shard in map.Values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
            {
                string path = Path.Combine(directory, shard);
                if (!File.Exists(path))
                    throw new FileNotFoundException($"{index}: shard \"{shard}\" is named but is not in {directory} ({map.Count(pair => pair.Value == shard)} tensors are missing). Copy it there.", path);
                files.Add(SafetensorsFile.Open(path));
            }
            var archive = new SafetensorsArchive(directory, files);
            foreach (var (name, shard) in map)
            {
                if (!archive.owners.TryGetValue(name, out SafetensorsFile? owner) || Path.GetFileName(owner.Path) != shard)
                    throw SafetensorsHeader.Bad(index, $"tensor \"{name}\" should be in \"{shard}\" but is {(owner == null ? "in no shard" : $"in \"{Path.GetFileName(owner.Path)}\"")}.");
            }
            return archive;
        }
        catch
        {
            files.ForEach(file => file.Dispose());
            throw;
        }
    }

    /// <summary>Opens one safetensors file that holds all tensors, whatever its name.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FileNotFoundException">It is not there.</exception>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static SafetensorsArchive OpenFile(string path)
    {
        SafetensorsFile file = SafetensorsFile.Open(path);
        return new SafetensorsArchive(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!, [file]);
    }

    /// <summary>The file that holds a tensor, and its entry; null when no file does.</summary>
    public (SafetensorsFile File, SafetensorsEntry Entry)? Find(string name) =>
        owners.TryGetValue(name, out SafetensorsFile? file) ? (file, file.Require(name)) : null;

    /// <summary>Unmaps all files.</summary>
    public void Dispose() => files.ForEach(file => file.Dispose());

    private static IEnumerable<string> FileNames(string directory) =>
        System.IO.Directory.Exists(directory) ? System.IO.Directory.EnumerateFiles(directory).Select(path => System.IO.Path.GetFileName(path)).Order(StringComparer.Ordinal) : [];

    private static Dictionary<string, string> ReadIndex(string path)
    {
        long length = FileLength.Of(path);
        if (length > MaximumIndexLength)
            throw SafetensorsHeader.Bad(path, $"an index of {length} bytes; at most {MaximumIndexLength} are allowed.");
        var map = new Dictionary<string, string>(StringComparer.Ordinal);
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path), new JsonDocumentOptions { AllowDuplicateProperties = false });
            if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("weight_map", out JsonElement weights) || weights.ValueKind != JsonValueKind.Object)
                throw SafetensorsHeader.Bad(path, "expected an object with \"weight_map\", from tensor names to file names.");
            foreach (JsonProperty pair in weights.EnumerateObject())
            {
                string? shard = pair.Value.ValueKind == JsonValueKind.String ? pair.Value.GetString() : null;
                if (string.IsNullOrEmpty(shard) || shard is "." or ".." || shard.IndexOfAny(['/', '\\', ':', '\0']) >= 0)
                    throw SafetensorsHeader.Bad(path, $"tensor \"{pair.Name}\": expected the name of a file in the same directory, found {pair.Value.GetRawText()}. Paths out of the directory are not followed.");
                map.Add(pair.Name, shard);
            }
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            throw new InvalidDataException($"{path}: no valid JSON: {failure.Message}", failure);
        }
        return map;
    }
}
