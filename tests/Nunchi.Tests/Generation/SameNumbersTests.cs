using System.Text.Json;
using Nunchi.Chat;
using Nunchi.Generation;
using Nunchi.Images;
using Nunchi.Tensors;
using Nunchi.Tensors.Safetensors;
using Nunchi.Tests.Goldens;
using Nunchi.Tests.Models;

namespace Nunchi.Tests.Generation;

/// <summary>However a conversation is taken in, it gives the same greedy ids, and logits within 1e-5.</summary>
public class SameNumbersTests
{
    private const int Answer = 8;

    public static TheoryData<string, string> Checkpoints => new()
    {
        { "varco1-tiny", "varco1-tiny-cases" },
        { "varco2-tiny", "varco2-tiny-cases" },
        { "llava15-tiny", "llava15-tiny-cases" },
    };

    [Theory]
    [MemberData(nameof(Checkpoints))]
    public void Greedy_InPiecesOfRandomSizes_IsThatOfOnePiece(string checkpoint, string cases)
    {
        using var golden = new GoldenModel(checkpoint);
        var random = new Random(20);
        foreach (Conversation item in Load(golden, cases))
        {
            (int[] ids, List<float[]> logits) = Greedy(golden, item, 4096);

            int[] sizes = item.Ids.Length < 200 ? [1, random.Next(2, 9), random.Next(9, 64)] : [random.Next(9, 64), random.Next(64, 400)];
            foreach (int size in sizes)
            {
                (int[] pieceIds, List<float[]> pieceLogits) = Greedy(golden, item, size);
                Assert.True(ids.SequenceEqual(pieceIds), $"{item.Name} in pieces of {size}");
                Close(logits, pieceLogits, $"{item.Name} in pieces of {size}");
            }
            item.Rows?.Dispose();
        }
    }

    [Theory]
    [MemberData(nameof(Checkpoints))]
    public void Greedy_WithoutCacheAndAmongNeighbours_IsThatWithCacheAlone(string checkpoint, string cases)
    {
        using var golden = new GoldenModel(checkpoint);
        List<Conversation> items = [.. Load(golden, cases).Where(item => item.Ids.Length < 400)];
        var expected = items.Select(item => Greedy(golden, item, 4096)).ToList();

        // All conversations below each other, whole, anew for each token.
        var answers = items.Select(_ => new List<int>()).ToList();
        for (int step = 0; step < Answer; step++)
        {
            golden.Tokens.Clear();
            for (int i = 0; i < items.Count; i++)
                golden.Tokens.Add([.. items[i].Ids, .. answers[i]]);
            Tensor? rows = Join(golden, items);
            Tensor hidden = golden.Model.Forward(golden.Tape, golden.Tokens, rows);
            using var last = new IndexBuffer();
            for (int i = 0; i < items.Count; i++)
                last.Add(golden.Tokens.Segments.QueryStarts[i + 1] - 1);
            Tensor logits = golden.Model.Logits(golden.Tape, hidden, last);
            for (int i = 0; i < items.Count; i++)
            {
                Close([expected[i].Logits[step]], [logits.Row(i).ToArray()], $"{items[i].Name}, token {step}");
                answers[i].Add(expected[i].Ids[step]);
                Assert.Equal(expected[i].Ids[step], new Sampler(new GenerationOptions(), logits.Columns).Next(logits.Row(i)));
            }
            golden.Tape.Reset();
            rows?.Dispose();
        }
        items.ForEach(item => item.Rows?.Dispose());
    }

    private static (int[] Ids, List<float[]> Logits) Greedy(GoldenModel golden, Conversation item, int chunk)
    {
        using var generator = new Generator(golden.Model, golden.Tape, chunk);
        var sampler = new Sampler(new GenerationOptions(), golden.Model.Config.Text.VocabularySize);
        var ids = new List<int>();
        var logits = new List<float[]> { generator.Prefill(item.Ids, item.Rows, cancellation: TestContext.Current.CancellationToken).ToArray() };
        while (true)
        {
            ids.Add(sampler.Next(logits[^1]));
            if (ids.Count == Answer)
                return ([.. ids], logits);
            logits.Add(generator.Step(ids[^1]).ToArray());
        }
    }

    private static List<Conversation> Load(GoldenModel golden, string cases)
    {
        var items = new List<Conversation>();
        foreach (JsonElement item in GoldenFiles.Json(cases, "cases.json").EnumerateArray())
        {
            string name = item.GetProperty("name").GetString()!;
            using SafetensorsFile file = SafetensorsFile.Open(GoldenFiles.Path(cases, name + ".safetensors"));
            int[] ids = [.. file.ReadIntegers("input_ids").Select(id => (int)id)];
            Tensor? rows = null;
            if (item.GetProperty("images").GetArrayLength() > 0)
            {
                golden.Images.Clear();
                golden.Images.Add(golden.Process(item));
                Tensor packed = golden.Model.EncodeImages(golden.Tape, golden.Images);
                rows = new Tensor(golden.Backend, packed.Rows, packed.Columns);
                packed.Span.CopyTo(rows.Span);
                golden.Tape.Reset();
            }
            items.Add(new Conversation(name, ids, rows));
        }
        return items;
    }

    private static Tensor? Join(GoldenModel golden, List<Conversation> items)
    {
        int count = items.Sum(item => item.Rows?.Rows ?? 0), at = 0;
        if (count == 0)
            return null;
        var all = new Tensor(golden.Backend, count, golden.Model.Config.Text.HiddenSize);
        foreach (Tensor rows in items.Select(item => item.Rows).OfType<Tensor>())
        {
            rows.Span.CopyTo(all.Span[at..]);
            at += (int)rows.Count;
        }
        return all;
    }

    private static void Close(List<float[]> expected, List<float[]> actual, string where)
    {
        for (int row = 0; row < expected.Count; row++)
        {
            for (int i = 0; i < expected[row].Length; i++)
                Assert.True(Math.Abs(expected[row][i] - actual[row][i]) <= 1e-5f * Math.Max(1, Math.Abs(expected[row][i])), $"{where}: {actual[row][i]} at {row}, {i}; expected {expected[row][i]}");
        }
    }

    private sealed record Conversation(string Name, int[] Ids, Tensor? Rows);
}
