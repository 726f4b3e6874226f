using Nunchi.Cli.Answers;

namespace Nunchi.Cli;

/// <summary>What went wrong, in one message for a person and one code for a program.</summary>
/// <param name="Code">A stable name: usage, not_found, invalid_data, io, out_of_memory, interrupted, terminated, invalid_argument, training, internal, and of the hub gated, unauthorized, checksum, disk_full, offline, network.</param>
/// <param name="Message">One message; empty when there is nobody to read it.</param>
/// <param name="Exit">The exit code.</param>
internal sealed record Failure(string Code, string Message, int Exit)
{
    private Exception? Cause { get; init; }

    public static Failure Of(Exception exception, Shell shell)
    {
        while (exception is AggregateException or System.Reflection.TargetInvocationException && exception.InnerException is Exception inner)
            exception = inner;
        Failure failure = exception switch
        {
            UsageException => new("usage", exception.Message, ExitCode.Usage),
            OperationCanceledException when shell.Interrupts.Terminated => new("terminated", "Terminated.", ExitCode.Terminated),
            OperationCanceledException => new("interrupted", "Interrupted.", ExitCode.Interrupted),
            Hub.HubException hub => new(CodeOf(hub.Failure), exception.Message, ExitCode.Failure),
            FileNotFoundException or DirectoryNotFoundException => new("not_found", exception.Message, ExitCode.Failure),
            InvalidDataException or Images.ImageFormatException or Training.Recipes.RecipeException => new("invalid_data", exception.Message, ExitCode.Failure),
            IOException when IsBrokenPipe(exception) => new("broken_pipe", "", ExitCode.BrokenPipe),
            IOException or UnauthorizedAccessException => new("io", exception.Message, ExitCode.Failure),
            OutOfMemoryException => new("out_of_memory", $"Not enough memory: {exception.Message}", ExitCode.Failure),
            Training.Runs.TrainingException => new("training", exception.Message, ExitCode.Failure),
            ArgumentException or NotSupportedException => new("invalid_argument", exception.Message, ExitCode.Failure),
            _ => new("internal", $"Internal error ({exception.GetType().Name}): {exception.Message} Set NUNCHI_DEBUG=1 to see where.", ExitCode.Failure),
        };
        return failure with { Cause = exception, Message = WithoutParameter(failure.Message) };
    }

    private static string CodeOf(Hub.HubFailure failure) => failure switch
    {
        Hub.HubFailure.RepositoryNotFound or Hub.HubFailure.RevisionNotFound or Hub.HubFailure.FileNotFound => "not_found",
        Hub.HubFailure.Gated => "gated",
        Hub.HubFailure.Unauthorized => "unauthorized",
        Hub.HubFailure.Checksum => "checksum",
        Hub.HubFailure.DiskFull => "disk_full",
        Hub.HubFailure.Offline => "offline",
        Hub.HubFailure.Refused or Hub.HubFailure.BadAnswer => "invalid_data",
        _ => "network",
    };

    // Argument exceptions end with "(Parameter 'x')" and a line with the value, which the messages here tell already.
    private static string WithoutParameter(string message)
    {
        int end = message.IndexOf(" (Parameter '", StringComparison.Ordinal);
        return end < 0 ? message : message[..end];
    }

    /// <summary>Tells the failure (on the error stream, or as a JSON object) and returns the exit code.</summary>
    public int Report(Shell shell, bool json)
    {
        if (Exit == ExitCode.BrokenPipe)
            return Exit;
        try
        {
            if (json)
            {
                shell.Out.WriteLine(JsonDocuments.Write(new ErrorDocument(new ErrorBody(Code, Message, Exit))));
                shell.Out.Flush();
            }
            else
            {
                shell.Out.Flush();
                shell.Error.WriteLine($"nunchi: {Message}");
            }
            if (shell.Variable("NUNCHI_DEBUG") == "1")
                shell.Error.WriteLine(Cause);
        }
        catch (IOException)
        {
            // Whoever read has gone; the exit code still tells.
        }
        return Exit;
    }

    // EPIPE, and ERROR_BROKEN_PIPE and ERROR_NO_DATA of Windows.
    private static bool IsBrokenPipe(Exception exception) =>
        exception.HResult is 32 or unchecked((int)0x8007006D) or unchecked((int)0x800700E8);
}
