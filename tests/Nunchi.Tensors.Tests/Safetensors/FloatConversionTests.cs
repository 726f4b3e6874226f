using Nunchi.Tensors.Safetensors;

namespace Nunchi.Tensors.Tests.Safetensors;

public class FloatConversionTests
{
    [Fact]
    public void FromHalf_EveryBitPattern_EqualsRuntimeConversion()
    {
        ushort[] all = [.. Enumerable.Range(0, 65536).Select(bits => (ushort)bits)];
        float[] wide = new float[all.Length];

        FloatConversion.FromHalf(all, wide);

        for (int i = 0; i < all.Length; i++)
        {
            float expected = (float)BitConverter.UInt16BitsToHalf(all[i]);
            Assert.True(float.IsNaN(expected) ? float.IsNaN(wide[i]) : BitConverter.SingleToUInt32Bits(expected) == BitConverter.SingleToUInt32Bits(wide[i]), $"0x{all[i]:x4}: {wide[i]}, expected {expected}");
        }
    }

    [Fact]
    public void FromBFloat16_EveryBitPattern_IsTheUpperHalf()
    {
        ushort[] all = [.. Enumerable.Range(0, 65536).Select(bits => (ushort)bits)];
        float[] wide = new float[all.Length];

        FloatConversion.FromBFloat16(all, wide);

        Assert.All(all.Zip(wide), pair => Assert.Equal((uint)pair.First << 16, BitConverter.SingleToUInt32Bits(pair.Second)));
    }

    [Theory]
    [InlineData(0x3f800000u, 0x3f80)]
    [InlineData(0x3f808000u, 0x3f80)]
    [InlineData(0x3f818000u, 0x3f82)]
    [InlineData(0x3f808001u, 0x3f81)]
    [InlineData(0x7f7fffffu, 0x7f80)]
    [InlineData(0x7f800000u, 0x7f80)]
    [InlineData(0x7f800001u, 0x7fc0)]
    [InlineData(0xffffffffu, 0xffff)]
    [InlineData(0x80000000u, 0x8000)]
    public void ToBFloat16_HalfwaysAndSpecials_RoundsToNearestEven(uint bits, ushort expected)
    {
        float[] values = [.. Enumerable.Repeat(BitConverter.UInt32BitsToSingle(bits), 67)];
        ushort[] narrow = new ushort[values.Length];

        FloatConversion.ToBFloat16(values, narrow);

        Assert.All(narrow, value => Assert.Equal(expected, value));
    }

    [Fact]
    public void Convert_DestinationTooShort_Fails() =>
        Assert.Throws<ArgumentException>(() => FloatConversion.FromHalf(new ushort[3], new float[2]));
}
