using System.Runtime.InteropServices;

namespace Nunchi.Cli;

/// <summary>
/// Turns Ctrl-C into the cancellation of what is running. The innermost scope is cancelled first; a press while nothing runs,
/// or a second one before the cancelled work has ended, ends the process.
/// </summary>
internal sealed class Interrupts : IDisposable
{
    private readonly Lock gate = new();
    private readonly Stack<CancellationTokenSource> scopes = [];
    private readonly List<PosixSignalRegistration> registrations = [];
    private readonly Action<int> exit;

    public Interrupts(Action<int> exit) => this.exit = exit;

    /// <summary>True once the process was asked to end (SIGTERM), not only to stop what it does.</summary>
    public bool Terminated { get; private set; }

    public static Interrupts OfProcess()
    {
        var interrupts = new Interrupts(Environment.Exit);
        interrupts.registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, context =>
        {
            context.Cancel = true;
            interrupts.Raise();
        }));
        interrupts.registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
        {
            context.Cancel = true;
            interrupts.Terminate();
        }));
        return interrupts;
    }

    /// <summary>Begins work that Ctrl-C stops; disposing the scope ends it.</summary>
    public Scope Enter()
    {
        var source = new CancellationTokenSource();
        lock (gate)
        {
            scopes.Push(source);
            if (Terminated)
                source.Cancel();
        }
        return new Scope(this, source);
    }

    /// <summary>What Ctrl-C does.</summary>
    public void Raise()
    {
        CancellationTokenSource? source;
        lock (gate)
            source = scopes.TryPeek(out CancellationTokenSource? top) && !top.IsCancellationRequested ? top : null;
        if (source is null)
            exit(ExitCode.Interrupted);
        else
            source.Cancel();
    }

    private void Terminate()
    {
        CancellationTokenSource[] all;
        lock (gate)
        {
            bool again = Terminated;
            Terminated = true;
            all = again ? [] : [.. scopes];
        }
        if (all.Length == 0)
            exit(ExitCode.Terminated);
        foreach (CancellationTokenSource source in all)
            source.Cancel();
    }

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in registrations)
            registration.Dispose();
    }

    internal sealed class Scope(Interrupts owner, CancellationTokenSource source) : IDisposable
    {
        public CancellationToken Token => source.Token;

        public void Dispose()
        {
            lock (owner.gate)
            {
                if (owner.scopes.TryPeek(out CancellationTokenSource? top) && top == source)
                    owner.scopes.Pop();
            }
            source.Dispose();
        }
    }
}
