using Nunchi.Tensors.Quantization;
using Nunchi.Tensors.Tests.Cpu;

namespace Nunchi.Tensors.Tests.Quantization;

public unsafe class PackedWeightTests
{
    [Theory]
    [InlineData(WeightFormat.BFloat16, 0.0025)]
    [InlineData(WeightFormat.Int8, 0.0075)]
    [InlineData(WeightFormat.Int6, 0.025)]
    [InlineData(WeightFormat.Int4, 0.078)]
    public void Pack_NormalNumbers_LosesLittle(WeightFormat format, double most)
    {
        const int rows = 40, columns = 1152;
        var random = new Random(31);
        using var w = new GuardedMemory(rows * columns);
        for (int i = 0; i < w.Count; i++)
            w.Span[i] = 0.02f * (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
        using PackedWeight packed = PackedWeight.Pack(w.Pointer, rows, columns, format);
        Assert.True(Error(packed, w) < most, $"{format} loses {Error(packed, w):0.0000} of the weights' size");
    }

    [Theory]
    [InlineData(WeightFormat.BFloat16)]
    [InlineData(WeightFormat.Int8)]
    [InlineData(WeightFormat.Int6)]
    [InlineData(WeightFormat.Int4)]
    public void Pack_ZerosAndTinyNumbers_StayFinite(WeightFormat format)
    {
        using var w = new GuardedMemory(3 * 150);
        w.Span.Clear();
        for (int i = 150; i < 300; i++)
            w.Span[i] = (i % 2 == 0 ? 1 : -1) * 1e-41f;
        for (int i = 300; i < 450; i++)
            w.Span[i] = 3e37f;
        using PackedWeight packed = PackedWeight.Pack(w.Pointer, 3, 150, format);
        float[] row = new float[150];
        packed.ReadRow(0, row);
        Assert.All(row, value => Assert.Equal(0, value));
        packed.ReadRow(1, row);
        Assert.All(row, value => Assert.True(MathF.Abs(value) <= 2e-41f));
        packed.ReadRow(2, row);
        Assert.All(row, value => Assert.Equal(3e37f, value, 1e36f));
    }

    [Theory]
    [InlineData(WeightFormat.BFloat16)]
    [InlineData(WeightFormat.Int8)]
    [InlineData(WeightFormat.Int6)]
    [InlineData(WeightFormat.Int4)]
    public void Pack_NotANumber_SaysWhich(WeightFormat format)
    {
        using var w = new GuardedMemory(20 * 30);
        w.Span.Clear();
        w.Span[77] = float.NaN;
        ArgumentException failure = Assert.Throws<ArgumentException>(() => { PackedWeight.Pack(w.Pointer, 20, 30, format).Dispose(); });
        Assert.Contains("Weight 77 of 600 is NaN", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Pack_Float32_IsNoPackedFormat()
    {
        using var w = new GuardedMemory(new Random(1), 16);
        Assert.Throws<ArgumentOutOfRangeException>(() => { PackedWeight.Pack(w.Pointer, 4, 4, WeightFormat.Float32).Dispose(); });
    }

    [Fact]
    public void PackedWeight_OverBytesOfAnotherLength_SaysWhatItTakes()
    {
        byte* bytes = stackalloc byte[16];
        ArgumentException? failure = null;
        try
        {
            using var weight = new PackedWeight(WeightFormat.Int8, 16, 128, bytes, 16);
        }
        catch (ArgumentException caught)
        {
            failure = caught;
        }
        Assert.Contains("takes 2112 bytes, not 16", failure!.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("f32", WeightFormat.Float32)]
    [InlineData("bf16", WeightFormat.BFloat16)]
    [InlineData("int8", WeightFormat.Int8)]
    [InlineData("int6", WeightFormat.Int6)]
    [InlineData("int4", WeightFormat.Int4)]
    public void Parse_KnownName_GivesFormatAndBack(string name, WeightFormat format)
    {
        Assert.Equal(format, WeightFormats.Parse(name));
        Assert.Equal(name, WeightFormats.NameOf(format));
    }

    [Fact]
    public void Parse_UnknownName_ListsFormats() =>
        Assert.Contains("\"q4\" is no weight format; expected f32, bf16, int8, int6, int4", Assert.Throws<ArgumentException>(() => WeightFormats.Parse("q4")).Message, StringComparison.Ordinal);

    private static double Error(PackedWeight packed, GuardedMemory w)
    {
        double error = 0, power = 0;
        float[] row = new float[packed.Columns];
        for (int i = 0; i < packed.Rows; i++)
        {
            packed.ReadRow(i, row);
            for (int k = 0; k < packed.Columns; k++)
            {
                double original = w.Span[(i * packed.Columns) + k];
                error += (row[k] - original) * (row[k] - original);
                power += original * original;
            }
        }
        return Math.Sqrt(error / power);
    }
}
