using Nunchi.Tensors.Backends;
using Nunchi.Tensors.Operators;

namespace Nunchi.Tensors.Tests;

public class TapeTests
{
    [Fact]
    public void Tape_RepeatedStep_AllocatesNothingAndKeepsMemoryFlat()
    {
        using var backend = new ReferenceBackend();
        using var tape = new Tape(backend, recording: true);
        using Tensor x = Filled(backend, 6, 8), w = Filled(backend, 8, 8), n = Filled(backend, 1, 8);
        w.RequiresGradient = n.RequiresGradient = true;
        using var labels = new IndexBuffer([0, 1, 2, 3, 4, 5]);
        void Step()
        {
            Tensor y = RmsNorm.Apply(tape, Linear.Apply(tape, x, w), n, 1e-6f);
            Losses.CrossEntropy(tape, Linear.Apply(tape, Gelu.Apply(tape, y, true), w), labels, 1f / 6, out _);
            tape.Backward();
            tape.Reset();
            w.ForgetGradient();
            n.ForgetGradient();
        }
        for (int i = 0; i < 50; i++)
            Step();
        long bytes = tape.Workspace.Bytes, before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
            Step();
        Assert.Equal(bytes, tape.Workspace.Bytes);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 100 * 1024, $"{GC.GetAllocatedBytesForCurrentThread() - before} bytes were allocated in 100 steps.");
    }

    [Fact]
    public void Backward_TapesWithGradientsOfTheirOwnAtOnce_AddUpToThoseOfOneTape()
    {
        using var backend = new ReferenceBackend();
        using Tensor x = Filled(backend, 6, 8), w = Filled(backend, 8, 8), n = Filled(backend, 1, 8);
        w.RequiresGradient = n.RequiresGradient = true;
        void Step(Tape tape, int first)
        {
            using var labels = new IndexBuffer([first, first + 1]);
            Tensor y = RmsNorm.Apply(tape, Linear.Apply(tape, x.RowBlock(first, 2), w), n, 1e-6f);
            Losses.CrossEntropy(tape, Linear.Apply(tape, Gelu.Apply(tape, y, true), w), labels, 0.5f, out _);
            tape.Backward();
            tape.Reset();
        }

        using var one = new Tape(backend, recording: true);
        for (int first = 0; first < 6; first += 2)
            Step(one, first);
        float[] expectedW = w.Gradient!.Span.ToArray(), expectedN = n.Gradient!.Span.ToArray();

        using ReferenceBackend second = new(), third = new();
        using GradientSet a = new(second), b = new(third);
        using Tape withA = new(second, recording: true, a), withB = new(third, recording: true, b);
        for (int round = 0; round < 2; round++)
        {
            w.ForgetGradient();
            n.ForgetGradient();
            Parallel.Invoke(() => Step(one, 0), () => Step(withA, 2), () => Step(withB, 4));
            a.AddToParameters(backend);
            b.AddToParameters(backend);
            for (int i = 0; i < expectedW.Length; i++)
                Assert.Equal(expectedW[i], w.Gradient!.Span[i], 1e-5);
            for (int i = 0; i < expectedN.Length; i++)
                Assert.Equal(expectedN[i], n.Gradient!.Span[i], 1e-5);
        }

        // What was added is gone, and a parameter that no other tape reached gets its gradient too.
        float[] before = w.Gradient!.Span.ToArray();
        a.AddToParameters(backend);
        Assert.Equal(before, w.Gradient.Span.ToArray());
        w.ForgetGradient();
        Step(withA, 0);
        a.AddToParameters(backend);
        Assert.True(w.HasGradient && w.Gradient.Span.ContainsAnyExcept(0f));
    }

    [Fact]
    public void Backward_FrozenParts_AreNotRecorded()
    {
        using var backend = new ReferenceBackend();
        using var tape = new Tape(backend, recording: true);
        using Tensor x = Filled(backend, 2, 4), frozen = Filled(backend, 4, 4), trained = Filled(backend, 4, 4);
        trained.RequiresGradient = true;
        Tensor features = Linear.Apply(tape, Linear.Apply(tape, x, frozen), frozen);
        Assert.Equal(0, tape.NodeCount);
        Linear.Apply(tape, features, trained);
        Assert.Equal(1, tape.NodeCount);
    }

    [Fact]
    public void Release_TensorThatABackwardNeeds_StaysUntilItHasRun()
    {
        using var backend = new ReferenceBackend();
        using var tape = new Tape(backend, recording: true);
        using Tensor x = Filled(backend, 2, 3), w = Filled(backend, 3, 3);
        w.RequiresGradient = true;
        Tensor hidden = Linear.Apply(tape, x, w);
        Tensor activated = Gelu.Apply(tape, hidden, true);
        float kept = hidden.Span[0];
        tape.Release(hidden);
        Tensor other = tape.Rent(2, 3);
        other.Span.Fill(99);
        Assert.Equal(kept, hidden.Span[0]);
        tape.GradientOf(activated, out _).Span.Fill(1);
        tape.Backward();
        Assert.True(w.HasGradient);
        Assert.DoesNotContain(w.Gradient!.Span.ToArray(), float.IsNaN);
    }

    [Fact]
    public void Release_WithoutRecording_GivesTheMemoryBackAtOnce()
    {
        using var backend = new ReferenceBackend();
        using var tape = new Tape(backend);
        Tensor first = tape.Rent(4, 4);
        tape.Release(first);
        Assert.Same(first, tape.Rent(4, 4));
    }

    [Fact]
    public void Backward_GradientsAccumulateUntilForgotten()
    {
        using var backend = new ReferenceBackend();
        using var tape = new Tape(backend, recording: true);
        using Tensor x = Filled(backend, 2, 3), w = Filled(backend, 3, 3);
        w.RequiresGradient = true;
        float[] Run()
        {
            tape.GradientOf(Linear.Apply(tape, x, w), out _).Span.Fill(1);
            tape.Backward();
            tape.Reset();
            return w.Gradient!.Span.ToArray();
        }
        float[] once = Run(), twice = Run();
        for (int i = 0; i < once.Length; i++)
            Assert.Equal(2 * once[i], twice[i], 1e-5f);
        w.ForgetGradient();
        Assert.Equal(once, Run());
    }

    [Fact]
    public void Workspace_ReturnedTwice_Refused()
    {
        using var backend = new ReferenceBackend();
        using var workspace = new Workspace(backend);
        Tensor tensor = workspace.Rent(1, 1);
        workspace.Return(tensor);
        Assert.Throws<InvalidOperationException>(() => workspace.Return(tensor));
    }

    private static Tensor Filled(ComputeBackend backend, int rows, int columns)
    {
        var random = new Random(rows + columns);
        var tensor = new Tensor(backend, rows, columns);
        foreach (ref float value in tensor.Span)
            value = (float)(random.NextDouble() - 0.5);
        return tensor;
    }
}
