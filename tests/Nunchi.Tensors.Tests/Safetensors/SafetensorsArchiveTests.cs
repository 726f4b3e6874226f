using Nunchi.Tensors.Safetensors;

namespace Nunchi.Tensors.Tests.Safetensors;

public sealed class SafetensorsArchiveTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();

    public void Dispose() => directory.Dispose();

    [Fact]
    public void Open_Shards_FindsTensorsInTheirFiles()
    {
        Shard("s1.safetensors", "a", 1);
        Shard("s2.safetensors", "b", 2);
        Index("""{"metadata":{"total_size":8},"weight_map":{"a":"s1.safetensors","b":"s2.safetensors"}}""");

        using SafetensorsArchive archive = SafetensorsArchive.Open(directory.Path);

        var found = archive.Find("b");
        Assert.NotNull(found);
        Assert.Equal("s2.safetensors", Path.GetFileName(found.Value.File.Path));
        Assert.Equal([2f], found.Value.File.ReadSingles("b"));
        Assert.Null(archive.Find("c"));
    }

    [Fact]
    public void Open_SingleFile_NeedsNoIndex()
    {
        Shard("model.safetensors", "a", 1);

        using SafetensorsArchive archive = SafetensorsArchive.Open(directory.Path);

        Assert.Equal(["a"], archive.Names);
    }

    [Fact]
    public void Open_MissingShard_IsNamed()
    {
        Index("""{"weight_map":{"a":"s1.safetensors"}}""");

        Assert.Contains("s1.safetensors", Assert.Throws<FileNotFoundException>(() => SafetensorsArchive.Open(directory.Path)).Message);
    }

    [Theory]
    [InlineData("/etc/passwd")]
    [InlineData("../other.safetensors")]
    [InlineData("sub/s1.safetensors")]
    [InlineData("..")]
    [InlineData("c:\\\\x")]
    [InlineData("")]
    public void Open_ShardOutsideTheDirectory_IsRefused(string shard)
    {
        Index($$$"""{"weight_map":{"a":"{{{shard}}}"}}""");

        Assert.Contains("not followed", Assert.Throws<InvalidDataException>(() => SafetensorsArchive.Open(directory.Path)).Message);
    }

    [Theory]
    [InlineData("[]", "weight_map")]
    [InlineData("{}", "weight_map")]
    [InlineData("{\"weight_map\":{\"a\":1}}", "name of a file")]
    [InlineData("{\"weight_map\":", "no valid JSON")]
    public void Open_DamagedIndex_Fails(string json, string fault)
    {
        Index(json);

        Assert.Contains(fault, Assert.Throws<InvalidDataException>(() => SafetensorsArchive.Open(directory.Path)).Message);
    }

    [Fact]
    public void Open_IndexAndShardDisagree_Fails()
    {
        Shard("s1.safetensors", "a", 1);
        Index("""{"weight_map":{"a":"s1.safetensors","b":"s1.safetensors"}}""");

        Assert.Contains("\"b\"", Assert.Throws<InvalidDataException>(() => SafetensorsArchive.Open(directory.Path)).Message);
    }

    [Fact]
    public void Open_SameTensorInTwoShards_Fails()
    {
        Shard("s1.safetensors", "a", 1);
        Shard("s2.safetensors", ["a", "b"]);
        Index("""{"weight_map":{"a":"s1.safetensors","b":"s2.safetensors"}}""");

        Assert.Contains("is also in", Assert.Throws<InvalidDataException>(() => SafetensorsArchive.Open(directory.Path)).Message);
    }

    [Fact]
    public void Open_NoWeights_SaysWhatIsExpected() =>
        Assert.Contains("model.safetensors", Assert.Throws<FileNotFoundException>(() => SafetensorsArchive.Open(directory.Path)).Message);

    private void Shard(string name, string tensor, float value) => Shard(name, [tensor], value);

    private void Shard(string name, string[] tensors, float value = 0)
    {
        using var writer = new SafetensorsWriter(directory.File(name), tensors.Select(tensor => new SafetensorsSlot(tensor, [1])));
        foreach (string tensor in tensors)
            writer.Write(tensor, [value]);
        writer.Commit();
    }

    private void Index(string json) => File.WriteAllText(directory.File("model.safetensors.index.json"), json);
}
