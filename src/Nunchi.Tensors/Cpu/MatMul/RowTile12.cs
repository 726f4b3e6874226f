using System.Runtime.CompilerServices;
using Nunchi.Tensors.Cpu.Simd;

namespace Nunchi.Tensors.Cpu.MatMul;

/// <summary>C tile of 12 rows and two registers of columns. A is read where it lies: row r of the tile starts at a + r * lda.</summary>
/// <remarks>Strides are in bytes. The sum over k is one chain of multiply-adds for each element, so its bits do not depend on the tile's shape.</remarks>
internal static unsafe class RowTile12<V, S>
    where V : struct
    where S : struct, ISimd<V>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(float* a, nint lda, float* b, nint ldb, int k, float* c, nint ldc, bool add, float* bias)
    {
        V c0x = S.Zero, c0y = S.Zero;
        V c1x = S.Zero, c1y = S.Zero;
        V c2x = S.Zero, c2y = S.Zero;
        V c3x = S.Zero, c3y = S.Zero;
        V c4x = S.Zero, c4y = S.Zero;
        V c5x = S.Zero, c5y = S.Zero;
        V c6x = S.Zero, c6y = S.Zero;
        V c7x = S.Zero, c7y = S.Zero;
        V c8x = S.Zero, c8y = S.Zero;
        V c9x = S.Zero, c9y = S.Zero;
        V c10x = S.Zero, c10y = S.Zero;
        V c11x = S.Zero, c11y = S.Zero;
        var p0 = (byte*)a;
        var p1 = (byte*)a + (3 * lda);
        var p2 = (byte*)a + (6 * lda);
        var p3 = (byte*)a + (9 * lda);
        var lda2 = 2 * lda;
        for (var i = k; i > 0; i--)
        {
            var x = S.Load(b);
            var y = S.Load(b + S.Count);
            b = (float*)((byte*)b + ldb);
            var s = S.Create(*(float*)p0);
            c0x = S.MultiplyAdd(s, x, c0x);
            c0y = S.MultiplyAdd(s, y, c0y);
            s = S.Create(*(float*)(p0 + lda));
            c1x = S.MultiplyAdd(s, x, c1x);
            c1y = S.MultiplyAdd(s, y, c1y);
            s = S.Create(*(float*)(p0 + lda2));
            c2x = S.MultiplyAdd(s, x, c2x);
            c2y = S.MultiplyAdd(s, y, c2y);
            s = S.Create(*(float*)p1);
            c3x = S.MultiplyAdd(s, x, c3x);
            c3y = S.MultiplyAdd(s, y, c3y);
            s = S.Create(*(float*)(p1 + lda));
            c4x = S.MultiplyAdd(s, x, c4x);
            c4y = S.MultiplyAdd(s, y, c4y);
            s = S.Create(*(float*)(p1 + lda2));
            c5x = S.MultiplyAdd(s, x, c5x);
            c5y = S.MultiplyAdd(s, y, c5y);
            s = S.Create(*(float*)p2);
            c6x = S.MultiplyAdd(s, x, c6x);
            c6y = S.MultiplyAdd(s, y, c6y);
            s = S.Create(*(float*)(p2 + lda));
            c7x = S.MultiplyAdd(s, x, c7x);
            c7y = S.MultiplyAdd(s, y, c7y);
            s = S.Create(*(float*)(p2 + lda2));
            c8x = S.MultiplyAdd(s, x, c8x);
            c8y = S.MultiplyAdd(s, y, c8y);
            s = S.Create(*(float*)p3);
            c9x = S.MultiplyAdd(s, x, c9x);
            c9y = S.MultiplyAdd(s, y, c9y);
            s = S.Create(*(float*)(p3 + lda));
            c10x = S.MultiplyAdd(s, x, c10x);
            c10y = S.MultiplyAdd(s, y, c10y);
            s = S.Create(*(float*)(p3 + lda2));
            c11x = S.MultiplyAdd(s, x, c11x);
            c11y = S.MultiplyAdd(s, y, c11y);
            p0 += sizeof(float);
            p1 += sizeof(float);
            p2 += sizeof(float);
            p3 += sizeof(float);
        }
        var q = (byte*)c;
        Finish((float*)q, c0x, c0y, add, bias);
        Finish((float*)(q += ldc), c1x, c1y, add, bias);
        Finish((float*)(q += ldc), c2x, c2y, add, bias);
        Finish((float*)(q += ldc), c3x, c3y, add, bias);
        Finish((float*)(q += ldc), c4x, c4y, add, bias);
        Finish((float*)(q += ldc), c5x, c5y, add, bias);
        Finish((float*)(q += ldc), c6x, c6y, add, bias);
        Finish((float*)(q += ldc), c7x, c7y, add, bias);
        Finish((float*)(q += ldc), c8x, c8y, add, bias);
        Finish((float*)(q += ldc), c9x, c9y, add, bias);
        Finish((float*)(q += ldc), c10x, c10y, add, bias);
        Finish((float*)(q += ldc), c11x, c11y, add, bias);
    }

    /// <summary>The same with one register of columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void RunNarrow(float* a, nint lda, float* b, nint ldb, int k, float* c, nint ldc, bool add, float* bias)
    {
        var c0 = S.Zero;
        var c1 = S.Zero;
        var c2 = S.Zero;
        var c3 = S.Zero;
        var c4 = S.Zero;
        var c5 = S.Zero;
        var c6 = S.Zero;
        var c7 = S.Zero;
        var c8 = S.Zero;
        var c9 = S.Zero;
        var c10 = S.Zero;
        var c11 = S.Zero;
        var p0 = (byte*)a;
        var p1 = (byte*)a + (3 * lda);
        var p2 = (byte*)a + (6 * lda);
        var p3 = (byte*)a + (9 * lda);
        var lda2 = 2 * lda;
        for (var i = k; i > 0; i--)
        {
            var x = S.Load(b);
            b = (float*)((byte*)b + ldb);
            c0 = S.MultiplyAdd(S.Create(*(float*)p0), x, c0);
            c1 = S.MultiplyAdd(S.Create(*(float*)(p0 + lda)), x, c1);
            c2 = S.MultiplyAdd(S.Create(*(float*)(p0 + lda2)), x, c2);
            c3 = S.MultiplyAdd(S.Create(*(float*)p1), x, c3);
            c4 = S.MultiplyAdd(S.Create(*(float*)(p1 + lda)), x, c4);
            c5 = S.MultiplyAdd(S.Create(*(float*)(p1 + lda2)), x, c5);
            c6 = S.MultiplyAdd(S.Create(*(float*)p2), x, c6);
            c7 = S.MultiplyAdd(S.Create(*(float*)(p2 + lda)), x, c7);
            c8 = S.MultiplyAdd(S.Create(*(float*)(p2 + lda2)), x, c8);
            c9 = S.MultiplyAdd(S.Create(*(float*)p3), x, c9);
            c10 = S.MultiplyAdd(S.Create(*(float*)(p3 + lda)), x, c10);
            c11 = S.MultiplyAdd(S.Create(*(float*)(p3 + lda2)), x, c11);
            p0 += sizeof(float);
            p1 += sizeof(float);
            p2 += sizeof(float);
            p3 += sizeof(float);
        }
        var q = (byte*)c;
        FinishNarrow((float*)q, c0, add, bias);
        FinishNarrow((float*)(q += ldc), c1, add, bias);
        FinishNarrow((float*)(q += ldc), c2, add, bias);
        FinishNarrow((float*)(q += ldc), c3, add, bias);
        FinishNarrow((float*)(q += ldc), c4, add, bias);
        FinishNarrow((float*)(q += ldc), c5, add, bias);
        FinishNarrow((float*)(q += ldc), c6, add, bias);
        FinishNarrow((float*)(q += ldc), c7, add, bias);
        FinishNarrow((float*)(q += ldc), c8, add, bias);
        FinishNarrow((float*)(q += ldc), c9, add, bias);
        FinishNarrow((float*)(q += ldc), c10, add, bias);
        FinishNarrow((float*)(q += ldc), c11, add, bias);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FinishNarrow(float* c, V x, bool add, float* bias)
    {
        if (add) x = S.Add(S.Load(c), x);
        if (bias != null) x = S.Add(x, S.Load(bias));
        S.Store(c, x);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish(float* c, V x, V y, bool add, float* bias)
    {
        if (add)
        {
            x = S.Add(S.Load(c), x);
            y = S.Add(S.Load(c + S.Count), y);
        }
        if (bias != null)
        {
            x = S.Add(x, S.Load(bias));
            y = S.Add(y, S.Load(bias + S.Count));
        }
        S.Store(c, x);
        S.Store(c + S.Count, y);
    }
}
