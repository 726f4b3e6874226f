namespace Nunchi.Hub;

/// <summary>Counts failures in a row and pauses between them: 1, 2, 4, 8 ... seconds, or as long as the server asks for.</summary>
internal sealed class Attempts(HubOptions options, string what, Action<string?> note)
{
    private int _failures;

    /// <summary>Runs something until it goes well.</summary>
    public async Task<T> RunAsync<T>(Func<Task<T>> once, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                return await once().ConfigureAwait(false);
            }
            catch (TransientException failure)
            {
                await FailAsync(failure, cancellation).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Says that something has come: the count begins anew.</summary>
    public void Succeed() => _failures = 0;

    /// <summary>Pauses before the next attempt.</summary>
    /// <exception cref="HubException">It has failed too often, or the server asks for too long a pause.</exception>
    public async Task FailAsync(TransientException failure, CancellationToken cancellation)
    {
        if (failure.After is { } asked && asked > options.LongestPause)
            throw new HubException(HubFailure.RateLimited, $"{what}: {failure.Message}; the server asks to come back in {asked.TotalMinutes:0} minutes. A token (HF_TOKEN) raises the limits of the public hub.", failure);
        if (++_failures >= options.Attempts)
        {
            HubFailure kind = failure.After is null ? HubFailure.Network : HubFailure.RateLimited;
            throw new HubException(kind, $"{what}: {failure.Message}, {_failures} times in a row. What has come is kept; try again later.", failure);
        }
        TimeSpan pause = failure.After ?? TimeSpan.FromSeconds(1 << (_failures - 1));
        note($"{failure.Message}; trying again in {pause.TotalSeconds:0} s");
        await options.Pause(pause, cancellation).ConfigureAwait(false);
        note(null);
    }
}
