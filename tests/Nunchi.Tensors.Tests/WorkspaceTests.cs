using Nunchi.Tensors.Cpu;

namespace Nunchi.Tensors.Tests;

public class WorkspaceTests
{
    private const int TensorsOfAStep = 20;

    [Fact]
    public void Rent_StepsOfEveryOtherSize_HoldsLittleMoreThanTheLargestStep()
    {
        using var backend = CpuBackend.Create(new CpuOptions { Threads = 1 });
        using var tape = new Tape(backend);
        var random = new Random(5);
        const int LargestRows = 3000, Columns = 64;
        for (int step = 0; step < 1500; step++)
            Run(tape, random.Next(300, LargestRows), Columns);

        Assert.InRange(tape.Workspace.Bytes, 1, 3L * TensorsOfAStep * LargestRows * Columns * sizeof(float));
    }

    [Fact]
    public void Rent_StepsThatGrowAndShrinkAgain_FreesWhatIsNoLongerNeeded()
    {
        using var backend = CpuBackend.Create(new CpuOptions { Threads = 1 });
        using var tape = new Tape(backend);
        for (int rows = 100; rows < 20000; rows += 100)
            Run(tape, rows, 16);
        long most = tape.Workspace.Bytes;
        for (int step = 0; step < 1024; step++)
            Run(tape, 100, 16);

        Assert.True(tape.Workspace.Bytes < most / 10, $"{tape.Workspace.Bytes} of {most} bytes are still held");
        Tensor again = tape.Rent(20000, 16);
        again.Span.Fill(1);
        Assert.Equal(20000 * 16, again.Span.Length);
    }

    [Fact]
    public void Rent_TheSameStepAgain_AllocatesNothing()
    {
        using var backend = CpuBackend.Create(new CpuOptions { Threads = 1 });
        using var tape = new Tape(backend);
        Run(tape, 777, 33);
        long bytes = tape.Workspace.Bytes;
        for (int step = 0; step < 2000; step++)
            Run(tape, 777, 33);

        Assert.Equal(bytes, tape.Workspace.Bytes);
    }

    private static void Run(Tape tape, int rows, int columns)
    {
        for (int i = 0; i < TensorsOfAStep; i++)
        {
            Tensor tensor = tape.Rent(rows, columns);
            tensor.Span[0] = i;
            Assert.Equal((rows, columns), (tensor.Rows, tensor.Columns));
        }
        tape.Reset();
    }
}
