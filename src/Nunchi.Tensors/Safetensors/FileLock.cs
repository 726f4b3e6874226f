namespace Nunchi.Tensors.Safetensors;

/// <summary>
/// A lock between processes. On Unix it is <c>flock</c>, which Python's <c>filelock</c> takes too, so the two exclude each other; it ends with the process.
/// </summary>
public sealed class FileLock : IDisposable
{
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(50);
    private readonly FileStream _stream;

    private FileLock(FileStream stream) => _stream = stream;

    /// <summary>Waits for the lock.</summary>
    /// <param name="path">The lock's file; it is made, and stays.</param>
    /// <param name="waiting">Called once when somebody else holds it.</param>
    /// <param name="cancellation">Stops the waiting.</param>
    public static async Task<FileLock> AcquireAsync(string path, Action waiting, CancellationToken cancellation)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        for (bool told = false; ; told = true)
        {
            if (TryAcquire(path) is { } held)
                return held;
            if (!told)
                waiting();
            await Task.Delay(Beat, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Takes the lock, or gives null when somebody else holds it.</summary>
    public static FileLock? TryAcquire(string path)
    {
        try
        {
            return new FileLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1));
        }
        catch (IOException failure) when (IsHeld(failure))
        {
            return null;
        }
    }

    /// <summary>Gives it back.</summary>
    public void Dispose() => _stream.Dispose();

    // EAGAIN of Linux and of macOS, and a sharing violation of Windows.
    private static bool IsHeld(IOException failure) => failure.HResult is 11 or 35 or unchecked((int)0x80070020);
}
