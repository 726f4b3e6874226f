using Nunchi.Chat;
using Nunchi.Data.Records;
using Nunchi.Data.Scenes;
using Nunchi.Data.Tasks;
using Nunchi.Data.Tests.Scenes;
using Nunchi.Images;

namespace Nunchi.Data.Tests.Records;

public sealed class DataSetTests : IDisposable
{
    private static readonly TaskMixture Tiny = TaskMixture.All with { Pictures = new SceneOptions { MaxSide = 200 } };

    private readonly string _root = Path.Combine(Path.GetTempPath(), "nunchi-dataset-" + Guid.NewGuid().ToString("N"));

    public void Dispose()
    {
        if (Directory.Exists(_root))
            Directory.Delete(_root, recursive: true);
    }

    [Fact]
    public void Draw_AnyNumberOfThreads_SameBytes()
    {
        Draw("one", threads: 1);
        Draw("three", threads: 3);
        Assert.Equal(Contents("one"), Contents("three"));
    }

    [Fact]
    public void Draw_StoppedAndBegunAgain_SameBytes()
    {
        Draw("whole");
        using var stop = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() => DataSetWriter.Draw(
            150, 8, Place("parts"), TestScenes.Assets, SceneSplit.Training, Tiny, threads: 1, progress: (_, _) => stop.Cancel(), cancellation: stop.Token));
        Assert.True(Directory.Exists(Path.Combine(Place("parts"), ".unfinished")));
        Assert.Contains("not drawn to its end", Assert.Throws<InvalidDataException>(() => new DataSetReader(Place("parts"))).Message, StringComparison.Ordinal);

        List<(int Done, int Wanted)> told = [];
        DataSetWriter.Draw(150, 8, Place("parts"), TestScenes.Assets, SceneSplit.Training, Tiny, threads: 1, progress: (done, wanted) => told.Add((done, wanted)), cancellation: TestContext.Current.CancellationToken);

        Assert.Equal((150, 150), told[^1]);
        Assert.Equal(Contents("whole"), Contents("parts"));
    }

    [Fact]
    public void Draw_FinishedAlready_LeavesItAlone()
    {
        Draw("again", count: 3);
        DateTime before = File.GetLastWriteTimeUtc(Path.Combine(Place("again"), "samples.jsonl"));
        Draw("again", count: 3);
        Assert.Equal(before, File.GetLastWriteTimeUtc(Path.Combine(Place("again"), "samples.jsonl")));
    }

    [Fact]
    public void Draw_IntoAnotherDataSetOrOtherFiles_Refuses()
    {
        Draw("taken", count: 2);
        Assert.Contains("another data set", Assert.Throws<InvalidDataException>(() => Draw("taken", count: 3)).Message, StringComparison.Ordinal);
        Directory.CreateDirectory(Place("foreign"));
        File.WriteAllText(Path.Combine(Place("foreign"), "letter.txt"), "keep me");
        Assert.Contains("not empty", Assert.Throws<InvalidDataException>(() => Draw("foreign", count: 2)).Message, StringComparison.Ordinal);
        Assert.Equal("keep me", File.ReadAllText(Path.Combine(Place("foreign"), "letter.txt")));
        Assert.Throws<ArgumentOutOfRangeException>(() => Draw("none", count: 0));
    }

    [Fact]
    public void Reader_WhatWasDrawn_GivesTheSameSamples()
    {
        Draw("read", count: 40);
        var reader = new DataSetReader(Place("read"));
        var source = new SampleSource(TestScenes.Assets, SceneSplit.Training, Tiny);
        StoredSample[] stored = [.. reader.Samples()];
        Assert.Equal(40, stored.Length);
        var scenes = new Queue<Scene>(reader.Scenes());
        for (int i = 0; i < 40; i++)
        {
            TrainingSample drawn = source.Draw(8, (ulong)i);
            IReadOnlyList<Message> opened = stored[i].Open(Place("read"));
            Assert.Equal(drawn.Id, stored[i].Id);
            Assert.Equal(drawn.Messages.Count, opened.Count);
            for (int m = 0; m < opened.Count; m++)
            {
                Assert.Equal(drawn.Messages[m].Role, opened[m].Role);
                Assert.Equal(drawn.Messages[m].Parts.OfType<TextPart>(), opened[m].Parts.OfType<TextPart>());
                foreach ((ImagePart one, ImagePart two) in drawn.Messages[m].Parts.OfType<ImagePart>().Zip(opened[m].Parts.OfType<ImagePart>()))
                    Assert.Equal(one.Image.Pixels, two.Image.Pixels);
            }
            Assert.Equal(drawn.Turns.Select(t => (t.Task, t.Question, t.Label, t.Text)), stored[i].Turns.Select(t => (t.Task, t.Question, t.Label, t.Text)));
            Assert.Equal(drawn.Turns.SelectMany(t => t.Accept), stored[i].Turns.SelectMany(t => t.Accept));
            foreach (RenderedScene picture in drawn.Pictures)
                Assert.Equal(SceneJson.Serialize(picture.Scene), SceneJson.Serialize(scenes.Dequeue()));
        }
        Assert.Empty(scenes);
    }

    [Fact]
    public void Reader_BadLine_NamesFileAndLine()
    {
        Draw("bad", count: 2);
        string path = Path.Combine(Place("bad"), "samples.jsonl");
        File.AppendAllText(path, "{\"id\":\"x\",\"split\":\"sideways\"}\n");
        string message = Assert.Throws<InvalidDataException>(() => new DataSetReader(Place("bad")).Samples().ToList()).Message;
        Assert.Contains("samples.jsonl, line 3", message, StringComparison.Ordinal);
        Assert.Contains("sideways", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_PictureOutsideTheDirectory_Refuses()
    {
        var sample = new StoredSample("x", SceneSplit.Training, [new StoredMessage(Role.User, [new StoredPart("../../etc/passwd", null)])], ["../../etc/passwd"], []);
        Assert.Contains("outside", Assert.Throws<InvalidDataException>(() => sample.Open(_root)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Reader_NoDirectoryOrNoDataSet_SaysSo()
    {
        Assert.Throws<DirectoryNotFoundException>(() => new DataSetReader(Place("nowhere")));
        Directory.CreateDirectory(Place("empty"));
        Assert.Contains("samples.jsonl", Assert.Throws<InvalidDataException>(() => new DataSetReader(Place("empty"))).Message, StringComparison.Ordinal);
    }

    private string Place(string name) => Path.Combine(_root, name);

    private void Draw(string name, int count = 150, int threads = 2) => DataSetWriter.Draw(count, 8, Place(name), TestScenes.Assets, SceneSplit.Training, Tiny, threads);

    private Dictionary<string, string> Contents(string name) => Directory.EnumerateFiles(Place(name), "*", SearchOption.AllDirectories)
        .ToDictionary(path => Path.GetRelativePath(Place(name), path), path => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(path))));
}
