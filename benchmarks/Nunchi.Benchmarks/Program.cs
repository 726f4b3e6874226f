using BenchmarkDotNet.Running;
using Nunchi.Benchmarks;

switch (args.FirstOrDefault())
{
    case "step":
        StepReport.Run(args[1..]);
        break;
    case "shapes":
        MatMulShapes.Run(args[1..]);
        break;
    default:
        BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
        break;
}
