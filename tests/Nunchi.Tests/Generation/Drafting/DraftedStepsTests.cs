using Nunchi.Generation.Drafting;

namespace Nunchi.Tests.Generation.Drafting;

public class DraftedStepsTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(31)]
    public void Step_AnyModelThatRepeatsItself_WritesWhatPlainStepsWrite(int most)
    {
        int accepted = 0;
        for (int seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            int[] prompt = [.. Enumerable.Range(0, random.Next(1, 40)).Select(_ => random.Next(6))];
            int room = random.Next(1, 80), memory = random.Next(1, 5);
            List<int> expected = Write(new Model(seed, memory, prompt), null, 0, room);
            var model = new Model(seed, memory, prompt);

            List<int> actual = Write(model, new PromptLookup(prompt, -1, [0]), most, room);

            Assert.True(expected.SequenceEqual(actual), $"seed {seed}");
            // The last token of an answer is not taken in.
            Assert.True(prompt.Concat(actual.SkipLast(1)).SequenceEqual(model.Text), $"seed {seed}");
            Assert.True(model.MostTaken <= prompt.Length + room, $"seed {seed}");
            accepted += actual.Count - 1 - model.Passes;
        }
        Assert.Equal(most > 0, accepted > 0);
    }

    [Fact]
    public void Step_RepeatedText_CountsAndSavesPasses()
    {
        int[] prompt = [1, 2, 3, 4, 5, 1];
        var model = new Model(prompt, [2, 3, 4, 5, 1, 2, 3, 4, 5, 1, 2, 3]);
        var steps = new DraftedSteps(model, new PromptLookup(prompt, -1, []), () => 7, 12);

        for (int i = 0, id = 2; i < 11; i++)
            id = Model.Best(steps.Step(id).Span);
        steps.Finish();

        Assert.Equal(11 - model.Passes, steps.Counts.Accepted);
        Assert.True(steps.Counts.Accepted >= 6, $"{steps.Counts.Accepted} accepted");
        Assert.True(steps.Counts.Drafted >= steps.Counts.Accepted);
    }

    private static List<int> Write(Model model, PromptLookup? lookup, int most, int room)
    {
        var steps = new DraftedSteps(model, lookup, () => most, room);
        List<int> answer = [model.Next()];
        while (answer.Count < room)
            answer.Add(Model.Best(steps.Step(answer[^1]).Span));
        steps.Finish();
        return answer;
    }

    /// <summary>Goes on as a table of its last tokens says, or as written down.</summary>
    private sealed class Model(int seed, int memory, int[] prompt) : IDraftTarget
    {
        private readonly int[]? _script;

        public Model(int[] prompt, int[] script)
            : this(0, 1, prompt) => _script = script;

        public List<int> Text { get; } = [.. prompt];

        public int Passes { get; private set; }

        public int MostTaken { get; private set; }

        public static int Best(ReadOnlySpan<float> logits) => logits.IndexOf(1f);

        public int Next()
        {
            if (_script != null)
                return _script[Text.Count - prompt.Length];
            int hash = seed;
            foreach (int id in Text.TakeLast(memory))
                hash = (hash * 31) + id + 7;
            return new Random(hash).Next(6);
        }

        public ReadOnlyMemory<float> Take(ReadOnlySpan<int> ids)
        {
            Passes++;
            float[] logits = new float[ids.Length * 6];
            for (int i = 0; i < ids.Length; i++)
            {
                Text.Add(ids[i]);
                if (_script == null || Text.Count - prompt.Length < _script.Length)
                    logits[(i * 6) + Next()] = 1;
            }
            MostTaken = Math.Max(MostTaken, Text.Count);
            return logits;
        }

        public void Withdraw(int tokens) => Text.RemoveRange(Text.Count - tokens, tokens);
    }
}
