using System.Globalization;
using Nunchi.Chat;
using Nunchi.Data.Pages;

namespace Nunchi.Data.Corpus;

/// <summary>
/// Korean (and some English) text for a decoder that starts from nothing and for training a tokenizer: descriptions, facts, signs, questions and answers,
/// small talk, polite refusals. Made from templates and lexicons; the same seed gives the same text.
/// </summary>
/// <param name="split">Which words may occur where a template draws one; the templates' own words and the tables of facts are the same for all.</param>
public sealed class TextCorpus(CorpusSplit split = CorpusSplit.Training)
{
    private const string Turn = "||";

    private static readonly Block[] SentenceBlocks = Read("sentences.txt");
    private static readonly Block[] TalkBlocks = Read("talks.txt");

    /// <summary>How many templates there are, choices not counted.</summary>
    public static int Templates => SentenceBlocks.Concat(TalkBlocks).Sum(block => block.Templates.Length);

    /// <summary>Single sentences.</summary>
    /// <param name="seed">Names the sequence.</param>
    /// <param name="count">How many, at least 0.</param>
    public IEnumerable<string> Sentences(ulong seed, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        return Draw(SentenceBlocks, seed, count);
    }

    /// <summary>Conversations: messages in turn, the person first and the assistant last; one in four goes on with another subject.</summary>
    /// <param name="seed">Names the sequence.</param>
    /// <param name="count">How many, at least 0.</param>
    public IEnumerable<IReadOnlyList<Message>> Conversations(ulong seed, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        return Converse(seed, count);
    }

    /// <summary>Every template expanded a few times, to check them.</summary>
    internal IEnumerable<string> Everything(ulong seed, int each)
    {
        SeededRandom random = new(seed);
        CorpusSlots slots = new(random, split);
        foreach (Template template in SentenceBlocks.Concat(TalkBlocks).SelectMany(block => block.Templates))
        {
            for (int i = 0; i < each; i++)
                yield return template.Expand(random, slots);
        }
    }

    private IEnumerable<string> Draw(Block[] blocks, ulong seed, int count)
    {
        SeededRandom random = new(seed);
        CorpusSlots slots = new(random, split);
        for (int i = 0; i < count; i++)
            yield return Pick(blocks, random).Expand(random, slots);
    }

    private IEnumerable<IReadOnlyList<Message>> Converse(ulong seed, int count)
    {
        SeededRandom random = new(seed);
        CorpusSlots slots = new(random, split);
        for (int i = 0; i < count; i++)
        {
            List<Message> messages = [];
            do
            {
                string[] turns = Pick(TalkBlocks, random).Expand(random, slots).Split(Turn, StringSplitOptions.TrimEntries);
                foreach (string turn in turns)
                    messages.Add(new Message(messages.Count % 2 == 0 ? Role.User : Role.Assistant, turn));
            }
            while (messages.Count < 6 && random.Chance(0.25f));
            yield return messages;
        }
    }

    private static Template Pick(Block[] blocks, SeededRandom random)
    {
        int place = random.Below(blocks.Sum(block => block.Weight));
        foreach (Block block in blocks)
        {
            place -= block.Weight;
            if (place < 0)
                return random.Pick(block.Templates);
        }

        return blocks[^1].Templates[0];
    }

    private static Block[] Read(string file) => [.. CorpusResource.Blocks(file).Select(block =>
    {
        string[] heading = block.Heading.Split(' ');
        return new Block(int.Parse(heading[1], CultureInfo.InvariantCulture), [.. block.Lines.Select(Template.Parse)]);
    })];

    private sealed record Block(int Weight, Template[] Templates);
}
