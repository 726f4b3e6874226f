using System.Runtime.CompilerServices;
using Nunchi.Tensors.Cpu.Simd;

namespace Nunchi.Tensors.Cpu;

internal sealed unsafe partial class VectorBackend<V, S>
{
    private struct GateArguments
    {
        public float* Dy;
        public float* GateUp;
        public float* Result;
        public int Width;
    }

    public override void SwiGlu(float* gateUp, float* y, int rows, int width)
    {
        var a = new GateArguments { GateUp = gateUp, Result = y, Width = width };
        Pool.For(rows, RowGrain(width), &SwiGluBody, &a);
    }

    public override void SwiGluBackward(float* dy, float* gateUp, float* dGateUp, int rows, int width)
    {
        var a = new GateArguments { Dy = dy, GateUp = gateUp, Result = dGateUp, Width = width };
        Pool.For(rows, RowGrain(width), &SwiGluBackwardBody, &a);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SwiGluBody(void* context, int start, int end, int worker)
    {
        ref var a = ref *(GateArguments*)context;
        var width = a.Width;
        for (var r = start; r < end; r++)
        {
            var gate = a.GateUp + (2L * r * width);
            var up = gate + width;
            var y = a.Result + ((long)r * width);
            var c = 0;
            for (; c + S.Count <= width; c += S.Count) S.Store(y + c, Silu(S.Load(gate + c), S.Load(up + c)));
            if (c < width) S.StorePartial(y + c, Silu(S.LoadPartial(gate + c, width - c), S.LoadPartial(up + c, width - c)), width - c);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SwiGluBackwardBody(void* context, int start, int end, int worker)
    {
        ref var a = ref *(GateArguments*)context;
        var width = a.Width;
        for (var r = start; r < end; r++)
        {
            var gate = a.GateUp + (2L * r * width);
            var up = gate + width;
            var dy = a.Dy + ((long)r * width);
            var dGate = a.Result + (2L * r * width);
            var dUp = dGate + width;
            for (var c = 0; c < width; c += S.Count)
            {
                var n = Math.Min(S.Count, width - c);
                V g, u, d;
                if (n == S.Count)
                {
                    g = S.Load(gate + c);
                    u = S.Load(up + c);
                    d = S.Load(dy + c);
                }
                else
                {
                    g = S.LoadPartial(gate + c, n);
                    u = S.LoadPartial(up + c, n);
                    d = S.LoadPartial(dy + c, n);
                }
                var one = S.Create(1f);
                var sigmoid = VectorMath<V, S>.Sigmoid(g);
                var silu = S.Multiply(g, sigmoid);
                var slope = S.MultiplyAdd(silu, S.Subtract(one, sigmoid), sigmoid);
                var dg = S.Multiply(S.Multiply(d, u), slope);
                var du = S.Multiply(d, silu);
                if (n == S.Count)
                {
                    S.Store(dGate + c, dg);
                    S.Store(dUp + c, du);
                }
                else
                {
                    S.StorePartial(dGate + c, dg, n);
                    S.StorePartial(dUp + c, du, n);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Silu(V gate, V up) => S.Multiply(S.Multiply(gate, VectorMath<V, S>.Sigmoid(gate)), up);
}
