using System.Runtime.CompilerServices;
using Nunchi.Tensors.Cpu.Simd;

namespace Nunchi.Tensors.Cpu;

internal sealed unsafe partial class VectorBackend<V, S>
{
    /// <summary>Rows whose weight gradients are summed into one partial sum: fixed, so that the order of the sums never depends on threads.</summary>
    private const int NormRows = 64;

    private struct NormArguments
    {
        public float* Dy;
        public float* X;
        public float* Weight;
        public float* Bias;
        public float* Y;
        public float* Mean;
        public float* Rstd;
        public float* Dx;
        public float* Partials;
        public bool Accumulate;
        public bool WeightGradient;
        public int Rows;
        public int Width;
        public float Epsilon;
    }

    public override void LayerNorm(float* x, float* weight, float* bias, float* y, float* mean, float* rstd, int rows, int width, float epsilon)
    {
        var a = new NormArguments { X = x, Weight = weight, Bias = bias, Y = y, Mean = mean, Rstd = rstd, Rows = rows, Width = width, Epsilon = epsilon };
        Pool.For(rows, RowGrain(width), &LayerNormBody, &a);
    }

    public override void RmsNorm(float* x, float* weight, float* y, float* rstd, int rows, int width, float epsilon)
    {
        var a = new NormArguments { X = x, Weight = weight, Y = y, Rstd = rstd, Rows = rows, Width = width, Epsilon = epsilon };
        Pool.For(rows, RowGrain(width), &RmsNormBody, &a);
    }

    public override void LayerNormBackward(
        float* dy, float* x, float* weight, float* mean, float* rstd, float* dx, bool accumulateDx, float* dWeight, float* dBias, int rows, int width)
    {
        var a = new NormArguments { Dy = dy, X = x, Weight = weight, Mean = mean, Rstd = rstd, Dx = dx, Accumulate = accumulateDx, Rows = rows, Width = width };
        NormBackward(ref a, &LayerNormBackwardBody, dWeight, dBias);
    }

    public override void RmsNormBackward(float* dy, float* x, float* weight, float* rstd, float* dx, bool accumulateDx, float* dWeight, int rows, int width)
    {
        var a = new NormArguments { Dy = dy, X = x, Weight = weight, Rstd = rstd, Dx = dx, Accumulate = accumulateDx, Rows = rows, Width = width };
        NormBackward(ref a, &RmsNormBackwardBody, dWeight, null);
    }

    private void NormBackward(ref NormArguments arguments, delegate*<void*, int, int, int, void> body, float* dWeight, float* dBias)
    {
        var a = arguments;
        var blocks = (a.Rows + NormRows - 1) / NormRows;
        a.WeightGradient = dWeight != null || dBias != null;
        if (a.WeightGradient) a.Partials = Scratch(Threads, 2L * blocks * a.Width);
        Pool.Run(blocks, 1, body, &a);
        if (dWeight != null) AddPartials(a.Partials, 2 * a.Width, blocks, a.Width, dWeight);
        if (dBias != null) AddPartials(a.Partials + a.Width, 2 * a.Width, blocks, a.Width, dBias);
    }

    private static void AddPartials(float* partials, int stride, int blocks, int width, float* sums)
    {
        for (var c = 0; c < width; c += S.Count)
        {
            var n = Math.Min(S.Count, width - c);
            var sum = S.Zero;
            for (var b = 0; b < blocks; b++) sum = S.Add(sum, S.LoadPartial(partials + ((long)b * stride) + c, n));
            S.StorePartial(sums + c, S.Add(S.LoadPartial(sums + c, n), sum), n);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void LayerNormBody(void* context, int start, int end, int worker)
    {
        ref var a = ref *(NormArguments*)context;
        var width = a.Width;
        var whole = width - (width % S.Count);
        for (var r = start; r < end; r++)
        {
            var x = a.X + ((long)r * width);
            var y = a.Y + ((long)r * width);
            var mean = S.Sum(RowSum(x, width)) / width;
            var center = S.Create(mean);
            V v0 = S.Zero;
            for (var c = 0; c < whole; c += S.Count)
            {
                var d = S.Subtract(S.Load(x + c), center);
                v0 = S.MultiplyAdd(d, d, v0);
            }
            if (whole < width)
            {
                var d = S.Fill(S.Subtract(S.LoadPartial(x + whole, width - whole), center), width - whole, S.Zero);
                v0 = S.MultiplyAdd(d, d, v0);
            }
            var rstd = 1f / MathF.Sqrt((S.Sum(v0) / width) + a.Epsilon);
            if (a.Mean != null) a.Mean[r] = mean;
            if (a.Rstd != null) a.Rstd[r] = rstd;
            var scale = S.Create(rstd);
            for (var c = 0; c < whole; c += S.Count)
            {
                var n = S.Multiply(S.Subtract(S.Load(x + c), center), scale);
                S.Store(y + c, S.MultiplyAdd(n, S.Load(a.Weight + c), S.Load(a.Bias + c)));
            }
            if (whole < width)
            {
                var rest = width - whole;
                var n = S.Multiply(S.Subtract(S.LoadPartial(x + whole, rest), center), scale);
                S.StorePartial(y + whole, S.MultiplyAdd(n, S.LoadPartial(a.Weight + whole, rest), S.LoadPartial(a.Bias + whole, rest)), rest);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RmsNormBody(void* context, int start, int end, int worker)
    {
        ref var a = ref *(NormArguments*)context;
        var width = a.Width;
        for (var r = start; r < end; r++)
        {
            var rstd = RmsNormRow(a.X + ((long)r * width), a.Weight, a.Y + ((long)r * width), width, a.Epsilon);
            if (a.Rstd != null) a.Rstd[r] = rstd;
        }
    }

    /// <summary>One row; returns the reciprocal deviation.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float RmsNormRow(float* x, float* weight, float* y, int width, float epsilon)
    {
        var rstd = 1f / MathF.Sqrt((S.Sum(RowDot(x, x, width)) / width) + epsilon);
        var scale = S.Create(rstd);
        var c = 0;
        for (; c + S.Count <= width; c += S.Count) S.Store(y + c, S.Multiply(S.Multiply(S.Load(x + c), scale), S.Load(weight + c)));
        if (c < width) S.StorePartial(y + c, S.Multiply(S.Multiply(S.LoadPartial(x + c, width - c), scale), S.LoadPartial(weight + c, width - c)), width - c);
        return rstd;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V RowSum(float* x, int width)
    {
        var s0 = S.Zero;
        var s1 = S.Zero;
        var c = 0;
        for (; c + (2 * S.Count) <= width; c += 2 * S.Count)
        {
            s0 = S.Add(s0, S.Load(x + c));
            s1 = S.Add(s1, S.Load(x + c + S.Count));
        }
        for (; c < width; c += S.Count) s0 = S.Add(s0, S.LoadPartial(x + c, Math.Min(S.Count, width - c)));
        return S.Add(s0, s1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V RowDot(float* x, float* y, int width)
    {
        var s0 = S.Zero;
        var s1 = S.Zero;
        var c = 0;
        for (; c + (2 * S.Count) <= width; c += 2 * S.Count)
        {
            s0 = S.MultiplyAdd(S.Load(x + c), S.Load(y + c), s0);
            s1 = S.MultiplyAdd(S.Load(x + c + S.Count), S.Load(y + c + S.Count), s1);
        }
        for (; c < width; c += S.Count)
        {
            var n = Math.Min(S.Count, width - c);
            s0 = S.MultiplyAdd(S.LoadPartial(x + c, n), S.LoadPartial(y + c, n), s0);
        }
        return S.Add(s0, s1);
    }

    /// <summary>dx = rstd (g - mean(g) - n mean(g n)) with g = dy weight and n the normalised row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void LayerNormBackwardBody(void* context, int start, int end, int worker)
    {
        ref var a = ref *(NormArguments*)context;
        var width = a.Width;
        for (var block = start; block < end; block++)
        {
            var weights = a.Partials + (2L * block * width);
            var biases = weights + width;
            if (a.WeightGradient) new Span<float>(weights, 2 * width).Clear();
            var last = Math.Min(a.Rows, (block + 1) * NormRows);
            for (var r = block * NormRows; r < last; r++)
            {
                var dy = a.Dy + ((long)r * width);
                var x = a.X + ((long)r * width);
                var dx = a.Dx + ((long)r * width);
                var center = S.Create(a.Mean[r]);
                var scale = S.Create(a.Rstd[r]);
                var sum = S.Zero;
                var dot = S.Zero;
                for (var c = 0; c < width; c += S.Count)
                {
                    var n = Math.Min(S.Count, width - c);
                    var d = n == S.Count ? S.Load(dy + c) : S.LoadPartial(dy + c, n);
                    var v = n == S.Count ? S.Load(x + c) : S.LoadPartial(x + c, n);
                    var w = n == S.Count ? S.Load(a.Weight + c) : S.LoadPartial(a.Weight + c, n);
                    v = S.Multiply(S.Subtract(v, center), scale);
                    var g = S.Multiply(d, w);
                    sum = S.Add(sum, g);
                    dot = S.MultiplyAdd(g, v, dot);
                    if (!a.WeightGradient) continue;
                    if (n == S.Count)
                    {
                        S.Store(weights + c, S.MultiplyAdd(d, v, S.Load(weights + c)));
                        S.Store(biases + c, S.Add(d, S.Load(biases + c)));
                    }
                    else
                    {
                        S.StorePartial(weights + c, S.MultiplyAdd(d, v, S.LoadPartial(weights + c, n)), n);
                        S.StorePartial(biases + c, S.Add(d, S.LoadPartial(biases + c, n)), n);
                    }
                }
                if (a.Dx == null) continue;
                var meanG = S.Create(S.Sum(sum) / width);
                var meanGn = S.Create(S.Sum(dot) / width);
                for (var c = 0; c < width; c += S.Count)
                {
                    var n = Math.Min(S.Count, width - c);
                    var d = n == S.Count ? S.Load(dy + c) : S.LoadPartial(dy + c, n);
                    var v = n == S.Count ? S.Load(x + c) : S.LoadPartial(x + c, n);
                    var w = n == S.Count ? S.Load(a.Weight + c) : S.LoadPartial(a.Weight + c, n);
                    v = S.Multiply(S.Subtract(v, center), scale);
                    var g = S.Subtract(S.Multiply(d, w), meanG);
                    var result = S.Multiply(scale, S.NegativeMultiplyAdd(v, meanGn, g));
                    StoreOrAdd(dx + c, result, n, a.Accumulate);
                }
            }
        }
    }

    /// <summary>dx = rstd (g - n mean(g n)) with g = dy weight and n = x rstd.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RmsNormBackwardBody(void* context, int start, int end, int worker)
    {
        ref var a = ref *(NormArguments*)context;
        var width = a.Width;
        for (var block = start; block < end; block++)
        {
            var weights = a.Partials + (2L * block * width);
            if (a.WeightGradient) new Span<float>(weights, width).Clear();
            var last = Math.Min(a.Rows, (block + 1) * NormRows);
            for (var r = block * NormRows; r < last; r++)
            {
                var offset = (long)r * width;
                RmsNormBackwardRow(a.Dy + offset, a.X + offset, a.Weight, a.Rstd[r], a.Dx == null ? null : a.Dx + offset, a.Accumulate, a.WeightGradient ? weights : null, width);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void RmsNormBackwardRow(float* dy, float* x, float* weight, float rstd, float* dx, bool accumulate, float* dWeight, int width)
    {
        var scale = S.Create(rstd);
        var dot = S.Zero;
        for (var c = 0; c < width; c += S.Count)
        {
            var n = Math.Min(S.Count, width - c);
            var d = n == S.Count ? S.Load(dy + c) : S.LoadPartial(dy + c, n);
            var v = n == S.Count ? S.Load(x + c) : S.LoadPartial(x + c, n);
            var w = n == S.Count ? S.Load(weight + c) : S.LoadPartial(weight + c, n);
            v = S.Multiply(v, scale);
            dot = S.MultiplyAdd(S.Multiply(d, w), v, dot);
            if (dWeight == null) continue;
            if (n == S.Count) S.Store(dWeight + c, S.MultiplyAdd(d, v, S.Load(dWeight + c)));
            else S.StorePartial(dWeight + c, S.MultiplyAdd(d, v, S.LoadPartial(dWeight + c, n)), n);
        }
        if (dx == null) return;
        var mean = S.Create(S.Sum(dot) / width);
        for (var c = 0; c < width; c += S.Count)
        {
            var n = Math.Min(S.Count, width - c);
            var d = n == S.Count ? S.Load(dy + c) : S.LoadPartial(dy + c, n);
            var v = n == S.Count ? S.Load(x + c) : S.LoadPartial(x + c, n);
            var w = n == S.Count ? S.Load(weight + c) : S.LoadPartial(weight + c, n);
            v = S.Multiply(v, scale);
            StoreOrAdd(dx + c, S.Multiply(scale, S.NegativeMultiplyAdd(v, mean, S.Multiply(d, w))), n, accumulate);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreOrAdd(float* destination, V value, int count, bool add)
    {
        if (count == S.Count) S.Store(destination, add ? S.Add(S.Load(destination), value) : value);
        else S.StorePartial(destination, add ? S.Add(S.LoadPartial(destination, count), value) : value, count);
    }
}
