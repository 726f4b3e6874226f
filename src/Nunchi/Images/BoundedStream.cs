namespace Nunchi.Images;

/// <summary>
/// Bytes in memory that end early when time is up or the caller gives up: the native decoder then stops as it does for a file that
/// is cut off, which is the only way to interrupt it.
/// </summary>
internal sealed class BoundedStream(byte[] data, TimeProvider clock, TimeSpan limit, CancellationToken cancellation) : MemoryStream(data, writable: false)
{
    private readonly long _start = clock.GetTimestamp();

    /// <summary>Whether bytes were held back.</summary>
    public bool IsStopped { get; private set; }

    public override int Read(Span<byte> buffer) => MayRead() ? base.Read(buffer) : 0;

    public override int Read(byte[] buffer, int offset, int count) => MayRead() ? base.Read(buffer, offset, count) : 0;

    public override int ReadByte() => MayRead() ? base.ReadByte() : -1;

    private bool MayRead()
    {
        IsStopped |= cancellation.IsCancellationRequested || clock.GetElapsedTime(_start) > limit;
        return !IsStopped;
    }
}
