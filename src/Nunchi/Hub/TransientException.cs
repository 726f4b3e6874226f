namespace Nunchi.Hub;

/// <summary>Something that may go well when it is tried again.</summary>
/// <param name="message">What happened, as the end of a sentence.</param>
/// <param name="after">The pause that the server asks for.</param>
/// <param name="inner">The cause.</param>
internal sealed class TransientException(string message, TimeSpan? after = null, Exception? inner = null) : Exception(message, inner)
{
    public TimeSpan? After { get; } = after;
}
