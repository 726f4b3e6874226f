using Nunchi.Tensors.Backends;
using Nunchi.Tensors.Cpu;

namespace Nunchi.Tensors.Tests.Cpu;

/// <summary>Every operation other than products and attention, against the reference and against itself with other thread counts.</summary>
[Collection(CpuCollection.Name)]
public unsafe class OperationTests
{
    private static readonly int[] Widths = [1, 3, 7, 16, 33, 72, 131];
    private static readonly int[] RowCounts = [1, 2, 63, 130];

    public static TheoryData<CpuKernels> Kernels => Backends.Kernels();

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Maps_AnyCount_MatchReference(CpuKernels kernels)
    {
        foreach (var count in new[] { 0, 1, 5, 16, 31, 257, 20_011 })
        {
            foreach (var scale in new[] { 1f, 30f })
            {
                Check(kernels, 31, [count, count, count], scale, 3e-7, $"add {count}", (b, p) => b.Add(p[0], p[1], p[2], count));
                Check(kernels, 32, [count, count], scale, 3e-7, $"add to {count}", (b, p) => b.AddTo(p[0], p[1], count));
                Check(kernels, 33, [count], scale, 3e-7, $"scale {count}", (b, p) => b.Scale(p[0], -1.7f, count));
                Check(kernels, 34, [count, count], scale, 3e-7, $"scale add {count}", (b, p) => b.ScaleAdd(p[0], 0.9f, p[1], 0.1f, count));
                Check(kernels, 35, [count, count], scale, 0, $"copy {count}", (b, p) => b.Copy(p[0], p[1], count));
                Check(kernels, 36, [count, count], scale, 0, $"clear {count}", (b, p) => b.Clear(p[0], count));
                Check(kernels, 57, [count, count], scale, 1e-6, $"quick gelu {count}", (b, p) => b.QuickGelu(p[0], p[1], count));
                Check(kernels, 58, [count, count, count], scale, 1e-6, $"quick gelu backward {count}", (b, p) => b.QuickGeluBackward(p[0], p[1], p[2], count));
                foreach (var tanh in new[] { false, true })
                {
                    Check(kernels, 37, [count, count], scale, 1e-6, $"gelu {count} {tanh}", (b, p) => b.Gelu(p[0], p[1], count, tanh));
                    Check(kernels, 38, [count, count, count], scale, 1e-6, $"gelu backward {count} {tanh}", (b, p) => b.GeluBackward(p[0], p[1], p[2], count, tanh));
                    Check(kernels, 39, [count, count], scale, 1e-6, $"gelu backward in place {count} {tanh}", (b, p) => b.GeluBackward(p[0], p[1], p[0], count, tanh));
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void RowSums_AnyShape_MatchReference(CpuKernels kernels)
    {
        ForShapes((rows, width) =>
        {
            foreach (var accumulate in new[] { false, true })
            {
                Check(kernels, 41, [rows * (width + 2), width], 1, 1e-6, $"column sums {rows}x{width}", (b, p) => b.ColumnSums(p[0], rows, width, width + 2, p[1], accumulate));
                Check(
                    kernels, 42, [rows * width, 5 * width], 1, 1e-6, $"add periodic backward {rows}x{width}",
                    (b, p) => b.AddPeriodicBackward(p[0], p[1], rows, width, 5, accumulate));
            }
            Check(kernels, 43, [rows * width, 5 * width, rows * width], 1, 1e-6, $"add periodic {rows}x{width}", (b, p) => b.AddPeriodic(p[0], p[1], p[2], rows, width, 5));
            Check(kernels, 44, [rows * width, rows * width], 1, 0, $"transpose {rows}x{width}", (b, p) => b.Transpose(p[0], p[1], rows, width));
        });
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Norms_AnyShape_MatchReference(CpuKernels kernels)
    {
        ForShapes((rows, width) =>
        {
            int all = rows * width;
            Check(
                kernels, 51, [all, width, width, all, rows, rows], 3, 4e-6, $"layer norm {rows}x{width}",
                (b, p) => b.LayerNorm(p[0], p[1], p[2], p[3], p[4], p[5], rows, width, 1e-3f));
            Check(kernels, 52, [all, width, all, rows], 3, 4e-6, $"rms norm {rows}x{width}", (b, p) => b.RmsNorm(p[0], p[1], p[2], p[3], rows, width, 1e-3f));
            foreach (var accumulate in new[] { false, true })
            {
                Check(
                    kernels, 53, [all, all, width, rows, rows, all, width, width], 1, 4e-6, $"layer norm backward {rows}x{width}",
                    (b, p) => b.LayerNormBackward(p[0], p[1], p[2], p[3], p[4], p[5], accumulate, p[6], p[7], rows, width));
                Check(
                    kernels, 54, [all, all, width, rows, all, width], 1, 4e-6, $"rms norm backward {rows}x{width}",
                    (b, p) => b.RmsNormBackward(p[0], p[1], p[2], p[3], p[4], accumulate, p[5], rows, width));
            }
            Check(
                kernels, 55, [all, all, width, rows, rows, width, width], 1, 4e-6, $"layer norm backward of weights {rows}x{width}",
                (b, p) => b.LayerNormBackward(p[0], p[1], p[2], p[3], p[4], null, false, p[5], p[6], rows, width));
            Check(
                kernels, 56, [all, all, width, rows, all], 1, 4e-6, $"rms norm backward of inputs {rows}x{width}",
                (b, p) => b.RmsNormBackward(p[0], p[1], p[2], p[3], p[4], false, null, rows, width));
        });
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void SwiGlu_AnyShape_MatchesReference(CpuKernels kernels)
    {
        ForShapes((rows, width) =>
        {
            foreach (var scale in new[] { 1f, 40f })
            {
                Check(kernels, 61, [2 * rows * width, rows * width], scale, 1e-6, $"swiglu {rows}x{width}", (b, p) => b.SwiGlu(p[0], p[1], rows, width));
                Check(
                    kernels, 62, [rows * width, 2 * rows * width, 2 * rows * width], scale, 1e-6, $"swiglu backward {rows}x{width}",
                    (b, p) => b.SwiGluBackward(p[0], p[1], p[2], rows, width));
            }
        });
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Rows_GatherAndScatter_MatchReference(CpuKernels kernels)
    {
        ForShapes((rows, width) =>
        {
            var random = new Random(71);
            var indices = new int[rows];
            for (var i = 0; i < rows; i++) indices[i] = random.Next(-1, 9);
            fixed (int* index = indices)
            {
                var at = (nint)index;
                Check(kernels, 72, [9 * width, rows * width], 1, 0, $"gather {rows}x{width}", (b, p) => b.GatherRows(p[0], (int*)at, p[1], rows, width));
                Check(kernels, 73, [rows * width, 9 * width], 1, 0, $"scatter {rows}x{width}", (b, p) => b.ScatterAddRows(p[0], (int*)at, p[1], rows, width));
            }
        });
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Bilinear_UpAndDown_MatchesReference(CpuKernels kernels)
    {
        foreach (var (h, w, nh, nw, c) in new[] { (1, 1, 3, 2, 5), (7, 9, 4, 5, 33), (5, 4, 11, 9, 16), (27, 27, 20, 13, 3), (6, 6, 6, 6, 40) })
        {
            Check(kernels, 81, [h * w * c, nh * nw * c], 1, 1e-6, $"bilinear {h}x{w} to {nh}x{nw}", (b, p) => b.Bilinear(p[0], p[1], h, w, nh, nw, c));
            Check(kernels, 82, [nh * nw * c, h * w * c], 1, 1e-6, $"bilinear backward {h}x{w} to {nh}x{nw}", (b, p) => b.BilinearBackward(p[0], p[1], h, w, nh, nw, c));
        }
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void CrossEntropy_AnyShape_MatchesReference(CpuKernels kernels)
    {
        foreach (var (rows, classes) in new[] { (1, 1), (3, 17), (40, 133), (9, 5003) })
        {
            var random = new Random(91);
            var labels = new int[rows];
            for (var i = 0; i < rows; i++) labels[i] = i % 4 == 2 ? -100 : random.Next(classes);
            fixed (int* label = labels)
            {
                var at = (nint)label;
                var ld = classes + 3;
                foreach (var scale in new[] { 1f, 60f })
                {
                    Check(
                        kernels, 92, [rows * ld, rows, rows * ld], scale, 1e-6, $"cross entropy {rows}x{classes}",
                        (b, p) => b.CrossEntropy(p[0], ld, (int*)at, p[1], p[2], rows, classes, 0.25f));
                    Check(
                        kernels, 93, [rows * ld, rows], scale, 1e-6, $"cross entropy in place {rows}x{classes}",
                        (b, p) => b.CrossEntropy(p[0], ld, (int*)at, p[1], p[0], rows, classes, 2f));
                    Check(
                        kernels, 94, [rows * ld, rows], scale, 1e-6, $"cross entropy without gradient {rows}x{classes}",
                        (b, p) => b.CrossEntropy(p[0], ld, (int*)at, p[1], null, rows, classes, 1f));
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void HeadRotary_WithAndWithoutNorm_MatchesReference(CpuKernels kernels)
    {
        foreach (var (rows, heads, keyHeads, size, norm) in new[] { (1, 1, 1, 2, false), (70, 4, 2, 64, true), (5, 2, 1, 72, true), (9, 3, 3, 16, false), (130, 1, 1, 128, true) })
        {
            var random = new Random(101);
            var positions = new int[rows];
            for (var i = 0; i < rows; i++) positions[i] = random.Next(50);
            fixed (int* position = positions)
            {
                var at = (nint)position;
                int both = heads + keyHeads, stride = (both * size) + 7;
                HeadRotaryArguments Arguments(float*[] p) => new()
                {
                    Rows = rows,
                    QueryHeads = heads,
                    KeyHeads = keyHeads,
                    HeadSize = size,
                    Input = p[0],
                    InputStride = stride,
                    Output = p[1],
                    QueryWeight = norm ? p[2] : null,
                    KeyWeight = norm ? p[3] : null,
                    Rstd = norm ? p[4] : null,
                    Epsilon = 1e-3f,
                    Positions = (int*)at,
                    Cosines = p[5],
                    Sines = p[6],
                    OutputGradient = p[7],
                    InputGradient = p[8],
                    QueryWeightGradient = norm ? p[9] : null,
                    KeyWeightGradient = norm ? p[10] : null,
                };
                int[] sizes = [rows * stride, rows * both * size, size, size, rows * both, 25 * size, 25 * size, rows * both * size, rows * stride, size, size];
                var name = $"rotary {rows} rows {heads}+{keyHeads} heads of {size} norm {norm}";
                Check(kernels, 102, sizes, 2, 3e-6, name, (b, p) => b.HeadRotary(Arguments(p)));
                Check(kernels, 103, sizes, 1, 3e-6, name + " backward", (b, p) => b.HeadRotaryBackward(Arguments(p)));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void AdamW_SeveralSteps_MatchesReference(CpuKernels kernels)
    {
        foreach (var count in new[] { 1, 19, 9001 })
        {
            Check(kernels, 111, [count, count, count, count], 1, 2e-6, $"adamw {count}", (b, p) =>
            {
                for (long i = 0; i < count; i++) p[3][i] = Math.Abs(p[3][i]);
                for (var step = 1; step <= 3; step++)
                {
                    b.AdamW(p[0], p[1], p[2], p[3], count, new AdamWArguments(1e-2f, 0.9f, 0.95f, 1e-8f, 0.1f, step, 0.5f));
                }
            });
        }
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void SumOfSquares_AnyCount_MatchesReferenceAndSeesNotANumber(CpuKernels kernels)
    {
        var random = new Random(121);
        foreach (var count in new[] { 0, 1, 777, 70_000 })
        {
            using var x = new GuardedMemory(random, count, 3);
            var expected = Backends.Reference.SumOfSquares(x.Pointer, count);
            foreach (var threads in new[] { 1, 2, 3 })
            {
                var actual = Backends.Get(kernels, threads).SumOfSquares(x.Pointer, count);
                Assert.Equal(expected, actual, Math.Max(1e-12, expected * 1e-12));
                Assert.Equal(Backends.Get(kernels, 1).SumOfSquares(x.Pointer, count), actual);
            }
            if (count == 0) continue;
            x.Span[count / 2] = float.NaN;
            Assert.True(double.IsNaN(Backends.Get(kernels).SumOfSquares(x.Pointer, count)));
            x.Span[count / 2] = float.PositiveInfinity;
            Assert.True(double.IsPositiveInfinity(Backends.Get(kernels).SumOfSquares(x.Pointer, count)));
        }
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void FromBFloat16_EveryValue_IsExact(CpuKernels kernels)
    {
        var narrow = new ushort[65536 - 3];
        for (var i = 0; i < narrow.Length; i++) narrow[i] = (ushort)i;
        using var wide = new GuardedMemory(narrow.Length);
        fixed (ushort* source = narrow) Backends.Get(kernels).FromBFloat16(source, wide.Pointer, narrow.Length);
        for (var i = 0; i < narrow.Length; i++) Assert.Equal((uint)i << 16, BitConverter.SingleToUInt32Bits(wide.Span[i]));
        wide.AssertGuards();
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Maps_SpecialValues_PassThroughAsInTheReference(CpuKernels kernels)
    {
        float[] special = [0f, -0f, 1e-30f, -1e-30f, 1e-42f, 20f, -20f, 90f, -90f, 120f, -120f, 1e9f, -1e9f, float.PositiveInfinity, float.NaN, 3f, -3f, -12.5f, -9f];
        using var x = new GuardedMemory(special.Length);
        special.CopyTo(x.Span);
        foreach (var tanh in new[] { false, true })
        {
            using var expected = new GuardedMemory(special.Length);
            using var actual = new GuardedMemory(special.Length);
            Backends.Reference.Gelu(x.Pointer, expected.Pointer, special.Length, tanh);
            Backends.Get(kernels).Gelu(x.Pointer, actual.Pointer, special.Length, tanh);
            for (var i = 0; i < special.Length; i++)
            {
                var tolerance = Math.Max(1e-6, Math.Abs(expected.Span[i]) * 1e-6);
                if (!expected.Span[i].Equals(actual.Span[i])) Assert.Equal((double)expected.Span[i], actual.Span[i], tolerance);
            }
        }
    }

    private static void ForShapes(Action<int, int> body)
    {
        foreach (var rows in RowCounts)
        {
            foreach (var width in Widths) body(rows, width);
        }
    }

    private delegate void Call(ComputeBackend backend, float*[] memory);

    /// <summary>Runs a call on random memory with the reference and with one, two and three threads: close to the reference, and the same bits for all.</summary>
    private static void Check(CpuKernels kernels, int seed, int[] sizes, float scale, double tolerance, string what, Call call)
    {
        var expected = Make(seed, sizes, scale);
        Run(Backends.Reference, expected, call);
        GuardedMemory[]? first = null;
        foreach (var threads in new[] { 1, 2, 3 })
        {
            var actual = Make(seed, sizes, scale);
            Run(Backends.Get(kernels, threads), actual, call);
            for (var i = 0; i < sizes.Length; i++)
            {
                Compare.Close(expected[i], actual[i], tolerance, $"{kernels} x{threads} {what}, argument {i}, seed {seed}");
                if (first != null) Compare.Same(first[i], actual[i], $"{kernels} x{threads} {what}, argument {i}, seed {seed}");
            }
            if (first == null) first = actual;
            else Array.ForEach(actual, m => m.Dispose());
        }
        Array.ForEach(first!, m => m.Dispose());
        Array.ForEach(expected, m => m.Dispose());
    }

    private static GuardedMemory[] Make(int seed, int[] sizes, float scale)
    {
        var random = new Random(seed);
        return [.. sizes.Select(size => new GuardedMemory(random, size, scale))];
    }

    private static void Run(ComputeBackend backend, GuardedMemory[] memory, Call call)
    {
        var pointers = new float*[memory.Length];
        for (var i = 0; i < memory.Length; i++) pointers[i] = memory[i].Pointer;
        call(backend, pointers);
    }
}
