using System.Text;
using CsCheck;
using Nunchi.Evaluation.Metrics;

namespace Nunchi.Evaluation.Tests.Metrics;

public class RatioTests
{
    [Fact]
    public void TextAlignment_AnyTexts_ChargesTheEditDistance() =>
        Gen.Select(Gen.String[Gen.Char["가나다 "], 1, 12], Gen.String[Gen.Char["가나다 "], 0, 12]).Sample((reference, hypothesis) =>
        {
            Rune[] r = [.. reference.EnumerateRunes()], h = [.. hypothesis.EnumerateRunes()];
            Assert.Equal(EditDistance.Between<Rune>(r, h), TextAlignment.Of(r, h).Sum(character => character.Edits));
        }, iter: 500);

    [Theory]
    [InlineData("abc", "axc", "010")]
    [InlineData("abc", "ac", "010")]
    [InlineData("abc", "abxxc", "020")]
    [InlineData("abc", "xabc", "100")]
    public void TextAlignment_OneEdit_FallsWhereItIs(string reference, string hypothesis, string expected) =>
        Assert.Equal(expected, string.Concat(TextAlignment.Of([.. reference.EnumerateRunes()], [.. hypothesis.EnumerateRunes()]).Select(character => character.Edits)));

    [Fact]
    public void Share_OneQuestionAPicture_IsWilsons()
    {
        Ratio[] pictures = [.. Enumerable.Range(0, 100).Select(i => new Ratio(i < 85 ? 1 : 0, 1))];
        Assert.Equal(Estimate.Proportion(85, 100), Ratio.Share(pictures, 100));
    }

    [Fact]
    public void Share_AnswersThatGoTogether_AreLessCertain()
    {
        Ratio[] together = [.. Enumerable.Range(0, 20).Select(i => new Ratio(i % 2 == 0 ? 10 : 0, 10))];
        Estimate estimate = Ratio.Share(together, 200), single = Estimate.Proportion(10, 20), many = Estimate.Proportion(100, 200);
        Assert.Equal(0.5, estimate.Value);
        Assert.Equal(200, estimate.Count);
        Assert.InRange(estimate.High - estimate.Low, 0.9 * (single.High - single.Low), 1.1 * (single.High - single.Low));
        Assert.True(estimate.High - estimate.Low > 2 * (many.High - many.Low));
    }

    [Fact]
    public void Rate_NothingWrong_IsNotCertain()
    {
        Estimate perfect = Ratio.Rate([.. Enumerable.Repeat(new Ratio(0, 30), 20)], 60, seed: 1);
        Assert.Equal((0.0, 0.0, 60), (perfect.Value, perfect.Low, perfect.Count));
        Assert.Equal(Estimate.Proportion(0, 20).High, perfect.High);
    }

    [Fact]
    public void Rate_MoreEditsThanCharacters_StaysInItsInterval()
    {
        Estimate bad = Ratio.Rate([new Ratio(8, 1)], 1, seed: 1);
        Assert.Equal(8, bad.Value);
        Assert.InRange(bad.Value, bad.Low, bad.High);
    }
}
