using Nunchi.Data.Objects;
using Nunchi.Data.Pages;
using Nunchi.Data.Scenes;
using Nunchi.Data.Tasks;
using Nunchi.Grounding;
using Nunchi.Images;
using Nunchi.Tensors.Cpu;
using Nunchi.Testing;
using Nunchi.Training.Recipes;
using Nunchi.Training.Stages;
using Nunchi.Training.Stages.Answers;
using Nunchi.Training.Stages.Patches;
using Nunchi.Training.Vocabularies;

namespace Nunchi.Training.Tests.Stages;

public class AnswerLooksTests
{
    private const int Tile = 96;
    private const int Patch = 16;
    private static readonly ImageProcessor Processor = new(
        new ImageProcessorConfig { TileSize = Tile, Canvases = [new(Tile, Tile), new(Tile, 2 * Tile), new(2 * Tile, Tile), new(2 * Tile, 2 * Tile), new(3 * Tile, Tile)] }, Patch);

    [Theory]
    [InlineData(200, 120, TilingMode.AnyRes)]
    [InlineData(120, 333, TilingMode.AnyRes)]
    [InlineData(401, 399, TilingMode.AnyRes)]
    [InlineData(60, 50, TilingMode.AnyRes)]
    [InlineData(200, 120, TilingMode.SingleView)]
    [InlineData(75, 301, TilingMode.SingleView)]
    [InlineData(75, 301, TilingMode.WholeView)]
    public void FeatureGrid_ASpotInAPicture_IsTheTokenOfThePatchThatCoversIt(int width, int height, TilingMode tiling)
    {
        const int FirstToken = 7;
        var image = Processor.Process([new RgbImage(width, height)], tiling, TestContext.Current.CancellationToken).Images[0];
        var packing = FeaturePacking.Create(image);
        Assert.False(packing.IsShrunk);
        Homography[] views = [.. CropViews.Of(image, Tile)];
        var grid = FeatureGrid.Finest(image, FirstToken);
        for (var y = 4f; y < height; y += 13)
        {
            for (var x = 4f; x < width; x += 17)
            {
                var token = Assert.Single(grid.Within(Quad.Rectangle(x - 0.01f, y - 0.01f, x + 0.01f, y + 0.01f)));
                var feature = packing.Rows[token - FirstToken];
                Assert.True(feature >= (image.CropCount > 1 ? 36 : 0), $"token {token} is of the whole view");
                var (crop, place) = (feature / 36, feature % 36);
                var (seenX, seenY) = views[crop].Apply(x, y);
                // Unpadding drops parts of patches, so that the grid may be off by less than one.
                Assert.InRange(seenX, ((place % 6) - 1) * Patch, ((place % 6) + 2) * Patch);
                Assert.InRange(seenY, ((place / 6) - 1) * Patch, ((place / 6) + 2) * Patch);
            }
        }
    }

    [Fact]
    public void Add_AReading_EveryLetterLooksAtItsGlyph()
    {
        var scene = Scene(96, 96) with { Texts = [Text("판교", 0, 0, 48, 40), Text("5,000", 0, 48, 80, 64), Text("판교", 0, 72, 32, 88)] };
        var looks = Looks(scene, "판교\n5,000\n판교", TaskKind.Read);

        Assert.Equal([0, 1, 6, 7, 12, 13], looks[0].Patches);
        Assert.Equal("판", looks[0].Said);
        Assert.Equal("교", looks[1].Said);
        Assert.All(looks[0].Patches, patch => Assert.InRange(patch % 6, 0, 2));
        Assert.All(looks[1].Patches, patch => Assert.InRange(patch % 6, 1, 2));
        Assert.All(looks.Where(look => "5,0".Contains(look.Said[0], StringComparison.Ordinal)).SelectMany(look => look.Patches), patch => Assert.InRange(patch / 6, 3, 3));
        Assert.All(looks[^2].Patches.Concat(looks[^1].Patches), patch => Assert.InRange(patch / 6, 4, 5));
        Assert.DoesNotContain(looks, look => look.Said == "\n");
    }

    [Fact]
    public void Add_LettersOfTwoSizesInTiles_OnlyLargeOnesAreLookedAtInTheWholeViewToo()
    {
        var tokenizer = SmallTokenizer.Prompts.Tokenizer;
        var scene = Scene(192, 192) with { Texts = [Text("판교", 0, 0, 192, 96), Text("역", 0, 150, 30, 180)] };
        var image = Processor.Process([new RgbImage(192, 192)], TilingMode.AnyRes, TestContext.Current.CancellationToken).Images[0];
        Assert.Equal(5, image.CropCount);
        var sample = new SequenceSample();
        foreach (var id in tokenizer.Encode("판교\n역"))
            sample.Append(id, true, 0);
        var looks = new AnswerLooks(tokenizer);
        looks.Begin(scene, image, 0);
        looks.Add(sample, 0, sample.Ids.Count, Truth(TaskKind.Read));

        int[] Seen(int look) => [.. sample.LookedAt.GetRange(sample.Looks[look].Start, sample.Looks[look].Count)];
        Assert.Equal(3, sample.Looks.Count);
        Assert.Equal([0, 1, 2, 6, 7, 8, 12, 13, 14], Seen(0)[..9]);
        Assert.Equal(Seen(0).Order(), Seen(0));
        Assert.Equal(36, Seen(0)[9..].Length);
        Assert.All(Seen(0)[9..], token => Assert.InRange(token, 36, image.TokenCount - 1));
        Assert.All(Seen(2), token => Assert.InRange(token, 36, image.TokenCount - 1));
    }

    [Fact]
    public void Add_ASentenceAboutATextThatStandsTwice_LooksAtBoth()
    {
        var scene = Scene(96, 96) with { Texts = [Text("판교", 0, 0, 32, 16), Text("판교", 0, 80, 32, 96), Text("9", 64, 0, 80, 16)] };
        var looks = Looks(scene, "지금은 판교역입니다. 9번 출구예요.", TaskKind.TextFact);

        Assert.Equal(["판", "교"], looks.Select(look => look.Said));
        Assert.Contains(looks[0].Patches, patch => patch / 6 == 0);
        Assert.Contains(looks[0].Patches, patch => patch / 6 == 5);
    }

    [Fact]
    public void Add_BoxesAndThings_LookAtWhatLiesThere()
    {
        var scene = Scene(96, 96) with { Objects = [Thing("umbrella", ColourName.Yellow, 0, 0, 32, 32), Thing("umbrella", ColourName.Red, 64, 64, 96, 96), Thing("apple", ColourName.Blue, 0, 64, 30, 96)] };
        var korean = ObjectCatalogue.Get("umbrella").Korean;
        var tagged = Looks(scene, $"<obj>노란 {korean}</obj><bbox>0.005, 0.005, 0.333, 0.333</bbox>이 있습니다.", TaskKind.Locate);
        Assert.All(tagged.SelectMany(look => look.Patches), patch => Assert.True(patch % 6 < 2 && patch / 6 < 2, $"patch {patch}"));
        Assert.Contains(tagged, look => look.Said.Contains("333", StringComparison.Ordinal) || look.Said.Contains('3', StringComparison.Ordinal));
        Assert.Contains(tagged, look => look.Said.Contains('노', StringComparison.Ordinal));
        Assert.DoesNotContain(tagged, look => look.Said.Contains("습니다", StringComparison.Ordinal));

        var coloured = Looks(scene, $"빨간 {korean}이 보입니다.", TaskKind.Caption);
        Assert.NotEmpty(coloured);
        Assert.All(coloured.SelectMany(look => look.Patches), patch => Assert.True(patch % 6 >= 4 && patch / 6 >= 4, $"patch {patch}"));

        var every = Looks(scene, $"{korean}이 두 개 있습니다.", TaskKind.Count);
        Assert.Equal(8, Assert.Single(every.Select(look => look.Patches.Length).Distinct()));
    }

    [Fact]
    public void Add_SeveralBoxesOfAPhrase_EachLooksAtItsThingAndWhatPartsThemAtTheSecond()
    {
        var scene = Scene(96, 96) with { Objects = [Thing("umbrella", ColourName.Yellow, 0, 0, 32, 32), Thing("umbrella", ColourName.Red, 64, 64, 96, 96)] };
        var korean = ObjectCatalogue.Get("umbrella").Korean;
        var looks = Looks(scene, $"<obj>{korean}</obj><bbox>0.005, 0.005, 0.333, 0.333<delim>0.67, 0.67, 0.995, 0.995</bbox>이 모두 두 개 있습니다.", TaskKind.Locate);
        Assert.Equal("<obj>", looks[0].Said);
        int parted = Array.FindIndex(looks, look => look.Said == "<delim>"), begun = Array.FindIndex(looks, look => look.Said.Contains('0', StringComparison.Ordinal));
        Assert.InRange(parted, begun + 1, looks.Length - 2);
        foreach (var (index, look) in looks.Index())
        {
            var (first, second) = (look.Patches.Count(patch => patch % 6 < 2 && patch / 6 < 2), look.Patches.Count(patch => patch % 6 >= 4 && patch / 6 >= 4));
            Assert.Equal(index < begun ? (4, 4) : index < parted ? (4, 0) : (0, 4), (first, second));
        }
    }

    [Theory]
    [InlineData(TaskKind.Count, "{0}이 두 개 있습니다.", "두")]
    [InlineData(TaskKind.Count, "{0}은 모두 두 개입니다.", "두")]
    [InlineData(TaskKind.Caption, "벽 앞에 {0} 두 개가 있습니다.", "두")]
    [InlineData(TaskKind.Count, "There are two {1}s.", "two")]
    [InlineData(TaskKind.Caption, "The picture shows two {1}s; the background is a wall.", "two")]
    public void Add_HowMany_LooksAtAllOfThem(TaskKind task, string answer, string count)
    {
        var scene = Scene(96, 96) with { Objects = [Thing("umbrella", ColourName.Yellow, 0, 0, 32, 32), Thing("umbrella", ColourName.Yellow, 64, 64, 96, 96)] };
        var umbrella = ObjectCatalogue.Get("umbrella");
        var looks = Looks(scene, answer.Replace("{0}", umbrella.Korean, StringComparison.Ordinal).Replace("{1}", umbrella.English, StringComparison.Ordinal), task);
        string said = string.Concat(looks.Select(look => look.Said));
        Assert.Contains(count, said, StringComparison.Ordinal);
        Assert.DoesNotContain("벽", said, StringComparison.Ordinal);
        Assert.DoesNotContain("There", said, StringComparison.Ordinal);
        Assert.All(looks, look => Assert.Equal(8, look.Patches.Length));
    }

    [Fact]
    public void Add_ACaptionFromPlaceToPlace_LooksAtWhatIsThereAndNotAtItsLikeElsewhere()
    {
        var scene = Scene(96, 96) with
        {
            Objects = [Thing("umbrella", ColourName.Yellow, 0, 0, 32, 32), Thing("apple", ColourName.Red, 32, 32, 64, 64), Thing("umbrella", ColourName.Yellow, 64, 64, 96, 96)],
        };
        string umbrella = ObjectCatalogue.Get("umbrella").Korean, apple = ObjectCatalogue.Get("apple").Korean;
        foreach (var caption in (string[])[$"벽 앞 왼쪽 위에 노란 {umbrella} 한 개, 한가운데에 빨간 {apple} 한 개, 오른쪽 아래에 노란 {umbrella} 한 개가 있습니다.",
            "The picture shows a wall. In the top left: a yellow umbrella. In the middle: a red apple. In the bottom right: a yellow umbrella."])
        {
            var looks = Looks(scene, caption, TaskKind.Caption);
            (int Row, int Column)[] path = [.. looks.Select(look => (look.Patches[0] / 12, look.Patches[0] % 6 / 2))];
            Assert.All(looks, look => Assert.Equal(4, look.Patches.Length));
            Assert.Equal(path.Order(), path);
            Assert.Equal([(0, 0), (1, 1), (2, 2)], path.Distinct());
            Assert.Equal(caption.Contains('벽', StringComparison.Ordinal) ? "왼" : "I", looks[0].Said.Trim()[..1]);
        }

        var told = Looks(scene, $"{umbrella}은 왼쪽 위에 있습니다. {apple}는 한가운데에 있습니다.", TaskKind.Where);
        Assert.Equal([8, 4], told.Select(look => look.Patches.Length).Distinct());
        Assert.DoesNotContain(told, look => look.Said.Contains('왼', StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(TaskKind.YesNo, "네, 있습니다.", "네")]
    [InlineData(TaskKind.YesNo, "아니요, 노란색이 아니라 빨간색입니다.", "아노란색빨간색")]
    [InlineData(TaskKind.YesNo, "No, the thing is red.", "N red")]
    [InlineData(TaskKind.LocateAbsent, "노란 자전거는 보이지 않습니다.", "노")]
    [InlineData(TaskKind.Colour, "그것은 하늘색입니다.", "하늘색")]
    [InlineData(TaskKind.Colour, "It is sky blue.", " sky blue")]
    [InlineData(TaskKind.Where, "그것은 오른쪽 아래에 있습니다.", "오른쪽 아래")]
    [InlineData(TaskKind.Where, "It is in the bottom right.", " in the bottom right")]
    [InlineData(TaskKind.Relation, "그것은 이것의 왼쪽 위에 있습니다.", "왼쪽위")]
    [InlineData(TaskKind.Count, "모두 두 마리입니다.", "두")]
    [InlineData(TaskKind.Count, "그것은 보이지 않습니다.", "보이")]
    [InlineData(TaskKind.Refusal, "네, 노란색은 두 마리입니다.", "")]
    public void Add_WordsThatDecide_LookAtWhatWasAskedAbout(TaskKind task, string answer, string decisive)
    {
        var scene = Scene(96, 96) with { Objects = [Thing("umbrella", ColourName.Yellow, 0, 0, 32, 32), Thing("umbrella", ColourName.Red, 64, 64, 96, 96)] };
        var looks = Looks(scene, answer, task, new BoundingBox(0.68, 0.68, 0.99, 0.99));

        Assert.Equal(decisive.Trim(), string.Concat(looks.Select(look => look.Said)).Trim());
        Assert.All(looks, look => Assert.Equal([28, 29, 34, 35], look.Patches));
        Assert.All(looks, look => Assert.True(look.Decides));
        Assert.Empty(Looks(scene, answer, task));
    }

    [Fact]
    public void Add_AThingInABox_LooksIntoTheBoxAndNotAtItsLike()
    {
        var scene = Scene(96, 96) with { Objects = [Thing("umbrella", ColourName.Yellow, 0, 0, 32, 32), Thing("umbrella", ColourName.Yellow, 64, 64, 96, 96)] };
        var answer = $"노란 {ObjectCatalogue.Get("umbrella").Korean}입니다.";
        Assert.All(Looks(scene, answer, TaskKind.DescribeRegion), look => Assert.Equal(8, look.Patches.Length));
        var looks = Looks(scene, answer, TaskKind.DescribeRegion, new BoundingBox(0.68, 0.68, 0.99, 0.99));
        Assert.Equal($"노란 {ObjectCatalogue.Get("umbrella").Korean}", string.Concat(looks.Select(look => look.Said)));
        Assert.All(looks, look => Assert.Equal([28, 29, 34, 35], look.Patches));
        Assert.DoesNotContain(looks, look => look.Decides);
    }

    [Fact]
    public void AnswerMaker_DrawnQuestionsAboutThings_WordsThatDecideLookAndNoneIsExchanged()
    {
        var tokenizer = SmallTokenizer.Prompts.Tokenizer;
        var source = new SampleSource(TestAssets.Assets, SceneSplit.Training, TaskMixture.Things with { MaxTurns = 2 });
        using var maker = new AnswerMaker(SmallTokenizer.Prompts, Processor, [[new WeightedSource(source, 1, TilingMode.WholeView)]], longest: 4096, seed: 5, conversations: 6)
        {
            Looks = new AnswerLooks(tokenizer),
            Slips = new AnswerSlips(tokenizer, share: 1),
        };
        var sample = new SequenceSample();
        Dictionary<TaskKind, int> deciding = [];
        int exchanged = 0;
        for (var index = 0; index < 40; index++)
        {
            maker.Make(index, 0, sample);
            foreach (var look in sample.Looks)
            {
                if (look.Decides)
                {
                    var task = (TaskKind)sample.Tasks[look.Token];
                    deciding[task] = deciding.GetValueOrDefault(task) + 1;
                    Assert.Equal(sample.Labels[look.Token], sample.Ids[look.Token]);
                }
                else if (sample.Labels[look.Token] != sample.Ids[look.Token])
                {
                    exchanged++;
                }
            }
        }

        Assert.True(exchanged > 20, $"{exchanged} letters exchanged");
        foreach (var task in (TaskKind[])[TaskKind.YesNo, TaskKind.LocateAbsent, TaskKind.Colour, TaskKind.Where, TaskKind.Relation, TaskKind.Count])
            Assert.True(deciding.GetValueOrDefault(task) > 0, $"no word decides in {task}: {string.Join(", ", deciding)}");
    }

    [Fact]
    public void AnswerMaker_DrawnReadings_MostLettersLookAndAllLooksLieInTheSharedPicture()
    {
        var tokenizer = SmallTokenizer.Prompts.Tokenizer;
        var source = new SampleSource(TestAssets.Assets, SceneSplit.Training, TaskMixture.Lines with { MaxTurns = 2 });
        using var maker = new AnswerMaker(SmallTokenizer.Prompts, Processor, [[new WeightedSource(source, 1, TilingMode.WholeView)]], longest: 4096, seed: 5, conversations: 3) { Looks = new AnswerLooks(tokenizer) };
        var sample = new SequenceSample();
        int letters = 0, looking = 0, picture = tokenizer.TokenId("<image>")!.Value;
        for (var index = 0; index < 12; index++)
        {
            maker.Make(index, 0, sample);
            var first = sample.Ids.IndexOf(picture);
            foreach (var (token, start, count, _) in sample.Looks)
            {
                Assert.True(sample.Labels[token] >= 0);
                Assert.True(count > 0);
                Assert.All(sample.LookedAt.GetRange(start, count), seen => Assert.InRange(seen, first, first + sample.Images!.TokenCount - 1));
            }

            // Letters of answers that only read.
            for (var i = 0; i < sample.Ids.Count; i++)
                if (sample.Labels[i] >= 0 && sample.Tasks[i] == (int)TaskKind.Read && tokenizer.Decode([sample.Ids[i]]).Any(char.IsLetterOrDigit) && !tokenizer.IsSpecial(sample.Ids[i]))
                    (letters, looking) = (letters + 1, looking + (sample.Looks.Exists(look => look.Token == i) ? 1 : 0));
        }

        Assert.InRange(letters, 50, int.MaxValue);
        Assert.Equal(letters, looking);
    }

    [Fact]
    public void AttentionSupervision_SomeStepsOnDrawnReadings_TurnTheHeadToWhatIsRead()
    {
        using var backend = CpuBackend.Create(new CpuOptions { Threads = 1 });
        var prompts = SmallTokenizer.Prompts;
        using var model = ModelBuilder.Create(backend, ModelBuilder.Configure(SmallTokenizer.Recipe.Model, SequenceStage.Vocabulary(prompts.Tokenizer), prompts.Tokenizer), 3);
        ComposedEmbedding.Apply(model, prompts.Tokenizer, 4);
        var things = new PatchThings(prompts.Tokenizer);
        using var vectors = new PatchVectors(model, things);
        var source = new SampleSource(TestAssets.Assets, SceneSplit.Training, TaskMixture.Words);
        using var maker = new AnswerMaker(prompts, Processor, [[new WeightedSource(source, 1, TilingMode.WholeView)]], longest: 4096, seed: 5)
        {
            Looks = new AnswerLooks(prompts.Tokenizer),
            Symbols = new PatchSymbols(things, Tile, Patch, mistakes: 0),
        };
        List<SequenceSample> samples = [];
        for (var index = 0; index < 6; index++)
        {
            samples.Add(new SequenceSample());
            maker.Make(index, 0, samples[^1]);
        }

        var stage = StageRecipe.Read(RecipeFile.Parse("looks.yaml", """
            {name: s, kind: symbols, steps: 80, batch: {samples: 6}, data: {attention: {weight: 1, layers: [0]}}, modules: {decoder: {learning_rate: 0.003}}}
            """));
        var parameters = ModelBuilder.Parameters(model, Models.ModelModule.Decoder).ToList();
        parameters.ForEach(parameter => parameter.Tensor.RequiresGradient = true);
        using var optimizer = Assert.Single(OptimizerFactory.Create(backend, parameters, stage));
        using var tape = new Nunchi.Tensors.Tape(backend, recording: true);
        using var pass = new AnswerPass(model, vectors) { Looks = new AttentionSupervision(((AnswerData)stage.Data).Attention!) };
        List<double> seen = [];
        for (var step = 0; step < stage.Steps; step++)
        {
            model.Parameters.ForgetGradients();
            pass.Clear();
            samples.ForEach(pass.Add);
            pass.Run(tape, 1.0 / pass.Labelled);
            var report = new StepReport(AttentionSupervision.Meters(((AnswerData)stage.Data).Attention!));
            pass.Looks!.Measure(report, 0);
            Assert.Equal(samples.Sum(sample => sample.Looks.Count), report.Meters.Weight(0));
            seen.Add(report.Meters.Mean(0)!.Value);
            optimizer.Step(1);
        }

        Assert.True(seen[^1] > 0.6 && seen[^1] > 2 * seen[0], $"{seen[0]} of the attention lay on what is read, then {seen[^1]}");
    }

    private static TurnTruth Truth(TaskKind task, params BoundingBox[] about) => new() { Task = task, Question = "test", Group = "test", Language = "ko", About = about };

    // Looks of an answer about a picture seen once, 6 x 6 patches, whose first image token is the first of the sequence.
    private static (string Said, int[] Patches, bool Decides)[] Looks(Scene scene, string answer, TaskKind task, params BoundingBox[] about)
    {
        var tokenizer = SmallTokenizer.Prompts.Tokenizer;
        var image = Processor.Process([new RgbImage(scene.Width, scene.Height)], TilingMode.WholeView, TestContext.Current.CancellationToken).Images[0];
        var sample = new SequenceSample();
        foreach (var id in tokenizer.Encode(answer, allowSpecial: true))
            sample.Append(id, true, 0);
        var looks = new AnswerLooks(tokenizer);
        looks.Begin(scene, image, 0);
        looks.Add(sample, 0, sample.Ids.Count, Truth(task, about));
        return [.. sample.Looks.Select(look => (tokenizer.Decode([sample.Ids[look.Token]]), sample.LookedAt.GetRange(look.Start, look.Count).ToArray(), look.Decides))];
    }

    private static Scene Scene(int width, int height) => new()
    {
        Width = width,
        Height = height,
        Kind = SceneKind.Station,
        Design = "test",
        Seed = 1,
        Index = 1,
        Split = SceneSplit.Training,
        Background = new SceneBackground("a wall", "벽", ColourName.None),
        Texts = [],
        Objects = [],
        Relations = [],
        Facts = new SceneFacts(),
        Degradation = new SceneDegradation(),
    };

    // A text whose letters share its box equally.
    private static SceneText Text(string text, float left, float top, float right, float bottom)
    {
        var step = (right - left) / text.Length;
        return new SceneText
        {
            Text = text,
            Role = TextRole.Plain,
            Language = "ko",
            Box = new SceneBox(left, top, right, bottom),
            Quad = Quad.Rectangle(left, top, right, bottom),
            Glyphs = [.. text.Select((character, i) => new SceneGlyph(character.ToString(), Quad.Rectangle(left + (i * step), top, left + ((i + 1) * step), bottom)))],
            Height = bottom - top,
            Font = "test",
            Colour = ColourName.Black,
            Order = 0,
            Line = 0,
        };
    }

    private static SceneObject Thing(string key, ColourName colour, float left, float top, float right, float bottom) => new()
    {
        Class = key,
        Korean = ObjectCatalogue.Get(key).Korean,
        English = ObjectCatalogue.Get(key).English,
        Colour = colour,
        Box = new SceneBox(left, top, right, bottom),
        Order = 0,
        Visible = 1,
    };
}
