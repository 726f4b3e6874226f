using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Nunchi.Testing;

/// <summary>
/// A hub with one repository on two loopback servers: the hub itself, and the store to which it redirects for large files, as the public one does.
/// </summary>
internal sealed class LoopbackHub : IDisposable
{
    public const string Name = "org/tiny";
    public const string Commit = "0123456789abcdef0123456789abcdef01234567";

    private readonly LoopbackServer store;
    private readonly LoopbackServer hub;

    public LoopbackHub()
    {
        store = new LoopbackServer(request => Answer(request, StoreIntercept, AnswerStore));
        hub = new LoopbackServer(request => Answer(request, Intercept, AnswerHub));
    }

    /// <summary>Files by name; those in <see cref="Large"/> lie in the store.</summary>
    public Dictionary<string, byte[]> Files { get; } = [];

    public HashSet<string> Large { get; } = [];

    public HashSet<string> Revisions { get; } = ["main", Commit];

    /// <summary>Whether the listing tells sizes and hashes.</summary>
    public bool ListsHashes { get; set; } = true;

    /// <summary>Answers in place of the hub; null lets it answer.</summary>
    public Func<LoopbackRequest, Task<LoopbackAnswer?>>? Intercept { get; set; }

    /// <summary>Answers in place of the store; null lets it answer.</summary>
    public Func<LoopbackRequest, Task<LoopbackAnswer?>>? StoreIntercept { get; set; }

    public string Endpoint => hub.Endpoint;

    public string StoreEndpoint => store.Endpoint;

    public IReadOnlyList<LoopbackRequest> Requests => hub.Requests;

    public IReadOnlyList<LoopbackRequest> StoreRequests => store.Requests;

    /// <summary>A repository that looks like a model's: small files beside, weights in the store, and much that no model needs.</summary>
    public static LoopbackHub WithModel(int weights = 300_000)
    {
        var hub = new LoopbackHub();
        hub.Add("config.json", Encoding.UTF8.GetBytes("{\"model_type\":\"llava_onevision\"}"));
        hub.Add("tokenizer.json", Encoding.UTF8.GetBytes("{}"));
        hub.Add("README.md", Encoding.UTF8.GetBytes("# Tiny"));
        hub.Add("pytorch_model.bin", [0x80, 2], large: true);
        hub.Add("onnx/model.onnx", [1, 2, 3], large: true);
        hub.Add("model.safetensors", Bytes(weights, 1), large: true);
        return hub;
    }

    public static byte[] Bytes(int length, int seed)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    public static string HashOf(byte[] bytes, bool large) => large
        ? Convert.ToHexStringLower(SHA256.HashData(bytes))
#pragma warning disable CA5350 // Git's name for a file.
        : Convert.ToHexStringLower(SHA1.HashData([.. Encoding.ASCII.GetBytes($"blob {bytes.Length}\0"), .. bytes]));
#pragma warning restore CA5350

    public static LoopbackAnswer Error(int status, string? code, string message = "", params (string Name, string Value)[] headers) =>
        new(status, [], [.. code is null ? [] : new[] { ("X-Error-Code", code) }, ("X-Error-Message", message), .. headers]);

    public string HashOf(string file) => HashOf(Files[file], Large.Contains(file));

    public void Add(string file, byte[] bytes, bool large = false)
    {
        Files[file] = bytes;
        if (large)
            Large.Add(file);
    }

    public static LoopbackAnswer Send(byte[] bytes, LoopbackRequest request, params (string Name, string Value)[] headers)
    {
        long from = request.From;
        if (from == 0)
            return new LoopbackAnswer(200, bytes, headers);
        if (from >= bytes.Length)
            return new LoopbackAnswer(416, [], headers);
        return new LoopbackAnswer(206, bytes[(int)from..], [.. headers, ("Content-Range", $"bytes {from}-{bytes.Length - 1}/{bytes.Length}")]);
    }

    public void Dispose()
    {
        hub.Dispose();
        store.Dispose();
    }

    private static async Task<LoopbackAnswer> Answer(LoopbackRequest request, Func<LoopbackRequest, Task<LoopbackAnswer?>>? intercept, Func<LoopbackRequest, LoopbackAnswer> usual) =>
        (intercept is null ? null : await intercept(request).ConfigureAwait(false)) ?? usual(request);

    private LoopbackAnswer AnswerStore(LoopbackRequest request)
    {
        string hash = request.Target.Split('/')[^1];
        string? file = Large.FirstOrDefault(name => HashOf(name) == hash);
        return file is null ? new LoopbackAnswer(404, []) : Send(Files[file], request);
    }

    private LoopbackAnswer AnswerHub(LoopbackRequest request)
    {
        string path = Uri.UnescapeDataString(request.Target.Split('?')[0]);
        const string Api = $"/api/models/{Name}/revision/", Resolve = $"/{Name}/resolve/{Commit}/";
        if (path.StartsWith(Api, StringComparison.Ordinal))
            return Revisions.Contains(path[Api.Length..]) ? new LoopbackAnswer(200, Listing()) : Error(404, "RevisionNotFound", "Invalid rev id");
        if (!path.StartsWith(Resolve, StringComparison.Ordinal))
            return Error(request.Authorization is null ? 401 : 404, "RepoNotFound", "Repository not found");
        string file = path[Resolve.Length..];
        if (!Files.TryGetValue(file, out byte[]? bytes))
            return Error(404, "EntryNotFound", "Entry not found");
        (string, string)[] headers = [("ETag", $"\"{HashOf(file)}\""), ("X-Repo-Commit", Commit)];
        return Large.Contains(file)
            ? new LoopbackAnswer(302, [], ("X-Linked-ETag", $"\"{HashOf(file)}\""), ("X-Linked-Size", $"{bytes.Length}"), ("Location", $"{StoreEndpoint}/store/{HashOf(file)}"))
            : Send(bytes, request, headers);
    }

    private byte[] Listing()
    {
        var siblings = Files.Select(file => !ListsHashes
            ? (object)new { rfilename = file.Key }
            : Large.Contains(file.Key)
                ? new { rfilename = file.Key, size = file.Value.Length, blobId = new string('a', 40), lfs = new { sha256 = HashOf(file.Key), size = file.Value.Length, pointerSize = 134 } }
                : new { rfilename = file.Key, size = file.Value.Length, blobId = HashOf(file.Key) });
        return JsonSerializer.SerializeToUtf8Bytes(new { id = Name, sha = Commit, siblings });
    }
}
