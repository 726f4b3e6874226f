using System.Runtime.CompilerServices;
using Nunchi.Tensors.Cpu.Simd;

namespace Nunchi.Tensors.Cpu.MatMul;

/// <summary>Copies blocks of a matrix into panels: [length, panelWidth], zeros beyond the block's width.</summary>
internal static unsafe class Packing<V, S>
    where V : struct
    where S : struct, ISimd<V>
{
    /// <summary>Source rows become panel rows: panel[i, j] = source[i * stride + j].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Straight(float* source, nint stride, int width, int length, float* panel, int panelWidth)
    {
        for (var i = 0; i < length; i++, source += stride, panel += panelWidth)
        {
            var j = 0;
            for (; j + S.Count <= width; j += S.Count) S.Store(panel + j, S.Load(source + j));
            if (j < width) S.StorePartial(panel + j, S.LoadPartial(source + j, width - j), width - j);
            for (j = width; j < panelWidth; j++) panel[j] = 0;
        }
    }

    /// <summary>Source rows become panel columns: panel[i, j] = source[j * stride + i].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Transposed(float* source, nint stride, int width, int length, float* panel, int panelWidth)
    {
        for (var j = 0; j < width; j++)
        {
            var from = source + (j * stride);
            var to = panel + j;
            for (var i = 0; i < length; i++, to += panelWidth) *to = from[i];
        }
        for (var j = width; j < panelWidth; j++)
        {
            for (var i = 0; i < length; i++) panel[((long)i * panelWidth) + j] = 0;
        }
    }
}
