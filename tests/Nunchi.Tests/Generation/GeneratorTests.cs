using System.Text.Json;
using Nunchi.Generation;
using Nunchi.Models;
using Nunchi.Tensors;
using Nunchi.Tests.Goldens;
using Nunchi.Tests.Models;

namespace Nunchi.Tests.Generation;

public class GeneratorTests
{
    [Theory]
    [InlineData("ask_square", 1)]
    [InlineData("ask_square", 7)]
    [InlineData("multi_turn", 50)]
    [InlineData("two_images_flat", 99)]
    [InlineData("text_turns", 3)]
    public void Prefill_PiecesOfAnySize_GiveTheLogitsOfOnePiece(string name, int chunk)
    {
        using var golden = new GoldenModel("varco2-tiny");
        (int[] ids, Tensor? rows) = golden.Case(name);
        using var whole = new Generator(golden.Model, golden.Tape, chunk: 4096);
        using var pieces = new Generator(golden.Model, golden.Tape, chunk);

        float[] expected = TakeIn(whole, ids, rows);
        float[] actual = TakeIn(pieces, ids, rows);

        Assert.Equal(ids.Length, pieces.Length);
        Close(expected, actual);
        rows?.Dispose();
    }

    [Fact]
    public void Step_EachToken_GivesTheLogitsOfAForwardWithoutCache()
    {
        using var golden = new GoldenModel("varco2-tiny");
        (int[] ids, Tensor? rows) = golden.Case("ask_small");
        int[] answer = [5, 300, 12, 735, 44];
        using var generator = new Generator(golden.Model, golden.Tape);
        TakeIn(generator, ids, rows);

        for (int count = 1; count <= answer.Length; count++)
        {
            float[] stepped = generator.Step(answer[count - 1]).ToArray();
            golden.Tokens.Clear();
            golden.Tokens.Add([.. ids, .. answer[..count]]);
            Tensor hidden = golden.Model.Forward(golden.Tape, golden.Tokens, rows);
            using var last = new IndexBuffer([hidden.Rows - 1]);
            Close(golden.Model.Logits(golden.Tape, hidden, last).Span.ToArray(), stepped);
            golden.Tape.Reset();
        }
        rows!.Dispose();
    }

    [Fact]
    public void Forward_SequencesOfOtherLengthsTogether_GiveWhatEachGivesAlone()
    {
        using var golden = new GoldenModel("varco2-tiny");
        string[] names = ["text_only", "ask_small", "two_images", "text_turns"];
        var alone = new List<float[]>();
        var sequences = new List<int[]>();
        foreach (string name in names)
        {
            (int[] ids, Tensor? rows) = golden.Case(name);
            golden.Tokens.Clear();
            golden.Tokens.Add(ids);
            alone.Add(golden.Model.Logits(golden.Tape, golden.Model.Forward(golden.Tape, golden.Tokens, rows)).Span.ToArray());
            golden.Tape.Reset();
            sequences.Add(ids);
            rows?.Dispose();
        }
        golden.Tokens.Clear();
        golden.Images.Clear();
        for (int i = 0; i < names.Length; i++)
        {
            golden.Tokens.Add(sequences[i]);
            JsonElement item = Case(names[i]);
            if (item.GetProperty("image_tokens").GetInt32() > 0)
                golden.Images.Add(golden.Process(item));
        }

        Tensor together = golden.Model.EncodeImages(golden.Tape, golden.Images);
        float[] logits = golden.Model.Logits(golden.Tape, golden.Model.Forward(golden.Tape, golden.Tokens, together)).Span.ToArray();

        Close([.. alone.SelectMany(rows => rows)], logits);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void EncodeImages_InGroups_GivesWhatAllCropsTogetherGive(int cropsAtOnce)
    {
        using var golden = new GoldenModel("varco2-tiny");
        golden.Images.Add(golden.Processor.Process([GoldenModel.Picture("huge")], cancellation: TestContext.Current.CancellationToken));
        golden.Images.Add(golden.Processor.Process([GoldenModel.Picture("square")], cancellation: TestContext.Current.CancellationToken));
        float[] expected = golden.Model.EncodeImages(golden.Tape, golden.Images).Span.ToArray();
        golden.Images.Indices.Clear();
        var told = new List<int>();

        float[] actual = golden.Model.EncodeImages(golden.Tape, golden.Images, cropsAtOnce, told.Add).Span.ToArray();

        Close(expected, actual);
        Assert.Equal(golden.Images.Crops, told[^1]);
        Assert.Equal(told.Order(), told);
    }

    [Fact]
    public void Truncate_ThenPrefill_IsAsIfTheForgottenHadNeverBeen()
    {
        using var golden = new GoldenModel("varco2-tiny");
        using var generator = new Generator(golden.Model, golden.Tape);
        float[] expected = TakeIn(generator, [1, 2, 3, 4, 5]);
        generator.Truncate(3);
        TakeIn(generator, [700, 701, 702]);
        generator.Truncate(3);

        Close(expected, TakeIn(generator, [4, 5]));
    }

    [Fact]
    public void Prefill_PastTheContext_NamesBothLengths()
    {
        using var golden = new GoldenModel("varco2-tiny");
        using var generator = new Generator(golden.Model, golden.Tape);

        string message = Assert.Throws<ArgumentException>(() => TakeIn(generator, new int[8193])).Message;

        Assert.Contains("8193", message);
        Assert.Contains("8192", message);
        Assert.Throws<ArgumentException>(() => TakeIn(generator, []));
    }

    [Fact]
    public void Prefill_MoreImageTokensThanFeatures_Fails()
    {
        using var golden = new GoldenModel("varco2-tiny");
        using var generator = new Generator(golden.Model, golden.Tape);

        Assert.Contains("2 image features, the pictures give 0", Assert.Throws<ArgumentException>(() => TakeIn(generator, [1, 736, 736])).Message);
    }

    [Fact]
    public void Prefill_Cancelled_StopsBeforeThePiece()
    {
        using var golden = new GoldenModel("varco2-tiny");
        using var generator = new Generator(golden.Model, golden.Tape, chunk: 2);
        using var cancellation = new CancellationTokenSource();

        Assert.Throws<OperationCanceledException>(() => generator.Prefill([1, 2, 3, 4, 5], done: count => { if (count == 4) cancellation.Cancel(); }, cancellation: cancellation.Token).Length);
        Assert.Equal(4, generator.Length);
    }

    private static float[] TakeIn(Generator generator, int[] ids, Tensor? rows = null) =>
        generator.Prefill(ids, rows, cancellation: TestContext.Current.CancellationToken).ToArray();

    private static JsonElement Case(string name) =>
        GoldenFiles.Json("varco2-tiny-cases", "cases.json").EnumerateArray().Single(item => item.GetProperty("name").GetString() == name);

    private static void Close(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
            Assert.True(Math.Abs(expected[i] - actual[i]) <= 1e-5f * Math.Max(1, Math.Abs(expected[i])), $"{actual[i]} at {i}, expected {expected[i]}");
    }
}
