using System.IO.Enumeration;
using System.Text.Json;
using Nunchi.Tensors.Safetensors;

namespace Nunchi.Hub;

/// <summary>Which files of a repository make a checkpoint directory. Nothing else is fetched.</summary>
internal static class FileSelection
{
    private static readonly string[] Beside =
    [
        "config.json", "generation_config.json", "preprocessor_config.json", "processor_config.json", "video_preprocessor_config.json",
        "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "vocab.json", "merges.txt",
        "chat_template.jinja", "chat_template.json", "adapter_config.json", "adapter_model.safetensors",
    ];

    private static readonly string[] PickleEndings = [".bin", ".pt", ".pth", ".pkl", ".pickle", ".ckpt", ".joblib", ".npy", ".npz", ".h5", ".msgpack"];

    /// <summary>The files that are needed whatever the weights are, and the weights as far as they are known before the index has been read.</summary>
    /// <exception cref="HubException">There are no weights that can be read.</exception>
    public static IReadOnlyList<HubFile> Of(HubListing listing, HubRepository repository)
    {
        var files = listing.Files.Where(file => Beside.Contains(file.Path)).ToList();
        HubFile? single = Find(listing, SafetensorsArchive.SingleFileName), index = Find(listing, SafetensorsArchive.IndexFileName);
        if ((single ?? index) is { } weights)
            files.Add(weights);
        else if (files.All(file => file.Path != "adapter_model.safetensors"))
            throw NoWeights(listing, repository);
        return files;
    }

    /// <summary>The files that fit one of the patterns (<c>*</c> and <c>?</c>).</summary>
    /// <exception cref="HubException">None fits, or one that fits is refused.</exception>
    public static IReadOnlyList<HubFile> Matching(HubListing listing, HubRepository repository, IReadOnlyList<string> patterns)
    {
        HubFile[] files = [.. listing.Files.Where(file => patterns.Any(pattern => FileSystemName.MatchesSimpleExpression(pattern, file.Path, ignoreCase: false)))];
        if (files.Length == 0)
            throw new HubException(HubFailure.FileNotFound, $"{repository} has no file that fits {string.Join(", ", patterns)}; it has {Names(listing.Files)}.");
        foreach (HubFile file in files)
        {
            if (IsPickle(file.Path))
                throw new HubException(HubFailure.Refused, $"{repository}: {file.Path} is not fetched: {PickleReason}");
        }
        return files;
    }

    /// <summary>The shards that an index names.</summary>
    /// <exception cref="HubException">The index is damaged, or names a file that is not in the revision or leads out of it.</exception>
    public static IReadOnlyList<HubFile> Shards(HubListing listing, HubRepository repository, ReadOnlySpan<byte> index)
    {
        HashSet<string> names = ReadShardNames(index, $"{repository}: {SafetensorsArchive.IndexFileName}");
        return [.. names.Order(StringComparer.Ordinal).Select(name => Find(listing, name)
            ?? throw new HubException(HubFailure.FileNotFound, $"{repository}: {SafetensorsArchive.IndexFileName} names the shard \"{name}\", which the revision does not have."))];
    }

    /// <summary>Distinct file names of an index's <c>weight_map</c>.</summary>
    /// <exception cref="HubException">The index is damaged, or a name leads out of the directory.</exception>
    public static HashSet<string> ReadShardNames(ReadOnlySpan<byte> index, string where)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(index.ToArray());
            if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("weight_map", out JsonElement map) || map.ValueKind != JsonValueKind.Object)
                throw new HubException(HubFailure.BadAnswer, $"{where} has no \"weight_map\" from tensor names to file names.");
            var names = new HashSet<string>(StringComparer.Ordinal);
            foreach (JsonProperty pair in map.EnumerateObject())
            {
                string? name = pair.Value.ValueKind == JsonValueKind.String ? pair.Value.GetString() : null;
                if (name is null || !HubPath.IsSafe(name) || name.Contains('/', StringComparison.Ordinal))
                    throw new HubException(HubFailure.Refused, $"{where}: the shard {HubText.Shown(pair.Value.GetRawText())} is no plain file name; paths out of the directory are not followed.");
                if (IsPickle(name))
                    throw new HubException(HubFailure.Refused, $"{where}: the shard \"{name}\" is not fetched: {PickleReason}");
                names.Add(name);
            }
            return names;
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            throw new HubException(HubFailure.BadAnswer, $"{where} is no valid JSON: {failure.Message}", failure);
        }
    }

    /// <summary>Whether a file is a pickle, or may hold one.</summary>
    public static bool IsPickle(string path) => PickleEndings.Any(ending => path.EndsWith(ending, StringComparison.OrdinalIgnoreCase));

    private const string PickleReason = "files of this kind can hold Python pickles, which run code when they are loaded. Only safetensors and GGUF are read.";

    private static HubFile? Find(HubListing listing, string path) => listing.Files.FirstOrDefault(file => file.Path == path);

    private static HubException NoWeights(HubListing listing, HubRepository repository)
    {
        HubFile[] pickles = [.. listing.Files.Where(file => IsPickle(file.Path))], ggufs = [.. listing.Files.Where(file => file.Path.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase))];
        if (ggufs.Length > 0)
            return new HubException(HubFailure.FileNotFound, $"{repository} has no {SafetensorsArchive.SingleFileName} but GGUF files ({Names(ggufs)}); name the one to fetch with --include.");
        if (pickles.Length > 0)
            return new HubException(HubFailure.Refused, $"{repository} has its weights only as {Names(pickles)}, which are not fetched: {PickleReason} Ask its authors for safetensors, or look for a revision with them.");
        return new HubException(HubFailure.FileNotFound, $"{repository} has no weights: neither {SafetensorsArchive.SingleFileName} nor {SafetensorsArchive.IndexFileName} is there; it has {Names(listing.Files)}.");
    }

    private static string Names(IReadOnlyCollection<HubFile> files) => files.Count == 0 ? "no files"
        : string.Join(", ", files.Take(5).Select(file => HubText.Shown(file.Path))) + (files.Count > 5 ? $" and {files.Count - 5} more" : "");
}
