using Nunchi.Chat;
using Nunchi.Images;

namespace Nunchi.Generation.Soaking;

/// <summary>A random conversation and how its answer is sampled; the same number and seed give the same one.</summary>
internal sealed record SoakScenario(int Number, IReadOnlyList<Message> Conversation, GenerationOptions Sampling)
{
    private static readonly string[] Words =
        ["사진", "노란", "우산", "무엇이", "있어?", "글자를", "읽어 줘.", "왼쪽", "위", "station", "exit 3", "42", "그대로", "다시", "<obj>산</obj>", "<bbox>0.1, 0.2, 0.3, 0.4</bbox>", "\n", "가나다", "the", "Σ"];

    /// <summary>Pictures of a few sizes: several conversations ask about the same one.</summary>
    public static RgbImage[] Pictures(int seed) =>
        [.. new[] { (64, 64), (96, 40), (200, 150), (150, 200), (33, 120), (300, 90) }.Select((size, i) => Picture(new Random(seed + i), size.Item1, size.Item2))];

    public static SoakScenario Make(int seed, int number, RgbImage[] pictures)
    {
        var random = new Random(HashCode(seed, number));
        var messages = new List<Message>();
        if (random.Next(4) == 0)
            messages.Add(new Message(Role.System, Text(random, 6)));
        int turns = random.Next(1, 4);
        for (int turn = 0; turn < turns; turn++)
        {
            List<ContentPart> parts = [];
            if (turn == 0 && random.Next(2) == 0)
                parts.AddRange(Enumerable.Range(0, random.Next(1, 3)).Select(_ => new ImagePart(pictures[random.Next(pictures.Length)])));
            parts.Add(new TextPart(Text(random, 12)));
            messages.Add(new Message(Role.User, parts));
            if (turn + 1 < turns)
                messages.Add(new Message(Role.Assistant, Text(random, 10)));
        }
        return new SoakScenario(number, messages, Sample(random));
    }

    private static GenerationOptions Sample(Random random)
    {
        var sampling = new GenerationOptions { MaxTokens = random.Next(1, 49), TopLogprobs = 1, Seed = (ulong)random.Next() };
        return random.Next(7) switch
        {
            0 => sampling with { Temperature = 0.7, TopP = 0.9 },
            1 => sampling with { RepetitionPenalty = 1.1, FrequencyPenalty = 0.1 },
            2 => sampling with { Beams = 3, LengthPenalty = 0.7 },
            3 => sampling with { Looks = 2 },
            4 => sampling with { Beams = 2, Looks = 2 },
            _ => sampling,
        };
    }

    // A few words, often said twice: what drafting looks for.
    private static string Text(Random random, int most)
    {
        string text = string.Join(' ', Enumerable.Range(0, random.Next(1, most)).Select(_ => Words[random.Next(Words.Length)]));
        return random.Next(2) == 0 ? text : $"{text}. {text}";
    }

    private static RgbImage Picture(Random random, int width, int height)
    {
        var image = new RgbImage(width, height);
        random.NextBytes(image.Pixels);
        return image;
    }

    private static int HashCode(int seed, int number) => unchecked((seed * 486_187_739) + number);
}
