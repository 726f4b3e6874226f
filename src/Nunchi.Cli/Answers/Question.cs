using Nunchi.Chat;

namespace Nunchi.Cli.Answers;

/// <summary>Puts a conversation to the model and shows the answer as it comes.</summary>
internal static class Question
{
    /// <param name="shell">The surroundings.</param>
    /// <param name="engine">The model.</param>
    /// <param name="conversation">What was said, the question last.</param>
    /// <param name="options">How the answer is made.</param>
    /// <param name="view">Where it is shown.</param>
    /// <param name="chosen">Told every token with its log-probability, where the options ask for that.</param>
    /// <exception cref="OperationCanceledException">Ctrl-C.</exception>
    public static async Task<Answer> AskAsync(Shell shell, IChatEngine engine, IReadOnlyList<Message> conversation, GenerationOptions options, IAnswerView view, Action<TokenChosen>? chosen = null)
    {
        using Interrupts.Scope scope = shell.Interrupts.Enter();
        using var status = new StatusLine(shell, "thinking");
        try
        {
            await foreach (AnswerUpdate update in engine.AskAsync(conversation, options, scope.Token).WithCancellation(scope.Token).ConfigureAwait(false))
            {
                switch (update)
                {
                    case PhaseProgress { Phase: AnswerPhase.Encode } progress:
                        status.Report("looking at the picture", (double)progress.Done / progress.Total);
                        break;
                    case PhaseProgress progress:
                        status.Report("reading the question", (double)progress.Done / progress.Total);
                        break;
                    case TextDelta when view is not SilentView:
                        status.Dispose();
                        break;
                    case TokenChosen token:
                        chosen?.Invoke(token);
                        break;
                    case TextDelta:
                        status.Report("writing");
                        break;
                }
                view.Show(update);
                if (update is AnswerCompleted completed)
                    return completed.Answer;
            }
        }
        catch (OperationCanceledException)
        {
            status.Dispose();
            (view as StreamingView)?.Finish();
            throw;
        }
        throw new InvalidOperationException("The model's answer ended without its last part.");
    }
}
