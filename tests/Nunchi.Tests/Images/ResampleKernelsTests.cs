using System.Runtime.Intrinsics.X86;
using CsCheck;
using Nunchi.Images;

namespace Nunchi.Tests.Images;

public unsafe class ResampleKernelsTests
{
    [Fact]
    public void Horizontal_Avx2_EqualsScalar()
    {
        Assert.SkipUnless(Avx2.IsSupported, "This processor has no AVX2.");
        Gen.Select(Gen.Int[1, 200], Gen.Int[1, 200], Gen.Int[0, 1000], Gen.Enum<ResampleFilter>().Where(filter => filter != ResampleFilter.Nearest))
            .Sample((source, target, seed, filter) =>
            {
                var weights = ResampleWeights.Compute(source, target, 0, target, filter);
                byte[] rows = new byte[2 * (source * 3 + ResampleKernels.RowSlack)];
                new Random(seed).NextBytes(rows);
                byte[] expected = new byte[target * 6], actual = new byte[target * 6];
                fixed (byte* input = rows, wanted = expected, got = actual)
                fixed (short* split = ResampleKernels.Split(weights))
                {
                    byte* second = input + source * 3 + ResampleKernels.RowSlack;
                    ResampleKernels.HorizontalScalar(input, wanted, weights);
                    ResampleKernels.HorizontalScalar(second, wanted + target * 3, weights);
                    ResampleKernels.HorizontalAvx2(input, second, got, got + target * 3, weights, split);
                }
                Assert.Equal(expected, actual);
            }, iter: 500);
    }

    [Fact]
    public void Vertical_Vector_EqualsScalar()
    {
        Gen.Select(Gen.Int[1, 200], Gen.Int[1, 60], Gen.Int[1, 60], Gen.Int[0, 1000]).Sample((bytes, source, target, seed) =>
        {
            var weights = ResampleWeights.Compute(source, target, 0, target, ResampleFilter.Lanczos);
            byte[] rows = new byte[bytes * source];
            new Random(seed).NextBytes(rows);
            byte[] expected = new byte[bytes], actual = new byte[bytes];
            for (int i = 0; i < target; i++)
            {
                fixed (byte* input = rows, wanted = expected, got = actual)
                fixed (int* values = &weights.Values[i * weights.TapCapacity])
                {
                    byte* first = input + weights.First[i] * bytes;
                    ResampleKernels.VerticalScalar(first, bytes, wanted, bytes, values, weights.Taps[i]);
                    ResampleKernels.VerticalVector(first, bytes, got, bytes, values, weights.Taps[i]);
                }
                Assert.Equal(expected, actual);
            }
        }, iter: 300);
    }
}
