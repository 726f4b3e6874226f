using Nunchi.Tensors.Cpu;

namespace Nunchi.Benchmarks;

/// <summary>`shapes [threads]`: the matrix products of training and decoding, in GFLOP/s and as a share of the peak measured in the same run.</summary>
internal static unsafe class MatMulShapes
{
    private static readonly (string Form, int M, int N, int K)[] Shapes =
    [
        ("NT", 2304, 192, 192), ("NT", 2304, 576, 192), ("NT", 2304, 256, 256), ("NT", 2304, 1024, 256), ("NT", 2304, 256, 1024),
        ("NT", 3328, 512, 256), ("NT", 3328, 1408, 256), ("NT", 3328, 256, 704), ("NT", 3328, 2112, 384), ("NT", 3328, 384, 1056), ("NT", 1024, 8192, 256), ("NT", 500, 8192, 384),
        ("NN", 3328, 256, 512), ("NN", 3328, 256, 1408), ("NN", 3328, 704, 256), ("NN", 3328, 384, 2112), ("NN", 1024, 256, 8192),
        ("TN", 512, 256, 3328), ("TN", 1408, 256, 3328), ("TN", 256, 704, 3328), ("TN", 2112, 384, 3328), ("TN", 192, 192, 2304), ("TN", 8192, 256, 1024),
        ("NT", 256, 256, 256), ("NT", 729, 4304, 1152), ("NT", 729, 1152, 4304), ("NT", 729, 72, 72), ("NT", 15, 1056, 384),
        ("NT", 1, 2112, 384), ("NT", 1, 8192, 384), ("NT", 2, 2112, 384), ("NT", 4, 2112, 384), ("NT", 8, 2112, 384), ("NT", 1, 8192, 4096), ("NN", 1, 4096, 4096),
    ];

    public static void Run(string[] args)
    {
        var threads = args.Length > 0 ? int.Parse(args[0]) : 0;
        var filter = args.Length > 1 ? string.Join(' ', args[1..]) : null;
        using var backend = CpuBackend.Create(new CpuOptions { Threads = threads });
        var peak = Enumerable.Range(0, 3).Max(_ => Timing.Peak(1)) * backend.Threads;
        Console.WriteLine($"{backend.Name}: multiply-add peak {peak:F1} GFLOP/s; form m n k, GFLOP/s, share of the peak in processor time");
        foreach (var (form, m, n, k) in Shapes)
        {
            if (filter != null && !$"{form} {m} {n} {k}".Contains(filter, StringComparison.Ordinal)) continue;
            bool ta = form[0] == 'T', tb = form[1] == 'T';
            var a = backend.Allocate((long)m * k);
            var b = backend.Allocate((long)n * k);
            var c = backend.Allocate((long)m * n);
            Fill(a, (long)m * k);
            Fill(b, (long)n * k);
            var (wall, processor) = Timing.Best(0.3, backend.Threads, () => backend.MatMul(ta, tb, m, n, k, a, ta ? m : k, b, tb ? k : n, c, n, false, null));
            var work = 2e-9 * m * n * k;
            var bytes = 4e-9 * (((long)n * k) + ((long)m * (n + k)));
            Console.WriteLine($"{form} {m,5} {n,5} {k,5}  {work / wall,7:F1} GFLOP/s wall  {work / processor,7:F1} GFLOP/s cpu  {work / processor / peak,6:P1}  {wall * 1e6,9:F1} us  {bytes / processor,6:F1} GB/s");
            backend.Free(a);
            backend.Free(b);
            backend.Free(c);
        }
    }

    internal static void Fill(float* memory, long count)
    {
        var state = 1u;
        for (long i = 0; i < count; i++)
        {
            state = (state * 1664525) + 1013904223;
            memory[i] = ((state >> 8) / 16777216f) - 0.5f;
        }
    }
}
