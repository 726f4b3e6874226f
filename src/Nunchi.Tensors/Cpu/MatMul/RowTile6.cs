using System.Runtime.CompilerServices;
using Nunchi.Tensors.Cpu.Simd;

namespace Nunchi.Tensors.Cpu.MatMul;

/// <summary>C tile of 6 rows and two registers of columns. A is read where it lies: row r of the tile starts at a + r * lda.</summary>
/// <remarks>Strides are in bytes. The sum over k is one chain of multiply-adds for each element, so its bits do not depend on the tile's shape.</remarks>
internal static unsafe class RowTile6<V, S>
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
        var p0 = (byte*)a;
        var p1 = (byte*)a + (3 * lda);
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
            p0 += sizeof(float);
            p1 += sizeof(float);
        }
        var q = (byte*)c;
        Finish((float*)q, c0x, c0y, add, bias);
        Finish((float*)(q += ldc), c1x, c1y, add, bias);
        Finish((float*)(q += ldc), c2x, c2y, add, bias);
        Finish((float*)(q += ldc), c3x, c3y, add, bias);
        Finish((float*)(q += ldc), c4x, c4y, add, bias);
        Finish((float*)(q += ldc), c5x, c5y, add, bias);
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
        var p0 = (byte*)a;
        var p1 = (byte*)a + (3 * lda);
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
            p0 += sizeof(float);
            p1 += sizeof(float);
        }
        var q = (byte*)c;
        FinishNarrow((float*)q, c0, add, bias);
        FinishNarrow((float*)(q += ldc), c1, add, bias);
        FinishNarrow((float*)(q += ldc), c2, add, bias);
        FinishNarrow((float*)(q += ldc), c3, add, bias);
        FinishNarrow((float*)(q += ldc), c4, add, bias);
        FinishNarrow((float*)(q += ldc), c5, add, bias);
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
