namespace Nunchi.Cli.Tests.Shells;

public class InterruptsTests
{
    [Fact]
    public void Raise_NothingRuns_EndsTheProcess()
    {
        int? code = null;
        using var interrupts = new Interrupts(exit => code = exit);

        interrupts.Raise();

        Assert.Equal(ExitCode.Interrupted, code);
    }

    [Fact]
    public void Raise_WorkRuns_CancelsItFirstAndEndsTheProcessTheSecondTime()
    {
        int? code = null;
        using var interrupts = new Interrupts(exit => code = exit);
        using Interrupts.Scope scope = interrupts.Enter();

        interrupts.Raise();
        Assert.True(scope.Token.IsCancellationRequested);
        Assert.Null(code);

        interrupts.Raise();
        Assert.Equal(ExitCode.Interrupted, code);
    }

    [Fact]
    public void Enter_AfterAnInterruptedScope_StartsAnew()
    {
        using var interrupts = new Interrupts(_ => { });
        using (interrupts.Enter())
            interrupts.Raise();

        using Interrupts.Scope next = interrupts.Enter();

        Assert.False(next.Token.IsCancellationRequested);
    }
}
