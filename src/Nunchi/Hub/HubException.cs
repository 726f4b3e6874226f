namespace Nunchi.Hub;

/// <summary>A hub could not give what was asked of it; the message says what, where and what to do.</summary>
public sealed class HubException : IOException
{
    /// <summary>With its kind and a message for a person.</summary>
    public HubException(HubFailure failure, string message) : base(message) => Failure = failure;

    /// <summary>With the cause.</summary>
    public HubException(HubFailure failure, string message, Exception inner) : base(message, inner) => Failure = failure;

    /// <summary>The kind of failure.</summary>
    public HubFailure Failure { get; }
}
