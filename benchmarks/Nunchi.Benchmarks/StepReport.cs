namespace Nunchi.Benchmarks;

internal static class StepReport
{
    public static void Run(string[] args) => Console.WriteLine(Nunchi.Tensors.Machine.MachineLimits.Measure().ToTable());
}
