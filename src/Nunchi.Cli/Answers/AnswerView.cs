using Nunchi.Chat;

namespace Nunchi.Cli.Answers;

/// <summary>Shows an answer while it comes.</summary>
internal interface IAnswerView
{
    void Show(AnswerUpdate update);
}

/// <summary>Shows nothing; the whole answer is used when it is there.</summary>
internal sealed class SilentView : IAnswerView
{
    public void Show(AnswerUpdate update)
    {
    }
}

/// <summary>Streams the text; where there are colours, phrases take the colour of their boxes.</summary>
internal sealed class StreamingView(Shell shell) : IAnswerView
{
    private bool endsWithLine = true;
    private int? coloured;

    public void Show(AnswerUpdate update)
    {
        switch (update)
        {
            case TextDelta delta:
                Colour(delta.SpanIndex);
                shell.Out.Write(Ansi.Safe(delta.Text, shell.OutTerminal));
                endsWithLine = delta.Text[^1] == '\n';
                shell.Out.Flush();
                break;
            case AnswerCompleted:
                Finish();
                break;
        }
    }

    /// <summary>Ends the line and the colour, also of an answer that was stopped.</summary>
    public void Finish()
    {
        Colour(null);
        if (!endsWithLine)
            shell.Out.WriteLine();
        endsWithLine = true;
        shell.Out.Flush();
    }

    private void Colour(int? span)
    {
        if (span == coloured)
            return;
        shell.Out.Write(Ansi.Phrase(span, shell.OutTerminal.Color));
        coloured = span;
    }
}
