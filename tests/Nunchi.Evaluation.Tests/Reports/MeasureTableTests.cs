using Nunchi.Evaluation.Metrics;
using Nunchi.Evaluation.Reports;
using Nunchi.Evaluation.Runs;

namespace Nunchi.Evaluation.Tests.Reports;

public class MeasureTableTests
{
    [Fact]
    public void Groups_OfReading_BeginWithAllAndLargeSigns()
    {
        var estimate = new Estimate(0.5, 0.25, 0.75, 8);
        var table = new MeasureTable("reading", [.. new[] { ("exact", "station"), ("exact", "all"), ("exact", "receipt"), ("text_exact", "signs >= 20 px"), ("text_exact", "all") }.Select(m => new Measure("reading", m.Item1, m.Item2, estimate))]);

        Assert.Equal(["exact", "text_exact"], table.Metrics);
        Assert.Equal(["all", "signs >= 20 px", "receipt", "station"], table.Groups);
        Assert.Equal("50.0 % [25.0, 75.0] n=8", table.Cell("all", "exact"));
        Assert.Equal("", table.Cell("station", "text_exact"));
    }
}
