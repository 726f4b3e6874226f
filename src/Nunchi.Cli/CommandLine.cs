using System.CommandLine;
using System.CommandLine.Parsing;

namespace Nunchi.Cli;

/// <summary>The whole command line: parses, runs the command, and turns whatever goes wrong into one message and an exit code.</summary>
internal static class CommandLine
{
    public static async Task<int> RunAsync(IReadOnlyList<string> args, Shell shell)
    {
        bool json = args.TakeWhile(arg => arg != "--").Contains("--json");
        int code;
        try
        {
            Command root = Root(shell);
            ParseResult parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
            UsageErrors.ThrowIfAny(parsed);
            code = await parsed.InvokeAsync(new InvocationConfiguration
            {
                Output = shell.Out,
                Error = shell.Error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            }).ConfigureAwait(false);
            await shell.Out.FlushAsync().ConfigureAwait(false);
        }
#pragma warning disable CA1031 // The outermost frame: nothing may leave it as a stack trace.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            code = Failure.Of(exception, shell).Report(shell, json);
        }
        return code;
    }

    private static Command Root(Shell shell)
    {
        var root = new Command("nunchi", "Nunchi answers about pictures, in Korean and English: it reads, points at things, and talks.");
        root.Options.Add(new System.CommandLine.Help.HelpOption { Recursive = true });
        root.Options.Add(new VersionOption());
        GlobalOptions.AddTo(root);
        root.Subcommands.Add(ChatCommand.Create(shell));
        root.Subcommands.Add(CaptionCommand.Create(shell));
        root.Subcommands.Add(ReadCommand.Create(shell));
        root.Subcommands.Add(LocateCommand.Create(shell));
        root.Subcommands.Add(ShowCommand.Create(shell));
        root.Subcommands.Add(VerifyCommand.Create(shell));
        root.Subcommands.Add(PullCommand.Create(shell));
        root.Subcommands.Add(ModelsCommand.Create(shell));
        root.Subcommands.Add(ExportCommand.Create(shell));
        root.Subcommands.Add(ConvertCommand.Create(shell));
        root.Subcommands.Add(TrainCommand.Create(shell));
        root.Subcommands.Add(EvalCommand.Create(shell));
        root.Subcommands.Add(DataCommand.Create(shell));
        root.Subcommands.Add(BenchCommand.Create(shell));
        root.Subcommands.Add(QuantizeCommand.Create(shell));
        return root;
    }
}
