namespace Nunchi.Cli;

/// <summary>The command line was used wrongly: the message is for the person, the exit code is 2.</summary>
internal sealed class UsageException(string message) : Exception(message);
