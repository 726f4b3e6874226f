using System.Text.Json;
using Nunchi.Tensors.Machine;

namespace Nunchi.Tensors.Tests.Machine;

public class MachineLimitsTests
{
    [Fact]
    public void Measure_ShortTime_ReportsEveryQuantityForOneAndAllThreads()
    {
        var told = 0;
        var report = MachineLimits.Measure(new MachineOptions { Threads = 2, SecondsEach = 0.01, BufferMebibytes = 16 }, new Counter(() => told++));
        Assert.All(report.Limits, limit => Assert.True(limit.Value > 0 && double.IsFinite(limit.Value), limit.ToString()));
        foreach (var quantity in new[] { "float32", "read" })
        {
            Assert.Equal([1, 2], report.Limits.Where(limit => limit.Quantity == quantity).Select(limit => limit.Threads).Distinct().Order());
        }
        Assert.Contains(report.Limits, limit => limit.Quantity == "wake-sleeping");
        Assert.True(told >= 4);
        Assert.True(report.Float32Peak > 0 && report.ReadBandwidth > 0);
    }

    [Fact]
    public void ToJson_OfAReport_HasTheSchemaAndAllLimits()
    {
        var report = new MachineReport("a \"processor\"", 2, "avx2", [new MachineLimit("float32", "avx2", 1, 12.3456, "GFLOP/s"), new MachineLimit("read", "", 2, 20, "GB/s")]);
        using var json = JsonDocument.Parse(report.ToJson());
        Assert.Equal("nunchi.machine.v1", json.RootElement.GetProperty("schema").GetString());
        Assert.Equal("a \"processor\"", json.RootElement.GetProperty("processor").GetString());
        Assert.Equal(12.346, json.RootElement.GetProperty("limits")[0].GetProperty("value").GetDouble());
        Assert.Equal(2, json.RootElement.GetProperty("limits").GetArrayLength());
        Assert.Contains("GFLOP/s", report.ToTable(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1, 0.1, 64)]
    [InlineData(1, 0, 64)]
    [InlineData(1, double.NaN, 64)]
    [InlineData(1, 0.1, 1)]
    public void Measure_OptionOutOfRange_Throws(int threads, double seconds, int buffer) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => MachineLimits.Measure(new MachineOptions { Threads = threads, SecondsEach = seconds, BufferMebibytes = buffer }));

    private sealed class Counter(Action told) : IProgress<string>
    {
        public void Report(string value) => told();
    }
}
