using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Nunchi.Tensors.Cpu;
using Nunchi.Tensors.Native;

namespace Nunchi.Tensors.Machine;

/// <summary>Measures what this machine can do at most, so that speeds can be told as a share of it: absolute times drift from machine to machine and hour to hour.</summary>
public static unsafe class MachineLimits
{
    private sealed record Loop(string Quantity, string Instructions, bool Supported, Func<long, double> Run, double OperationsPerRound, string Unit);

    /// <summary>Measures multiply-add peaks, read bandwidth and the cost of handing work to threads.</summary>
    /// <param name="options">Threads and time; null takes the defaults (about six seconds).</param>
    /// <param name="progress">Told what is being measured.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public static MachineReport Measure(MachineOptions? options = null, IProgress<string>? progress = null)
    {
        var valid = (options ?? new MachineOptions()).Validate();
        var threads = valid.Threads == 0 ? Environment.ProcessorCount : valid.Threads;
        var counts = threads == 1 ? new[] { 1 } : [1, threads];
        var limits = new List<MachineLimit>();
        foreach (var loop in Loops().Where(loop => loop.Supported))
        {
            foreach (var count in counts)
            {
                progress?.Report($"{loop.Quantity} {loop.Instructions}, {count} threads");
                limits.Add(new MachineLimit(loop.Quantity, loop.Instructions, count, Peak(loop, count, valid.SecondsEach), loop.Unit));
            }
        }
        foreach (var count in counts)
        {
            progress?.Report($"read bandwidth, {count} threads");
            limits.Add(new MachineLimit("read", string.Empty, count, ReadBandwidth(count, valid), "GB/s"));
        }
        if (threads > 1)
        {
            progress?.Report("waking workers");
            limits.Add(new MachineLimit("wake-spinning", string.Empty, threads, Wake(threads, 0, valid.SecondsEach), "microseconds"));
            limits.Add(new MachineLimit("wake-sleeping", string.Empty, threads, Wake(threads, 2, valid.SecondsEach), "microseconds"));
        }
        return new MachineReport(ProcessorName(), Environment.ProcessorCount, KernelChoice.NameOf(KernelChoice.Resolve(CpuKernels.Auto, null)), limits);
    }

    /// <summary>Only the float32 multiply-add peak of the engine's own instruction set, in GFLOP/s: quick enough to stand beside every benchmark.</summary>
    /// <param name="threads">Threads at once, at least 1.</param>
    /// <param name="seconds">Time to spend.</param>
    public static double MeasureFloat32Peak(int threads, double seconds = 0.2)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        return Loops().Where(loop => loop.Supported && loop.Quantity == "float32").Max(loop => Peak(loop, threads, seconds));
    }

    /// <summary>Only the read bandwidth, in GB/s (10^9 bytes).</summary>
    /// <param name="threads">Threads at once, at least 1.</param>
    /// <param name="seconds">Time to spend.</param>
    public static double MeasureReadBandwidth(int threads, double seconds = 0.3)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        return ReadBandwidth(threads, new MachineOptions { SecondsEach = seconds });
    }

    private static Loop[] Loops()
    {
        var wide = Vector512.IsHardwareAccelerated && Avx512F.IsSupported;
        return
        [
            new("float32", "avx512", wide, PeakLoops.Float512, PeakLoops.WideChains * 16 * 2, "GFLOP/s"),
            new("float32", "avx2", Fma.IsSupported, PeakLoops.Float256, PeakLoops.NarrowChains * 8 * 2, "GFLOP/s"),
            new("float32", "portable", !Fma.IsSupported, PeakLoops.Float128, PeakLoops.NarrowChains * 4 * 2, "GFLOP/s"),
            new("int8", "avx512-vnni", PackedTiles.Vnni != null, PeakCode.Bytes, PeakCode.Chains * 64 * 2, "GOP/s"),
            new("int8", "avx-vnni 256", AvxVnni.IsSupported, PeakLoops.ByteVnni256, PeakLoops.NarrowChains * 32 * 2, "GOP/s"),
            new("int8", "avx512bw maddubs", wide && Avx512BW.IsSupported, PeakLoops.ByteMadd512, PeakLoops.WideChains * 64 * 2, "GOP/s"),
            new("int8", "avx2 maddubs", Avx2.IsSupported, PeakLoops.ByteMadd256, PeakLoops.NarrowChains * 32 * 2, "GOP/s"),
            new("int16", "avx512-vnni", PackedTiles.Vnni != null, PeakCode.Shorts, PeakCode.Chains * 32 * 2, "GOP/s"),
            new("int16", "avx-vnni 256", AvxVnni.IsSupported, PeakLoops.ShortVnni256, PeakLoops.NarrowChains * 16 * 2, "GOP/s"),
            new("int16", "avx512bw madd", wide && Avx512BW.IsSupported, PeakLoops.ShortMadd512, PeakLoops.WideChains * 32 * 2, "GOP/s"),
            new("int16", "avx2 madd", Avx2.IsSupported, PeakLoops.ShortMadd256, PeakLoops.NarrowChains * 16 * 2, "GOP/s"),
            new("bfloat16", "avx512-bf16", PackedTiles.BFloat16 != null, PeakCode.BFloat16, PeakCode.Chains * 32 * 2, "GFLOP/s"),
        ];
    }

    private static double Peak(Loop loop, int threads, double seconds)
    {
        const long rounds = 100_000;
        return InParallel(threads, seconds, _ => loop.Run(rounds), rounds * loop.OperationsPerRound / 1e9);
    }

    private static double ReadBandwidth(int threads, MachineOptions options)
    {
        var bytes = options.BufferMebibytes * 1048576L;
        var memory = (byte*)NativeMemory.AlignedAlloc((nuint)bytes, 64);
        try
        {
            new Span<byte>(memory, (int)Math.Min(bytes, int.MaxValue)).Fill(1);
            for (var at = (long)int.MaxValue; at < bytes; at += 4096) memory[at] = 1;
            var part = bytes / threads / 512 * 512;
            var seconds = Math.Max(options.SecondsEach, 0.2) / 2;
            // Which of both is faster depends on the processor: its prefetchers follow each stream only so far ahead.
            var one = InParallel(threads, seconds, thread => ReadStream(memory + (thread * part), part), part / 1e9);
            var four = InParallel(threads, seconds, thread => ReadFourStreams(memory + (thread * part), part), part / 1e9);
            return Math.Max(one, four);
        }
        finally
        {
            NativeMemory.AlignedFree(memory);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double ReadStream(byte* memory, long count)
    {
        Vector256<long> a = default, b = default, c = default, d = default;
        for (long i = 0; i < count; i += 128)
        {
            a ^= Vector256.Load(memory + i).AsInt64();
            b ^= Vector256.Load(memory + i + 32).AsInt64();
            c ^= Vector256.Load(memory + i + 64).AsInt64();
            d ^= Vector256.Load(memory + i + 96).AsInt64();
        }
        return (a ^ b ^ c ^ d)[0];
    }

    // Four quarters beside each other, as products read several strips.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double ReadFourStreams(byte* memory, long count)
    {
        Vector256<long> a = default, b = default, c = default, d = default;
        byte* second = memory + (count / 4), third = second + (count / 4), fourth = third + (count / 4);
        for (long i = 0; i < count / 4; i += 64)
        {
            a ^= Vector256.Load(memory + i).AsInt64() ^ Vector256.Load(memory + i + 32).AsInt64();
            b ^= Vector256.Load(second + i).AsInt64() ^ Vector256.Load(second + i + 32).AsInt64();
            c ^= Vector256.Load(third + i).AsInt64() ^ Vector256.Load(third + i + 32).AsInt64();
            d ^= Vector256.Load(fourth + i).AsInt64() ^ Vector256.Load(fourth + i + 32).AsInt64();
        }
        return (a ^ b ^ c ^ d)[0];
    }

    /// <summary>Runs the body on several threads at once, again and again; the best rate of amount (per thread and run) a second.</summary>
    private static double InParallel(int threads, double seconds, Func<int, double> body, double amount)
    {
        using var pool = new WorkerPool(threads, 1000);
        var best = 0.0;
        var work = new Work { Body = body, Sink = new double[threads * 16] };
        var handle = GCHandle.Alloc(work);
        try
        {
            var clock = Stopwatch.StartNew();
            for (var run = 0; run < 3 || clock.Elapsed.TotalSeconds < seconds; run++)
            {
                var start = Stopwatch.GetTimestamp();
                pool.Run(threads, 1, &RunBody, (void*)GCHandle.ToIntPtr(handle));
                best = Math.Max(best, threads * amount / Stopwatch.GetElapsedTime(start).TotalSeconds);
            }
        }
        finally
        {
            handle.Free();
        }
        return best;
    }

    private static void RunBody(void* context, int start, int end, int worker)
    {
        var work = (Work)GCHandle.FromIntPtr((nint)context).Target!;
        for (var i = start; i < end; i++) work.Sink[i * 16] += work.Body(i);
    }

    private sealed class Work
    {
        public required Func<int, double> Body { get; init; }

        public required double[] Sink { get; init; }
    }

    /// <summary>Microseconds to start and join an empty job; workers have slept for some milliseconds before, or are still spinning.</summary>
    private static double Wake(int threads, int pauseMilliseconds, double seconds)
    {
        using var pool = new WorkerPool(threads, pauseMilliseconds == 0 ? 1000 : 0);
        var best = double.MaxValue;
        var arrived = (int*)NativeMemory.AlignedAlloc(256, 64);
        try
        {
            var clock = Stopwatch.StartNew();
            for (var run = 0; run < 10 || clock.Elapsed.TotalSeconds < seconds; run++)
            {
                if (pauseMilliseconds > 0) Thread.Sleep(pauseMilliseconds);
                *arrived = threads;
                var start = Stopwatch.GetTimestamp();
                pool.Run(threads, 1, &MeetBody, arrived);
                best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalMicroseconds);
            }
        }
        finally
        {
            NativeMemory.AlignedFree(arrived);
        }
        return best;
    }

    /// <summary>Every participant waits for all the others, so that each must have been woken.</summary>
    private static void MeetBody(void* context, int start, int end, int worker)
    {
        var waiting = (int*)context;
        Interlocked.Add(ref *waiting, start - end);
        while (Volatile.Read(ref *waiting) > 0) Thread.SpinWait(1);
    }

    private static string ProcessorName()
    {
        const string path = "/proc/cpuinfo";
        if (File.Exists(path))
        {
            foreach (var line in File.ReadLines(path))
            {
                if (line.StartsWith("model name", StringComparison.Ordinal)) return line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
            }
        }
        return Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? RuntimeInformation.ProcessArchitecture.ToString();
    }
}
