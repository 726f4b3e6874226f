using System.Text;

namespace Nunchi.Cli;

/// <summary>The shell of a real process: its console, environment and signals.</summary>
internal sealed class SystemShell : IDisposable
{
    private SystemShell(Shell shell) => Shell = shell;

    public Shell Shell { get; }

    public static SystemShell Open()
    {
        var utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        if (OperatingSystem.IsWindows())
        {
            Console.OutputEncoding = utf8;
            Console.InputEncoding = utf8;
        }
        int width = Width();
        return new SystemShell(new Shell
        {
            In = Console.IsInputRedirected ? new StreamReader(Console.OpenStandardInput(), utf8) : Console.In,
            Out = new StreamWriter(Console.OpenStandardOutput(), utf8, 4096),
            Error = new StreamWriter(Console.OpenStandardError(), utf8, 1024) { AutoFlush = true },
            InIsTerminal = !Console.IsInputRedirected,
            OutTerminal = Console.IsOutputRedirected ? Terminal.Pipe : Terminal.Detect(width, Environment.GetEnvironmentVariable),
            ErrorTerminal = Console.IsErrorRedirected ? Terminal.Pipe : Terminal.Detect(width, Environment.GetEnvironmentVariable),
            Variable = Environment.GetEnvironmentVariable,
            Homes = [AppContext.BaseDirectory, Environment.CurrentDirectory],
            LoadEngine = Engines.Load,
            Interrupts = Interrupts.OfProcess(),
            Keyboard = Console.IsInputRedirected || Console.IsOutputRedirected ? null : new ConsoleKeyboard(),
        });
    }

    private static int Width()
    {
        try
        {
            return Console.IsOutputRedirected && Console.IsErrorRedirected || Console.WindowWidth < 20 ? 80 : Console.WindowWidth;
        }
        catch (IOException)
        {
            return 80;
        }
    }

    public void Dispose()
    {
        Shell.Interrupts.Dispose();
        try
        {
            Shell.Out.Flush();
        }
        catch (IOException)
        {
            // The reader has gone; the exit code has been chosen already.
        }
    }
}
