using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Nunchi.Tensors.Cpu.Simd;

namespace Nunchi.Tensors.Cpu;

internal sealed unsafe partial class VectorBackend<V, S>
{
    /// <summary>Values per partial sum of <see cref="SumOfSquares"/>.</summary>
    private const int SquareBlock = 16384;

    private struct LossArguments
    {
        public float* Logits;
        public int Stride;
        public int* Labels;
        public float* Losses;
        public float* Gradient;
        public int Classes;
        public float Scale;
    }

    private struct SquareArguments
    {
        public float* X;
        public long Count;
        public double* Sums;
    }

    public override void CrossEntropy(float* logits, int ldl, int* labels, float* losses, float* gradient, int rows, int classes, float scale)
    {
        var a = new LossArguments { Logits = logits, Stride = ldl, Labels = labels, Losses = losses, Gradient = gradient, Classes = classes, Scale = scale };
        Pool.For(rows, RowGrain(classes), &CrossEntropyBody, &a);
    }

    public override double SumOfSquares(float* x, long count)
    {
        var blocks = checked((int)((count + SquareBlock - 1) / SquareBlock));
        var a = new SquareArguments { X = x, Count = count, Sums = (double*)Scratch(Threads, 2L * blocks) };
        Pool.For(blocks, 2, &SumOfSquaresBody, &a);
        double sum = 0;
        for (var i = 0; i < blocks; i++) sum += a.Sums[i];
        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CrossEntropyBody(void* context, int start, int end, int worker)
    {
        ref var a = ref *(LossArguments*)context;
        var classes = a.Classes;
        for (var r = start; r < end; r++)
        {
            var x = a.Logits + ((long)r * a.Stride);
            var g = a.Gradient == null ? null : a.Gradient + ((long)r * a.Stride);
            var label = a.Labels[r];
            if (label < 0)
            {
                a.Losses[r] = 0;
                if (g != null) new Span<float>(g, classes).Clear();
                continue;
            }
            var largest = RowLargest(x, classes);
            var chosen = x[label];
            var shift = S.Create(largest);
            double total = 0;
            for (var first = 0; first < classes; first += Block)
            {
                var last = Math.Min(classes, first + Block);
                var sum = S.Zero;
                for (var c = first; c < last; c += S.Count)
                {
                    var n = Math.Min(S.Count, last - c);
                    if (n == S.Count)
                    {
                        var e = VectorMath<V, S>.Exp(S.Subtract(S.Load(x + c), shift));
                        sum = S.Add(sum, e);
                        if (g != null) S.Store(g + c, e);
                    }
                    else
                    {
                        var e = S.Fill(VectorMath<V, S>.Exp(S.Subtract(S.LoadPartial(x + c, n), shift)), n, S.Zero);
                        sum = S.Add(sum, e);
                        if (g != null) S.StorePartial(g + c, e, n);
                    }
                }
                total += S.Sum(sum);
            }
            a.Losses[r] = (float)(Math.Log(total) + ((double)largest - chosen));
            if (g == null) continue;
            ScaleRow(g, S.Create((float)(a.Scale / total)), classes);
            g[label] -= a.Scale;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float RowLargest(float* x, int width)
    {
        var infinity = S.Create(float.NegativeInfinity);
        var m0 = infinity;
        var m1 = infinity;
        var c = 0;
        for (; c + (2 * S.Count) <= width; c += 2 * S.Count)
        {
            m0 = S.Max(S.Load(x + c), m0);
            m1 = S.Max(S.Load(x + c + S.Count), m1);
        }
        for (; c < width; c += S.Count)
        {
            var n = Math.Min(S.Count, width - c);
            m0 = S.Max(S.Fill(S.LoadPartial(x + c, n), n, infinity), m0);
        }
        return S.Largest(S.Max(m0, m1));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ScaleRow(float* x, V factor, int width)
    {
        var c = 0;
        for (; c + S.Count <= width; c += S.Count) S.Store(x + c, S.Multiply(S.Load(x + c), factor));
        if (c < width) S.StorePartial(x + c, S.Multiply(S.LoadPartial(x + c, width - c), factor), width - c);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SumOfSquaresBody(void* context, int start, int end, int worker)
    {
        ref var a = ref *(SquareArguments*)context;
        for (var b = start; b < end; b++)
        {
            var first = (long)b * SquareBlock;
            var last = Math.Min(a.Count, first + SquareBlock);
            double sum = 0;
            for (var i = first; i < last; i += 512)
            {
                var n = (int)Math.Min(512, last - i);
                sum += SumOfSquaresExact(a.X + i, n);
            }
            a.Sums[b] = sum;
        }
    }

    /// <summary>Squares are exact in double; four registers of sums keep the adders busy.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double SumOfSquaresExact(float* x, int count)
    {
        Vector256<double> s0 = default, s1 = default, s2 = default, s3 = default;
        var i = 0;
        for (; i + 16 <= count; i += 16)
        {
            var (a, b) = Vector256.Widen(Vector256.Load(x + i));
            var (c, d) = Vector256.Widen(Vector256.Load(x + i + 8));
            s0 += a * a;
            s1 += b * b;
            s2 += c * c;
            s3 += d * d;
        }
        var sum = Vector256.Sum(s0 + s1 + (s2 + s3));
        for (; i < count; i++) sum += (double)x[i] * x[i];
        return sum;
    }
}
