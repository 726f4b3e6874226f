using Nunchi.Chat;
using Nunchi.Generation;
using Nunchi.Generation.Searching;

namespace Nunchi.Tests.Generation.Searching;

public class BeamSearchTests
{
    private const int Vocabulary = 12, End = 11;

    [Theory]
    [InlineData(0)]
    [InlineData(0.7)]
    [InlineData(1)]
    public void Advance_BeamsForEveryAnswer_FindsTheLikeliest(double lengthPenalty)
    {
        for (int seed = 0; seed < 20; seed++)
        {
            Func<int[], float[]> model = RandomModel(seed, 5);
            var answers = new List<(int[] Ids, double Score)>();
            AddAll([], 0);

            Beam best = Find(model, Rules(5), new BeamSearchOptions(400, lengthPenalty, 4, [4]));

            Assert.Equal(answers.MaxBy(answer => answer.Score).Ids, best.Ids());
            Assert.Equal(answers.Max(answer => answer.Score), best.Normalised(lengthPenalty), 1e-4);

            void AddAll(int[] before, double score)
            {
                float[] likely = Logs(model(before));
                for (int id = 0; id < 5; id++)
                {
                    int[] ids = [.. before, id];
                    if (id == 4 || ids.Length == 4)
                        answers.Add((ids, (score + likely[id]) / Math.Pow(ids.Length, lengthPenalty)));
                    else
                        AddAll(ids, score + likely[id]);
                }
            }
        }
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(3, 0.7)]
    [InlineData(4, 1)]
    [InlineData(5, 0)]
    [InlineData(5, 2)]
    public void Advance_AnyModel_FindsWhatTheAlgorithmOfTransformersFinds(int beams, double lengthPenalty)
    {
        int parted = 0;
        for (int seed = 0; seed < 60; seed++)
        {
            Func<int[], float[]> model = RandomModel(seed, Vocabulary);
            int most = 1 + (seed % 9);

            int[] actual = Find(model, Rules(Vocabulary), new BeamSearchOptions(beams, lengthPenalty, most, [End])).Ids();

            Assert.Equal(AsTransformers(model, beams, lengthPenalty, most), actual);
            parted += actual.SequenceEqual(Greedy(model, most)) ? 0 : 1;
        }
        Assert.True(parted > 10, $"{parted} answers differ from the greedy ones: too few to show that anything is searched");
    }

    [Fact]
    public void Settled_WhileItGoesOn_IsTheBeginningOfTheAnswer()
    {
        int early = 0;
        for (int seed = 0; seed < 60; seed++)
        {
            // Sure of what comes next, so that beginnings soon agree.
            Func<int[], float[]> model = RandomModel(seed, Vocabulary, sharpness: 9);
            var search = new BeamSearch(Rules(Vocabulary), new BeamSearchOptions(3, 0.7, 20, [End]));
            var told = new List<int[]>();
            while (!search.IsDone)
            {
                Advance(search, model);
                told.Add(search.Best.First(search.Settled).Ids());
            }

            int[] answer = search.Best.Ids();
            Assert.All(told, beginning => Assert.Equal(answer[..beginning.Length], beginning));
            Assert.Equal(answer, told[^1]);
            early += told.SkipLast(1).Max(beginning => (int?)beginning.Length) > 0 ? 1 : 0;
        }
        Assert.True(early > 10, $"{early} answers were known in part before they were found");
    }

    [Fact]
    public void Advance_NumbersOfBoxes_DoNotCountWhereTheTagsAreKnown()
    {
        // A box (1 .. 2) with two numbers, each a choice of four that are alike, against "there is none" (3).
        float[] Model(int[] ids) => ids switch
        {
            [] => Row((1, 0.7), (3, 0.3)),
            [3] or [1, _, _, 2] => Row((End, 1)),
            [1] or [1, _] => Row((4, 0.26), (5, 0.25), (6, 0.25), (7, 0.24)),
            _ => Row((2, 1)),
        };
        var counted = new BeamSearchOptions(3, 0, 8, [End]);

        Assert.Equal([3, End], Find(Model, Rules(Vocabulary), counted).Ids());
        Beam box = Find(Model, Rules(Vocabulary), counted with { Boxes = (1, 2) });
        Assert.Equal([1, 4, 4, 2, End], box.Ids());
        Assert.Equal(Math.Log(0.7), box.Score, 1e-4);
        Assert.Equal(2, box.Counted);
    }

    [Fact]
    public void Advance_Rules_HoldForEachBeginningByItself()
    {
        for (int seed = 0; seed < 30; seed++)
        {
            var options = new GenerationOptions { AnswerNoRepeatNGramSize = 2, MinTokens = 6 };
            var rules = new TokenRules(options, Vocabulary, [], 9, [7], [8]);

            int[] ids = Find(RandomModel(seed, Vocabulary), rules, new BeamSearchOptions(4, 1, 14, [8])).Ids();

            Assert.True(ids.Length > 6 && ids.All(id => id is < 9 and not 7), string.Join(' ', ids));
            Assert.DoesNotContain(8, ids.SkipLast(1));
            Assert.Equal(ids.Length - 1, ids.Zip(ids.Skip(1)).Distinct().Count());
        }
    }

    [Fact]
    public void Advance_NothingFinite_Fails()
    {
        var search = new BeamSearch(Rules(2), new BeamSearchOptions(3, 1, 5, [1]));

        Assert.Throws<InvalidDataException>(() => search.Advance([new float[] { float.NaN, float.NaN }]));
    }

    [Fact]
    public void Advance_NothingButEndsMayBeChosen_IsDone()
    {
        var rules = new TokenRules(new GenerationOptions(), Vocabulary, [], 2, [], []);

        Assert.Equal([1], Find(_ => Row((0, 0.4), (1, 0.6)), rules, new BeamSearchOptions(2, 1, 6, [0, 1])).Ids());
    }

    [Fact]
    public void Advance_FewTokensMayBeChosen_GoesOnWithThose()
    {
        var rules = new TokenRules(new GenerationOptions(), Vocabulary, [], 2, [], [1]);

        int[] ids = Find(RandomModel(3, Vocabulary), rules, new BeamSearchOptions(4, 1, 6, [1])).Ids();

        Assert.InRange(ids.Length, 1, 6);
        Assert.All(ids, id => Assert.InRange(id, 0, 1));
    }

    private static TokenRules Rules(int vocabulary) => new(new GenerationOptions(), vocabulary, [], vocabulary, [], []);

    private static Beam Find(Func<int[], float[]> model, TokenRules rules, BeamSearchOptions options)
    {
        var search = new BeamSearch(rules, options);
        while (!search.IsDone)
            Advance(search, model);
        return search.Best;
    }

    private static void Advance(BeamSearch search, Func<int[], float[]> model)
    {
        IReadOnlyList<Beam> before = search.Beams;
        search.Advance([.. before.Select(beam => (ReadOnlyMemory<float>)model(beam.Ids()))]);
        Assert.All(search.Beams, beam => Assert.Contains(before, parent => ReferenceEquals(parent, beam.Before)));
    }

    private static Func<int[], float[]> RandomModel(int seed, int vocabulary, double sharpness = 2) => ids =>
    {
        var random = new Random(ids.TakeLast(3).Aggregate(seed, (hash, id) => (hash * 31) + id + 1));
        return [.. Enumerable.Range(0, vocabulary).Select(_ => (float)(sharpness * random.NextDouble()))];
    };

    private static float[] Row(params (int Id, double Probability)[] likely)
    {
        float[] logits = [.. Enumerable.Repeat(-60f, Vocabulary)];
        foreach (var (id, probability) in likely)
            logits[id] = (float)Math.Log(probability);
        return logits;
    }

    private static float[] Logs(float[] logits)
    {
        double sum = logits.Sum(logit => Math.Exp(logit));
        return [.. logits.Select(logit => (float)(logit - Math.Log(sum)))];
    }

    private static int[] Greedy(Func<int[], float[]> model, int most)
    {
        var ids = new List<int>();
        while (ids.Count < most && !ids.Contains(End))
        {
            float[] logits = model([.. ids]);
            ids.Add(Array.IndexOf(logits, logits.Max()));
        }
        return [.. ids];
    }

    // As transformers lay it out: as many beginnings from the start, all but one at -1e9; twice as many candidates of all beginnings together; those among the first
    // that ended or are as long as may be go to the finished ones; it stops when the best that goes on is no better than the worst of a full list.
    private static int[] AsTransformers(Func<int[], float[]> model, int beams, double lengthPenalty, int most)
    {
        (int[] Ids, double Score)[] running = [.. Enumerable.Range(0, beams).Select(beam => (Array.Empty<int>(), beam == 0 ? 0 : -1e9))];
        List<(int[] Ids, double Score)> finished = [];
        for (int length = 1; length <= most; length++)
        {
            var top = running.SelectMany(beam => Logs(model(beam.Ids)).Select((likely, id) => (Ids: (int[])[.. beam.Ids, id], Score: beam.Score + likely)))
                .OrderByDescending(candidate => candidate.Score).Take(2 * beams).ToList();
            bool Ends((int[] Ids, double Score) candidate) => candidate.Ids[^1] == End || length == most;
            finished.AddRange(top.Take(beams).Where(Ends).Select(candidate => (candidate.Ids, candidate.Score / Math.Pow(length, lengthPenalty))));
            finished = [.. finished.OrderByDescending(answer => answer.Score).Take(beams)];
            running = [.. top.Where(candidate => !Ends(candidate)).Take(beams)];
            if (running.Length == 0 || (finished.Count == beams && running[0].Score / Math.Pow(length, lengthPenalty) <= finished[^1].Score))
                break;
        }
        return finished[0].Ids;
    }
}
