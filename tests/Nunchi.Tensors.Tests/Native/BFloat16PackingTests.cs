using Nunchi.Tensors.Native;

namespace Nunchi.Tensors.Tests.Native;

public unsafe class BFloat16PackingTests
{
    public static TheoryData<int, int, int> Shapes
    {
        get
        {
            var shapes = new TheoryData<int, int, int>();
            foreach (int width in (int[])[8, 16, 32, 48])
            {
                foreach ((int lines, int k) in ((int, int)[])[(1, 2), (width, 16), (width - 1, 33), ((2 * width) + 3, 31), (3 * width, 130), ((5 * width) - 7, 64)])
                    shapes.Add(width, lines, k);
            }
            return shapes;
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Pack_BothWays_HoldsEveryNumberRoundedToTheNearest(int width, int lines, int k)
    {
        var random = new Random(width + lines + k);
        int pairs = (k + 1) / 2, panels = (lines + width - 1) / width, stride = k + 5, across = lines + 3;
        float[] along = new float[lines * stride], turned = new float[k * across];
        for (int line = 0; line < lines; line++)
        {
            for (int i = 0; i < k; i++)
                turned[(i * across) + line] = along[(line * stride) + i] = Any(random);
        }
        // Behind each panel a word that must stay as it is.
        uint[] expected = new uint[(panels * pairs * width) + 1], one = [.. expected], other = [.. expected];
        expected[^1] = one[^1] = other[^1] = 0xDEADBEEF;
        for (int panel = 0; panel < panels; panel++)
        {
            for (int pair = 0; pair < pairs; pair++)
            {
                for (int i = 0; i < width; i++)
                    expected[(((panel * pairs) + pair) * width) + i] = Word(At((panel * width) + i, 2 * pair), At((panel * width) + i, (2 * pair) + 1));
            }
        }
        float At(int line, int at) => line < lines && at < k ? along[(line * stride) + at] : 0;

        fixed (float* a = along, t = turned)
        fixed (uint* p = one, q = other)
        {
            BFloat16Packing.AlongK(a, stride, lines, k, width, 0, panels, p);
            BFloat16Packing.AcrossK(t, across, lines, k, width, 0, panels, q);
        }

        Assert.Equal(expected, one);
        Assert.Equal(expected, other);
    }

    [Fact]
    public void Pack_NumbersThatAreNotFinite_StayWhatTheyAre()
    {
        const int K = 32, Lines = 8;
        float[] source = new float[Lines * K];
        for (int i = 0; i < source.Length; i++)
            source[i] = (i % 5) switch { 0 => float.NaN, 1 => float.PositiveInfinity, 2 => float.NegativeInfinity, 3 => float.MaxValue, _ => -0f };
        uint[] packed = new uint[Lines * K / 2];
        fixed (float* s = source)
        fixed (uint* p = packed)
            BFloat16Packing.AlongK(s, K, Lines, K, Lines, 0, 1, p);

        for (int line = 0; line < Lines; line++)
        {
            for (int i = 0; i < K; i++)
            {
                uint word = packed[(i / 2 * Lines) + line];
                float value = BitConverter.UInt32BitsToSingle(i % 2 == 0 ? word << 16 : word & 0xFFFF0000), from = source[(line * K) + i];
                Assert.True(float.IsNaN(from) ? float.IsNaN(value) : from == float.MaxValue ? value == float.PositiveInfinity : BitConverter.SingleToInt32Bits(value) == BitConverter.SingleToInt32Bits(from), $"{from} became {value}");
            }
        }
    }

    private static float Any(Random random) => random.Next(12) switch
    {
        0 => 0,
        1 => BitConverter.UInt32BitsToSingle(0x3F808000), // half way between two neighbours
        2 => BitConverter.UInt32BitsToSingle(0x3F818000),
        3 => (float)random.NextDouble() * 1e30f,
        4 => (float)random.NextDouble() * 1e-30f,
        _ => (float)(random.NextDouble() - 0.5),
    };

    private static uint Word(float even, float odd) => (uint)Round(even) | ((uint)Round(odd) << 16);

    private static ushort Round(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        return (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }
}
