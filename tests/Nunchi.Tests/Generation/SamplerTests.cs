using Nunchi.Chat;
using Nunchi.Generation;

namespace Nunchi.Tests.Generation;

public class SamplerTests
{
    private static readonly float[] Logits = [1, 3, 2, 3, -5];

    [Fact]
    public void Next_Greedy_TakesTheFirstOfTheLargest() =>
        Assert.Equal(1, new Sampler(new GenerationOptions(), 5).Next(Logits));

    [Fact]
    public void Next_Forbidden_IsNeverChosen() =>
        Assert.Equal(3, new Sampler(new GenerationOptions(), 5, forbidden: [1]).Next(Logits));

    [Fact]
    public void Next_BeyondTheTokenizer_IsNeverChosen() =>
        Assert.Equal(0, new Sampler(new GenerationOptions(), 5, allowed: 1).Next(Logits));

    [Fact]
    public void Next_NothingFinite_Fails() =>
        Assert.Throws<InvalidDataException>(() => new Sampler(new GenerationOptions(), 2).Next([float.NaN, float.NegativeInfinity]));

    [Fact]
    public void Next_SameSeed_GivesTheSameTokens()
    {
        int[] first = Many(new GenerationOptions { Temperature = 1, Seed = 7 }, 50), again = Many(new GenerationOptions { Temperature = 1, Seed = 7 }, 50);

        Assert.Equal(first, again);
        Assert.NotEqual(first, Many(new GenerationOptions { Temperature = 1, Seed = 8 }, 50));
    }

    [Fact]
    public void Next_TemperatureOne_FollowsTheProbabilities()
    {
        int[] tokens = Many(new GenerationOptions { Temperature = 1, Seed = 1 }, 20_000);
        double total = Logits.Sum(logit => Math.Exp(logit));

        for (int id = 0; id < Logits.Length; id++)
            Assert.Equal(Math.Exp(Logits[id]) / total, tokens.Count(token => token == id) / 20_000.0, 0.015);
    }

    [Fact]
    public void Next_TopK_KeepsTheMostLikely() =>
        Assert.Equal([1, 3], Many(new GenerationOptions { Temperature = 2, TopK = 2 }, 500).Distinct().Order());

    [Fact]
    public void Next_TopP_KeepsTheSmallestSetThatReachesIt()
    {
        // Probabilities 0.387 twice, 0.142, 0.052, 0.0001.
        Assert.Equal([1], Many(new GenerationOptions { Temperature = 1, TopP = 0.38 }, 300).Distinct().Order());
        Assert.Equal([1, 3], Many(new GenerationOptions { Temperature = 1, TopP = 0.7 }, 300).Distinct().Order());
        Assert.Equal([1, 2, 3], Many(new GenerationOptions { Temperature = 1, TopP = 0.9 }, 500).Distinct().Order());
        Assert.Equal([0, 1, 2, 3], Many(new GenerationOptions { Temperature = 1, TopP = 0.9995 }, 3000).Distinct().Order());
    }

    [Fact]
    public void Next_MinP_DropsTokensBelowAShareOfTheLargest() =>
        Assert.Equal([1, 2, 3], Many(new GenerationOptions { Temperature = 1, MinP = 0.3 }, 500).Distinct().Order());

    [Fact]
    public void Next_TopKAndTopP_ShareIsOfWhatTopKLeft() =>
        Assert.Equal([1], Many(new GenerationOptions { Temperature = 1, TopK = 2, TopP = 0.5 }, 300).Distinct());

    [Fact]
    public void Next_RepetitionPenalty_CountsPromptAndAnswer()
    {
        var sampler = new Sampler(new GenerationOptions { RepetitionPenalty = 2 }, 5, prompt: [1]);

        Assert.Equal(3, sampler.Next(Logits));
        Assert.Equal(2, sampler.Next(Logits));
    }

    [Fact]
    public void Next_NoRepeatNGramSize_NeverMakesARowOfTokensThatWasThere()
    {
        // The most likely token is 1; 3 and 2 follow.
        var pairs = new Sampler(new GenerationOptions { NoRepeatNGramSize = 2 }, 5, prompt: [1, 1, 3]);
        Assert.Equal([1, 2, 1], Enumerable.Range(0, 3).Select(_ => pairs.Next(Logits)));

        var random = new Random(8);
        foreach (int size in (int[])[1, 2, 3, 5])
        {
            var sampler = new Sampler(new GenerationOptions { NoRepeatNGramSize = size }, 40, prompt: [7, 3]);
            List<int> all = [7, 3];
            float[] logits = new float[40];
            for (int i = 0; i < 36; i++)
            {
                for (int id = 0; id < 40; id++)
                    logits[id] = (float)random.NextDouble() + (id < 2 ? 3 : 0);
                all.Add(sampler.Next(logits));
            }
            var rows = Enumerable.Range(0, all.Count - size + 1).Select(at => string.Join(',', all.Skip(at).Take(size))).ToList();
            Assert.Equal(rows.Count, rows.Distinct().Count());
        }
    }

    [Fact]
    public void Next_AnswerNoRepeatNGramSize_CountsTheAnswerAlone()
    {
        // The most likely token is 1; 3 and 2 follow. The prompt's "1, 1" may be said again, once.
        var alone = new Sampler(new GenerationOptions { AnswerNoRepeatNGramSize = 2 }, 5, prompt: [1, 1, 1]);
        Assert.Equal([1, 1, 3, 1, 2, 1], Enumerable.Range(0, 6).Select(_ => alone.Next(Logits)));

        // Beside the rule for the whole conversation both hold.
        var both = new Sampler(new GenerationOptions { NoRepeatNGramSize = 3, AnswerNoRepeatNGramSize = 2 }, 5, prompt: [1, 1, 1]);
        Assert.Equal([3, 1, 1, 2, 1], Enumerable.Range(0, 5).Select(_ => both.Next(Logits)));
    }

    [Fact]
    public void Next_PresenceAndFrequencyPenalty_CountTheAnswerOnly()
    {
        var presence = new Sampler(new GenerationOptions { PresencePenalty = 2 }, 5, prompt: [1]);
        var frequency = new Sampler(new GenerationOptions { FrequencyPenalty = 0.75 }, 5, prompt: [1]);

        Assert.Equal([1, 3, 2], [presence.Next(Logits), presence.Next(Logits), presence.Next(Logits)]);
        Assert.Equal([1, 3, 1, 3, 2], Enumerable.Range(0, 5).Select(_ => frequency.Next(Logits)));
    }

    [Fact]
    public void Next_LargeVocabulary_TopPAgreesWithAFullSort()
    {
        var random = new Random(3);
        float[] logits = [.. Enumerable.Range(0, 5000).Select(_ => (float)(random.NextDouble() * 4))];
        double[] weights = [.. logits.Select(logit => Math.Exp(logit))];
        double total = weights.Sum(), reached = 0;
        HashSet<int> nucleus = [.. Enumerable.Range(0, 5000).OrderByDescending(id => logits[id]).TakeWhile(id => { bool inside = reached < 0.2 * total; reached += weights[id]; return inside; })];
        var sampler = new Sampler(new GenerationOptions { Temperature = 1, TopP = 0.2, Seed = 5 }, 5000);

        for (int i = 0; i < 300; i++)
            Assert.Contains(sampler.Next(logits), nucleus);
    }

    private static int[] Many(GenerationOptions options, int count)
    {
        var sampler = new Sampler(options, Logits.Length);
        return [.. Enumerable.Range(0, count).Select(_ => sampler.Next(Logits))];
    }
}
