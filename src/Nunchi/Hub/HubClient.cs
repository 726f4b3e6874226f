using Nunchi.Tensors.Safetensors;
using Nunchi.Text;

namespace Nunchi.Hub;

/// <summary>Fetches models from a server that speaks the Hugging Face hub's protocol into the cache of this machine.</summary>
/// <remarks>Safe to use from several threads and in several processes at once.</remarks>
public sealed class HubClient : IDisposable
{
    private const int IndexLimit = 100_000_000;
    private readonly HubOptions _options;
    private readonly HubTransport _transport;
    private readonly HubProtocol _protocol;

    /// <summary>A client.</summary>
    /// <param name="options">Which hub and cache; null takes those of the environment.</param>
    public HubClient(HubOptions? options = null)
    {
        _options = options ?? HubOptions.FromEnvironment();
        _transport = new HubTransport(_options);
        _protocol = new HubProtocol(_transport, _options);
        Cache = new HubCache(_options.CacheDirectory);
    }

    /// <summary>The cache.</summary>
    public HubCache Cache { get; }

    /// <summary>The checkpoint directory of a model: from the cache without asking anybody when it is there, else fetched.</summary>
    /// <param name="repository">The model.</param>
    /// <param name="progress">Told how far it is; called from several threads, one at a time.</param>
    /// <param name="cancellation">Stops it; what has come is kept for the next time.</param>
    /// <exception cref="HubException">It is not there and cannot be fetched.</exception>
    public async Task<string> LocateAsync(HubRepository repository, IProgress<PullProgress>? progress = null, CancellationToken cancellation = default)
    {
        string directory = Cache.Find(repository) ?? (await PullAsync(repository, null, progress, cancellation).ConfigureAwait(false)).Directory;
        HubCache.Touch(directory);
        return directory;
    }

    /// <summary>Fetches what a checkpoint directory needs of a repository; what is in the cache already is not fetched again.</summary>
    /// <param name="repository">The model.</param>
    /// <param name="patterns">Fetch the files that fit one of these (<c>*</c>, <c>?</c>) instead; null for what a model needs.</param>
    /// <param name="progress">Told how far it is; called from several threads, one at a time.</param>
    /// <param name="cancellation">Stops it; what has come is kept for the next time.</param>
    /// <exception cref="HubException">It cannot be fetched; <see cref="HubException.Failure"/> says why.</exception>
    /// <exception cref="IOException">The cache cannot be written.</exception>
    public async Task<PulledModel> PullAsync(HubRepository repository, IReadOnlyList<string>? patterns = null, IProgress<PullProgress>? progress = null, CancellationToken cancellation = default)
    {
        if (_options.Offline)
            throw OfflineFailure(repository);
        var meter = new PullMeter(progress);
        HubListing listing = await _protocol.ListAsync(repository, meter.Note, cancellation).ConfigureAwait(false);
        var layout = new CacheLayout(Cache.Directory, repository.Name);
        IReadOnlyList<HubFile> chosen = patterns is null ? FileSelection.Of(listing, repository) : FileSelection.Matching(listing, repository, patterns);
        List<HubFile> files = await DescribeAsync(repository, listing, chosen, meter, cancellation).ConfigureAwait(false);
        Directory.CreateDirectory(layout.Blobs);
        var fresh = new HashSet<string>(StringComparer.Ordinal);
        if (patterns is null && files.Find(file => file.Path == SafetensorsArchive.IndexFileName) is { } index && files.TrueForAll(file => file.Path != SafetensorsArchive.SingleFileName))
            files.AddRange(await FetchIndexAsync(repository, listing, layout, index, meter, fresh, cancellation).ConfigureAwait(false));
        Expect(repository, layout, files, meter);
        await FetchAsync(repository, listing, layout, files, meter, fresh, cancellation).ConfigureAwait(false);
        foreach (HubFile file in files)
            layout.Place(listing.Commit, file, fresh.Contains(file.Hash!), _options.MakeLink);
        layout.WriteRef(repository, listing.Commit);
        return new PulledModel(repository, listing.Commit, layout.Snapshot(listing.Commit), [.. files.Select(file => file.Path)], files.Sum(file => file.Size!.Value), meter.Received);
    }

    /// <summary>Closes the connections.</summary>
    public void Dispose() => _transport.Dispose();

    private HubException OfflineFailure(HubRepository repository)
    {
        string state = Cache.Look(repository) is { Missing: { } missing } ? $"is not complete in {Cache.Directory}: {missing} is missing" : $"is not in {Cache.Directory}";
        return new HubException(HubFailure.Offline, $"{repository} {state}, and the network is off (HF_HUB_OFFLINE). Fetch it where there is a network (nunchi pull {repository}), or name a checkpoint directory.");
    }

    private async Task<List<HubFile>> DescribeAsync(HubRepository repository, HubListing listing, IReadOnlyList<HubFile> files, PullMeter meter, CancellationToken cancellation)
    {
        var known = new List<HubFile>(files.Count);
        foreach (HubFile file in files)
        {
            if (!HubPath.IsSafe(file.Path))
                throw new HubException(HubFailure.Refused, $"{repository} lists a file named \"{HubText.Shown(file.Path)}\", which leads out of its directory or is no file name everywhere. Nothing was fetched.");
            known.Add(file.IsKnown ? file : await _protocol.DescribeAsync(repository, listing.Commit, file, meter.Note, cancellation).ConfigureAwait(false));
        }
        return known;
    }

    private async Task<List<HubFile>> FetchIndexAsync(HubRepository repository, HubListing listing, CacheLayout layout, HubFile index, PullMeter meter, HashSet<string> fresh, CancellationToken cancellation)
    {
        if (index.Size > IndexLimit)
            throw new HubException(HubFailure.BadAnswer, $"{repository}, {index.Path}: {index.Size} bytes; an index has at most {IndexLimit}.");
        await FetchAsync(repository, listing, layout, [index], new PullMeter(null), fresh, cancellation).ConfigureAwait(false);
        byte[] json = await File.ReadAllBytesAsync(layout.Blob(index.Hash!), cancellation).ConfigureAwait(false);
        return await DescribeAsync(repository, listing, FileSelection.Shards(listing, repository, json), meter, cancellation).ConfigureAwait(false);
    }

    private void Expect(HubRepository repository, CacheLayout layout, List<HubFile> files, PullMeter meter)
    {
        long needed = 0;
        foreach (HubFile file in files.DistinctBy(file => file.Hash))
        {
            var partial = new FileInfo(layout.Blob(file.Hash!) + ".incomplete");
            if (!File.Exists(layout.Blob(file.Hash!)))
                needed += Math.Max(0, file.Size!.Value - (partial.Exists ? partial.Length : 0));
        }
        if (needed > 0 && _options.FreeSpace(layout.Blobs) is { } free && free < needed)
            throw new HubException(HubFailure.DiskFull, $"{repository} needs {Quantities.Bytes(needed)} more, and the disk of {Cache.Directory} has {Quantities.Bytes(free)} free. Make room (nunchi models remove NAME), or set HF_HUB_CACHE to another disk.");
        meter.Expect(files.Count, files.Sum(file => file.Size!.Value));
    }

    private async Task FetchAsync(HubRepository repository, HubListing listing, CacheLayout layout, IReadOnlyList<HubFile> files, PullMeter meter, HashSet<string> fresh, CancellationToken cancellation)
    {
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = _options.FilesAtOnce, CancellationToken = cancellation };
        try
        {
            await Parallel.ForEachAsync(files, parallel, async (file, stop) =>
            {
                var download = new FileDownload(_transport, _options, layout, repository, _protocol.FileAddress(repository, listing.Commit, file.Path), file, meter);
                if (await download.RunAsync(stop).ConfigureAwait(false))
                {
                    lock (fresh)
                        fresh.Add(file.Hash!);
                }
            }).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellation);
        }
    }
}
