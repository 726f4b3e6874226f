using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
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

    /// <summary>
    /// Several panels at once from rows that are read in one go: panel t, at panels + t * panelStride, gets columns t * panelWidth and on. The last may be narrower.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void StraightPanels(float* source, nint stride, int width, int length, float* panels, int panelWidth, nint panelStride)
    {
        var whole = width / panelWidth;
        var last = width - (whole * panelWidth);
        // Whole registers are read and written where the next step's store covers what is too much, and where nothing lies beyond the matrix.
        var lanes = RoundUp(panelWidth);
        var loose = lanes > 2 * S.Count ? 0 : (width - lanes) / panelWidth;
        for (var i = 0; i < length; i++, source += stride, panels += panelWidth)
        {
            var from = source;
            var to = panels;
            var t = 0;
            if (i < length - 1)
            {
                for (; t < loose; t++, from += panelWidth, to += panelStride)
                {
                    S.Store(to, S.Load(from));
                    if (lanes > S.Count) S.Store(to + S.Count, S.Load(from + S.Count));
                    if (Sse.IsSupported) Sse.Prefetch0(from + (2 * stride));
                }
            }
            for (; t < whole; t++, from += panelWidth, to += panelStride)
            {
                for (var j = 0; j < panelWidth; j += S.Count)
                {
                    var n = Math.Min(S.Count, panelWidth - j);
                    S.StorePartial(to + j, S.LoadPartial(from + j, n), n);
                }
            }
            if (last == 0) continue;
            for (var j = 0; j < panelWidth; j++) to[j] = j < last ? from[j] : 0f;
        }
    }

    /// <summary>Source rows become panel columns: panel[i, j] = source[j * stride + i].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Transposed(float* source, nint stride, int width, int length, float* panel, int panelWidth)
    {
        TransposedInto(source, stride, width, length, panel, panelWidth);
        for (var i = 0; i < length && width < panelWidth; i++)
        {
            for (var j = width; j < panelWidth; j++) panel[((long)i * panelWidth) + j] = 0;
        }
    }

    /// <summary>As <see cref="Transposed"/>, and what lies beyond the block's width stays as it is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void TransposedInto(float* source, nint stride, int width, int length, float* panel, int panelWidth)
    {
        var j = 0;
        var lanes = S.Count;
        var quads = length & ~3;
        for (; j + lanes <= width; j += lanes)
        {
            var from = source + (j * stride);
            var to = panel + j;
            for (var i = 0; i < quads; i += 4, from += 4)
            {
                var a = S.LoadLanes(from, 4 * stride);
                var b = S.LoadLanes(from + stride, 4 * stride);
                var c = S.LoadLanes(from + (2 * stride), 4 * stride);
                var d = S.LoadLanes(from + (3 * stride), 4 * stride);
                S.TransposeLanes(ref a, ref b, ref c, ref d);
                S.Store(to, a);
                S.Store(to + panelWidth, b);
                S.Store(to + (2 * panelWidth), c);
                S.Store(to + (3 * panelWidth), d);
                to += 4 * panelWidth;
            }
            for (var i = quads; i < length; i++)
            {
                for (var r = 0; r < lanes; r++) panel[((long)i * panelWidth) + j + r] = source[((j + r) * stride) + i];
            }
        }
        for (; j < width; j++)
        {
            var from = source + (j * stride);
            var to = panel + j;
            for (var i = 0; i < length; i++, to += panelWidth) *to = from[i];
        }
    }

    private static int RoundUp(int width) => (width + S.Count - 1) / S.Count * S.Count;
}
