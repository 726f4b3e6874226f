using System.Runtime.CompilerServices;
using Nunchi.Tensors.Backends;
using Nunchi.Tensors.Cpu.Simd;

namespace Nunchi.Tensors.Cpu;

internal sealed unsafe partial class VectorBackend<V, S>
{
    private struct RotaryJob
    {
        public HeadRotaryArguments A;
        public float* Scratch;
        public float* Partials;
    }

    public override void HeadRotary(in HeadRotaryArguments arguments)
    {
        var job = new RotaryJob { A = arguments };
        Pool.For(arguments.Rows, RowGrain((arguments.QueryHeads + arguments.KeyHeads) * arguments.HeadSize), &HeadRotaryBody, &job);
    }

    public override void HeadRotaryBackward(in HeadRotaryArguments arguments)
    {
        var job = new RotaryJob { A = arguments };
        var blocks = (arguments.Rows + NormRows - 1) / NormRows;
        var size = arguments.HeadSize;
        job.Scratch = Scratch(Threads, ((long)(2 * blocks) + Threads) * size);
        job.Partials = job.Scratch + ((long)Threads * size);
        Pool.Run(blocks, 1, &HeadRotaryBackwardBody, &job);
        if (arguments.QueryWeight == null) return;
        if (arguments.QueryWeightGradient != null) AddPartials(job.Partials, 2 * size, blocks, size, arguments.QueryWeightGradient);
        if (arguments.KeyWeightGradient != null) AddPartials(job.Partials + size, 2 * size, blocks, size, arguments.KeyWeightGradient);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void HeadRotaryBody(void* context, int start, int end, int worker)
    {
        ref var a = ref ((RotaryJob*)context)->A;
        var heads = a.QueryHeads + a.KeyHeads;
        var half = a.HeadSize / 2;
        for (var r = start; r < end; r++)
        {
            var cosines = a.Cosines + ((long)a.Positions[r] * half);
            var sines = a.Sines + ((long)a.Positions[r] * half);
            for (var h = 0; h < heads; h++)
            {
                var x = a.Input + ((long)r * a.InputStride) + (h * a.HeadSize);
                var y = a.Output + ((((long)r * heads) + h) * a.HeadSize);
                if (a.QueryWeight == null)
                {
                    Rotate(x, y, cosines, sines, half, 1f);
                    continue;
                }
                var rstd = RmsNormRow(x, h < a.QueryHeads ? a.QueryWeight : a.KeyWeight, y, a.HeadSize, a.Epsilon);
                if (a.Rstd != null) a.Rstd[((long)r * heads) + h] = rstd;
                Rotate(y, y, cosines, sines, half, 1f);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void HeadRotaryBackwardBody(void* context, int start, int end, int worker)
    {
        ref var job = ref *(RotaryJob*)context;
        ref var a = ref job.A;
        var heads = a.QueryHeads + a.KeyHeads;
        var half = a.HeadSize / 2;
        var turned = job.Scratch + ((long)worker * a.HeadSize);
        for (var block = start; block < end; block++)
        {
            var partials = job.Partials + (2L * block * a.HeadSize);
            new Span<float>(partials, 2 * a.HeadSize).Clear();
            var last = Math.Min(a.Rows, (block + 1) * NormRows);
            for (var r = block * NormRows; r < last; r++)
            {
                var cosines = a.Cosines + ((long)a.Positions[r] * half);
                var sines = a.Sines + ((long)a.Positions[r] * half);
                for (var h = 0; h < heads; h++)
                {
                    var dy = a.OutputGradient + ((((long)r * heads) + h) * a.HeadSize);
                    var offset = ((long)r * a.InputStride) + (h * a.HeadSize);
                    if (a.QueryWeight == null)
                    {
                        Rotate(dy, a.InputGradient + offset, cosines, sines, half, -1f);
                        continue;
                    }
                    Rotate(dy, turned, cosines, sines, half, -1f);
                    var query = h < a.QueryHeads;
                    RmsNormBackwardRow(
                        turned, a.Input + offset, query ? a.QueryWeight : a.KeyWeight, a.Rstd[((long)r * heads) + h], a.InputGradient + offset, false,
                        query ? partials : partials + a.HeadSize, a.HeadSize);
                }
            }
        }
    }

    /// <summary>Turns the pairs (i, i + half) by the angle, or back with <paramref name="sign"/> -1. In place allowed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Rotate(float* x, float* y, float* cosines, float* sines, int half, float sign)
    {
        var direction = S.Create(sign);
        for (var i = 0; i < half; i += S.Count)
        {
            var n = Math.Min(S.Count, half - i);
            if (n == S.Count)
            {
                var cos = S.Load(cosines + i);
                var sin = S.Multiply(S.Load(sines + i), direction);
                var first = S.Load(x + i);
                var second = S.Load(x + half + i);
                S.Store(y + i, S.NegativeMultiplyAdd(second, sin, S.Multiply(first, cos)));
                S.Store(y + half + i, S.MultiplyAdd(first, sin, S.Multiply(second, cos)));
            }
            else
            {
                var cos = S.LoadPartial(cosines + i, n);
                var sin = S.Multiply(S.LoadPartial(sines + i, n), direction);
                var first = S.LoadPartial(x + i, n);
                var second = S.LoadPartial(x + half + i, n);
                S.StorePartial(y + i, S.NegativeMultiplyAdd(second, sin, S.Multiply(first, cos)), n);
                S.StorePartial(y + half + i, S.MultiplyAdd(first, sin, S.Multiply(second, cos)), n);
            }
        }
    }
}
