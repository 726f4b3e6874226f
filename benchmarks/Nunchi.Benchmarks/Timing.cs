using System.Diagnostics;
using System.Runtime.InteropServices;
using Nunchi.Tensors.Machine;

namespace Nunchi.Benchmarks;

/// <summary>
/// Best of several runs, beside the multiply-add peak of the same moment: on a shared machine only the ratio means something. Beside the time on the wall stands the
/// processor time of the process divided by its threads, which other programs disturb less (waiting threads spin, so bad balance is seen in it).
/// </summary>
internal static partial class Timing
{
    private const int ProcessClock = 2;

    /// <summary>Seconds of the fastest run within the time given, after one run that does not count: on the wall and in processor time per thread.</summary>
    public static (double Wall, double Processor) Best(double seconds, int threads, Action run)
    {
        run();
        double wall = double.MaxValue, processor = double.MaxValue;
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < 3 || clock.Elapsed.TotalSeconds < seconds; i++)
        {
            var start = Stopwatch.GetTimestamp();
            var used = ProcessorSeconds();
            run();
            processor = Math.Min(processor, (ProcessorSeconds() - used) / threads);
            wall = Math.Min(wall, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        return (wall, OperatingSystem.IsLinux() ? processor : wall);
    }

    /// <summary>GFLOP/s of independent multiply-adds on that many threads.</summary>
    public static double Peak(int threads) => MachineLimits.MeasureFloat32Peak(threads);

    public static double ProcessorSeconds()
    {
        if (!OperatingSystem.IsLinux()) return 0;
        _ = ClockGetTime(ProcessClock, out var time);
        return time.Seconds + (time.Nanoseconds * 1e-9);
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int ClockGetTime(int clock, out TimeSpec time);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
