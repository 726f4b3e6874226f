using System.Runtime.CompilerServices;
using Nunchi.Tensors.Backends;
using Nunchi.Tensors.Cpu.Simd;

namespace Nunchi.Tensors.Cpu;

internal sealed unsafe partial class VectorBackend<V, S>
{
    private struct AdamWJob
    {
        public float* Parameter;
        public float* Gradient;
        public float* First;
        public float* Second;
        public long Count;
        public float Decay;
        public float OneMinusBeta1;
        public float Beta2;
        public float OneMinusBeta2;
        public float StepSize;
        public float RootCorrection;
        public float Epsilon;
        public float GradientScale;
    }

    public override void AdamW(float* parameter, float* gradient, float* firstMoment, float* secondMoment, long count, in AdamWArguments arguments)
    {
        double beta1 = arguments.Beta1;
        double beta2 = arguments.Beta2;
        var job = new AdamWJob
        {
            Parameter = parameter,
            Gradient = gradient,
            First = firstMoment,
            Second = secondMoment,
            Count = count,
            Decay = (float)(1 - ((double)arguments.LearningRate * arguments.WeightDecay)),
            OneMinusBeta1 = (float)(1 - beta1),
            Beta2 = arguments.Beta2,
            OneMinusBeta2 = (float)(1 - beta2),
            StepSize = (float)(arguments.LearningRate / (1 - Math.Pow(beta1, arguments.Step))),
            RootCorrection = (float)Math.Sqrt(1 - Math.Pow(beta2, arguments.Step)),
            Epsilon = arguments.Epsilon,
            GradientScale = arguments.GradientScale,
        };
        Pool.For(Blocks(count), 2, &AdamWBody, &job);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AdamWBody(void* context, int start, int end, int worker)
    {
        ref var a = ref *(AdamWJob*)context;
        var last = Math.Min(a.Count, (long)end * Block);
        for (var i = (long)start * Block; i < last; i += S.Count)
        {
            var n = (int)Math.Min(S.Count, last - i);
            V p, g, m, v;
            if (n == S.Count)
            {
                p = S.Load(a.Parameter + i);
                g = S.Load(a.Gradient + i);
                m = S.Load(a.First + i);
                v = S.Load(a.Second + i);
            }
            else
            {
                p = S.LoadPartial(a.Parameter + i, n);
                g = S.LoadPartial(a.Gradient + i, n);
                m = S.LoadPartial(a.First + i, n);
                v = S.LoadPartial(a.Second + i, n);
            }
            g = S.Multiply(g, S.Create(a.GradientScale));
            p = S.Multiply(p, S.Create(a.Decay));
            m = S.MultiplyAdd(S.Subtract(g, m), S.Create(a.OneMinusBeta1), m);
            v = S.MultiplyAdd(S.Multiply(g, S.Create(a.OneMinusBeta2)), g, S.Multiply(v, S.Create(a.Beta2)));
            var root = S.Add(S.Divide(S.Sqrt(v), S.Create(a.RootCorrection)), S.Create(a.Epsilon));
            p = S.NegativeMultiplyAdd(S.Create(a.StepSize), S.Divide(m, root), p);
            if (n == S.Count)
            {
                S.Store(a.Parameter + i, p);
                S.Store(a.First + i, m);
                S.Store(a.Second + i, v);
            }
            else
            {
                S.StorePartial(a.Parameter + i, p, n);
                S.StorePartial(a.First + i, m, n);
                S.StorePartial(a.Second + i, v, n);
            }
        }
    }
}
