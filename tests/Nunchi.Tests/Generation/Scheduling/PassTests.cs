using Nunchi.Generation;
using Nunchi.Generation.Scheduling;
using Nunchi.Models;
using Nunchi.Tensors;
using Nunchi.Tensors.Cpu;
using Nunchi.Tensors.Operators;
using Nunchi.Tensors.Quantization;
using Nunchi.Tests.Models;

namespace Nunchi.Tests.Generation.Scheduling;

public class PassTests
{
    public static TheoryData<WeightFormat, CacheFormat, int> Formats => new()
    {
        { WeightFormat.Float32, CacheFormat.Float32, 2 },
        { WeightFormat.Float32, CacheFormat.Int8, 1 },
        { WeightFormat.BFloat16, CacheFormat.Float32, 2 },
        { WeightFormat.Int8, CacheFormat.Int8, 2 },
        { WeightFormat.Int4, CacheFormat.Float32, 2 },
    };

    [Theory]
    [MemberData(nameof(Formats))]
    public void Run_PartsOfManySequences_GivesEachTheBitsItGetsAlone(WeightFormat weights, CacheFormat format, int threads)
    {
        using var golden = new GoldenModel("varco2-tiny", CpuBackend.Create(new CpuOptions { Threads = threads }), weights: weights);
        using Tensor first = Features(golden, "small"), second = Features(golden, "square");
        var random = new Random(9);
        int imageToken = golden.Model.Config.ImageTokenId;
        int[][] prompts =
        [
            Text(random, 1), Text(random, 70), [.. Text(random, 9), .. Enumerable.Repeat(imageToken, first.Rows), .. Text(random, 5)],
            Text(random, 330), [.. Enumerable.Repeat(imageToken, second.Rows), .. Text(random, 20)], Text(random, 3),
        ];
        Tensor?[] rows = [null, null, first, null, second, null];
        int[][] answers = [.. prompts.Select((_, i) => Text(random, 1 + (i * 3 % 5)))];
        List<float[]> alone = [.. prompts.Select((prompt, i) => Alone(golden, format, prompt, rows[i], answers[i]))];
        KeyValueCache[] caches = [.. prompts.Select(_ => new KeyValueCache(golden.Backend, golden.Model.Config.Text, format: format))];
        SequencePart[] parts = [.. caches.Select(cache => new SequencePart(cache, imageToken))];
        int[] taken = new int[parts.Length];

        // Some write answers while others still take in their prompts, a random piece at a time.
        var together = prompts.Select(_ => new List<float>()).ToList();
        while (Enumerable.Range(0, parts.Length).Any(i => taken[i] < prompts[i].Length + answers[i].Length))
        {
            var pass = new List<int>();
            for (int i = 0; i < parts.Length; i++)
            {
                if (taken[i] < prompts[i].Length)
                {
                    int[] left = prompts[i][taken[i]..];
                    parts[i].Ask(left, rows[i], prompts[i].AsSpan(0, taken[i]).Count(imageToken), 120);
                    parts[i].Take(random.Next(1, parts[i].Most + 1));
                }
                else if (taken[i] < prompts[i].Length + answers[i].Length)
                {
                    parts[i].Ask(answers[i]);
                    parts[i].Take(answers[i].Length);
                }
                else
                {
                    continue;
                }
                pass.Add(i);
            }
            Pass.Run(golden.Model, golden.Tape, [.. pass.Select(i => parts[i])]);
            foreach (int i in pass)
            {
                taken[i] += parts[i].Taken;
                if (parts[i].Wanted > 0)
                    together[i].AddRange(parts[i].Logits.ToArray());
                Assert.Equal(taken[i], caches[i].Length);
            }
        }

        for (int i = 0; i < prompts.Length; i++)
        {
            Assert.Equal(alone[i], together[i]);
            parts[i].Dispose();
            caches[i].Dispose();
        }
    }

    [Fact]
    public void Run_OnePartIsWrong_LeavesEveryCacheAsItWas()
    {
        using var golden = new GoldenModel("varco2-tiny");
        using KeyValueCache good = new(golden.Backend, golden.Model.Config.Text), bad = new(golden.Backend, golden.Model.Config.Text);
        using SequencePart one = new(good, -1), other = new(bad, -1);
        one.Ask([1, 2, 3]);
        one.Take(3);
        other.Ask([1, 1_000_000]);
        other.Take(2);

        Assert.ThrowsAny<ArgumentException>(() => Pass.Run(golden.Model, golden.Tape, [one, other]));
        Assert.Equal((0, 0), (good.Length, bad.Length));
    }

    private static float[] Alone(GoldenModel golden, CacheFormat format, int[] prompt, Tensor? rows, int[] answer)
    {
        using var generator = new Generator(golden.Model, golden.Tape, 4096, format);
        float[] logits = generator.Prefill(prompt, rows, cancellation: TestContext.Current.CancellationToken).ToArray();
        return [.. logits, .. answer.SelectMany(id => generator.Step(id).ToArray())];
    }

    private static int[] Text(Random random, int length) => [.. Enumerable.Range(0, length).Select(_ => random.Next(1, 700))];

    private static Tensor Features(GoldenModel golden, string picture)
    {
        using ImageFeatures features = ImageFeatures.Encode(golden.Model, golden.Tape, golden.Processor.Process([GoldenModel.Picture(picture)]));
        var rows = new Tensor(golden.Backend, features.Rows.Rows, features.Rows.Columns);
        features.Rows.Span.CopyTo(rows.Span);
        return rows;
    }
}
