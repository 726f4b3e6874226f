namespace Nunchi.Tests.Fuzzing;

/// <summary>A reader of foreign bytes: what it is fed at first, and which exceptions it may throw.</summary>
/// <param name="Name">Its name on the command line.</param>
/// <param name="Seeds">Inputs that it reads.</param>
/// <param name="Words">Words of its format.</param>
/// <param name="Read">Reads an input.</param>
/// <param name="Allowed">Exceptions that the reader documents.</param>
internal sealed record FuzzTarget(string Name, IReadOnlyList<byte[]> Seeds, IReadOnlyList<string> Words, Action<byte[]> Read, params Type[] Allowed)
{
    /// <summary>Most managed bytes that one input may cost.</summary>
    public long MostBytes { get; init; } = 64L << 20;
}
