using Nunchi.Data.Pages;
using Nunchi.Images;
using Nunchi.Tensors.Cpu;
using Nunchi.Training.Recipes;
using Nunchi.Training.Stages;
using Nunchi.Training.Stages.Patches;
using Nunchi.Training.Vocabularies;
using ModelModule = Nunchi.Models.ModelModule;

namespace Nunchi.Training.Tests.Stages;

public class PatchSymbolsTests
{
    private const int Tile = 96;
    private const int Spot = 12;

    [Theory]
    [InlineData(200, 120, TilingMode.AnyRes)]
    [InlineData(120, 333, TilingMode.AnyRes)]
    [InlineData(401, 399, TilingMode.AnyRes)]
    [InlineData(60, 50, TilingMode.AnyRes)]
    [InlineData(200, 120, TilingMode.SingleView)]
    [InlineData(75, 301, TilingMode.SingleView)]
    [InlineData(75, 301, TilingMode.WholeView)]
    [InlineData(200, 120, TilingMode.WholeView)]
    public void CropViews_ASpotInAPicture_LiesWhereTheProcessorPutsIt(int width, int height, TilingMode tiling)
    {
        var picture = new RgbImage(width, height);
        int left = width * 2 / 3, top = height / 4;
        for (var y = top; y < top + Spot; y++)
            picture.Pixels.AsSpan(((y * width) + left) * 3, Spot * 3).Fill(255);
        var processor = new ImageProcessor(new ImageProcessorConfig { TileSize = Tile, Canvases = [new(Tile, Tile), new(Tile, 2 * Tile), new(2 * Tile, Tile), new(2 * Tile, 2 * Tile), new(3 * Tile, Tile)] }, 16);
        var processed = processor.Process([picture], tiling, TestContext.Current.CancellationToken);
        var found = 0;
        foreach (var (view, crop) in CropViews.Of(processed.Images[0], Tile).Select((view, crop) => (view, crop)))
        {
            var (x, y) = view.Apply(left + (Spot / 2f), top + (Spot / 2f));
            if (x is < 8 or > Tile - 8 || y is < 8 or > Tile - 8)
                continue;
            found++;
            var values = new float[3 * Tile * Tile];
            processed.WritePixels(crop, 1, values);
            var (seenX, seenY) = Centre(values.AsSpan(0, Tile * Tile));
            Assert.InRange(seenX, x - 1.5f, x + 1.5f);
            Assert.InRange(seenY, y - 1.5f, y + 1.5f);
        }

        Assert.Equal(processed.CropCount, CropViews.Of(processed.Images[0], Tile).Count());
        Assert.InRange(found, 1, processed.CropCount);
    }

    [Fact]
    public void PatchThings_TokenizerOfTheSmallModel_KnowsEverySyllableOfItsVocabularyAndEveryObject()
    {
        var things = new PatchThings(SmallTokenizer.Prompts.Tokenizer);

        Assert.True(things.Glyphs >= 2350, $"{things.Glyphs} glyphs");
        Assert.Equal(1 + things.Glyphs + DenseLabels.ObjectClasses - 1, things.Count);
        var (initial, medial, final) = DenseLabels.Encode('판');
        var thing = Assert.NotNull(things.OfGlyph(initial, medial, final));
        Assert.Equal("판", SmallTokenizer.Prompts.Tokenizer.Decode([Assert.Single(things.Tokens[thing])]));
        Assert.Equal(PatchThings.Blank, things.OfGlyph(0, 0, 0));
        Assert.Null(things.OfGlyph(DenseLabels.UnknownInitial, 0, 0));
    }

    [Fact]
    public void PatchVectors_AGlyphInAColour_IsItsCodeAndHalfOfTheColourAndTheCodeOfItsBox()
    {
        using var backend = CpuBackend.Create();
        var prompts = SmallTokenizer.Prompts;
        using var model = ModelBuilder.Create(backend, ModelBuilder.Configure(SmallTokenizer.Recipe.Model, SequenceStage.Vocabulary(prompts.Tokenizer), prompts.Tokenizer), 3);
        var things = new PatchThings(prompts.Tokenizer);
        using var vectors = new PatchVectors(model, things);
        var red = (int)Data.Objects.ColourName.Red;
        var thing = things.OfGlyph(20, 0, 0)!.Value;
        var vector = new float[model.Config.Text.HiddenSize];
        vectors.Write(new ShownPatch(thing, red, thing, null), vector);

        var code = new PatchCode(vector.Length);
        var glyph = new float[vector.Length];
        code.WriteGlyph((20, 0, 0), glyph);
        for (var i = 0; i < vector.Length; i++)
            Assert.Equal(glyph[i] + (0.5f * code.Colour(Data.Objects.ColourName.Red)[i]), vector[i], 5);
        Assert.Equal(code.Object(3).ToArray(), vectors.Things.Row(things.OfObject(Data.Objects.ObjectCatalogue.All.Single(kind => kind.Id == 3))).ToArray());
        Assert.Equal(code.Blank.ToArray(), vectors.Things.Row(PatchThings.Blank).ToArray());
        Assert.Equal(0, Dot(vectors.Colours.Row((int)Data.Objects.ColourName.None), vectors.Colours.Row((int)Data.Objects.ColourName.None)));

        // Directions are nearly orthogonal, so that a product with each finds its number again.
        var boxed = new float[vector.Length];
        var box = new Grounding.BoundingBox(0.2, 0.35, 0.6, 0.9);
        vectors.Write(new ShownPatch(thing, red, thing, box), boxed);
        var numbers = new float[BoxCode.Length];
        for (var k = 0; k < numbers.Length; k++)
            for (var i = 0; i < boxed.Length; i++)
                numbers[k] += (boxed[i] - vector[i]) * vectors.Boxes.Row(k)[i] / (vectors.BoxScale * vectors.BoxScale);
        Assert.InRange(BoxCode.Distance(box, BoxCode.Read(numbers)), 0, 0.1);
    }

    [Fact]
    public void PatchVectors_WhatLiesBehind_IsHalfAVectorOfItsOwnAndIsKeptWhereNothingIsKnown()
    {
        using var backend = CpuBackend.Create();
        var prompts = SmallTokenizer.Prompts;
        var recipe = SmallTokenizer.Recipe.Model;
        using var model = ModelBuilder.Create(backend, ModelBuilder.Configure(recipe with { Decoder = recipe.Decoder with { Width = 384 } }, SequenceStage.Vocabulary(prompts.Tokenizer), prompts.Tokenizer), 3);
        using var vectors = new PatchVectors(model, new PatchThings(prompts.Tokenizer));
        float[] Of(ShownPatch patch)
        {
            var vector = new float[384];
            vectors.Write(patch, vector);
            return vector;
        }

        var (green, meadow) = ((int)Data.Objects.ColourName.Green, Data.Scenes.BackdropNames.Number("grass under the sky"));
        Assert.NotEqual(0, meadow);
        float[] plain = Of(new ShownPatch(7, 2, 7, null)), onGreen = Of(new ShownPatch(7, 2, 7, null, Ground: green)), outside = Of(new ShownPatch(7, 2, 7, null, Backdrop: meadow));
        Assert.Equal(0.5, Dot([.. onGreen.Zip(plain, (a, b) => a - b)], vectors.Grounds.Row(green)), 4);
        Assert.Equal(0.5, Dot([.. outside.Zip(plain, (a, b) => a - b)], vectors.Backdrops.Row(meadow)), 4);

        // With room for all, what lies behind says nothing about what a patch shows.
        foreach (var vector in (float[][])[onGreen, outside])
            for (var thing = 0; thing < vectors.Things.Rows; thing++)
                Assert.Equal(Dot(plain, vectors.Things.Row(thing)), Dot(vector, vectors.Things.Row(thing)), 4);

        vectors.KeepGrounds(onGreen, plain);
        for (var i = 0; i < plain.Length; i++)
            Assert.Equal(onGreen[i], plain[i], 4);

        // The directions of boxes are only nearly orthogonal to those of grounds; what is kept is what is there, all in all.
        var boxed = Of(new ShownPatch(7, 2, 7, new Grounding.BoundingBox(0.2, 0.35, 0.6, 0.9)));
        vectors.KeepGrounds(onGreen, boxed);
        for (var ground = 1; ground < vectors.Grounds.Rows; ground++)
            Assert.Equal(Dot(onGreen, vectors.Grounds.Row(ground)), Dot(boxed, vectors.Grounds.Row(ground)), 4);
    }

    [Fact]
    public void PatchCode_WithRoom_IsOneLongAndAsNearAsPartsAreShared()
    {
        var code = new PatchCode(384);
        float[] Of(char character)
        {
            var vector = new float[384];
            code.WriteGlyph(DenseLabels.Encode(character), vector);
            return vector;
        }

        Assert.Equal(1, Dot(Of('판'), Of('판')), 5);
        Assert.Equal(2 / 3f, Dot(Of('판'), Of('반')), 5);
        Assert.Equal(1 / 3f, Dot(Of('판'), Of('빈')), 5);
        Assert.Equal(1 / 3f, Dot(Of('가'), Of('너')), 5);
        Assert.Equal(0, Dot(Of('판'), Of('교')), 5);
        List<float[]> alone = [Of('A'), Of('a'), Of('7'), Of('%'), code.Blank.ToArray()];
        alone.AddRange(Data.Objects.Colours.All.Select(colour => code.Colour(colour).ToArray()));
        alone.AddRange(Data.Objects.ObjectCatalogue.All.Select(kind => code.Object(kind.Id).ToArray()));
        for (var i = 0; i < alone.Count; i++)
        {
            Assert.Equal(0, Dot(alone[i], Of('판')), 5);
            for (var k = 0; k <= i; k++)
                Assert.Equal(i == k ? 1 : 0, Dot(alone[i], alone[k]), 5);
        }
    }

    [Fact]
    public void ComposedEmbedding_AddGlyphs_AddsTheCodeToEveryGlyphAndNothingElse()
    {
        using var backend = CpuBackend.Create();
        var prompts = SmallTokenizer.Prompts;
        using var model = ModelBuilder.Create(backend, ModelBuilder.Configure(SmallTokenizer.Recipe.Model, SequenceStage.Vocabulary(prompts.Tokenizer), prompts.Tokenizer), 3);
        var things = new PatchThings(prompts.Tokenizer);
        var embedding = model.Decoder.Embedding;
        var before = embedding.Span.ToArray();
        ComposedEmbedding.AddGlyphs(model, things);

        using var vectors = new PatchVectors(model, things);
        var glyphs = Enumerable.Range(1, things.Glyphs).ToDictionary(glyph => things.Tokens[glyph][0]);
        for (var id = 0; id < embedding.Rows; id++)
            for (var i = 0; i < embedding.Columns; i++)
                Assert.Equal(before[(id * embedding.Columns) + i] + (glyphs.TryGetValue(id, out var glyph) ? vectors.Things.Row(glyph)[i] : 0), embedding.Row(id)[i], 5);
    }

    [Fact]
    public void PatchVectors_Noise_HasItsEnergyAndDependsOnItsSeed()
    {
        var prompts = SmallTokenizer.Prompts;
        using var backend = CpuBackend.Create(new CpuOptions { Threads = 1 });
        using var model = ModelBuilder.Create(backend, ModelBuilder.Configure(SmallTokenizer.Recipe.Model, SequenceStage.Vocabulary(prompts.Tokenizer), prompts.Tokenizer), 3);
        var things = new PatchThings(prompts.Tokenizer);
        using var vectors = new PatchVectors(model, things);
        var width = model.Config.Text.HiddenSize;
        double square = 0, added = 0;
        foreach (var value in vectors.Things.Span)
            square += (double)value * value / things.Count;
        float[] plain = new float[width], noisy = new float[width], again = new float[width];
        vectors.Write(new ShownPatch(1, 0, 1, null), plain);
        const int Patches = 200;
        for (ulong seed = 0; seed < Patches; seed++)
        {
            vectors.Write(new ShownPatch(1, 0, 1, null, new PatchNoise(seed, 3)), noisy);
            vectors.Write(new ShownPatch(1, 0, 1, null, new PatchNoise(seed, 3)), again);
            Assert.Equal(noisy, again);
            added += noisy.Zip(plain, (a, b) => (double)(a - b) * (a - b)).Sum() / Patches;
        }

        Assert.InRange(added / square, 2.7, 3.3);
        vectors.Write(new ShownPatch(1, 0, 1, null, new PatchNoise(Patches, 0)), again);
        Assert.Equal(plain, again);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    public void DrillMaker_Noise_IsOneEnergyASampleAndADirectionAPatch(double noise)
    {
        var tokenizer = SmallTokenizer.Prompts.Tokenizer;
        var maker = new DrillMaker(new PatchThings(tokenizer), tokenizer, tokenizer.TokenId("<image>")!.Value, mistakes: 0, noise);
        var random = new SeededRandom(9);
        var sample = new SequenceSample();
        HashSet<float> energies = [];
        for (var i = 0; i < 20; i++)
        {
            sample.Clear();
            maker.Fill(random, sample, 0);
            var energy = Assert.Single(sample.Shown.Select(patch => patch.Noise.Energy).Distinct());
            Assert.InRange(energy, 0, noise);
            energies.Add(energy);
            if (noise > 0)
                Assert.Equal(sample.Shown.Count, sample.Shown.Select(patch => patch.Noise.Seed).Distinct().Count());
        }

        Assert.Equal(noise > 0 ? 20 : 1, energies.Count);
    }

    [Fact]
    public void DrillMaker_ManySamples_AskOnlyWhatThePatchesTell()
    {
        var tokenizer = SmallTokenizer.Prompts.Tokenizer;
        var things = new PatchThings(tokenizer);
        var image = tokenizer.TokenId("<image>")!.Value;
        var maker = new DrillMaker(things, tokenizer, image, mistakes: 0);
        var random = new SeededRandom(4);
        var sample = new SequenceSample();
        var (boxes, names, answers) = (0, 0, 0);
        for (var i = 0; i < 60; i++)
        {
            sample.Clear();
            maker.Fill(random, sample, 7);
            Assert.Equal(sample.Shown.Count, sample.Ids.Count(id => id == image));
            Assert.InRange(sample.Labelled, 1, sample.Ids.Count / 2);
            var known = sample.Shown.Where(patch => patch.Box is not null).Select(patch => patch.Box!.Value).ToHashSet();
            var lines = tokenizer.Decode(sample.Ids.SkipWhile(id => id != image).Where(id => id != image).ToArray()).Trim('\n').Split('\n');
            foreach (var line in lines)
            {
                if (Nunchi.Grounding.GroundingParser.Parse(line.StartsWith("<bbox>", StringComparison.Ordinal) ? "<obj>x</obj>" + line : line).Spans is [var span])
                {
                    boxes++;
                    Assert.Contains(known, box => box.IntersectionOverUnion(Assert.Single(span.Boxes)) > 0.999);
                    names += line.StartsWith("<bbox>", StringComparison.Ordinal) ? 1 : 0;
                    continue;
                }

                answers++;
                var parts = line.Split(' ');
                var shown = sample.Shown.Where(patch => patch.Truth > things.Glyphs && tokenizer.Decode(things.Tokens[patch.Truth].SkipLast(1).ToArray()) == string.Join(' ', parts[..^1])).ToList();
                if (parts[^1] is "네" or "아니요")
                    Assert.Equal(parts[^1] == "네", shown.Count > 0);
                else
                    Assert.Equal(Data.Objects.Colours.Parse(parts[^1]), (Data.Objects.ColourName)shown[0].Colour);
            }
        }

        Assert.True(boxes > 60 && names > 30 && answers > 60, $"{boxes} boxes, {names} asked by box, {answers} answers");
    }

    [Fact]
    public void AnswerPass_PicturesAndPatchesOfNone_GiveTheLossesOfEachAlone()
    {
        using var backend = CpuBackend.Create();
        var prompts = SmallTokenizer.Prompts;
        using var model = ModelBuilder.Create(backend, ModelBuilder.Configure(SmallTokenizer.Recipe.Model, SequenceStage.Vocabulary(prompts.Tokenizer), prompts.Tokenizer), 3);
        var things = new PatchThings(prompts.Tokenizer);
        using var vectors = new PatchVectors(model, things);
        using var tape = new Nunchi.Tensors.Tape(backend, recording: false);
        var maker = new DrillMaker(things, prompts.Tokenizer, model.Config.ImageTokenId, 0.1);
        var processor = new ImageProcessor(ModelBuilder.Images(model.Config, SmallTokenizer.Recipe.Model), model.Config.Vision.PatchSize);
        var random = new SeededRandom(4);
        List<SequenceSample> samples = [];
        for (var i = 0; i < 4; i++)
        {
            var sample = new SequenceSample();
            if (i % 2 == 0)
            {
                maker.Fill(random, sample, 0);
            }
            else
            {
                sample.Images = processor.Process([new RgbImage(40 + (30 * i), 90)], i == 1 ? TilingMode.AnyRes : TilingMode.WholeView, TestContext.Current.CancellationToken);
                for (var patch = 0; patch < sample.Images.CropCount * sample.Images.PatchesPerSide * sample.Images.PatchesPerSide; patch++)
                    sample.Shown.Add(new ShownPatch(1 + random.Below(things.Glyphs), 1, 1, null));
                for (var token = 0; token < sample.Images.TokenCount; token++)
                    sample.Append(model.Config.ImageTokenId, false, 0);
                for (var token = 0; token < 5; token++)
                    sample.Append(100 + token, true, 0);
            }

            samples.Add(sample);
        }

        float[] Losses(IEnumerable<SequenceSample> batch)
        {
            using var pass = new AnswerPass(model, vectors);
            foreach (var sample in batch)
                pass.Add(sample.Ids.ToArray(), sample.Labels.ToArray(), sample.Images, sample.Shown);
            pass.Run(tape, 1);
            return pass.Losses.ToArray();
        }

        var expected = samples.SelectMany(sample => Losses([sample])).ToArray();
        var together = Losses(samples);
        Assert.Equal(expected.Length, together.Length);
        for (var i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], together[i], 3);
    }

    [Fact]
    public void AnswerPass_ALossOnBoxes_TeachesTheProjectorWhereThingsAre()
    {
        using var backend = CpuBackend.Create();
        var prompts = SmallTokenizer.Prompts;
        using var model = ModelBuilder.Create(backend, ModelBuilder.Configure(SmallTokenizer.Recipe.Model, SequenceStage.Vocabulary(prompts.Tokenizer), prompts.Tokenizer), 3);
        using var places = new PatchVectors(model, new PatchThings(prompts.Tokenizer), 2);
        var sample = Spotted(model.Config, new ShownPatch(0, 0, 0, new Grounding.BoundingBox(32 / 96.0, 16 / 96.0, 80 / 96.0, 64 / 96.0)));
        var stage = StageRecipe.Read(RecipeFile.Parse("boxes.yaml", """
            {name: s, kind: finetune, steps: 60, batch: {samples: 1}, data: {boxes: {weight: 3, share: 2}},
             modules: {encoder: {learning_rate: 0.003}, projector: {learning_rate: 0.003}, decoder: frozen}}
            """));
        var boxes = ((AnswerData)stage.Data).Boxes;
        Assert.Equal(new BoxRecipe(3, 2), boxes);
        List<double> errors = [];
        Teach(model, stage, new AnswerPass(model, places: places) { BoxWeight = boxes!.Weight }, sample, pass => errors.Add(pass.SideError!.Value));

        Assert.True(errors[^1] < 0.02 && errors[0] > 0.1, $"sides were off by {errors[0]}, then by {errors[^1]}");
    }

    [Fact]
    public void ThingLoss_ASmallChangeOfAPatch_ChangesTheLossAsTheGradientSays()
    {
        using var backend = CpuBackend.Create(new CpuOptions { Threads = 1 });
        var prompts = SmallTokenizer.Prompts;
        using var model = ModelBuilder.Create(backend, ModelBuilder.Configure(SmallTokenizer.Recipe.Model, SequenceStage.Vocabulary(prompts.Tokenizer), prompts.Tokenizer), 3);
        using var vectors = new PatchVectors(model, new PatchThings(prompts.Tokenizer));
        using var loss = new ThingLoss(backend, vectors);
        ShownPatch?[] shown = [new(5, 2, 5, null, Ground: 3), new(PatchThings.Blank, 0, PatchThings.Blank, null, Backdrop: 6), null, new(vectors.Known.Glyphs + 3, 4, vectors.Known.Glyphs + 3, null), new(5, 1, 5, null, Beside: 9), new(PatchThings.Blank, 0, PatchThings.Blank, null, Beside: 7)];
        using var projected = new Nunchi.Tensors.Tensor(backend, shown.Length, model.Config.Text.HiddenSize) { RequiresGradient = true };
        var random = new SeededRandom(8);
        foreach (ref var value in projected.Span)
            value = (float)Math.Sqrt(1.0 / projected.Columns) * random.Normal();
        double Loss(bool learns)
        {
            using var tape = new Nunchi.Tensors.Tape(backend, recording: learns);
            var sum = loss.Apply(tape, projected, row => shown[row], 0.5f, 2, 0.7f);
            if (learns)
                tape.Backward();
            return sum;
        }

        Loss(learns: true);
        // Of the patch that two glyphs share both, of the blank one the glyph that is squeezed in.
        Assert.Equal(6, loss.Labelled);
        var report = new StepReport(ThingLoss.Meters);
        loss.Measure(report, 0);
        Assert.Equal([5, 3, 1, 1], Enumerable.Range(0, 4).Select(meter => (int)report.Meters.Weight(meter)));
        var gradient = projected.Gradient!.Span.ToArray();
        Assert.All(gradient.AsSpan(2 * projected.Columns, projected.Columns).ToArray(), value => Assert.Equal(0, value));
        for (var i = 0; i < projected.Count; i += 7)
        {
            const float Step = 1e-3f;
            var before = projected.Span[i];
            projected.Span[i] = before + Step;
            var above = Loss(learns: false);
            projected.Span[i] = before - Step;
            var below = Loss(learns: false);
            projected.Span[i] = before;
            Assert.Equal((above - below) / (2 * Step), gradient[i], 0.02 * (1 + Math.Abs(gradient[i])));
        }
    }

    [Fact]
    public void ThingLoss_TwoGlyphsInAPatch_EitherIsRightAndBothAreLearned()
    {
        using var backend = CpuBackend.Create(new CpuOptions { Threads = 1 });
        var prompts = SmallTokenizer.Prompts;
        using var model = ModelBuilder.Create(backend, ModelBuilder.Configure(SmallTokenizer.Recipe.Model, SequenceStage.Vocabulary(prompts.Tokenizer), prompts.Tokenizer), 3);
        using var vectors = new PatchVectors(model, new PatchThings(prompts.Tokenizer));
        using var loss = new ThingLoss(backend, vectors);
        int Letter(char character) => DenseLabels.Encode(character) is var (initial, medial, final) ? vectors.Known.OfGlyph(initial, medial, final)!.Value : 0;
        int wide = Letter('A'), narrow = Letter('1');
        // As many labels as patches, and yet not one each.
        ShownPatch?[] shown = [null, new(wide, 0, wide, null, Beside: narrow)];
        using var projected = new Nunchi.Tensors.Tensor(backend, shown.Length, model.Config.Text.HiddenSize) { RequiresGradient = true };
        double Loss(float first, float second)
        {
            for (var i = 0; i < projected.Columns; i++)
                projected.Row(1)[i] = (first * vectors.Things.Row(wide)[i]) + (second * vectors.Things.Row(narrow)[i]);
            using var tape = new Nunchi.Tensors.Tape(backend, recording: false);
            return loss.Apply(tape, projected, row => shown[row], 1, 0, 0);
        }

        var (one, other, both, neither) = (Loss(1, 0), Loss(0, 1), Loss(0.7f, 0.7f), Loss(0, 0));
        Assert.Equal(one, other, 0.3 * one);
        Assert.True(both < 0.5 * one && one < neither, $"between both {both}, on one {one}, on the other {other}, on neither {neither}");
        var report = new StepReport(ThingLoss.Meters);
        foreach (var (first, second) in ((float, float)[])[(1, 0), (0, 1)])
        {
            Loss(first, second);
            loss.Measure(report, 0);
        }

        Assert.Equal((2.0, 1.0), (report.Meters.Weight(1), report.Meters.Mean(1)));
    }

    [Fact]
    public void AnswerPass_ALossOnThings_TeachesTheProjectorWhatPatchesShow()
    {
        using var backend = CpuBackend.Create();
        var prompts = SmallTokenizer.Prompts;
        using var model = ModelBuilder.Create(backend, ModelBuilder.Configure(SmallTokenizer.Recipe.Model, SequenceStage.Vocabulary(prompts.Tokenizer), prompts.Tokenizer), 3);
        using var places = new PatchVectors(model, new PatchThings(prompts.Tokenizer));
        var sample = Spotted(model.Config, new ShownPatch(7, (int)Data.Objects.ColourName.White, 7, null, Ground: (int)Data.Objects.ColourName.Green, Backdrop: 3));
        var stage = StageRecipe.Read(RecipeFile.Parse("things.yaml", """
            {name: s, kind: finetune, steps: 60, batch: {samples: 1}, data: {patches: {things: 3, colours: 1, grounds: 2}},
             modules: {encoder: {learning_rate: 0.003}, projector: {learning_rate: 0.003}, decoder: frozen}}
            """));
        var patches = ((AnswerData)stage.Data).Patches;
        Assert.Equal(new PatchRecipe(3, 1, 2), patches);
        var report = new StepReport(ThingLoss.Meters);
        Teach(model, stage, new AnswerPass(model, places: places) { ThingWeight = patches!.Things, ColourWeight = patches.Colours, GroundWeight = patches.Grounds }, sample, pass =>
        {
            report.Clear();
            pass.Things!.Measure(report, 0);
        });

        Assert.Equal([36, 9, 27, 0, 9, 9, 9], Enumerable.Range(0, 7).Select(meter => (int)report.Meters.Weight(meter)));
        foreach (var meter in (int[])[0, 4, 5, 6])
            Assert.Equal(1, report.Meters.Mean(meter));
    }

    [Fact]
    public void BoxCode_AnyBox_IsReadBackAndNeighboursAreNear()
    {
        var random = new Random(9);
        Span<float> code = stackalloc float[BoxCode.Length], near = stackalloc float[BoxCode.Length];
        for (var i = 0; i < 500; i++)
        {
            var box = new Grounding.BoundingBox(random.NextDouble(), random.NextDouble(), random.NextDouble(), random.NextDouble());
            BoxCode.Write(box, code);
            Assert.InRange(BoxCode.Distance(box, BoxCode.Read(code)), 0, 1e-5);
            Assert.Equal(BoxCode.Norm, MathF.Sqrt(Dot(code, code)), 4);
            foreach (ref var value in code)
                value += (float)(random.NextDouble() - 0.5) * 0.3f;
            Assert.InRange(BoxCode.Distance(box, BoxCode.Read(code)), 0, 0.06);
        }

        BoxCode.Write(new Grounding.BoundingBox(0.5, 0.5, 0.5, 0.5), code);
        BoxCode.Write(new Grounding.BoundingBox(0.505, 0.505, 0.505, 0.505), near);
        Assert.True(Dot(code, near) > 0.98f * BoxCode.Norm * BoxCode.Norm);
    }

    // A white spot of 3 x 3 patches in a black picture, with a label of one token behind it.
    private static SequenceSample Spotted(Models.VisionLanguageConfig config, ShownPatch spot)
    {
        var processor = new ImageProcessor(ModelBuilder.Images(config, SmallTokenizer.Recipe.Model), config.Vision.PatchSize);
        var image = new RgbImage(96, 96);
        for (var y = 16; y < 64; y++)
            image.Pixels.AsSpan(((y * 96) + 32) * 3, 48 * 3).Fill(255);
        var sample = new SequenceSample { Images = processor.Process([image], TilingMode.WholeView, TestContext.Current.CancellationToken) };
        for (var patch = 0; patch < 36; patch++)
            sample.Shown.Add(patch % 6 is >= 2 and < 5 && patch / 6 is >= 1 and < 4 ? spot : default);
        for (var token = 0; token < sample.Images.TokenCount; token++)
            sample.Append(config.ImageTokenId, false, 0);
        sample.Append(100, true, 0);
        return sample;
    }

    private static void Teach(Models.VisionLanguageModel model, StageRecipe stage, AnswerPass pass, SequenceSample sample, Action<AnswerPass> watch)
    {
        var parameters = ModelBuilder.Parameters(model, ModelModule.Encoder, ModelModule.Projector).ToList();
        parameters.ForEach(parameter => parameter.Tensor.RequiresGradient = true);
        using var optimizer = Assert.Single(OptimizerFactory.Create(model.Backend, parameters, stage));
        using var tape = new Nunchi.Tensors.Tape(model.Backend, recording: true);
        using (pass)
        {
            for (var step = 0; step < stage.Steps; step++)
            {
                model.Parameters.ForgetGradients();
                pass.Clear();
                pass.Add(sample.Ids.ToArray(), sample.Labels.ToArray(), sample.Images, sample.Shown);
                pass.Run(tape, 1);
                watch(pass);
                optimizer.Step(1);
            }
        }
    }

    private static float Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var sum = 0f;
        for (var i = 0; i < a.Length; i++)
            sum += a[i] * b[i];
        return sum;
    }

    private static (float X, float Y) Centre(ReadOnlySpan<float> plane)
    {
        double sum = 0, x = 0, y = 0;
        var (least, most) = (float.MaxValue, float.MinValue);
        foreach (var value in plane)
            (least, most) = (Math.Min(least, value), Math.Max(most, value));
        for (var i = 0; i < plane.Length; i++)
        {
            // Padding is grey, the spot white.
            double weight = Math.Max(0, plane[i] - (least + (0.6 * (most - least))));
            (sum, x, y) = (sum + weight, x + (weight * ((i % Tile) + 0.5)), y + (weight * ((i / Tile) + 0.5)));
        }

        return ((float)(x / sum), (float)(y / sum));
    }
}
