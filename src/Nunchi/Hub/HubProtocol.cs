using System.Text.Json;

namespace Nunchi.Hub;

/// <summary>The two questions that a hub is asked before files are fetched: which files a revision has, and a file's size and hash.</summary>
internal sealed class HubProtocol(HubTransport transport, HubOptions options)
{
    private const int ListingLimit = 64 << 20;
    private const int MostFiles = 100_000;

    /// <summary>Commit and files of a revision: <c>GET /api/models/ORG/NAME/revision/REV?blobs=true</c>.</summary>
    public async Task<HubListing> ListAsync(HubRepository repository, Action<string?> note, CancellationToken cancellation)
    {
        Uri address = transport.Address($"/api/models/{repository.Name}/revision/{Uri.EscapeDataString(repository.Revision)}?blobs=true");
        return await new Attempts(options, $"Listing {repository}", note).RunAsync(async () =>
        {
            using HttpResponseMessage response = await transport.SendAsync(HttpMethod.Get, address, repository, null, 0, cancellation).ConfigureAwait(false);
            byte[] json = await transport.ReadAllAsync(response, ListingLimit, $"The listing of {repository}", cancellation).ConfigureAwait(false);
            return Parse(json, repository);
        }, cancellation).ConfigureAwait(false);
    }

    /// <summary>Size and hash of a file that the listing does not tell: <c>HEAD /ORG/NAME/resolve/COMMIT/FILE</c>.</summary>
    public async Task<HubFile> DescribeAsync(HubRepository repository, string commit, HubFile file, Action<string?> note, CancellationToken cancellation)
    {
        return await new Attempts(options, $"{repository}, {file.Path}", note).RunAsync(async () =>
        {
            using HttpResponseMessage response = await transport.SendAsync(HttpMethod.Head, FileAddress(repository, commit, file.Path), repository, file.Path, 0, cancellation).ConfigureAwait(false);
            string? tag = HubErrors.Header(response, "X-Linked-ETag") ?? response.Headers.ETag?.Tag;
            string? linkedSize = HubErrors.Header(response, "X-Linked-Size");
            string? hash = tag?.Trim('"').ToLowerInvariant();
            long? size = linkedSize is null ? response.Content.Headers.ContentLength : long.TryParse(linkedSize, out long number) ? number : null;
            return HubFile.IsHash(hash) && size is >= 0
                ? file with { Size = size, Hash = hash }
                : throw new HubException(HubFailure.BadAnswer, $"{options.Endpoint} tells neither in its listing nor by HEAD the size and hash of {file.Path} in {repository}; without a hash it is not fetched.");
        }, cancellation).ConfigureAwait(false);
    }

    public Uri FileAddress(HubRepository repository, string commit, string path) =>
        transport.Address($"/{repository.Name}/resolve/{commit}/{string.Join('/', path.Split('/').Select(Uri.EscapeDataString))}");

    private HubListing Parse(byte[] json, HubRepository repository)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            JsonElement root = document.RootElement;
            string? commit = Text(root, "sha");
            if (commit is null || !HubRepository.IsCommit(commit) || !root.TryGetProperty("siblings", out JsonElement siblings) || siblings.ValueKind != JsonValueKind.Array || siblings.GetArrayLength() > MostFiles)
                throw Bad($"no commit in \"sha\" or no list of at most {MostFiles} files in \"siblings\"");
            if (repository.IsPinned && commit != repository.Revision)
                throw Bad($"it is about commit {commit}");
            return new HubListing(commit, [.. siblings.EnumerateArray().Select(File)]);
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            throw Bad($"no valid JSON ({failure.Message})");
        }

        HubException Bad(string problem) => new(HubFailure.BadAnswer, $"The listing of {repository} from {options.Endpoint} is of no use: {problem}. Is this a server that speaks the Hugging Face hub's protocol?");

        HubFile File(JsonElement entry)
        {
            string path = Text(entry, "rfilename") ?? throw Bad("a file without a name in \"rfilename\"");
            bool large = entry.TryGetProperty("lfs", out JsonElement lfs) && lfs.ValueKind == JsonValueKind.Object;
            string? hash = large ? Text(lfs, "sha256") ?? Text(lfs, "oid") : Text(entry, "blobId");
            long? size = (large ? Whole(lfs, "size") : null) ?? Whole(entry, "size");
            return new HubFile(path, size, HubFile.IsHash(hash) && hash!.Length == (large ? 64 : 40) ? hash : null);
        }
    }

    private static string? Text(JsonElement element, string key) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(key, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static long? Whole(JsonElement element, string key) =>
        element.TryGetProperty(key, out JsonElement value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long number) && number >= 0 ? number : null;
}
