using Nunchi.Data.Objects;
using Nunchi.Data.Scenes;
using Nunchi.Images;

namespace Nunchi.Data.Tests.Scenes;

public class SamplePicturesTests
{
    public static TheoryData<string> Names() => [.. SamplePictures.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Sample_InTheRepository_FitsItsRecord(string name)
    {
        RgbImage picture = ImageDecoder.DecodeFile(Path.Combine(TestScenes.Root, "samples", name + ".jpg"), cancellation: TestContext.Current.CancellationToken);
        Scene scene = Truth(name);

        Assert.Equal((picture.Width, picture.Height), (scene.Width, scene.Height));
        Assert.InRange(Math.Max(picture.Width, picture.Height), 300, 640);
        Assert.NotEmpty(scene.Texts.Select(t => t.Text).Concat(scene.Objects.Select(o => o.Class)));
        Assert.All(scene.Texts, t => Assert.True(t.Legible, $"'{t.Text}' of {name} cannot be read."));
    }

    [Fact]
    public void Samples_ShowWhatTheReadmeAsksAbout()
    {
        Assert.Equal("판교", Truth("station").Facts.Station!.Name);
        Assert.Contains(Truth("playground").Objects, o => o.Class == "umbrella" && o.Colour == ColourName.Yellow);
        Assert.NotNull(Truth("receipt").Facts.Receipt);
    }

    private static Scene Truth(string name)
    {
        string path = Path.Combine(TestScenes.Root, "tests", "Nunchi.Data.Tests", "Scenes", "Samples", name + ".json");
        return SceneJson.Deserialize(File.ReadAllText(path), path);
    }
}
