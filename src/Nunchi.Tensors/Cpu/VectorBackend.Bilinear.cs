using System.Runtime.CompilerServices;
using Nunchi.Tensors.Cpu.Simd;

namespace Nunchi.Tensors.Cpu;

internal sealed unsafe partial class VectorBackend<V, S>
{
    private struct BilinearArguments
    {
        public float* X;
        public float* Y;
        public int Height;
        public int Width;
        public int NewHeight;
        public int NewWidth;
        public int Channels;
    }

    public override void Bilinear(float* x, float* y, int height, int width, int newHeight, int newWidth, int channels)
    {
        var a = new BilinearArguments { X = x, Y = y, Height = height, Width = width, NewHeight = newHeight, NewWidth = newWidth, Channels = channels };
        Pool.For(newHeight, RowGrain(newWidth * channels), &BilinearBody, &a);
    }

    public override void BilinearBackward(float* dy, float* dx, int height, int width, int newHeight, int newWidth, int channels)
    {
        var a = new BilinearArguments { X = dx, Y = dy, Height = height, Width = width, NewHeight = newHeight, NewWidth = newWidth, Channels = channels };
        Pool.For((channels + Strip - 1) / Strip, 1, &BilinearBackwardBody, &a);
    }

    /// <summary>The two source places of an output place and the weight of the second.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Place(int i, int size, int newSize, out int first, out int second)
    {
        var at = MathF.Max(0, ((i + 0.5f) * ((float)size / newSize)) - 0.5f);
        first = Math.Min((int)at, size - 1);
        second = Math.Min(first + 1, size - 1);
        return at - first;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void BilinearBody(void* context, int start, int end, int worker)
    {
        ref var a = ref *(BilinearArguments*)context;
        var channels = a.Channels;
        for (var row = start; row < end; row++)
        {
            var fy = Place(row, a.Height, a.NewHeight, out var top, out var bottom);
            for (var column = 0; column < a.NewWidth; column++)
            {
                var fx = Place(column, a.Width, a.NewWidth, out var left, out var right);
                var tl = a.X + ((((long)top * a.Width) + left) * channels);
                var tr = a.X + ((((long)top * a.Width) + right) * channels);
                var bl = a.X + ((((long)bottom * a.Width) + left) * channels);
                var br = a.X + ((((long)bottom * a.Width) + right) * channels);
                var y = a.Y + ((((long)row * a.NewWidth) + column) * channels);
                var wx1 = S.Create(fx);
                var wx0 = S.Create(1 - fx);
                var wy1 = S.Create(fy);
                var wy0 = S.Create(1 - fy);
                for (var c = 0; c < channels; c += S.Count)
                {
                    var n = Math.Min(S.Count, channels - c);
                    var upper = S.MultiplyAdd(wx1, S.LoadPartial(tr + c, n), S.Multiply(wx0, S.LoadPartial(tl + c, n)));
                    var lower = S.MultiplyAdd(wx1, S.LoadPartial(br + c, n), S.Multiply(wx0, S.LoadPartial(bl + c, n)));
                    S.StorePartial(y + c, S.MultiplyAdd(wy1, lower, S.Multiply(wy0, upper)), n);
                }
            }
        }
    }

    /// <summary>Splits by channels: output places add to shared source places in a fixed order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void BilinearBackwardBody(void* context, int start, int end, int worker)
    {
        ref var a = ref *(BilinearArguments*)context;
        var channels = a.Channels;
        for (var row = 0; row < a.NewHeight; row++)
        {
            var fy = Place(row, a.Height, a.NewHeight, out var top, out var bottom);
            for (var column = 0; column < a.NewWidth; column++)
            {
                var fx = Place(column, a.Width, a.NewWidth, out var left, out var right);
                var dy = a.Y + ((((long)row * a.NewWidth) + column) * channels);
                for (var c = start * Strip; c < Math.Min(channels, end * Strip); c += S.Count)
                {
                    var n = Math.Min(S.Count, channels - c);
                    var g = S.LoadPartial(dy + c, n);
                    AddScaled(a.X + ((((long)top * a.Width) + left) * channels) + c, g, (1 - fy) * (1 - fx), n);
                    AddScaled(a.X + ((((long)top * a.Width) + right) * channels) + c, g, (1 - fy) * fx, n);
                    AddScaled(a.X + ((((long)bottom * a.Width) + left) * channels) + c, g, fy * (1 - fx), n);
                    AddScaled(a.X + ((((long)bottom * a.Width) + right) * channels) + c, g, fy * fx, n);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddScaled(float* destination, V g, float weight, int count) =>
        S.StorePartial(destination, S.MultiplyAdd(S.Create(weight), g, S.LoadPartial(destination, count)), count);
}
