using System.Text;
using CsCheck;
using Nunchi.Text.PreTokenization;

namespace Nunchi.Tests.Text;

public sealed class PreTokenizationTests
{
    private const string Alphabet = "aZ가나é1２①Ⅳ'sStTmMdDrReEvVlLſ .,!?-<|>\t\n\r\u00A0\u3000\u0301\u0085\u200D_©ー々ㄱ";

    // Letters, numbers, symbols and a mark beyond the first plane.
    private static readonly string[] Astral = ["\U00020000", "\U0002A6D7", "\U0001D7D9", "\U00010141", "😀", "\U0001F1F0", "\U00010A0F", "\U0001D400", "\uD800", "\uDC00"];

    private static readonly Gen<string> Texts = Gen.Int[0, Alphabet.Length + Astral.Length - 1]
        .Select(i => i < Alphabet.Length ? Alphabet[i].ToString() : Astral[i - Alphabet.Length]).Array[0, 24].Select(string.Concat);

    [Theory]
    [InlineData("I'll say it's 123 'Sir\u017F'", "I|'ll| say| it|'s| |1|2|3| '|Sirſ|'")]
    [InlineData("a  b", "a| | b")]
    [InlineData("a \n\n  b\t", "a| \n\n| | b|\t")]
    [InlineData("  \r\n x", "  \r\n| x")]
    [InlineData("지금 무슨 역이야?!\n\n네", "지금| 무슨| 역이야|?!\n\n|네")]
    [InlineData("\U00020000\U0002A6D7가 \U0001D7D9\U0001D7DA😀😀", "\U00020000\U0002A6D7가| |\U0001D7D9|\U0001D7DA|😀😀")]
    [InlineData("'SS 'ſx", "'S|S| '|ſx")]
    [InlineData("'ſx", "'ſ|x")]
    [InlineData("\u3000가\u3000\u3000", "\u3000가|\u3000\u3000")]
    public void Gpt4Pattern_OnKnownTexts_CutsAsThePatternSays(string text, string expected) => Assert.Equal(expected, Cut(new Gpt4Pattern(1), text));

    [Fact]
    public void Gpt4Pattern_OnAnyText_AgreesWithTheRegularExpression() => Compare(new Gpt4Pattern(1), Gpt4Pattern.Qwen, ignoreLongS: true);

    [Fact]
    public void Gpt4Pattern_WithThreeDigits_AgreesWithTheRegularExpression() => Compare(new Gpt4Pattern(3), Gpt4Pattern.ThreeDigits, ignoreLongS: true);

    [Fact]
    public void Gpt2Pattern_OnAnyText_AgreesWithTheRegularExpression() => Compare(new Gpt2Pattern(), Gpt2Pattern.Spelling, ignoreLongS: false);

    [Theory]
    [InlineData(true, "가|1|2|b c|3")]
    [InlineData(false, "가|12|b c|3")]
    public void DigitSplitter_OnText_SetsDigitsApart(bool individually, string expected) => Assert.Equal(expected, Cut(new DigitSplitter(individually), "가12b c3"));

    [Theory]
    [InlineData(true, true, "a|,|b|,|,|c")]
    [InlineData(false, true, "a|b|c")]
    [InlineData(true, false, ",|,|,")]
    public void RegexSplitter_KeepingMatchesOrGaps_GivesThose(bool matches, bool gaps, string expected) =>
        Assert.Equal(expected, Cut(new RegexSplitter(",", matches, gaps), "a,b,,c"));

    [Fact]
    public void RegexSplitter_PatternThatNeverEnds_GivesUp()
    {
        var splitter = new RegexSplitter("(a+)+$", keepMatches: true, keepGaps: true, TimeSpan.FromMilliseconds(20));
        var error = Assert.Throws<InvalidDataException>(() => splitter.Split(new string('a', 60) + "b", []));
        Assert.Contains("(a+)+$", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Sequence_OfSteps_CutsThePiecesOfTheOneBefore()
    {
        var sequence = new PreTokenizerSequence([new RegexSplitter("x", keepMatches: false, keepGaps: true), new DigitSplitter(individually: true)]);
        Assert.Equal("a|1|b|2|3", Cut(sequence, "a1xbx23"));
        Assert.Equal("", Cut(sequence, ""));
    }

    private static void Compare(CoveringPattern pattern, string spelling, bool ignoreLongS)
    {
        var regex = new RegexSplitter(spelling, keepMatches: true, keepGaps: true);
        Texts.Sample(text =>
        {
            // The runtime does not fold the long s; engines on code points do.
            if (ignoreLongS)
                text = text.Replace('\u017F', 's');
            Assert.Equal(Cut(regex, text), Cut(pattern, text));
        }, iter: 5000);
    }

    private static string Cut(PreTokenizer splitter, string text)
    {
        var pieces = new List<Range>();
        splitter.Split(text, pieces);
        return string.Join('|', pieces.Select(p => text[p]));
    }
}
