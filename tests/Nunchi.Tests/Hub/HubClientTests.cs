using System.Text;
using Nunchi.Hub;

namespace Nunchi.Tests.Hub;

public class HubClientTests
{
    private static readonly HubRepository Tiny = HubRepository.Parse(LoopbackHub.Name);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Pull_Model_FetchesWhatAModelNeedsIntoTheSharedLayout()
    {
        using var hub = LoopbackHub.WithModel();
        using var cache = new TemporaryCache();

        PulledModel pulled = await Pull(hub, cache);

        Assert.Equal(cache.Snapshot, pulled.Directory);
        Assert.Equal(["config.json", "model.safetensors", "tokenizer.json"], cache.Files($"snapshots/{LoopbackHub.Commit}"));
        Assert.Equal(new[] { "config.json", "tokenizer.json", "model.safetensors" }.Select(hub.HashOf).Order(StringComparer.Ordinal), cache.Files("blobs"));
        Assert.Equal(LoopbackHub.Commit, await File.ReadAllTextAsync(Path.Combine(cache.Folder, "refs", "main"), Token));
        Assert.Equal(hub.Files["model.safetensors"], await File.ReadAllBytesAsync(Path.Combine(cache.Snapshot, "model.safetensors"), Token));
        Assert.Equal(Path.Combine("..", "..", "blobs", hub.HashOf("model.safetensors")), new FileInfo(Path.Combine(cache.Snapshot, "model.safetensors")).LinkTarget);
        Assert.True(File.Exists(Path.Combine(cache.Directory, ".locks", "models--org--tiny", hub.HashOf("config.json") + ".lock")));
        Assert.Equal(pulled.Bytes, pulled.Received);
    }

    [Fact]
    public async Task Pull_Again_FetchesNothing()
    {
        using var hub = LoopbackHub.WithModel();
        using var cache = new TemporaryCache();
        await Pull(hub, cache);
        int before = hub.Requests.Count;

        PulledModel again = await Pull(hub, cache);

        Assert.Equal(0, again.Received);
        Assert.Equal(before + 1, hub.Requests.Count); // the listing
        Assert.Single(hub.StoreRequests);
    }

    [Fact]
    public async Task Pull_BlobOfAnotherTool_IsTakenAsItIs()
    {
        using var hub = LoopbackHub.WithModel();
        using var cache = new TemporaryCache();
        Directory.CreateDirectory(Path.Combine(cache.Folder, "blobs"));
        await File.WriteAllBytesAsync(cache.Blob(hub.HashOf("model.safetensors")), hub.Files["model.safetensors"], Token);

        await Pull(hub, cache);

        Assert.Empty(hub.StoreRequests);
        Assert.True(File.Exists(Path.Combine(cache.Snapshot, "model.safetensors")));
    }

    [Fact]
    public async Task Pull_Shards_FetchesThoseThatTheIndexNames()
    {
        using var hub = Sharded("{\"weight_map\":{\"a\":\"model-1.safetensors\",\"b\":\"model-2.safetensors\",\"c\":\"model-1.safetensors\"}}");
        hub.Add("other-3.safetensors", [1], large: true);
        using var cache = new TemporaryCache();

        await Pull(hub, cache);

        Assert.Equal(["config.json", "model-1.safetensors", "model-2.safetensors", "model.safetensors.index.json"], cache.Files($"snapshots/{LoopbackHub.Commit}"));
    }

    [Theory]
    [InlineData("../../evil.safetensors")]
    [InlineData("/etc/passwd")]
    [InlineData("a\\\\b.safetensors")]
    public async Task Pull_IndexNamesAPathOutside_IsRefused(string shard)
    {
        using var hub = Sharded($"{{\"weight_map\":{{\"a\":\"{shard}\"}}}}");
        using var cache = new TemporaryCache();

        HubException failure = await Assert.ThrowsAsync<HubException>(() => Pull(hub, cache));

        Assert.Equal(HubFailure.Refused, failure.Failure);
        Assert.Contains("paths out of the directory", failure.Message);
        Assert.Null(new HubCache(cache.Directory).Find(Tiny));
    }

    [Theory]
    [InlineData("../../../evil.json")]
    [InlineData("/tmp/evil.json")]
    [InlineData("a/../../evil.json")]
    [InlineData("c:evil.json")]
    [InlineData("a\\..\\evil.json")]
    [InlineData("a//evil.json")]
    public async Task Pull_ListedNameLeadsOutside_FetchesNothing(string name)
    {
        using var hub = LoopbackHub.WithModel();
        hub.Add(name, [1, 2, 3]);
        using var cache = new TemporaryCache();

        HubException failure = await Assert.ThrowsAsync<HubException>(() => Pull(hub, cache, "*.json"));

        Assert.Equal(HubFailure.Refused, failure.Failure);
        Assert.Empty(cache.Files("blobs"));
    }

    [Fact]
    public async Task Pull_Patterns_FetchesFoldersTooButNoPickles()
    {
        using var hub = LoopbackHub.WithModel();
        using var cache = new TemporaryCache();

        await Pull(hub, cache, "onnx/*", "README.md");
        HubException failure = await Assert.ThrowsAsync<HubException>(() => Pull(hub, cache, "*.bin"));

        Assert.Equal(["README.md", "onnx/model.onnx"], cache.Files($"snapshots/{LoopbackHub.Commit}"));
        Assert.Equal(Path.Combine("..", "..", "..", "blobs", hub.HashOf("onnx/model.onnx")), new FileInfo(Path.Combine(cache.Snapshot, "onnx", "model.onnx")).LinkTarget);
        Assert.Equal(HubFailure.Refused, failure.Failure);
        Assert.Contains("run code", failure.Message);
    }

    [Fact]
    public async Task Pull_OnlyPickles_IsRefusedWithTheReason()
    {
        using var hub = LoopbackHub.WithModel();
        hub.Files.Remove("model.safetensors");
        using var cache = new TemporaryCache();

        HubException failure = await Assert.ThrowsAsync<HubException>(() => Pull(hub, cache));

        Assert.Equal(HubFailure.Refused, failure.Failure);
        Assert.Contains("pytorch_model.bin", failure.Message);
        Assert.Contains("run code", failure.Message);
    }

    [Fact]
    public async Task Pull_ConnectionIsCutAgainAndAgain_GoesOnWhereItWas()
    {
        using var hub = LoopbackHub.WithModel(weights: 1_000_000);
        using var cache = new TemporaryCache();
        hub.StoreIntercept = request => Task.FromResult<LoopbackAnswer?>(LoopbackHub.Send(hub.Files["model.safetensors"], request) is { Body.Length: > 150_000 } answer ? answer with { CutAfter = 150_000 } : null);

        PulledModel pulled = await Pull(hub, cache);

        Assert.Equal(hub.Files["model.safetensors"], await File.ReadAllBytesAsync(Path.Combine(pulled.Directory, "model.safetensors"), Token));
        Assert.Equal(pulled.Bytes, pulled.Received); // no byte came twice
        Assert.True(hub.StoreRequests.Select(request => request.From).Distinct().Count() >= 6);
    }

    [Fact]
    public async Task Pull_ServerDies_KeepsThePartAndTheNextPullGoesOn()
    {
        using var hub = LoopbackHub.WithModel(weights: 1_000_000);
        using var cache = new TemporaryCache();
        hub.StoreIntercept = request => Task.FromResult<LoopbackAnswer?>(request.From == 0
            ? new LoopbackAnswer(200, hub.Files["model.safetensors"]) { CutAfter = 400_000 }
            : new LoopbackAnswer(500, []));

        HubException failure = await Assert.ThrowsAsync<HubException>(() => Pull(hub, cache));
        string partial = cache.Blob(hub.HashOf("model.safetensors")) + ".incomplete";
        Assert.Equal(HubFailure.Network, failure.Failure);
        Assert.Equal(400_000, new FileInfo(partial).Length);
        Assert.Null(new HubCache(cache.Directory).Find(Tiny));
        hub.StoreIntercept = null;

        PulledModel pulled = await Pull(hub, cache);

        Assert.Equal(600_000, pulled.Received);
        Assert.False(File.Exists(partial));
        Assert.Equal(hub.Files["model.safetensors"], await File.ReadAllBytesAsync(Path.Combine(pulled.Directory, "model.safetensors"), Token));
    }

    [Fact]
    public async Task Pull_ServerIgnoresRanges_StartsOver()
    {
        using var hub = LoopbackHub.WithModel();
        using var cache = new TemporaryCache();
        bool first = true;
        hub.StoreIntercept = _ =>
        {
            LoopbackAnswer answer = new(200, hub.Files["model.safetensors"]) { CutAfter = first ? 100_000 : null };
            first = false;
            return Task.FromResult<LoopbackAnswer?>(answer);
        };

        PulledModel pulled = await Pull(hub, cache);

        Assert.Equal(hub.Files["model.safetensors"], await File.ReadAllBytesAsync(Path.Combine(pulled.Directory, "model.safetensors"), Token));
    }

    [Fact]
    public async Task Pull_DamagedPartOfAnEarlierPull_IsFetchedAnew()
    {
        using var hub = LoopbackHub.WithModel();
        using var cache = new TemporaryCache();
        Directory.CreateDirectory(Path.Combine(cache.Folder, "blobs"));
        await File.WriteAllBytesAsync(cache.Blob(hub.HashOf("model.safetensors")) + ".incomplete", new byte[1000], Token);

        PulledModel pulled = await Pull(hub, cache);

        Assert.Equal(hub.Files["model.safetensors"], await File.ReadAllBytesAsync(Path.Combine(pulled.Directory, "model.safetensors"), Token));
    }

    [Theory]
    [InlineData("model.safetensors")]
    [InlineData("config.json")]
    public async Task Pull_WrongChecksum_ThrowsTheFileAway(string file)
    {
        using var hub = LoopbackHub.WithModel();
        using var cache = new TemporaryCache();
        byte[] wrong = [.. hub.Files[file]];
        wrong[^1] ^= 1;
        hub.Intercept = request => Task.FromResult(request.Target.EndsWith("/" + file, StringComparison.Ordinal) ? new LoopbackAnswer(200, wrong) : null);

        HubException failure = await Assert.ThrowsAsync<HubException>(() => Pull(hub, cache));

        Assert.Equal(HubFailure.Checksum, failure.Failure);
        Assert.Contains(file, failure.Message);
        Assert.Contains(hub.HashOf(file), failure.Message);
        Assert.DoesNotContain(cache.Files("blobs"), name => name.StartsWith(hub.HashOf(file), StringComparison.Ordinal));
        Assert.Null(new HubCache(cache.Directory).Find(Tiny));
    }

    [Fact]
    public async Task Pull_MoreBytesThanListed_IsGivenUp()
    {
        using var hub = LoopbackHub.WithModel();
        using var cache = new TemporaryCache();
        hub.StoreIntercept = _ => Task.FromResult<LoopbackAnswer?>(new LoopbackAnswer(200, new byte[hub.Files["model.safetensors"].Length + 1]));

        HubException failure = await Assert.ThrowsAsync<HubException>(() => Pull(hub, cache));

        Assert.Contains("sends more than", failure.Message);
    }

    [Fact]
    public async Task Pull_RedirectToAnotherHost_TokenDoesNotFollow()
    {
        using var hub = LoopbackHub.WithModel();
        using var cache = new TemporaryCache();

        await Pull(cache.Options(hub) with { Token = "hf_secret" });

        Assert.All(hub.Requests, request => Assert.Equal("Bearer hf_secret", request.Authorization));
        Assert.NotEmpty(hub.StoreRequests);
        Assert.All(hub.StoreRequests, request => Assert.DoesNotContain(request.Headers.Values, value => value.Contains("hf_secret", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Pull_RenamedRepository_FollowsWithTheToken()
    {
        using var hub = LoopbackHub.WithModel();
        using var cache = new TemporaryCache();
        hub.Intercept = request => Task.FromResult(request.Target.Contains("org/old", StringComparison.Ordinal)
            ? new LoopbackAnswer(307, [], ("Location", request.Target.Replace("org/old", LoopbackHub.Name, StringComparison.Ordinal))) : null);
        using var client = new HubClient(cache.Options(hub) with { Token = "hf_secret" });

        PulledModel pulled = await client.PullAsync(HubRepository.Parse("org/old"), cancellation: Token);

        Assert.True(File.Exists(Path.Combine(pulled.Directory, "model.safetensors")));
        Assert.All(hub.Requests, request => Assert.NotNull(request.Authorization));
    }

    [Fact]
    public async Task Pull_RedirectsInACircle_IsGivenUp()
    {
        using var hub = LoopbackHub.WithModel();
        using var cache = new TemporaryCache();
        hub.Intercept = request => Task.FromResult<LoopbackAnswer?>(new LoopbackAnswer(302, [], ("Location", request.Target)));

        Assert.Equal(HubFailure.BadAnswer, (await Assert.ThrowsAsync<HubException>(() => Pull(hub, cache))).Failure);
    }

    [Theory]
    [InlineData(401, "RepoNotFound", "", false, HubFailure.RepositoryNotFound, "no repository org/tiny")]
    [InlineData(404, "RepoNotFound", "", true, HubFailure.RepositoryNotFound, "does not open it")]
    [InlineData(404, "RevisionNotFound", "", false, HubFailure.RevisionNotFound, "no branch, tag or commit \"main\"")]
    [InlineData(401, "GatedRepo", "Access to model is restricted", false, HubFailure.Gated, "then set HF_TOKEN")]
    [InlineData(403, "GatedRepo", "not in the authorized list", true, HubFailure.Gated, "the token that was sent has no access")]
    [InlineData(401, null, "Invalid credentials in Authorization header", true, HubFailure.Unauthorized, "does not accept the token")]
    [InlineData(401, null, "", false, HubFailure.RepositoryNotFound, "or it is private")]
    [InlineData(403, null, "no", true, HubFailure.Unauthorized, "forbids")]
    [InlineData(404, null, "", false, HubFailure.RepositoryNotFound, "no repository")]
    [InlineData(418, null, "", false, HubFailure.BadAnswer, "418")]
    public async Task Pull_ServerRefuses_IsToldApart(int status, string? code, string message, bool token, HubFailure expected, string told)
    {
        using var hub = LoopbackHub.WithModel();
        using var cache = new TemporaryCache();
        hub.Intercept = _ => Task.FromResult<LoopbackAnswer?>(LoopbackHub.Error(status, code, message));

        HubException failure = await Assert.ThrowsAsync<HubException>(() => Pull(cache.Options(hub) with { Token = token ? "hf_x" : null }));

        Assert.Equal(expected, failure.Failure);
        Assert.Contains(told, failure.Message);
        Assert.DoesNotContain("hf_x", failure.Message);
        Assert.Empty(cache.Pauses);
    }

    [Fact]
    public async Task Pull_FileIsGone_NamesIt()
    {
        using var hub = LoopbackHub.WithModel();
        using var cache = new TemporaryCache();
        hub.Intercept = request => Task.FromResult(request.Target.EndsWith("tokenizer.json", StringComparison.Ordinal) ? LoopbackHub.Error(404, "EntryNotFound") : null);

        HubException failure = await Assert.ThrowsAsync<HubException>(() => Pull(hub, cache));

        Assert.Equal(HubFailure.FileNotFound, failure.Failure);
        Assert.Contains("tokenizer.json", failure.Message);
    }

    [Fact]
    public async Task Pull_TooManyRequests_WaitsAsLongAsAsked()
    {
        using var hub = LoopbackHub.WithModel();
        using var cache = new TemporaryCache();
        int refusals = 2;
        hub.Intercept = _ => Task.FromResult(refusals-- > 0 ? LoopbackHub.Error(429, null, "", ("Retry-After", "7")) : null);

        await Pull(hub, cache);

        Assert.Equal([TimeSpan.FromSeconds(7), TimeSpan.FromSeconds(7)], cache.Pauses);
    }

    [Fact]
    public async Task Pull_TooManyRequestsForTooLong_SaysForHowLong()
    {
        using var hub = LoopbackHub.WithModel();
        using var cache = new TemporaryCache();
        hub.Intercept = _ => Task.FromResult<LoopbackAnswer?>(LoopbackHub.Error(429, null, "", ("Retry-After", "3600")));

        HubException failure = await Assert.ThrowsAsync<HubException>(() => Pull(hub, cache));

        Assert.Equal(HubFailure.RateLimited, failure.Failure);
        Assert.Contains("60 minutes", failure.Message);
        Assert.Empty(cache.Pauses);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    public async Task Pull_ServerFailsForAWhile_IsAskedAgain(int status)
    {
        using var hub = LoopbackHub.WithModel();
        using var cache = new TemporaryCache();
        int failures = 3;
        hub.StoreIntercept = _ => Task.FromResult(failures-- > 0 ? new LoopbackAnswer(status, []) : null);

        await Pull(hub, cache);

        Assert.Equal([1, 2, 4], cache.Pauses.Select(pause => pause.TotalSeconds));
    }

    [Fact]
    public async Task Pull_ServerFailsForever_IsGivenUp()
    {
        using var hub = LoopbackHub.WithModel();
        using var cache = new TemporaryCache();
        hub.Intercept = _ => Task.FromResult<LoopbackAnswer?>(new LoopbackAnswer(503, []));

        HubException failure = await Assert.ThrowsAsync<HubException>(() => Pull(hub, cache));

        Assert.Equal(HubFailure.Network, failure.Failure);
        Assert.Contains("503, 5 times in a row", failure.Message);
    }

    [Fact]
    public async Task Pull_NobodyListens_SaysWhere()
    {
        using var hub = LoopbackHub.WithModel();
        using var cache = new TemporaryCache();
        HubOptions options = cache.Options(hub);
        hub.Dispose();

        HubException failure = await Assert.ThrowsAsync<HubException>(() => Pull(options));

        Assert.Equal(HubFailure.Network, failure.Failure);
        Assert.Contains(options.Endpoint.Authority, failure.Message);
    }

    [Fact]
    public async Task Pull_ServerSaysNothing_CountsAsBroken()
    {
        using var hub = LoopbackHub.WithModel();
        using var cache = new TemporaryCache();
        var never = new TaskCompletionSource<LoopbackAnswer?>();
        hub.Intercept = _ => never.Task;

        HubException failure = await Assert.ThrowsAsync<HubException>(() => Pull(cache.Options(hub) with { Silence = TimeSpan.FromMilliseconds(50), Attempts = 2 }));

        Assert.Contains("does not answer", failure.Message);
    }

    [Theory]
    [InlineData("<html>")]
    [InlineData("[]")]
    [InlineData("{\"sha\":\"../../x\",\"siblings\":[]}")]
    [InlineData("{\"sha\":\"0123456789abcdef0123456789abcdef01234567\"}")]
    [InlineData("{\"sha\":\"0123456789abcdef0123456789abcdef01234567\",\"siblings\":[{\"size\":1}]}")]
    [InlineData("{\"sha\":\"0123456789abcdef0123456789abcdef01234567\",\"siblings\":[7]}")]
    public async Task Pull_ListingMakesNoSense_SaysSo(string json)
    {
        using var hub = LoopbackHub.WithModel();
        using var cache = new TemporaryCache();
        hub.Intercept = _ => Task.FromResult<LoopbackAnswer?>(new LoopbackAnswer(200, Encoding.UTF8.GetBytes(json)));

        HubException failure = await Assert.ThrowsAsync<HubException>(() => Pull(hub, cache));

        Assert.Equal(HubFailure.BadAnswer, failure.Failure);
        Assert.Empty(Directory.EnumerateFileSystemEntries(cache.Directory));
    }

    [Fact]
    public async Task Pull_ListingWithoutHashes_AsksForEachFile()
    {
        using var hub = LoopbackHub.WithModel();
        hub.ListsHashes = false;
        using var cache = new TemporaryCache();

        PulledModel pulled = await Pull(hub, cache);

        Assert.Equal(3, hub.Requests.Count(request => request.Method == "HEAD"));
        Assert.Equal(hub.Files["model.safetensors"], await File.ReadAllBytesAsync(Path.Combine(pulled.Directory, "model.safetensors"), Token));
    }

    [Fact]
    public async Task Pull_DiskTooSmall_SaysSoBeforeTheWeights()
    {
        using var hub = LoopbackHub.WithModel();
        using var cache = new TemporaryCache();

        HubException failure = await Assert.ThrowsAsync<HubException>(() => Pull(cache.Options(hub) with { FreeSpace = _ => 1000 }));

        Assert.Equal(HubFailure.DiskFull, failure.Failure);
        Assert.Contains("1.0 kB free", failure.Message);
        Assert.Empty(hub.StoreRequests);
    }

    [Fact]
    public async Task Pull_TwoAtOnce_FetchEachFileOnce()
    {
        using var hub = LoopbackHub.WithModel(weights: 2_000_000);
        using var cache = new TemporaryCache();
        var bothRun = new TaskCompletionSource();
        int listings = 0;
        hub.Intercept = request =>
        {
            if (request.Target.StartsWith("/api/", StringComparison.Ordinal) && Interlocked.Increment(ref listings) == 2)
                bothRun.SetResult();
            return Task.FromResult<LoopbackAnswer?>(null);
        };
        hub.StoreIntercept = async _ =>
        {
            await bothRun.Task;
            return null;
        };

        PulledModel[] pulled = await Task.WhenAll(Pull(hub, cache), Pull(hub, cache));

        Assert.Equal(pulled[0].Directory, pulled[1].Directory);
        Assert.Equal(pulled[0].Bytes, pulled.Sum(model => model.Received));
        Assert.Single(hub.StoreRequests);
        Assert.Equal(hub.Files["model.safetensors"], await File.ReadAllBytesAsync(Path.Combine(cache.Snapshot, "model.safetensors"), Token));
    }

    [Fact]
    public async Task Pull_Cancelled_StopsAndLooksIncomplete()
    {
        using var hub = LoopbackHub.WithModel();
        using var cache = new TemporaryCache();
        using var stop = new CancellationTokenSource();
        hub.StoreIntercept = _ =>
        {
            stop.Cancel();
            return Task.FromResult<LoopbackAnswer?>(null);
        };
        using var client = new HubClient(cache.Options(hub));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.PullAsync(Tiny, cancellation: stop.Token));

        Assert.Null(new HubCache(cache.Directory).Find(Tiny));
    }

    [Fact]
    public async Task Pull_NoLinks_PutsTheFilesThemselves()
    {
        using var hub = LoopbackHub.WithModel();
        using var cache = new TemporaryCache();

        PulledModel pulled = await Pull(cache.Options(hub) with { MakeLink = (_, _) => throw new UnauthorizedAccessException() });

        Assert.Null(new FileInfo(Path.Combine(pulled.Directory, "model.safetensors")).LinkTarget);
        Assert.Equal(hub.Files["model.safetensors"], await File.ReadAllBytesAsync(Path.Combine(pulled.Directory, "model.safetensors"), Token));
        Assert.Equal(pulled.Directory, new HubCache(cache.Directory).Find(Tiny));
    }

    [Fact]
    public async Task Pull_Progress_EndsWithEverything()
    {
        using var hub = LoopbackHub.WithModel();
        using var cache = new TemporaryCache();
        var told = new Recorder();
        using var client = new HubClient(cache.Options(hub));

        PulledModel pulled = await client.PullAsync(Tiny, progress: told, cancellation: Token);

        Assert.Equal((3, 3, pulled.Bytes, pulled.Bytes), (told.Last!.FilesDone, told.Last.Files, told.Last.BytesDone, told.Last.Bytes));
    }

    [Fact]
    public async Task Locate_InTheCache_AsksNobody()
    {
        using var hub = LoopbackHub.WithModel();
        using var cache = new TemporaryCache();
        await Pull(hub, cache);
        int before = hub.Requests.Count;
        using var client = new HubClient(cache.Options(hub) with { Offline = true });

        string directory = await client.LocateAsync(Tiny, cancellation: Token);
        string pinned = await client.LocateAsync(HubRepository.Parse($"{LoopbackHub.Name}@{LoopbackHub.Commit}"), cancellation: Token);

        Assert.Equal(cache.Snapshot, directory);
        Assert.Equal(directory, pinned);
        Assert.Equal(before, hub.Requests.Count);
    }

    [Fact]
    public async Task Locate_Offline_SaysWhatIsMissing()
    {
        using var hub = LoopbackHub.WithModel();
        using var cache = new TemporaryCache();
        using var client = new HubClient(cache.Options(hub) with { Offline = true });

        HubException nothing = await Assert.ThrowsAsync<HubException>(() => client.LocateAsync(Tiny, cancellation: Token));
        await Pull(hub, cache);
        File.Delete(cache.Blob(hub.HashOf("model.safetensors")));
        HubException part = await Assert.ThrowsAsync<HubException>(() => client.LocateAsync(Tiny, cancellation: Token));

        Assert.Equal((HubFailure.Offline, HubFailure.Offline), (nothing.Failure, part.Failure));
        Assert.Contains("is not in", nothing.Message);
        Assert.Contains("model.safetensors is missing", part.Message);
    }

    [Fact]
    public async Task Locate_IncompleteInTheCache_FetchesTheRest()
    {
        using var hub = LoopbackHub.WithModel();
        using var cache = new TemporaryCache();
        await Pull(hub, cache);
        File.Delete(cache.Blob(hub.HashOf("model.safetensors")));
        using var client = new HubClient(cache.Options(hub));

        string directory = await client.LocateAsync(Tiny, cancellation: Token);

        Assert.Equal(hub.Files["model.safetensors"], await File.ReadAllBytesAsync(Path.Combine(directory, "model.safetensors"), Token));
    }

    [Theory]
    [InlineData("varco2-tiny")]
    [InlineData("varco2-tiny-sharded")]
    public async Task Pull_RealCheckpoint_LoadsThroughTheLinks(string golden)
    {
        using var hub = new LoopbackHub();
        foreach (string file in Directory.EnumerateFiles(Path.Combine(RepositoryFiles.Goldens, golden)))
            hub.Add(Path.GetFileName(file), await File.ReadAllBytesAsync(file, Token), large: file.EndsWith(".safetensors", StringComparison.Ordinal));
        using var cache = new TemporaryCache();

        PulledModel pulled = await Pull(hub, cache);

        using Nunchi.Generation.ChatEngine engine = Nunchi.Generation.ChatEngine.Load(pulled.Directory);
        Assert.Equal("llava_onevision", engine.Info.Family);
        Assert.Equal(LoopbackHub.Name, engine.Info.Name);
        Assert.Equal(hub.Files.Count, pulled.Files.Count);
    }

    private static LoopbackHub Sharded(string index)
    {
        var hub = new LoopbackHub();
        hub.Add("config.json", "{}"u8.ToArray());
        hub.Add("model.safetensors.index.json", Encoding.UTF8.GetBytes(index));
        hub.Add("model-1.safetensors", LoopbackHub.Bytes(5000, 2), large: true);
        hub.Add("model-2.safetensors", LoopbackHub.Bytes(6000, 3), large: true);
        return hub;
    }

    private static Task<PulledModel> Pull(LoopbackHub hub, TemporaryCache cache, params string[] patterns) => Pull(cache.Options(hub), patterns);

    private static async Task<PulledModel> Pull(HubOptions options, params string[] patterns)
    {
        using var client = new HubClient(options);
        return await client.PullAsync(Tiny, patterns.Length == 0 ? null : patterns, cancellation: Token);
    }

    private sealed class Recorder : IProgress<PullProgress>
    {
        public PullProgress? Last { get; private set; }

        public void Report(PullProgress value) => Last = value;
    }
}
