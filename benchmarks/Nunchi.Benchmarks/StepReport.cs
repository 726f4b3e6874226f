using Nunchi.Tensors.Cpu;

namespace Nunchi.Benchmarks;

/// <summary>`step [threads] [seconds] [float32|bfloat16]`: one whole training step of the configurations XS and S in kernel calls, as a share of the peak measured in the same run.</summary>
internal static class StepReport
{
    public static void Run(string[] args)
    {
        var threads = args.Length > 0 ? int.Parse(args[0]) : 0;
        var seconds = args.Length > 1 ? double.Parse(args[1]) : 4;
        var precision = args.Length > 2 ? Enum.Parse<ProductPrecision>(args[2], ignoreCase: true) : ProductPrecision.Float32;
        using var backend = CpuBackend.Create(new CpuOptions { Threads = threads, Precision = precision });
        foreach (var shape in StepShape.All)
        {
            using var step = new TrainingStep(backend, shape);
            var before = Timing.Peak(backend.Threads);
            var managed = GC.GetAllocatedBytesForCurrentThread();
            var (wall, processor) = Timing.Best(seconds, backend.Threads, step.Run);
            managed = GC.GetAllocatedBytesForCurrentThread() - managed;
            var peak = Math.Max(before, Timing.Peak(backend.Threads));
            var perCore = Timing.Peak(1) * backend.Threads;
            var work = shape.Flops / 1e9;
            Console.WriteLine($"{shape.Name}: {backend.Name}, {work:F0} GFLOP a step, {wall * 1e3:F0} ms, loss {step.Loss:F3}, {managed} bytes on the managed heap in all");
            Console.WriteLine($"  wall clock      {work / wall,7:F1} GFLOP/s = {work / wall / peak,6:P1} of the peak of {peak:F0} ({backend.Threads} threads at once)");
            Console.WriteLine($"  processor time  {work / processor,7:F1} GFLOP/s = {work / processor / perCore,6:P1} of the peak of {perCore:F0} ({backend.Threads} x one thread)");
            foreach (var (name, share, used) in step.Parts(backend.Threads)) Console.WriteLine($"    {name,-24}{share,7:P1}  {used * 1e3,8:F1} ms");
        }
    }
}
