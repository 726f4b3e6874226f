using System.Runtime.InteropServices;

namespace Nunchi.Tensors.Tests.Cpu;

/// <summary>Native floats with a pattern before and behind them, so that a write beside them is seen. Deliberately not aligned to a register.</summary>
internal sealed unsafe class GuardedMemory : IDisposable
{
    private const int Guard = 40;
    private const float Pattern = -12345.678f;
    private readonly float* memory;

    public GuardedMemory(int count)
    {
        Count = count;
        memory = (float*)NativeMemory.AlignedAlloc((nuint)(count + (2 * Guard) + 1) * sizeof(float), 64);
        new Span<float>(memory, count + (2 * Guard) + 1).Fill(Pattern);
        Pointer = memory + Guard + 1;
    }

    public GuardedMemory(Random random, int count, float scale = 1)
        : this(count)
    {
        for (var i = 0; i < count; i++) Pointer[i] = scale * (float)((random.NextDouble() * 2) - 1);
    }

    public int Count { get; }

    public float* Pointer { get; }

    public Span<float> Span => new(Pointer, Count);

    public GuardedMemory Copy()
    {
        var copy = new GuardedMemory(Count);
        Span.CopyTo(copy.Span);
        return copy;
    }

    public void AssertGuards()
    {
        for (var i = 0; i <= Guard; i++) Assert.Equal(Pattern, memory[i]);
        for (var i = 0; i < Guard; i++) Assert.Equal(Pattern, Pointer[Count + i]);
    }

    public void Dispose() => NativeMemory.AlignedFree(memory);
}
