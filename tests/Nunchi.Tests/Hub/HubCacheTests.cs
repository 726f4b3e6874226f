using Nunchi.Hub;
using Nunchi.Tensors.Safetensors;

namespace Nunchi.Tests.Hub;

public class HubCacheTests
{
    private const string Other = "fedcba9876543210fedcba9876543210fedcba98";

    [Fact]
    public void List_AsPythonLeavesIt_TellsRevisionsAndSharedBytesOnce()
    {
        using var cache = new TemporaryCache();
        Fill(cache);

        CachedModel model = Assert.Single(new HubCache(cache.Directory).List());

        Assert.Equal("org/tiny", model.Name);
        Assert.Equal(2 + 100 + 50, model.Bytes);
        Assert.Equal([LoopbackHub.Commit, Other], model.Revisions.Select(revision => revision.Commit));
        Assert.Equal(["main", "refs/pr/1"], model.Revisions[0].Names);
        Assert.Equal(102, model.Revisions[0].Bytes);
        Assert.Null(model.Revisions[0].Missing);
        Assert.Equal("config.json", model.Revisions[1].Missing);
    }

    [Fact]
    public void Find_RevisionWithSlashes_FollowsTheRef()
    {
        using var cache = new TemporaryCache();
        Fill(cache);
        var hub = new HubCache(cache.Directory);

        Assert.Equal(cache.Snapshot, hub.Find(HubRepository.Parse("org/tiny")));
        Assert.Equal(cache.Snapshot, hub.Find(HubRepository.Parse("org/tiny@refs/pr/1")));
        Assert.Null(hub.Find(HubRepository.Parse("org/tiny@other")));
        Assert.Null(hub.Find(HubRepository.Parse($"org/tiny@{Other}"))); // not complete
    }

    [Fact]
    public void Remove_OneRevision_KeepsWhatTheOtherUses()
    {
        using var cache = new TemporaryCache();
        Fill(cache);

        long freed = new HubCache(cache.Directory).Remove("org/tiny@main");

        Assert.Equal(2, freed); // config.json; the weights are shared
        Assert.Equal(["weights", "weights2"], cache.Files("blobs"));
        Assert.Equal(["model.safetensors", "more.safetensors"], cache.Files($"snapshots/{Other}"));
        Assert.Empty(cache.Files("refs"));
    }

    [Fact]
    public void Remove_Model_LeavesNothing()
    {
        using var cache = new TemporaryCache();
        Fill(cache);

        long freed = new HubCache(cache.Directory).Remove("org/tiny");

        Assert.Equal(152, freed);
        Assert.Empty(Directory.EnumerateFileSystemEntries(cache.Directory));
    }

    [Fact]
    public async Task Remove_WhileFetched_IsRefused()
    {
        using var cache = new TemporaryCache();
        Fill(cache);
        string locks = Directory.CreateDirectory(Path.Combine(cache.Directory, ".locks", "models--org--tiny")).FullName;
        using (await FileLock.AcquireAsync(Path.Combine(locks, "weights.lock"), () => { }, TestContext.Current.CancellationToken))
            Assert.Contains("being fetched", Assert.Throws<IOException>(() => new HubCache(cache.Directory).Remove("org/tiny")).Message);

        new HubCache(cache.Directory).Remove("org/tiny");

        Assert.False(Directory.Exists(cache.Folder));
    }

    [Fact]
    public void Remove_NotThere_SaysSo()
    {
        using var cache = new TemporaryCache();

        Assert.Contains("org/tiny is not in", Assert.Throws<DirectoryNotFoundException>(() => new HubCache(cache.Directory).Remove("org/tiny")).Message);
    }

    [Theory]
    [InlineData("model-2.safetensors")]
    [InlineData("../x.safetensors")]
    public void Find_IndexNamesAShardThatIsNotThere_IsNotComplete(string shard)
    {
        using var cache = new TemporaryCache();
        Directory.CreateDirectory(cache.Snapshot);
        Directory.CreateDirectory(Path.Combine(cache.Folder, "refs"));
        File.WriteAllText(Path.Combine(cache.Folder, "refs", "main"), LoopbackHub.Commit);
        File.WriteAllText(Path.Combine(cache.Snapshot, "config.json"), "{}");
        File.WriteAllText(Path.Combine(cache.Snapshot, "model-1.safetensors"), "");
        File.WriteAllText(Path.Combine(cache.Snapshot, "model.safetensors.index.json"), $"{{\"weight_map\":{{\"a\":\"model-1.safetensors\",\"b\":\"{shard}\"}}}}");

        Assert.Null(new HubCache(cache.Directory).Find(HubRepository.Parse("org/tiny")));
    }

    // Two revisions that share their weights; the second has no config.json.
    private static void Fill(TemporaryCache cache)
    {
        string blobs = Directory.CreateDirectory(Path.Combine(cache.Folder, "blobs")).FullName;
        Directory.CreateDirectory(Path.Combine(cache.Folder, "refs", "refs", "pr"));
        File.WriteAllText(Path.Combine(cache.Folder, "refs", "main"), LoopbackHub.Commit);
        File.WriteAllText(Path.Combine(cache.Folder, "refs", "refs", "pr", "1"), LoopbackHub.Commit);
        File.WriteAllText(Path.Combine(blobs, "config"), "{}");
        File.WriteAllBytes(Path.Combine(blobs, "weights"), new byte[100]);
        File.WriteAllBytes(Path.Combine(blobs, "weights2"), new byte[50]);
        string other = Path.Combine(cache.Folder, "snapshots", Other);
        Directory.CreateDirectory(cache.Snapshot);
        Directory.CreateDirectory(other);
        File.CreateSymbolicLink(Path.Combine(cache.Snapshot, "config.json"), "../../blobs/config");
        File.CreateSymbolicLink(Path.Combine(cache.Snapshot, "model.safetensors"), "../../blobs/weights");
        File.CreateSymbolicLink(Path.Combine(other, "model.safetensors"), "../../blobs/weights");
        File.CreateSymbolicLink(Path.Combine(other, "more.safetensors"), "../../blobs/weights2");
    }
}
