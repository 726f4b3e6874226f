using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Nunchi.Tensors.Cpu.Simd;

namespace Nunchi.Tensors.Cpu;

internal sealed unsafe partial class VectorBackend<V, S>
{
    /// <summary>One result from the same place of two inputs and two constants.</summary>
    private interface IMap
    {
        static abstract bool ReadsY { get; }

        static abstract V Apply(V x, V y, V p, V q);
    }

    private struct MapArguments
    {
        public float* X;
        public float* Y;
        public float* Result;
        public long Count;
        public float P;
        public float Q;
    }

    public override void Clear(float* destination, long count) => NativeMemory.Clear(destination, (nuint)count * sizeof(float));

    public override void Copy(float* source, float* destination, long count) => Map<CopyMap>(source, source, destination, count);

    public override void AddTo(float* destination, float* source, long count) => Map<AddMap>(destination, source, destination, count);

    public override void Add(float* x, float* y, float* result, long count) => Map<AddMap>(x, y, result, count);

    public override void Scale(float* x, float factor, long count) => Map<ScaleMap>(x, x, x, count, factor);

    public override void ScaleAdd(float* x, float keep, float* y, float add, long count) => Map<ScaleAddMap>(x, y, x, count, keep, add);

    public override void Gelu(float* x, float* y, long count, bool tanh)
    {
        if (tanh) Map<GeluTanhMap>(x, x, y, count);
        else Map<GeluErfMap>(x, x, y, count);
    }

    public override void GeluBackward(float* dy, float* x, float* dx, long count, bool tanh)
    {
        if (tanh) Map<GeluTanhBackwardMap>(x, dy, dx, count);
        else Map<GeluErfBackwardMap>(x, dy, dx, count);
    }

    public override void QuickGelu(float* x, float* y, long count) => Map<QuickGeluMap>(x, x, y, count);

    public override void QuickGeluBackward(float* dy, float* x, float* dx, long count) => Map<QuickGeluBackwardMap>(x, dy, dx, count);

    private void Map<TMap>(float* x, float* y, float* result, long count, float p = 0, float q = 0)
        where TMap : struct, IMap
    {
        var arguments = new MapArguments { X = x, Y = y, Result = result, Count = count, P = p, Q = q };
        Pool.For(Blocks(count), 4, &MapBody<TMap>, &arguments);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MapBody<TMap>(void* context, int start, int end, int worker)
        where TMap : struct, IMap
    {
        ref var a = ref *(MapArguments*)context;
        var first = (long)start * Block;
        var count = Math.Min((long)end * Block, a.Count) - first;
        var x = a.X + first;
        var y = a.Y + first;
        var result = a.Result + first;
        var p = S.Create(a.P);
        var q = S.Create(a.Q);
        long i = 0;
        for (; i + (2 * S.Count) <= count; i += 2 * S.Count)
        {
            var x0 = S.Load(x + i);
            var x1 = S.Load(x + i + S.Count);
            var y0 = TMap.ReadsY ? S.Load(y + i) : x0;
            var y1 = TMap.ReadsY ? S.Load(y + i + S.Count) : x1;
            S.Store(result + i, TMap.Apply(x0, y0, p, q));
            S.Store(result + i + S.Count, TMap.Apply(x1, y1, p, q));
        }
        for (; i < count; i += S.Count)
        {
            var rest = (int)Math.Min(S.Count, count - i);
            var x0 = S.LoadPartial(x + i, rest);
            S.StorePartial(result + i, TMap.Apply(x0, TMap.ReadsY ? S.LoadPartial(y + i, rest) : x0, p, q), rest);
        }
    }

    private readonly struct CopyMap : IMap
    {
        public static bool ReadsY => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Apply(V x, V y, V p, V q) => x;
    }

    private readonly struct AddMap : IMap
    {
        public static bool ReadsY => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Apply(V x, V y, V p, V q) => S.Add(x, y);
    }

    private readonly struct ScaleMap : IMap
    {
        public static bool ReadsY => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Apply(V x, V y, V p, V q) => S.Multiply(x, p);
    }

    private readonly struct ScaleAddMap : IMap
    {
        public static bool ReadsY => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Apply(V x, V y, V p, V q) => S.MultiplyAdd(x, p, S.Multiply(y, q));
    }

    private readonly struct GeluTanhMap : IMap
    {
        public static bool ReadsY => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Apply(V x, V y, V p, V q) => S.Multiply(x, TanhGate(x, S.Multiply(x, x)));
    }

    private readonly struct GeluTanhBackwardMap : IMap
    {
        public static bool ReadsY => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Apply(V x, V y, V p, V q)
        {
            var square = S.Multiply(x, x);
            var u = S.Multiply(x, S.MultiplyAdd(square, S.Create(TanhCubic), S.Create(TanhLinear)));
            var e = VectorMath<V, S>.Exp(S.Subtract(S.Zero, S.Abs(u)));
            var inverse = S.Divide(S.Create(1f), S.Add(S.Create(1f), e));
            var small = S.Multiply(e, inverse);
            var gate = S.SelectLess(u, S.Zero, small, inverse);
            var slope = S.MultiplyAdd(square, S.Create(3 * TanhCubic), S.Create(TanhLinear));
            var spread = S.Multiply(S.Multiply(small, inverse), S.Multiply(x, slope));
            return S.Multiply(y, S.Add(gate, spread));
        }
    }

    private readonly struct GeluErfMap : IMap
    {
        public static bool ReadsY => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Apply(V x, V y, V p, V q) => S.Multiply(x, VectorMath<V, S>.NormalCdf(x, out _));
    }

    private readonly struct GeluErfBackwardMap : IMap
    {
        public static bool ReadsY => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Apply(V x, V y, V p, V q)
        {
            var cdf = VectorMath<V, S>.NormalCdf(x, out var gauss);
            return S.Multiply(y, S.MultiplyAdd(S.Multiply(x, S.Create(0.3989422804f)), gauss, cdf));
        }
    }

    private readonly struct QuickGeluMap : IMap
    {
        public static bool ReadsY => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Apply(V x, V y, V p, V q) => S.Multiply(x, VectorMath<V, S>.Sigmoid(S.Multiply(x, S.Create(QuickSlope))));
    }

    private readonly struct QuickGeluBackwardMap : IMap
    {
        public static bool ReadsY => true;

        // gate + 1.702 x gate (1 - gate), the last factor as sigmoid(-1.702 x) so that it keeps its accuracy.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Apply(V x, V y, V p, V q)
        {
            var u = S.Multiply(x, S.Create(QuickSlope));
            var gate = VectorMath<V, S>.Sigmoid(u);
            var rest = VectorMath<V, S>.Sigmoid(S.Subtract(S.Zero, u));
            return S.Multiply(y, S.MultiplyAdd(S.Multiply(u, gate), rest, gate));
        }
    }

    private const float QuickSlope = 1.702f;
    private const float TanhLinear = 1.5957691216f; // 2 sqrt(2 / pi)
    private const float TanhCubic = 0.0713548163f; // TanhLinear * 0.044715

    /// <summary>0.5 (1 + tanh(u)) = sigmoid(2u), which keeps its accuracy in the left tail.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V TanhGate(V x, V square) => VectorMath<V, S>.Sigmoid(S.Multiply(x, S.MultiplyAdd(square, S.Create(TanhCubic), S.Create(TanhLinear))));
}
