using System.Text.Json;
using Nunchi.Evaluation.Metrics;
using Nunchi.Grounding;

namespace Nunchi.Evaluation.Tests.Metrics;

public class MetricsTests
{
    [Fact]
    public void ErrorRate_EveryGoldenPair_EqualsTheReference()
    {
        using JsonDocument goldens = JsonDocument.Parse(File.ReadAllBytes(Golden("cer_wer.json")));
        ErrorRate characters = default, words = default;
        foreach (JsonElement pair in goldens.RootElement.GetProperty("pairs").EnumerateArray())
        {
            string reference = pair.GetProperty("reference").GetString()!, hypothesis = pair.GetProperty("hypothesis").GetString()!;
            ErrorRate c = ErrorRate.OfCharacters(reference, hypothesis), w = ErrorRate.OfWords(reference, hypothesis);
            Assert.Equal(pair.GetProperty("cer").GetDouble(), c.Value, 1e-12);
            Assert.Equal(pair.GetProperty("wer").GetDouble(), w.Value, 1e-12);
            characters += c;
            words += w;
        }
        Assert.Equal(goldens.RootElement.GetProperty("corpus_cer").GetDouble(), characters.Value, 1e-12);
        Assert.Equal(goldens.RootElement.GetProperty("corpus_wer").GetDouble(), words.Value, 1e-12);
    }

    [Theory]
    [InlineData("", "", 0)]
    [InlineData("", "가나", 2)]
    [InlineData("kitten", "sitting", 3)]
    [InlineData("판교역", "판교", 1)]
    public void EditDistance_KnownPairs_GivesTheLeastEdits(string first, string second, int expected)
    {
        Assert.Equal(expected, EditDistance.Between<char>(first, second));
        Assert.Equal(expected, EditDistance.Between<char>(second, first));
    }

    [Fact]
    public void ErrorRate_EmptyReference_IsInfiniteUnlessNothingWasSaid()
    {
        Assert.Equal(double.PositiveInfinity, ErrorRate.OfCharacters("", "가").Value);
        Assert.Equal(0, ErrorRate.OfCharacters("", " ").Value);
    }

    [Theory]
    [InlineData(85, 100, 0.7672, 0.9069)]
    [InlineData(0, 10, 0, 0.2775)]
    [InlineData(10, 10, 0.7225, 1)]
    public void Proportion_KnownCounts_GivesWilsonsInterval(int successes, int trials, double low, double high)
    {
        Estimate estimate = Estimate.Proportion(successes, trials);
        Assert.Equal((double)successes / trials, estimate.Value);
        Assert.Equal(low, estimate.Low, 1e-3);
        Assert.Equal(high, estimate.High, 1e-3);
    }

    [Fact]
    public void Bootstrap_SameSeed_SameIntervalAroundTheValue()
    {
        double[] samples = [.. Enumerable.Range(0, 200).Select(i => i % 10 == 0 ? 1.0 : 0.0)];
        Estimate first = Estimate.Bootstrap(samples, s => s.Average(), seed: 3), second = Estimate.Bootstrap(samples, s => s.Average(), seed: 3);
        Assert.Equal(first, second);
        Assert.Equal(0.1, first.Value, 1e-12);
        Assert.InRange(first.Low, 0.04, 0.09);
        Assert.InRange(first.High, 0.11, 0.16);
        Assert.Throws<ArgumentException>(() => Estimate.Bootstrap(Array.Empty<double>(), s => 0, 1));
    }

    [Fact]
    public void YesNoScore_MixedAnswers_CountsAsPopeDoes()
    {
        YesNoScore score = default;
        foreach ((bool expected, bool? given) in new (bool, bool?)[] { (true, true), (true, true), (true, false), (false, true), (false, false), (false, null), (true, null) })
            score = score.Add(expected, given);
        Assert.Equal(7, score.Count);
        Assert.Equal(3.0 / 7, score.Accuracy, 1e-12);
        Assert.Equal(2.0 / 3, score.Precision, 1e-12);
        Assert.Equal(0.5, score.Recall, 1e-12);
        Assert.Equal(4.0 / 7, score.F1, 1e-12);
        Assert.Equal(3.0 / 7, score.YesRatio, 1e-12);
    }

    [Fact]
    public void BoxMatch_TwoBoxesForOneThing_CountOnce()
    {
        BoundingBox thing = new(0.1, 0.1, 0.5, 0.5), near = new(0.1, 0.1, 0.5, 0.45), far = new(0.6, 0.6, 0.9, 0.9);
        Assert.Equal(1, BoxMatch.Count([thing], [near, thing], 0.5));
        Assert.False(BoxMatch.IsExact([thing], [near, thing], 0.5));
        Assert.True(BoxMatch.IsExact([thing, far], [far, near], 0.5));
        Assert.False(BoxMatch.IsExact([thing], [far], 0.5));
        Assert.True(BoxMatch.IsExact([], [], 0.5));
        Assert.False(BoxMatch.IsExact([], [far], 0.5));
    }

    private static string Golden(string name)
    {
        for (DirectoryInfo? directory = new(AppContext.BaseDirectory); directory != null; directory = directory.Parent)
        {
            string path = Path.Combine(directory.FullName, "tests", "goldens", name);
            if (File.Exists(path))
                return path;
        }
        throw new FileNotFoundException($"tests/goldens/{name} was not found above {AppContext.BaseDirectory}.");
    }
}
