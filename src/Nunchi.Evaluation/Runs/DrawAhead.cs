using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Nunchi.Evaluation.Suites;

namespace Nunchi.Evaluation.Runs;

/// <summary>Draws items while the model answers those before them.</summary>
internal static class DrawAhead
{
    public static async IAsyncEnumerable<EvaluationItem> Of(int count, int ahead, Func<int, EvaluationItem> draw, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var items = Channel.CreateBounded<EvaluationItem>(new BoundedChannelOptions(ahead) { SingleReader = true, SingleWriter = true });
        Task work = Task.Run(() => DrawAsync(count, draw, items.Writer, stop.Token), CancellationToken.None);
        try
        {
            await foreach (EvaluationItem item in items.Reader.ReadAllAsync(cancellation).ConfigureAwait(false))
                yield return item;
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await work.ConfigureAwait(false);
        }
    }

    private static async Task DrawAsync(int count, Func<int, EvaluationItem> draw, ChannelWriter<EvaluationItem> items, CancellationToken cancellation)
    {
        try
        {
            for (int i = 0; i < count; i++)
            {
                cancellation.ThrowIfCancellationRequested();
                await items.WriteAsync(draw(i), cancellation).ConfigureAwait(false);
            }
            items.Complete();
        }
#pragma warning disable CA1031 // Whatever drawing throws is the reader's to see.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            items.Complete(failure);
        }
    }
}
