using Nunchi.Chat;
using Nunchi.Data.Corpus;
using Nunchi.Data.Pages;

namespace Nunchi.Data.Tests.Corpus;

public class TextCorpusTests
{
    [Theory]
    [InlineData(CorpusSplit.Training)]
    [InlineData(CorpusSplit.HeldOut)]
    [InlineData(CorpusSplit.Everything)]
    public void Everything_EachTemplate_ExpandsCleanly(CorpusSplit split)
    {
        Assert.InRange(TextCorpus.Templates, 250, 10_000);
        foreach (string text in new TextCorpus(split).Everything(11, 4))
        {
            Assert.False(string.IsNullOrWhiteSpace(text));
            Assert.True(text.AsSpan().IndexOfAny("[]{}") < 0, text);
            Assert.DoesNotContain("  ", text, StringComparison.Ordinal);
            Assert.All(text.Split("||", StringSplitOptions.TrimEntries), turn => Assert.NotEmpty(turn));
        }
    }

    [Fact]
    public void Sentences_SameSeed_GivesTheSameText()
    {
        string[] one = [.. new TextCorpus().Sentences(5, 200)];
        string[] two = [.. new TextCorpus().Sentences(5, 200)];
        string[] other = [.. new TextCorpus().Sentences(6, 200)];
        Assert.Equal(one, two);
        Assert.NotEqual(one, other);
        Assert.True(one.Distinct().Count() > 180, $"only {one.Distinct().Count()} different sentences of 200");
    }

    [Fact]
    public void Conversations_Messages_TakeTurnsAndEndWithTheAssistant()
    {
        int longOnes = 0;
        foreach (IReadOnlyList<Message> messages in new TextCorpus().Conversations(3, 500))
        {
            Assert.True(messages.Count >= 2 && messages.Count % 2 == 0, string.Join(" / ", messages.Select(message => message.ToString())));
            for (int i = 0; i < messages.Count; i++)
            {
                Assert.Equal(i % 2 == 0 ? Role.User : Role.Assistant, messages[i].Role);
                Assert.NotEmpty(Assert.IsType<TextPart>(Assert.Single(messages[i].Parts)).Text);
            }

            longOnes += messages.Count > 2 ? 1 : 0;
        }

        Assert.InRange(longOnes, 60, 400);
    }

    [Fact]
    public void Words_Splits_AreDisjointAndComplete()
    {
        Assert.Contains("shopname", Lexicon.Categories);
        foreach (string category in Lexicon.Categories)
        {
            string[] training = [.. Lexicon.Words(category)];
            string[] heldOut = [.. Lexicon.Words(category, CorpusSplit.HeldOut)];
            string[] all = [.. Lexicon.Words(category, CorpusSplit.Everything)];
            Assert.NotEmpty(training);
            Assert.NotEmpty(heldOut);
            Assert.All(all, word => Assert.Equal(word, word.Trim()));
            if (training.Length == all.Length)
                continue;
            Assert.Empty(training.Intersect(heldOut));
            Assert.Equal(all.Length, training.Length + heldOut.Length);
        }

        Assert.Throws<KeyNotFoundException>(() => Lexicon.Words("nonsense"));
    }

    [Fact]
    public void Sentences_Training_DrawNoHeldOutDish()
    {
        HashSet<string> heldOut = [.. Lexicon.Words("dish", CorpusSplit.HeldOut)];
        SeededRandom random = new(1);
        for (int i = 0; i < 500; i++)
            Assert.DoesNotContain(Lexicon.Pick("dish", random), heldOut);
    }

    [Fact]
    public void Facts_Tables_HaveRowsOfTheirFields()
    {
        FactTable capitals = Facts.Table("capital");
        Assert.Contains(capitals.Rows, row => row[0] == "대한민국" && row[1] == "서울");
        Assert.All(Facts.Tables, name => Assert.All(Facts.Table(name).Rows, row => Assert.Equal(Facts.Table(name).Fields.Count, row.Count)));
        Assert.Throws<KeyNotFoundException>(() => Facts.Table("nonsense"));
    }

    [Fact]
    public void Parse_BadTemplates_SayWhatIsWrong()
    {
        Assert.Throws<InvalidDataException>(() => Template.Parse("[a|b"));
        Assert.Throws<InvalidDataException>(() => Template.Parse("{animal"));
        Assert.Throws<InvalidDataException>(() => Template.Parse("{animal:xyz}"));
        SeededRandom random = new(1);
        CorpusSlots slots = new(random, CorpusSplit.Training);
        Assert.Throws<InvalidDataException>(() => Template.Parse("{nothing}").Expand(random, slots));
        Assert.Throws<InvalidDataException>(() => Template.Parse("{animal.weight}").Expand(random, slots));
    }

    [Fact]
    public void SignNumbers_Shapes_AreThoseOfSigns()
    {
        SeededRandom random = new(9);
        for (int i = 0; i < 500; i++)
        {
            Assert.Matches(@"^(010-\d{4}-\d{4}|0\d{1,2}-\d{3,4}-\d{4}|1[56]\d\d-\d{4})$", SignNumbers.Phone(random));
            Assert.InRange(SignNumbers.Price(random), 100, 300_000);
        }

        Assert.Equal("12,500원", SignNumbers.Won(12500));
        Assert.Equal("500원", SignNumbers.Won(500));
    }
}
