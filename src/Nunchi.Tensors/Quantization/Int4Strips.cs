using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Nunchi.Tensors.Safetensors;

namespace Nunchi.Tensors.Quantization;

/// <summary>
/// Strips of 4-bit weights: weight = block scale (bfloat16, for 128) * group scale (-31..31, for 32) * level. Eight outputs are searched at once, a lane each:
/// for both signs and several sizes of a group's scale the squared error is summed and the smallest kept.
/// </summary>
internal static unsafe class Int4Strips
{
    private const int Width = PackedLayout.StripWidth, Block = PackedLayout.Block, Group = PackedLayout.Group, Lanes = 8;

    private static readonly float* Halves = MakeHalves();

    /// <summary>Packs up to sixteen rows.</summary>
    public static void Pack(float* weights, int rows, int columns, byte* strip)
    {
        int blocks = PackedLayout.Blocks(columns);
        new Span<byte>(strip, (int)PackedLayout.StripBytes(WeightFormat.Int4, columns)).Clear();
        float* values = stackalloc float[Block * Lanes];
        for (int block = 0; block < blocks; block++)
        {
            int first = block * Block, count = Math.Min(Block, columns - first);
            byte* codes = strip + ((long)block * PackedLayout.Int4CodeBytes);
            byte* scales = strip + ((long)blocks * PackedLayout.Int4CodeBytes) + ((long)block * PackedLayout.Int4ScaleBytes);
            for (int lane = 0; lane < rows; lane += Lanes)
            {
                Gather(weights + ((long)lane * columns) + first, Math.Min(Lanes, rows - lane), count, columns, values);
                PackLanes(values, codes + (4 * lane), (sbyte*)scales + lane, (ushort*)(scales + (PackedLayout.GroupsPerBlock * Width)) + lane);
            }
        }
    }

    /// <summary>One row as float32.</summary>
    public static void ReadLane(byte* strip, int lane, int columns, float* values)
    {
        int blocks = PackedLayout.Blocks(columns);
        for (int k = 0; k < columns; k++)
        {
            int block = k / Block, inside = k % Block;
            byte* scales = strip + ((long)blocks * PackedLayout.Int4CodeBytes) + ((long)block * PackedLayout.Int4ScaleBytes);
            int scale = ((sbyte*)scales)[(inside / Group * Width) + lane];
            float blockScale = BitConverter.UInt32BitsToSingle((uint)((ushort*)(scales + (PackedLayout.GroupsPerBlock * Width)))[lane] << 16);
            values[k] = scale * Int4Codebook.Levels[Code(strip + ((long)block * PackedLayout.Int4CodeBytes), lane, inside)] * blockScale;
        }
    }

    /// <summary>The code of one weight of a block.</summary>
    public static int Code(byte* codes, int lane, int inside) => (codes[(inside / 8 * 4 * Width) + (4 * lane) + (inside % 4)] >> (inside / 4 % 2 * 4)) & 15;

    private static void Gather(float* weights, int lanes, int count, int stride, float* values)
    {
        for (int lane = 0; lane < Lanes; lane++)
        {
            for (int k = 0; k < Block; k++)
                values[(k * Lanes) + lane] = lane < lanes && k < count ? weights[((long)lane * stride) + k] : 0;
        }
    }

    private static void PackLanes(float* values, byte* codes, sbyte* groupScales, ushort* blockScales)
    {
        float* best = stackalloc float[PackedLayout.GroupsPerBlock * Lanes];
        for (int group = 0; group < PackedLayout.GroupsPerBlock; group++)
            Search(values + (group * Group * Lanes), best + (group * Lanes));
        for (int lane = 0; lane < Lanes; lane++)
        {
            float most = 0;
            for (int group = 0; group < PackedLayout.GroupsPerBlock; group++)
                most = MathF.Max(most, MathF.Abs(best[(group * Lanes) + lane]));
            ushort blockScale = FloatConversion.ToBFloat16(most / Int4Codebook.MaxGroupScale);
            float unit = BitConverter.UInt32BitsToSingle((uint)blockScale << 16);
            if (unit < Tiny)
                blockScale = 0;
            blockScales[lane] = blockScale;
            for (int group = 0; group < PackedLayout.GroupsPerBlock; group++)
            {
                int scale = blockScale == 0 ? 0 : (int)MathF.Round(best[(group * Lanes) + lane] / unit);
                scale = Math.Clamp(scale, -Int4Codebook.MaxGroupScale, Int4Codebook.MaxGroupScale);
                groupScales[(group * Width) + lane] = (sbyte)scale;
                best[(group * Lanes) + lane] = scale == 0 ? 0 : 1 / (scale * unit);
            }
        }
        WriteCodes(values, best, (uint*)codes);
    }

    // Eight steps of k make one 32-bit word of each output: the first four in the low halves of its bytes.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void WriteCodes(float* values, float* inverses, uint* codes)
    {
        for (int pair = 0; pair < Block / 8; pair++)
        {
            float* x = values + (pair * 8 * Lanes);
            var inverse = Vector256.Load(inverses + (pair / 4 * Lanes));
            var word = Vector256<int>.Zero;
            for (int i = 0; i < 8; i++)
                word |= Index(Vector256.Load(x + (i * Lanes)) * inverse) << ((i % 4 * 8) + (i / 4 * 4));
            word.AsUInt32().Store(codes + (pair * Width));
        }
    }

    /// <summary>The scale of one group for each of eight outputs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Search(float* values, float* scales)
    {
        var low = Vector256<float>.Zero;
        var high = Vector256<float>.Zero;
        for (int k = 0; k < Group; k++)
        {
            var x = Vector256.Load(values + (k * Lanes));
            low = Vector256.Min(low, x);
            high = Vector256.Max(high, x);
        }
        var most = Vector256.Max(high, -low);
        // The extreme takes the level of largest magnitude, -31, when its sign is the scale's opposite.
        var sign = Vector256.ConditionalSelect(Vector256.GreaterThan(-low, high), Vector256.Create(1f), Vector256.Create(-1f));
        var bestError = Vector256.Create(float.PositiveInfinity);
        var best = Vector256<float>.Zero;
        foreach (float level in (ReadOnlySpan<float>)[25, 26.5f, 28, 29, 30, 31, 32, 33.5f, 35, -26, -27.5f, -29, -30.5f])
        {
            var scale = sign * most / Vector256.Create(level);
            var inverse = Vector256.ConditionalSelect(Vector256.GreaterThan(most, Vector256.Create(Tiny)), Vector256<float>.One / scale, Vector256<float>.Zero);
            Vector256<float> error = Avx512F.IsSupported ? WideError(values, inverse) : Error(values, inverse);
            // In units of the largest weight, so that nothing leaves the range of float32.
            error *= Vector256.Create(1 / (level * level));
            var better = Vector256.LessThan(error, bestError);
            bestError = Vector256.ConditionalSelect(better, error, bestError);
            best = Vector256.ConditionalSelect(better, scale, best);
        }
        best.Store(scales);
    }

    private static Vector256<float> Error(float* values, Vector256<float> inverse)
    {
        var error = Vector256<float>.Zero;
        for (int k = 0; k < Group; k++)
        {
            var x = Vector256.Load(values + (k * Lanes)) * inverse;
            var difference = x - Nearest(x);
            error += difference * difference;
        }
        return error;
    }

    // The same sums, the level looked up by the nearest half: every threshold is a multiple of a half.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> WideError(float* values, Vector256<float> inverse)
    {
        Vector512<float> both = Vector512.Create(inverse, inverse), error = Vector512<float>.Zero;
        Vector512<float> t0 = Vector512.Load(Halves), t1 = Vector512.Load(Halves + 16), t2 = Vector512.Load(Halves + 32), t3 = Vector512.Load(Halves + 48);
        Vector512<float> t4 = Vector512.Load(Halves + 64), t5 = Vector512.Load(Halves + 80), t6 = Vector512.Load(Halves + 96), t7 = Vector512.Load(Halves + 112);
        for (int k = 0; k < Group; k += 2)
        {
            var x = Vector512.Load(values + (k * Lanes)) * both;
            var place = Vector512.Max(Vector512.Min((x + Vector512.Create(32f)) * 2f, Vector512.Create(127f)), Vector512<float>.Zero);
            Vector512<int> index = Avx512F.ConvertToVector512Int32WithTruncation(place);
            Vector512<float> a = Avx512F.PermuteVar16x32x2(t0, index, t1), b = Avx512F.PermuteVar16x32x2(t2, index, t3);
            Vector512<float> c = Avx512F.PermuteVar16x32x2(t4, index, t5), d = Avx512F.PermuteVar16x32x2(t6, index, t7);
            var second = Vector512.GreaterThanOrEqual(index & Vector512.Create(63), Vector512.Create(32)).AsSingle();
            var upper = Vector512.GreaterThanOrEqual(index, Vector512.Create(64)).AsSingle();
            var difference = x - Vector512.ConditionalSelect(upper, Vector512.ConditionalSelect(second, d, c), Vector512.ConditionalSelect(second, b, a));
            error += difference * difference;
        }
        return error.GetLower() + error.GetUpper();
    }

    // The nearest level of every half from -32 to 31.5.
    private static float* MakeHalves()
    {
        float* halves = (float*)NativeMemory.AlignedAlloc(128 * sizeof(float), 64);
        for (int i = 0; i < 128; i++)
            halves[i] = Nearest(Vector256.Create((i / 2f) - 32 + 0.25f))[0];
        return halves;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Index(Vector256<float> x)
    {
        var index = Vector256<int>.Zero;
        for (int level = 1; level < 16; level++)
            index -= Vector256.GreaterThan(x, Vector256.Create((Int4Codebook.Levels[level - 1] + Int4Codebook.Levels[level]) * 0.5f)).AsInt32();
        return index;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Nearest(Vector256<float> x)
    {
        var nearest = Vector256.Create(-31f);
        nearest += Step(x, -27.5f, 7) + Step(x, -21.5f, 5) + Step(x, -17, 4) + Step(x, -13, 4) + Step(x, -9.5f, 3) + Step(x, -6.5f, 3) + Step(x, -3.5f, 3) + Step(x, -0.5f, 3);
        return nearest + Step(x, 2.5f, 3) + Step(x, 5.5f, 3) + Step(x, 8.5f, 3) + Step(x, 11.5f, 3) + Step(x, 15, 4) + Step(x, 19.5f, 5) + Step(x, 25.5f, 7);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Step(Vector256<float> x, float threshold, float rise) =>
        Vector256.GreaterThan(x, Vector256.Create(threshold)) & Vector256.Create(rise);

    // Below this the inverse of a scale is no longer a normal number.
    private const float Tiny = 1e-35f;
}
