using Nunchi.Chat;
using Nunchi.Cli.Answers;

namespace Nunchi.Cli.Conversation;

/// <summary>Reads lines until the input ends: questions go to the model, lines with a slash are commands. Works the same from a pipe, a line a turn.</summary>
internal sealed class ChatLoop(Shell shell, ChatSession session, bool json)
{
    private readonly SlashCommands commands = new(shell, session);
    private int code = ExitCode.Success;

    public async Task<int> RunAsync()
    {
        bool people = shell.InIsTerminal && shell.Keyboard is not null && shell.OutTerminal.IsTerminal;
        LineEditor? editor = people ? new LineEditor(shell, shell.Keyboard!, SlashCommands.Names) : null;
        if (people)
            Greet();
        while (true)
        {
            string? line = editor is null ? await shell.In.ReadLineAsync().ConfigureAwait(false) : editor.ReadLine(Prompt());
            if (line is null)
                return code;
            line = line.Trim();
            if (line.Length == 0 && session.Waiting.Count == 0)
                continue;
            try
            {
                if (commands.Accepts(line))
                {
                    if (!commands.Run(line))
                        return code;
                }
                else
                {
                    await AnswerAsync(line).ConfigureAwait(false);
                }
            }
            catch (OperationCanceledException) when (people && !shell.Interrupts.Terminated)
            {
                shell.Note(Ansi.Faint("(stopped; the question is forgotten)", shell.ErrorTerminal));
            }
            catch (Exception exception) when (exception is IOException or InvalidDataException or ArgumentException or UnauthorizedAccessException or UsageException)
            {
                code = Failure.Of(exception, shell).Report(shell, json);
                if (code == ExitCode.BrokenPipe)
                    return code;
                code = people ? ExitCode.Success : ExitCode.Failure;
            }
        }
    }

    private async Task AnswerAsync(string text)
    {
        Answer answer = await session.AskAsync(shell, text, json ? new SilentView() : new StreamingView(shell)).ConfigureAwait(false);
        if (json)
        {
            shell.Out.WriteLine(JsonDocuments.Write(AnswerDocument.Of(answer, session.Engine.Info, session.Current)));
            shell.Out.Flush();
            return;
        }
        if (session.Current is not null && answer.Spans.Count > 0)
            Drawing.Preview(shell, session.Current, answer.Spans);
        if (answer.FinishReason == FinishReason.Length)
            shell.Note($"The answer was cut off after {answer.Usage.CompletionTokens} tokens (see --max-tokens).");
    }

    private void Greet()
    {
        ModelInfo info = session.Engine.Info;
        shell.Note(Ansi.Faint($"{info.Name} · {info.Parameters / 1e6:0.0} M parameters · {info.Kernels}", shell.ErrorTerminal));
        shell.Note(Ansi.Faint("/help tells what can be done here; Ctrl-C stops an answer, Ctrl-D leaves.", shell.ErrorTerminal));
    }

    private string Prompt() => session.Waiting.Count switch
    {
        0 => "> ",
        1 => $"[{session.Waiting[0].Name}] > ",
        int count => $"[{count} pictures] > ",
    };
}
