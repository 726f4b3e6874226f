using Nunchi.Data.Objects;
using Nunchi.Data.Pages;
using Nunchi.Data.Scenes;
using Nunchi.Data.Scenes.Designs;

namespace Nunchi.Data.Tests.Scenes;

public class SceneLabelsTests
{
    private const int Pictures = 6;

    [Theory]
    [MemberData(nameof(TestScenes.Designs), MemberType = typeof(TestScenes))]
    public void Fill_WholeView_LabelsTheLettersAndThingsThatCoverPatchCentres(string design, SceneSplit split)
    {
        SceneSampler sampler = TestScenes.Sampler(split);
        var labels = new SceneLabels();
        var page = new LabelledPage(384, 16);
        for (ulong index = 0; index < Pictures; index++)
        {
            Scene scene = sampler.Draw(5, index, Named(design)).Scene;
            Homography view = Homography.Crop(0, 0, scene.Width, scene.Height, page.Size);
            labels.Fill(scene, view, page);
            for (int patch = 0; patch < page.Patches; patch++)
            {
                float x = ((patch % page.Side) + 0.5f) * page.Patch, y = ((patch / page.Side) + 0.5f) * page.Patch;
                char character = DenseLabels.Decode(page.Initial[patch], page.Medial[patch], page.Final[patch]);
                if (page.Initial[patch] != DenseLabels.None)
                    Assert.True(IsCovered(scene, view, x, y, page.Initial[patch], page.Medial[patch], page.Final[patch]), $"{design} {index}: patch {patch} is labelled '{character}', but no such letter lies there.");
                if (page.ObjectClass[patch] != 0)
                    Assert.Contains(scene.Objects, item => ObjectCatalogue.Get(item.Class).Id == page.ObjectClass[patch] && Quad.Rectangle(item.Box.X1, item.Box.Y1, item.Box.X2, item.Box.Y2).Map(view).Contains(x, y));
            }

            foreach (SceneText text in scene.Texts.Where(text => text.Legible && text.Text.Length == 1 && scene.Texts.Count == 1))
                Assert.Contains(page.Initial, initial => initial == DenseLabels.Encode(text.Text[0]).Initial);
        }
    }

    [Fact]
    public void Fill_LettersTooSmallOrIllegible_AreNothing()
    {
        Scene scene = TestScenes.Sampler(SceneSplit.Training).Draw(5, 1, Named("line")).Scene;
        Assert.Contains(scene.Texts, text => text.Legible);
        var labels = new SceneLabels();
        var page = new LabelledPage(192, 16);
        labels.Fill(scene, Homography.Crop(0, 0, scene.Width, scene.Height, 192), page);
        Assert.Contains(page.Initial, initial => initial != DenseLabels.None);

        labels.Fill(scene with { Texts = [.. scene.Texts.Select(text => text with { Legible = false })] }, Homography.Crop(0, 0, scene.Width, scene.Height, 192), page);
        Assert.DoesNotContain(page.Initial, initial => initial != DenseLabels.None);

        int far = 40 * Math.Max(scene.Width, scene.Height);
        labels.Fill(scene, Homography.Crop(-far / 2.0, -far / 2.0, far, far, 192), page);
        Assert.DoesNotContain(page.Initial, initial => initial != DenseLabels.None);
    }

    private static Design Named(string name) => DesignCatalogue.All.First(design => design.Name == name);

    private static bool IsCovered(Scene scene, Homography view, float x, float y, byte initial, byte medial, byte final) =>
        scene.Texts.Any(text => text.Legible && Grown(text.Quad.Map(view)).Contains(x, y) && text.Glyphs.Any(glyph => DenseLabels.Encode(glyph.Character[0]) == (initial, medial, final)));

    // Rounding of the corners must not decide.
    private static Quad Grown(Quad quad)
    {
        float middleX = (quad.X1 + quad.X2 + quad.X3 + quad.X4) / 4, middleY = (quad.Y1 + quad.Y2 + quad.Y3 + quad.Y4) / 4;
        float X(float value) => middleX + (1.01f * (value - middleX));
        float Y(float value) => middleY + (1.01f * (value - middleY));
        return new Quad(X(quad.X1), Y(quad.Y1), X(quad.X2), Y(quad.Y2), X(quad.X3), Y(quad.Y3), X(quad.X4), Y(quad.Y4));
    }
}
