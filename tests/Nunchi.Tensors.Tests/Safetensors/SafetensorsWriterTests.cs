using System.Text;
using Nunchi.Tensors.Safetensors;

namespace Nunchi.Tensors.Tests.Safetensors;

public sealed class SafetensorsWriterTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();

    public void Dispose() => directory.Dispose();

    [Theory]
    [InlineData(SafetensorsType.F32)]
    [InlineData(SafetensorsType.BF16)]
    public void Commit_ThenOpen_GivesTheValuesBack(SafetensorsType type)
    {
        string path = directory.File("model.safetensors");
        float[] values = [.. Enumerable.Range(0, 70_000).Select(i => (i % 128) - 64f)];

        using (var writer = new SafetensorsWriter(path, [new("나", [7, 10_000]), new("empty", [0]), new("scalar", [])], type))
        {
            writer.Write("나", values.AsSpan(0, 69_000));
            writer.Write("나", values.AsSpan(69_000));
            writer.Write("scalar", [3f]);
            writer.Commit();
        }

        using SafetensorsFile file = SafetensorsFile.Open(path);
        Assert.Equal(values, file.ReadSingles("나"));
        Assert.Empty(file.ReadSingles("empty"));
        Assert.Equal([3f], file.ReadSingles("scalar"));
        Assert.Equal("pt", file.Metadata["format"]);
        Assert.Equal(type, file.Require("나").Type);
        Assert.Equal(0, file.Require("나").Offset % 8);
        Assert.Single(Directory.GetFiles(directory.Path));
    }

    [Fact]
    public void Dispose_WithoutCommit_LeavesTheOldFile()
    {
        string path = directory.File("model.safetensors");
        File.WriteAllText(path, "old");

        using (var writer = new SafetensorsWriter(path, [new("a", [2])]))
            writer.Write("a", [1f, 2f]);

        Assert.Equal("old", File.ReadAllText(path));
        Assert.Single(Directory.GetFiles(directory.Path));
    }

    [Fact]
    public void Commit_TensorMissing_Fails()
    {
        using var writer = new SafetensorsWriter(directory.File("m"), [new("a", [2]), new("b", [1])]);
        writer.Write("a", [1f, 2f]);

        Assert.Contains("\"b\" still misses 1", Assert.Throws<InvalidOperationException>(writer.Commit).Message);
    }

    [Fact]
    public void Write_OutOfTurnOrTooMuch_Fails()
    {
        using var writer = new SafetensorsWriter(directory.File("m"), [new("a", [2]), new("b", [1])]);

        Assert.Contains("expected \"a\" with 2 more", Assert.Throws<ArgumentException>(() => writer.Write("b", [1f])).Message);
        Assert.Contains("holds 2 values, 3", Assert.Throws<ArgumentException>(() => writer.Write("a", [1f, 2f, 3f])).Message);
    }

    [Fact]
    public void Construct_NameTwice_Fails() =>
        Assert.Throws<ArgumentException>(() => new SafetensorsWriter(directory.File("m"), [new("a", [2]), new("a", [1])]));

    [Fact]
    public void Write_DiskFull_OneClearMessageAndOldFileUntouched()
    {
        string path = directory.File("model.safetensors");
        File.WriteAllText(path, "old");

        IOException error = Assert.Throws<IOException>(() =>
        {
            using var writer = new SafetensorsWriter([new("a", [1000])], SafetensorsType.F32, null, length => new AtomicFile(path, length, (name, _) => new FullDisk(name, 2000)));
            writer.Write("a", new float[1000]);
            writer.Commit();
        });

        Assert.Contains(path, error.Message);
        Assert.Contains("No space left", error.Message);
        Assert.Contains("Nothing at that place was changed", error.Message);
        Assert.Equal("old", File.ReadAllText(path));
        Assert.Single(Directory.GetFiles(directory.Path));
    }

    [Fact]
    public void Construct_NoSuchDirectory_NamesThePath()
    {
        string path = Path.Combine(directory.Path, "absent", "m");

        Assert.Contains(path, Assert.ThrowsAny<IOException>(() => new SafetensorsWriter(path, [new("a", [1])])).Message);
    }

    [Fact]
    public void AtomicFile_WriteAllText_Replaces()
    {
        string path = directory.File("config.json");
        File.WriteAllText(path, "a longer old text");

        AtomicFile.WriteAllText(path, "새 글");

        Assert.Equal("새 글", File.ReadAllText(path, Encoding.UTF8));
    }

    private sealed class FullDisk(string path, int room) : FileStream(path, FileMode.CreateNew, FileAccess.Write)
    {
        private int left = room;

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            left -= buffer.Length;
            if (left < 0)
                throw new IOException($"No space left on device : '{Name}'.");
            base.Write(buffer);
        }
    }
}
