using System.Text.Json;
using Nunchi.Generation;
using Nunchi.Tensors;
using Nunchi.Tensors.Safetensors;
using Nunchi.Tests.Goldens;

namespace Nunchi.Tests.Models;

public class ModelGoldenTests
{
    // The sharded directory holds the weights of the bfloat16 one, widened.
    [Theory]
    [InlineData("varco2-tiny", "varco2-tiny-cases")]
    [InlineData("varco2-tiny-tf453", "varco2-tiny-cases")]
    [InlineData("varco2-tiny-sharded", "varco2-tiny-bf16-cases", true)]
    [InlineData("varco2-tiny-bf16", "varco2-tiny-bf16-cases", true)]
    [InlineData("varco1-tiny", "varco1-tiny-cases")]
    [InlineData("varco1-tiny-tf446", "varco1-tiny-cases")]
    public void Forward_EveryCase_GivesTheReferenceFeaturesLogitsAndGreedyTokens(string checkpoint, string cases, bool roundedRotary = false)
    {
        using var golden = new GoldenModel(checkpoint, roundedRotary: roundedRotary);
        foreach (JsonElement item in GoldenFiles.Json(cases, "cases.json").EnumerateArray())
        {
            using SafetensorsFile expected = SafetensorsFile.Open(GoldenFiles.Path(cases, item.GetProperty("name").GetString() + ".safetensors"));
            CheckCase(golden, item, expected);
            golden.Tape.Reset();
        }
    }

    private static void CheckCase(GoldenModel golden, JsonElement item, SafetensorsFile expected)
    {
        string name = item.GetProperty("name").GetString()!;
        int[] ids = [.. expected.ReadIntegers("input_ids").Select(id => (int)id)];
        golden.Images.Clear();
        golden.Tokens.Clear();
        golden.Tokens.AddAfter(ids, 0, 0);
        Tensor? features = null;
        if (item.GetProperty("image_tokens").GetInt32() > 0)
        {
            golden.Images.Add(golden.Process(item));
            features = golden.Model.EncodeImages(golden.Tape, golden.Images);
            int firstRows = (int)expected.ReadIntegers("image_feature_rows")[0];
            float[] head = expected.ReadSingles("image_features_head"), tail = expected.ReadSingles("image_features_tail");
            int width = features.Columns;
            Close($"{name} first features", head, features.Span[..head.Length]);
            Close($"{name} last features", tail, features.Span.Slice((firstRows * width) - tail.Length, tail.Length));
        }
        using var cache = new KeyValueCache(golden.Backend, golden.Model.Config.Text, ids.Length + 32);
        Tensor hidden = golden.Model.Forward(golden.Tape, golden.Tokens, features, cache);
        using var last = new IndexBuffer([.. Enumerable.Range(ids.Length - 8, 8)]);
        Tensor logits = golden.Model.Logits(golden.Tape, hidden, last);
        Close($"{name} logits", expected.ReadSingles("logits_last8"), logits.Span);

        int[] greedy = [.. item.GetProperty("greedy_ids").EnumerateArray().Select(id => id.GetInt32())];
        var produced = new List<int>();
        ReadOnlySpan<float> row = logits.Row(7);
        while (true)
        {
            produced.Add(IndexOfMax(row));
            if (produced.Count == greedy.Length)
                break;
            golden.Tape.Reset();
            golden.Tokens.Clear();
            golden.Tokens.AddAfter([produced[^1]], cache.Length, 0);
            row = golden.Model.Logits(golden.Tape, golden.Model.Forward(golden.Tape, golden.Tokens, null, cache)).Row(0);
        }
        Assert.True(greedy.SequenceEqual(produced), $"{name}: {string.Join(' ', produced)}, expected {string.Join(' ', greedy)}");
    }

    private static int IndexOfMax(ReadOnlySpan<float> row)
    {
        int best = 0;
        for (int i = 1; i < row.Length; i++)
        {
            if (row[i] > row[best])
                best = i;
        }
        return best;
    }

    private static void Close(string what, ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
            Assert.True(Math.Abs(expected[i] - actual[i]) <= 2e-4 + (2e-4 * Math.Abs(expected[i])), $"{what}: {actual[i]} at {i}, expected {expected[i]}");
    }
}
