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
    public void Fill_BoardsAndBackgrounds_AreToldByTheirColourAndKind()
    {
        var sampler = new SceneSampler(TestScenes.Assets, SceneSplit.Training, new SceneOptions { Harshness = 0 }, SceneWeights.Signs);
        var labels = new SceneLabels();
        var page = new LabelledPage(384, 16);
        int bright = 0, dark = 0, wrong = 0, behind = 0;
        for (ulong index = 0; index < 60; index++)
        {
            RenderedScene picture = sampler.Draw(8, index);
            Scene scene = picture.Scene;
            labels.Fill(scene, Homography.Crop(0, 0, scene.Width, scene.Height, page.Size), page);
            for (int patch = 0; patch < page.Patches; patch++)
            {
                Assert.False(page.Ground[patch] != 0 && page.Backdrop[patch] != 0);
                if (page.Backdrop[patch] != 0)
                {
                    Assert.Equal(BackdropNames.Number(scene.Background.Name), page.Backdrop[patch]);
                    behind++;
                }
                var ground = (ColourName)page.Ground[patch];
                if (page.Initial[patch] != DenseLabels.None || ground is not (ColourName.White or ColourName.Black))
                    continue;
                int x = ((patch % page.Side * page.Patch) + (page.Patch / 2)) * scene.Width / page.Size, y = ((patch / page.Side * page.Patch) + (page.Patch / 2)) * scene.Height / page.Size;
                ReadOnlySpan<byte> pixel = picture.Image.Pixels.AsSpan(((y * scene.Width) + x) * 3, 3);
                bool light = new Rgb(pixel[0], pixel[1], pixel[2]).Luma > 128;
                (bright, dark) = (bright + (ground == ColourName.White ? 1 : 0), dark + (ground == ColourName.Black ? 1 : 0));
                wrong += light == (ground == ColourName.White) ? 0 : 1;
            }
        }
        Assert.True(bright > 1000 && dark > 100 && behind > 1000, $"{bright} patches of white boards, {dark} of black ones, {behind} of backgrounds");
        // A hair of a letter or an arrow may lie on the centre.
        Assert.True(wrong < 0.03 * (bright + dark), $"{wrong} of {bright + dark} patches do not look as their board does");
    }

    [Fact]
    public void Fill_SmallLetters_AreUnknownOnesWithTheBoxOfTheirLine()
    {
        Scene scene = TestScenes.Sampler(SceneSplit.Training).Draw(5, 1, Named("line")).Scene;
        SceneText line = Assert.Single(scene.Texts);
        var page = new LabelledPage(192, 16);
        // Six pixels high on the page: there is writing, but none that can be read.
        double scale = 6 / line.Height, side = 192 / scale;
        Homography view = Homography.Crop(line.Box.CentreX - (side / 2), line.Box.CentreY - (side / 2), side, side, 192);
        new SceneLabels().Fill(scene, view, page);

        List<int> covered = [.. Enumerable.Range(0, page.Patches).Where(patch => page.HasBox[patch] != 0)];
        Assert.NotEmpty(covered);
        Quad box = line.Quad.Map(view);
        foreach (int patch in covered)
        {
            Assert.Equal(DenseLabels.UnknownInitial, page.Initial[patch]);
            Assert.Equal(box.Left / 192, page.BoxOf(patch)!.Value.X1, 3);
            Assert.Equal(box.Bottom / 192, page.BoxOf(patch)!.Value.Y2, 3);
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
        scene.Texts.Any(text => text.Legible && IsNear(text.Quad.Map(view), x, y) && text.Glyphs.Any(glyph => DenseLabels.Encode(glyph.Character[0]) == (initial, medial, final)));

    // A line thinner than a patch is labelled as if it were as thick, so that half a patch around it counts; rounding of the corners must not decide.
    private static bool IsNear(Quad quad, float x, float y)
    {
        (float X, float Y)[] corners = [(quad.X1, quad.Y1), (quad.X2, quad.Y2), (quad.X3, quad.Y3), (quad.X4, quad.Y4)];
        return quad.Contains(x, y) || Enumerable.Range(0, 4).Any(i => Distance(corners[i], corners[(i + 1) % 4], x, y) <= 8.1f);
    }

    private static float Distance((float X, float Y) from, (float X, float Y) to, float x, float y)
    {
        float dx = to.X - from.X, dy = to.Y - from.Y;
        float along = Math.Clamp((((x - from.X) * dx) + ((y - from.Y) * dy)) / Math.Max((dx * dx) + (dy * dy), 1e-6f), 0, 1);
        return MathF.Sqrt(MathF.Pow(x - from.X - (along * dx), 2) + MathF.Pow(y - from.Y - (along * dy), 2));
    }
}
