namespace Nunchi.Tensors.Machine;

/// <summary>One measured limit.</summary>
/// <param name="Quantity">What was measured: float32, bfloat16, int8, int16 (multiply and add counted as two operations), read, wake-spinning, wake-sleeping.</param>
/// <param name="Instructions">The instruction set used, or empty.</param>
/// <param name="Threads">Threads used at once.</param>
/// <param name="Value">The best value seen.</param>
/// <param name="Unit">GFLOP/s, GOP/s, GB/s (10^9 bytes) or microseconds.</param>
public sealed record MachineLimit(string Quantity, string Instructions, int Threads, double Value, string Unit);
