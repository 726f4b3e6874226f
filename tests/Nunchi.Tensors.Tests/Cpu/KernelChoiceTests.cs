using Nunchi.Tensors.Cpu;

namespace Nunchi.Tensors.Tests.Cpu;

public class KernelChoiceTests
{
    [Fact]
    public void Resolve_Auto_TakesTheWidestThatIsThere()
    {
        var chosen = KernelChoice.Resolve(CpuKernels.Auto, null);
        Assert.True(KernelChoice.IsSupported(chosen));
        Assert.Equal(KernelChoice.IsSupported(CpuKernels.Avx512), chosen == CpuKernels.Avx512);
    }

    [Fact]
    public void Resolve_Variable_IsObeyedWhenTheOptionIsAuto()
    {
        Assert.Equal(CpuKernels.Portable, KernelChoice.Resolve(CpuKernels.Auto, " Portable "));
        Assert.Equal(CpuKernels.Portable, KernelChoice.Resolve(CpuKernels.Portable, "auto"));
    }

    [Fact]
    public void Resolve_UnknownVariable_NamesItAndWhatIsAllowed()
    {
        var error = Assert.Throws<ArgumentException>(() => KernelChoice.Resolve(CpuKernels.Auto, "neon"));
        Assert.Contains("neon", error.Message, StringComparison.Ordinal);
        Assert.Contains("NUNCHI_KERNELS", error.Message, StringComparison.Ordinal);
        Assert.Contains("portable", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1, 10)]
    [InlineData(257, 10)]
    [InlineData(1, -1)]
    [InlineData(1, 100_001)]
    public void Create_OptionOutOfRange_Throws(int threads, int spin) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => CpuBackend.Create(new CpuOptions { Threads = threads, SpinMicroseconds = spin }));

    [Fact]
    public void Name_TellsKernelsAndThreads()
    {
        using var backend = CpuBackend.Create(new CpuOptions { Kernels = CpuKernels.Portable, Threads = 3 });
        Assert.Equal("cpu portable x3", backend.Name);
        Assert.Equal(3, backend.Threads);
    }

    [Fact]
    public unsafe void Allocate_MoreThanThereIs_NamesTheSize()
    {
        using var backend = CpuBackend.Create(new CpuOptions { Threads = 1 });
        var error = Assert.ThrowsAny<OutOfMemoryException>(() => (nint)backend.Allocate(long.MaxValue / 16));
        Assert.Contains("MiB", error.Message, StringComparison.Ordinal);
    }
}
