using Nunchi.Data.Objects;
using Nunchi.Data.Pages;
using Nunchi.Data.Corpus;
using Nunchi.Data.Fonts;
using Nunchi.Data.Scenes;
using Nunchi.Data.Scenes.Content;
using Nunchi.Data.Scenes.Designs;
using Nunchi.Images;

namespace Nunchi.Data.Tests.Scenes;

public class SceneSamplerTests
{
    [Theory]
    [MemberData(nameof(TestScenes.Designs), MemberType = typeof(TestScenes))]
    public void Draw_SameSeedTwice_SamePictureAndRecord(string design, SceneSplit split)
    {
        SceneSampler sampler = TestScenes.Sampler(split);
        Design layout = DesignCatalogue.Named(design);

        RenderedScene one = sampler.Draw(3, 5, layout), two = sampler.Draw(3, 5, layout);

        Assert.Equal(one.Image.Pixels, two.Image.Pixels);
        Assert.Equal(SceneJson.Serialize(one.Scene), SceneJson.Serialize(two.Scene));
        Assert.Equal(one.Encode(), two.Encode());
        Assert.InRange(one.Scene.Width, 64, 360);
        Assert.InRange(one.Scene.Height, 64, 360);
    }

    [Fact]
    public void Draw_FromSeveralThreads_SamePictures()
    {
        SceneSampler sampler = TestScenes.Sampler(SceneSplit.Training);
        RenderedScene[] alone = [.. Enumerable.Range(0, 24).Select(i => sampler.Draw(9, (ulong)i))];
        var together = new RenderedScene[24];

        Parallel.For(0, 24, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i => together[23 - i] = sampler.Draw(9, (ulong)(23 - i)));

        for (int i = 0; i < 24; i++)
        {
            Assert.Equal(alone[i].Image.Pixels, together[i].Image.Pixels);
            Assert.Equal(SceneJson.Serialize(alone[i].Scene), SceneJson.Serialize(together[i].Scene));
        }
    }

    [Fact]
    public void Draw_OtherIndex_OtherPicture()
    {
        SceneSampler sampler = TestScenes.Sampler(SceneSplit.Training);
        Assert.NotEqual(SceneJson.Serialize(sampler.Draw(1, 0).Scene), SceneJson.Serialize(sampler.Draw(1, 1).Scene));
        Assert.NotEqual(SceneJson.Serialize(sampler.Draw(1, 0).Scene), SceneJson.Serialize(sampler.Draw(2, 0).Scene));
    }

    [Theory]
    [MemberData(nameof(TestScenes.Designs), MemberType = typeof(TestScenes))]
    public void Record_EveryGlyphAndThing_HoldsTheInkAndNothingElseDoes(string design, SceneSplit split)
    {
        SceneOptions calm = TestScenes.Small with { Harshness = 0 };
        SceneSampler sampler = TestScenes.Sampler(split, calm);
        Design layout = DesignCatalogue.Named(design);
        if (layout.Kind == SceneKind.Unreadable)
            return; // blurred on purpose: its ink spreads
        for (ulong index = 0; index < 2; index++)
        {
            RenderedScene inked = sampler.Draw(4, index, layout), bare = sampler.Draw(4, index, layout, ink: false);
            Assert.Equal(inked.Scene.Width, bare.Scene.Width);
            bool[] differs = Difference(inked.Image, bare.Image);
            bool[] allowed = new bool[differs.Length];
            foreach (SceneText text in inked.Scene.Texts)
            {
                foreach (SceneGlyph glyph in text.Glyphs)
                    Assert.True(Any(differs, inked.Image, SceneBox.Around(glyph.Quad), 0), $"{design} {index}: the letter '{glyph.Character}' of '{text.Text}' has no ink in its box {SceneBox.Around(glyph.Quad)}.");
                Allow(allowed, inked.Image, SceneBox.Around(text.Quad), (0.25f * text.Height) + 2);
            }
            foreach (SceneObject thing in inked.Scene.Objects)
            {
                Assert.True(Any(differs, inked.Image, thing.Box, 0), $"{design} {index}: the {thing.Class} has no ink in {thing.Box}.");
                Allow(allowed, inked.Image, thing.Box, 3);
            }
            for (int i = 0; i < differs.Length; i++)
                Assert.False(differs[i] && !allowed[i], $"{design} {index}: ink at {i % inked.Image.Width}, {i / inked.Image.Width} belongs to no text or thing of the record.");
        }
    }

    [Fact]
    public void Record_Texts_AreInReadingOrder()
    {
        SceneSampler sampler = TestScenes.Sampler(SceneSplit.Training, TestScenes.Small with { Harshness = 0 });
        for (ulong index = 0; index < 80; index++)
        {
            Scene scene = sampler.Draw(12, index).Scene;
            for (int i = 0; i < scene.Texts.Count; i++)
            {
                Assert.Equal(i, scene.Texts[i].Order);
                if (i == 0)
                    continue;
                SceneText before = scene.Texts[i - 1], here = scene.Texts[i];
                if (before.Line == here.Line)
                    Assert.True(before.Box.CentreX < here.Box.CentreX, $"Picture {index}: '{before.Text}' should lie left of '{here.Text}'.");
                else
                    Assert.True(before.Line < here.Line && before.Box.Y1 < here.Box.Y2, $"Picture {index}: '{before.Text}' should lie above '{here.Text}'.");
            }
        }
    }

    [Fact]
    public void Record_LegibleTexts_AreHighEnoughAndInside()
    {
        SceneSampler sampler = TestScenes.Sampler(SceneSplit.Training);
        for (ulong index = 0; index < 80; index++)
        {
            Scene scene = sampler.Draw(13, index).Scene;
            foreach (SceneText text in scene.Texts)
            {
                Assert.True(text.Box.X1 >= 0 && text.Box.Y1 >= 0 && text.Box.X2 <= scene.Width && text.Box.Y2 <= scene.Height);
                Assert.Equal(text.Text.Count(c => c != ' '), text.Glyphs.Count);
                if (text.Legible)
                    Assert.True(text.Height >= sampler.Options.LegibleHeight, $"Picture {index}: '{text.Text}' is {text.Height} px high and counts as legible.");
            }
            Assert.Equal(scene.Kind == SceneKind.Unreadable, scene.Texts.Count > 0 && scene.Texts.All(t => !t.Legible) && scene.Kind == SceneKind.Unreadable);
        }
    }

    [Fact]
    public void Draw_Training_NeverShowsHeldOutFontsWordsOrLayouts()
    {
        SceneSampler sampler = TestScenes.Sampler(SceneSplit.Training);
        HashSet<string> fonts = [.. TestScenes.Assets.Fonts.Of(FontSplit.HeldOut).Select(f => f.Name)];
        TextRole[] words = [TextRole.Product, TextRole.StationName, TextRole.PreviousStation, TextRole.NextStation, TextRole.RoomName, TextRole.PersonName];
        for (ulong index = 0; index < 200; index++)
        {
            Scene scene = sampler.Draw(14, index).Scene;
            Assert.False(DesignCatalogue.Named(scene.Design).HeldOutOnly, $"Picture {index} has the held-out layout {scene.Design}.");
            Assert.Contains(Backdrops.All, b => !b.HeldOutOnly && b.Name == scene.Background.Name);
            foreach (SceneText text in scene.Texts)
            {
                Assert.DoesNotContain(text.Font, fonts);
                if (words.Contains(text.Role) && scene.Kind != SceneKind.BusStop)
                    Assert.False(WordSplit.IsHeldOut(text.Text) && WordSplit.IsHeldOut(text.Text.TrimEnd('역')), $"Picture {index} shows the held-out word '{text.Text}'.");
            }
            if (scene.Facts.Station is { } station)
                Assert.False(WordSplit.IsHeldOut(station.Name), $"Picture {index} shows the held-out station {station.Name}.");
        }
    }

    [Fact]
    public void Draw_HeldOut_ShowsUnseenLayoutsAndWords()
    {
        SceneSampler sampler = TestScenes.Sampler(SceneSplit.HeldOut);
        Scene[] scenes = [.. Enumerable.Range(0, 60).Select(i => sampler.Draw(15, (ulong)i).Scene)];
        Assert.Contains(scenes, s => DesignCatalogue.Named(s.Design).HeldOutOnly);
        Assert.Contains(scenes, s => s.Texts.Any(t => WordSplit.IsHeldOut(t.Text)));
        Assert.All(scenes.SelectMany(s => s.Texts), t => Assert.StartsWith("Unseen", t.Font, StringComparison.Ordinal));
    }

    [Fact]
    public void Draw_Receipts_AddUp()
    {
        SceneSampler sampler = TestScenes.Sampler(SceneSplit.Training, TestScenes.Small with { Harshness = 0 });
        var designs = new HashSet<string>();
        for (ulong index = 0; index < 40; index++)
        {
            Scene scene = sampler.Draw(16, index, SceneKind.Receipt).Scene;
            designs.Add(scene.Design);
            ReceiptFacts receipt = scene.Facts.Receipt!;
            Assert.Equal(receipt.Items.Sum(i => i.UnitPrice * i.Quantity), receipt.Total);
            SceneText total = Assert.Single(scene.Texts, t => t.Role == TextRole.Total);
            Assert.Equal(receipt.Total, int.Parse(total.Text.Replace(",", "", StringComparison.Ordinal).TrimEnd('원')));
            Assert.Equal(receipt.Items.Select(i => i.Amount), scene.Texts.Where(t => t.Role == TextRole.Price).Select(t => int.Parse(t.Text.Replace(",", "", StringComparison.Ordinal))));
            if (receipt.Paid is { } paid)
                Assert.Equal(paid - receipt.Total, receipt.Change);
        }

        Assert.Equal(DesignCatalogue.All.Where(design => design.Kind == SceneKind.Receipt && !design.HeldOutOnly).Select(design => design.Name).Order(), designs.Order());
    }

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(0.5f, 0.3, 0.7)]
    [InlineData(1, 0.9, 1)]
    public void Draw_StrangeNames_AreThatShareOfGoodsAndNoHeldOutWords(float share, double least, double most)
    {
        HashSet<string> known = [.. GoodsLists.All.Select(goods => goods.Name)];
        SceneSampler sampler = TestScenes.Sampler(SceneSplit.Training, TestScenes.Small with { StrangeNames = share });
        string[] names = [.. Enumerable.Range(0, 40).SelectMany(index => sampler.Draw(17, (ulong)index, index % 2 == 0 ? SceneKind.Receipt : SceneKind.Menu).Scene.Facts is { Receipt: { } receipt } ? receipt.Items.Select(item => item.Name) : sampler.Draw(17, (ulong)index, SceneKind.Menu).Scene.Facts.Prices.Select(item => item.Name))];
        Assert.InRange(names.Length, 60, 1000);
        Assert.InRange(names.Count(name => !known.Contains(name)) / (double)names.Length, least, most);
        Assert.All(names, name => Assert.False(WordSplit.IsHeldOut(name), $"'{name}' is held out"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.25f)]
    [InlineData(1)]
    public void Kind_ColourfulThings_AreThatShareBeyondTheirOwn(float share)
    {
        var random = new SceneRandom(5, 0);
        string[] categories = ["animal", "toy", "thing"];
        ObjectClass[] fitting = [.. ObjectCatalogue.All.Where(kind => categories.Contains(kind.Category))];
        double own = fitting.Count(kind => kind.Recolourable) / (double)fitting.Length;

        ObjectClass[] kinds = [.. Enumerable.Range(0, 4000).Select(_ => ThingScenes.Kind(random, ObjectCatalogue.All, categories, share))];

        Assert.All(kinds, kind => Assert.Contains(kind, fitting));
        Assert.Equal(share + ((1 - share) * own), kinds.Count(kind => kind.Recolourable) / 4000.0, 0.03);
        Assert.Equal(share < 1 ? fitting.Length : fitting.Count(kind => kind.Recolourable), kinds.Distinct().Count());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.6)]
    [InlineData(1)]
    public void WithThings_AShare_IsTheWeightOfScenesOfThings(double share)
    {
        IReadOnlyDictionary<SceneKind, double> weights = SceneWeights.WithThings(share);

        Assert.Equal(share, weights[SceneKind.Playground] + weights[SceneKind.Table] + weights[SceneKind.Shapes], 1e-12);
        Assert.Equal(1, weights.Values.Sum(), 1e-12);
        Assert.Equal(weights[SceneKind.Table] * SceneWeights.Default[SceneKind.Playground], weights[SceneKind.Playground] * SceneWeights.Default[SceneKind.Table], 1e-12);
        Assert.Equal(weights[SceneKind.Word] * SceneWeights.Default[SceneKind.Menu], weights[SceneKind.Menu] * SceneWeights.Default[SceneKind.Word], 1e-12);
        Assert.Throws<ArgumentOutOfRangeException>(() => SceneWeights.WithThings(share + 1.1));
    }

    [Fact]
    public void Constructor_BadOptionsOrWeights_SaysWhatIsExpected()
    {
        Assert.Contains("MinSide", Assert.Throws<ArgumentException>(() => TestScenes.Sampler(SceneSplit.Training, new SceneOptions { MinSide = 3 })).Message, StringComparison.Ordinal);
        Assert.Contains("MaxSide", Assert.Throws<ArgumentException>(() => TestScenes.Sampler(SceneSplit.Training, new SceneOptions { MaxSide = 100 })).Message, StringComparison.Ordinal);
        Assert.Contains("Harshness", Assert.Throws<ArgumentException>(() => TestScenes.Sampler(SceneSplit.Training, new SceneOptions { Harshness = float.NaN })).Message, StringComparison.Ordinal);
        Assert.Contains("StrangeNames", Assert.Throws<ArgumentException>(() => TestScenes.Sampler(SceneSplit.Training, new SceneOptions { StrangeNames = 2 })).Message, StringComparison.Ordinal);
        Assert.Contains("ColourfulThings", Assert.Throws<ArgumentException>(() => TestScenes.Sampler(SceneSplit.Training, new SceneOptions { ColourfulThings = -0.1f })).Message, StringComparison.Ordinal);
        var negative = new Dictionary<SceneKind, double> { [SceneKind.Word] = -1 };
        Assert.Contains("Word", Assert.Throws<ArgumentException>(() => new SceneSampler(TestScenes.Assets, SceneSplit.Training, null, negative)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new SceneSampler(TestScenes.Assets, SceneSplit.Training, null, new Dictionary<SceneKind, double>()));
    }

    private static bool[] Difference(RgbImage a, RgbImage b)
    {
        bool[] differs = new bool[a.Width * a.Height];
        for (int i = 0; i < differs.Length; i++)
            differs[i] = !a.Pixels.AsSpan(3 * i, 3).SequenceEqual(b.Pixels.AsSpan(3 * i, 3));
        return differs;
    }

    private static bool Any(bool[] map, RgbImage image, SceneBox box, float spread)
    {
        bool found = false;
        Visit(image, box, spread, i => found |= map[i]);
        // A letter that the picture's edge cuts away has no pixel to show.
        return found || box.X2 <= 0 || box.Y2 <= 0 || box.X1 >= image.Width || box.Y1 >= image.Height;
    }

    private static void Allow(bool[] map, RgbImage image, SceneBox box, float spread) => Visit(image, box, spread, i => map[i] = true);

    private static void Visit(RgbImage image, SceneBox box, float spread, Action<int> visit)
    {
        for (int y = Math.Max(0, (int)(box.Y1 - spread)); y < Math.Min(image.Height, Math.Ceiling(box.Y2 + spread)); y++)
        {
            for (int x = Math.Max(0, (int)(box.X1 - spread)); x < Math.Min(image.Width, Math.Ceiling(box.X2 + spread)); x++)
                visit((y * image.Width) + x);
        }
    }
}
