using System.Globalization;
using Nunchi.Tensors.Quantization;
using Nunchi.Tensors.Safetensors;

namespace Nunchi.Tensors.Tests.Quantization;

/// <summary>Packed weights in a mapped file come into memory and leave it; their values do not change.</summary>
public sealed unsafe class MappedWeightTests : IDisposable
{
    private const int Rows = 1024, Columns = 2048;
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"nunchi-mapped-{Guid.NewGuid():n}");

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void Rest_AfterReading_TakesThePagesOutOfTheProcessAndKeepsTheValues()
    {
        if (!OperatingSystem.IsLinux())
            return;
        using (PackedWeight made = PackedWeight.ForMeasuring(WeightFormat.Int8, Rows, Columns, 0.02f, 3))
            File.WriteAllBytes(_path, new ReadOnlySpan<byte>(made.Data, (int)made.Bytes).ToArray());
        MappedFile file = MappedFile.Open(_path);
        using var weight = new PackedWeight(WeightFormat.Int8, Rows, Columns, file.Start, new FileInfo(_path).Length, file);

        weight.Fetch();
        long fetched = Resident();
        float[] before = Row(weight, Rows - 1);
        weight.Rest();
        long rested = Resident();
        float[] after = Row(weight, Rows - 1);

        Assert.InRange(fetched, weight.Bytes / 1024, long.MaxValue);
        Assert.InRange(rested, 0, 64);
        Assert.Equal(before, after);
        Assert.Contains(before, value => value != 0);
    }

    [Fact]
    public void Rest_MemoryOfItsOwn_Stays()
    {
        using PackedWeight weight = PackedWeight.ForMeasuring(WeightFormat.Int4, 64, 256, 0.02f, 3);
        float[] before = Row(weight, 17);

        weight.Rest();
        weight.Fetch();

        Assert.Equal(before, Row(weight, 17));
    }

    private static float[] Row(PackedWeight weight, int row)
    {
        float[] values = new float[weight.Columns];
        weight.ReadRow(row, values);
        return values;
    }

    /// <summary>Kilobytes of the file that this process holds.</summary>
    private long Resident()
    {
        long sum = 0;
        bool inside = false;
        foreach (string line in File.ReadLines("/proc/self/smaps"))
        {
            if (line.Contains('-', StringComparison.Ordinal) && !line.Contains("kB", StringComparison.Ordinal))
                inside = line.EndsWith(_path, StringComparison.Ordinal);
            else if (inside && line.StartsWith("Rss:", StringComparison.Ordinal))
                sum += long.Parse(line.AsSpan(4, line.Length - 6), NumberStyles.Integer, CultureInfo.InvariantCulture);
        }
        return sum;
    }
}
