using Nunchi.Gguf;
using Nunchi.Tensors.Safetensors;
using Nunchi.Tests.Goldens;

namespace Nunchi.Tests.Gguf;

public class GgufBlocksTests
{
    public static TheoryData<string> Formats => [.. GoldenFiles.Json("gguf", "cases.json").GetProperty("formats").EnumerateArray().Select(format => format.GetProperty("format").GetString()!)];

    [Theory]
    [MemberData(nameof(Formats))]
    public void Read_GoldenBlocks_GivesTheReferencesValues(string format)
    {
        var (raw, values) = Golden(format);
        float[] read = new float[values.Length];

        GgufBlocks.Read(Enum.Parse<GgufTensorType>(format), raw, read);

        Assert.Equal(values, read);
    }

    [Theory]
    [InlineData("F16")]
    [InlineData("BF16")]
    [InlineData("Q8_0")]
    [InlineData("Q4_0")]
    public void Write_ValuesThatTheFormatHas_GivesTheReferencesBytes(string format)
    {
        var (raw, values) = Golden(format);
        byte[] written = new byte[raw.Length];

        GgufBlocks.Write(Enum.Parse<GgufTensorType>(format), values, written);

        Assert.Equal(raw, written);
    }

    [Theory]
    [InlineData(GgufTensorType.Q8_0, 0.006)]
    [InlineData(GgufTensorType.Q6_K, 0.018)]
    [InlineData(GgufTensorType.Q4_K, 0.078)]
    [InlineData(GgufTensorType.Q4_0, 0.09)]
    public void Write_NormalNumbers_StayClose(GgufTensorType type, double most)
    {
        float[] values = Normal(256 * 64, seed: 5);

        float[] read = RoundTrip(type, values);

        double error = values.Zip(read, (a, b) => (double)(a - b) * (a - b)).Sum(), power = values.Sum(value => (double)value * value);
        Assert.InRange(Math.Sqrt(error / power), 1e-4, most);
    }

    [Theory]
    [InlineData(GgufTensorType.Q8_0)]
    [InlineData(GgufTensorType.Q4_0)]
    [InlineData(GgufTensorType.Q4_K)]
    [InlineData(GgufTensorType.Q6_K)]
    public void Write_OddBlocks_StayWithinAStepOfTheLargest(GgufTensorType type)
    {
        float[] normal = Normal(256, seed: 9);
        float[][] blocks =
        [
            new float[256],
            [.. Enumerable.Repeat(0.3f, 256)],
            [.. Enumerable.Repeat(-0.3f, 256)],
            [.. normal.Select(Math.Abs)],
            [.. normal.Select(value => -Math.Abs(value))],
            [.. normal.Select((value, i) => i == 77 ? 50f : value)],
            [.. normal.Select((value, i) => i / 32 == 3 ? 0 : value)],
            [.. normal.Select(value => value * 0.01f)],
            [.. normal.Select(value => value * 10000)],
        ];
        foreach (float[] block in blocks)
        {
            float[] read = RoundTrip(type, block);
            float largest = block.Max(Math.Abs), step = type switch { GgufTensorType.Q8_0 => 1 / 120f, GgufTensorType.Q6_K => 1 / 25f, _ => 1 / 6f };
            Assert.All(block.Zip(read), pair => Assert.InRange(pair.Second, pair.First - (largest * step), pair.First + (largest * step)));
        }
    }

    [Theory]
    [InlineData(GgufTensorType.F16, 70000f)]
    [InlineData(GgufTensorType.Q8_0, 1e6f)]
    [InlineData(GgufTensorType.Q4_K, float.NaN)]
    public void Write_ValueThatDoesNotFit_IsAnError(GgufTensorType type, float value)
    {
        float[] values = new float[256];
        values[17] = value;

        Assert.Throws<OverflowException>(() => RoundTrip(type, values));
    }

    private static float[] RoundTrip(GgufTensorType type, float[] values)
    {
        byte[] bytes = new byte[GgufTypes.RowBytes(type, values.Length)];
        float[] read = new float[values.Length];
        GgufBlocks.Write(type, values, bytes);
        GgufBlocks.Read(type, bytes, read);
        return read;
    }

    private static float[] Normal(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble())))];
    }

    private static (byte[] Raw, float[] Values) Golden(string format)
    {
        using SafetensorsFile file = SafetensorsFile.Open(GoldenFiles.Path("gguf", format + ".safetensors"));
        return ([.. file.ReadIntegers("raw").Select(value => (byte)value)], file.ReadSingles("values"));
    }
}
