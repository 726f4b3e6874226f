using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Nunchi.Chat;

namespace Nunchi.Generation;

/// <summary>Makes an engine's answers on a thread of its own, one at a time, and hands their updates on as they come; knows when the engine is disposed.</summary>
/// <param name="engine">Named when it is used after its end.</param>
internal sealed class AnswerPump(IChatEngine engine)
{
    private readonly Lock _use = new();
    private int _busy;
    private bool _closed;

    /// <exception cref="ObjectDisposedException">The engine was disposed.</exception>
    public void ThrowIfClosed() => ObjectDisposedException.ThrowIf(_closed, engine);

    /// <summary>Runs an answer. Whoever stops listening stops it, with the token it is at.</summary>
    /// <param name="answer">Makes the answer: gives updates to its first argument and watches its second.</param>
    /// <param name="cancellation">Stops the answer.</param>
    /// <exception cref="InvalidOperationException">Another answer is being made.</exception>
    public async IAsyncEnumerable<AnswerUpdate> Run(Action<Action<AnswerUpdate>, CancellationToken> answer, [EnumeratorCancellation] CancellationToken cancellation)
    {
        if (Interlocked.Exchange(ref _busy, 1) != 0)
            throw new InvalidOperationException("The engine is answering another question; wait until that answer has ended.");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var updates = Channel.CreateUnbounded<AnswerUpdate>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
        // A thread of its own: conversations that wait for each other must not wait for the pool to grow.
        Task work = Task.Factory.StartNew(() => Produce(answer, updates.Writer, stop.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            await foreach (AnswerUpdate update in updates.Reader.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
                yield return update;
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await work.ConfigureAwait(false);
            Volatile.Write(ref _busy, 0);
        }
    }

    /// <summary>Does something with what the engine holds, while no answer is being made and before it is disposed.</summary>
    /// <exception cref="ObjectDisposedException">The engine was disposed.</exception>
    public T Use<T>(Func<T> use)
    {
        lock (_use)
        {
            ThrowIfClosed();
            return use();
        }
    }

    /// <summary>Ends the engine once: waits for an answer that is being made, which ends with the token it is at, and then frees.</summary>
    public void Close(Action free)
    {
        if (Interlocked.Exchange(ref _closed, true))
            return;
        lock (_use)
        {
            free();
        }
    }

    private void Produce(Action<Action<AnswerUpdate>, CancellationToken> answer, ChannelWriter<AnswerUpdate> updates, CancellationToken cancellation)
    {
        try
        {
            lock (_use)
            {
                ThrowIfClosed();
                answer(update => updates.TryWrite(update), cancellation);
            }
            updates.Complete();
        }
        catch (Exception failure)
        {
            updates.Complete(failure);
        }
    }
}
