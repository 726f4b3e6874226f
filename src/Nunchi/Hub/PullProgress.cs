namespace Nunchi.Hub;

/// <summary>How far a pull is.</summary>
/// <param name="FilesDone">Files that are in the cache, checked.</param>
/// <param name="Files">Files in all.</param>
/// <param name="BytesDone">Bytes that are here, those of earlier attempts included.</param>
/// <param name="Bytes">Bytes in all.</param>
/// <param name="BytesPerSecond">Speed over the last seconds; 0 while nothing has come.</param>
/// <param name="TimeLeft">At that speed; null when it is not known.</param>
/// <param name="Note">What else is going on, such as waiting for a server; null for nothing.</param>
public sealed record PullProgress(int FilesDone, int Files, long BytesDone, long Bytes, double BytesPerSecond, TimeSpan? TimeLeft, string? Note);
