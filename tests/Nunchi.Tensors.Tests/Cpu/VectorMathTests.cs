using System.Runtime.Intrinsics;
using Nunchi.Tensors.Cpu;
using Nunchi.Tensors.Cpu.Simd;

namespace Nunchi.Tensors.Tests.Cpu;

public unsafe class VectorMathTests
{
    [Fact]
    public void Exp_EveryMagnitude_IsWithinTwoUnitsInTheLastPlace()
    {
        if (CpuBackend.IsSupported(CpuKernels.Avx512)) CheckExp<Vector512<float>, Simd512>();
        if (CpuBackend.IsSupported(CpuKernels.Avx2)) CheckExp<Vector256<float>, Simd256>();
        CheckExp<Vector128<float>, Simd128>();
    }

    [Fact]
    public void Exp_SpecialValues_AreExact()
    {
        if (CpuBackend.IsSupported(CpuKernels.Avx512)) CheckSpecial<Vector512<float>, Simd512>();
        if (CpuBackend.IsSupported(CpuKernels.Avx2)) CheckSpecial<Vector256<float>, Simd256>();
        CheckSpecial<Vector128<float>, Simd128>();
    }

    private static void CheckExp<V, S>()
        where V : struct
        where S : struct, ISimd<V>
    {
        for (var x = -87.3f; x < 88.7f; x += 0.00317f)
        {
            var exact = Math.Exp(x);
            var unit = MathF.BitIncrement((float)exact) - (double)(float)exact;
            Assert.True(Math.Abs(Exp<V, S>(x) - exact) <= 2 * unit, $"{typeof(S).Name}: exp({x:R}) is {Exp<V, S>(x):R}, expected {exact:R}");
        }
    }

    private static void CheckSpecial<V, S>()
        where V : struct
        where S : struct, ISimd<V>
    {
        Assert.Equal(1f, Exp<V, S>(0));
        Assert.Equal(0f, Exp<V, S>(float.NegativeInfinity));
        Assert.Equal(0f, Exp<V, S>(-200));
        Assert.Equal(float.PositiveInfinity, Exp<V, S>(float.PositiveInfinity));
        Assert.Equal(float.PositiveInfinity, Exp<V, S>(88.8f));
        Assert.True(float.IsNaN(Exp<V, S>(float.NaN)));
        Assert.InRange(Exp<V, S>(-95), 5.4e-42f, 5.6e-42f);
    }

    private static float Exp<V, S>(float x)
        where V : struct
        where S : struct, ISimd<V>
    {
        var lanes = stackalloc float[16];
        S.Store(lanes, VectorMath<V, S>.Exp(S.Create(x)));
        return lanes[0];
    }
}
