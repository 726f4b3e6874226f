using Nunchi.Text;

namespace Nunchi.Tests.Text;

public class QuantitiesTests
{
    [Theory]
    [InlineData(0, "0 bytes")]
    [InlineData(999, "999 bytes")]
    [InlineData(1_000, "1.0 kB")]
    [InlineData(35_802_304, "35.8 MB")]
    [InlineData(8_911_000_000, "8.91 GB")]
    [InlineData(2_500_000_000_000, "2.50 TB")]
    public void Bytes_AreInDecimalUnits(long bytes, string expected) => Assert.Equal(expected, Quantities.Bytes(bytes));

    [Theory]
    [InlineData(0, "0.0 s")]
    [InlineData(0.66, "0.7 s")]
    [InlineData(9.94, "9.9 s")]
    [InlineData(9.96, "10 s")]
    [InlineData(59.4, "59 s")]
    [InlineData(59.6, "1 min 0 s")]
    [InlineData(252, "4 min 12 s")]
    [InlineData(3599.4, "59 min 59 s")]
    [InlineData(3599.6, "1 h 0 min")]
    [InlineData(7499, "2 h 5 min")]
    [InlineData(360_000, "100 h 0 min")]
    public void Duration_IsInItsTwoLargestUnits(double seconds, string expected) => Assert.Equal(expected, Quantities.Duration(TimeSpan.FromSeconds(seconds)));
}
