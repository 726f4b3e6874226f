using System.Text;

namespace Nunchi.Cli.Conversation;

/// <summary>
/// Edits one line on a terminal, in columns as wide as Hangul needs: arrows, Home, End, Delete, Backspace, history with Up and Down, completion with Tab,
/// and Ctrl-A E K U W L as in a shell. Ctrl-C empties the line, Ctrl-D on an empty line ends the input.
/// </summary>
internal sealed class LineEditor(Shell shell, IKeyboard keyboard, IReadOnlyList<string> completions)
{
    private readonly List<string> history = [];
    private readonly List<Rune> line = [];
    private int cursor;
    private int past;
    private string draft = "";
    private string prompt = "";
    private char pendingHigh;

    /// <summary>The next line, or null at the end of the input.</summary>
    public string? ReadLine(string newPrompt)
    {
        keyboard.ControlCIsKey = true;
        try
        {
            return Edit(newPrompt);
        }
        finally
        {
            keyboard.ControlCIsKey = false;
        }
    }

    private string? Edit(string newPrompt)
    {
        prompt = newPrompt;
        draft = "";
        past = history.Count;
        Set("");
        while (true)
        {
            ConsoleKeyInfo key = keyboard.Read();
            bool control = key.Modifiers.HasFlag(ConsoleModifiers.Control);
            if (key.Key == ConsoleKey.Enter || key.KeyChar is '\n' or '\r')
                return Accept();
            if (control && key.Key == ConsoleKey.D && line.Count == 0)
            {
                shell.Out.WriteLine();
                shell.Out.Flush();
                return null;
            }
            Apply(key, control);
            Draw();
        }
    }

    private string Accept()
    {
        string text = Text();
        shell.Out.WriteLine();
        shell.Out.Flush();
        if (text.Trim().Length > 0 && (history.Count == 0 || history[^1] != text))
            history.Add(text);
        return text;
    }

    private void Apply(ConsoleKeyInfo key, bool control)
    {
        switch (key.Key)
        {
            case ConsoleKey.C when control:
                shell.Out.Write("^C\n");
                Set("");
                break;
            case ConsoleKey.LeftArrow:
                cursor = Math.Max(0, cursor - 1);
                break;
            case ConsoleKey.RightArrow:
                cursor = Math.Min(line.Count, cursor + 1);
                break;
            case ConsoleKey.Home:
            case ConsoleKey.A when control:
                cursor = 0;
                break;
            case ConsoleKey.End:
            case ConsoleKey.E when control:
                cursor = line.Count;
                break;
            case ConsoleKey.Backspace or ConsoleKey.H when key.Key == ConsoleKey.Backspace || control:
                if (cursor > 0)
                    line.RemoveAt(--cursor);
                break;
            case ConsoleKey.Delete:
            case ConsoleKey.D when control:
                if (cursor < line.Count)
                    line.RemoveAt(cursor);
                break;
            case ConsoleKey.K when control:
                line.RemoveRange(cursor, line.Count - cursor);
                break;
            case ConsoleKey.U when control:
                line.RemoveRange(0, cursor);
                cursor = 0;
                break;
            case ConsoleKey.W when control:
                RemoveWord();
                break;
            case ConsoleKey.L when control:
                shell.Out.Write("\e[2J\e[H");
                break;
            case ConsoleKey.UpArrow:
                Recall(past - 1);
                break;
            case ConsoleKey.DownArrow:
                Recall(past + 1);
                break;
            case ConsoleKey.Tab:
                Complete();
                break;
            case ConsoleKey.Escape:
                break;
            default:
                Insert(key.KeyChar);
                break;
        }
    }

    private void Insert(char unit)
    {
        if (char.IsHighSurrogate(unit))
        {
            pendingHigh = unit;
            return;
        }
        if (char.IsLowSurrogate(unit) && pendingHigh != 0)
            line.Insert(cursor++, new Rune(pendingHigh, unit));
        else if (!char.IsSurrogate(unit) && !char.IsControl(unit))
            line.Insert(cursor++, new Rune(unit));
        pendingHigh = '\0';
    }

    private void RemoveWord()
    {
        int end = cursor;
        while (cursor > 0 && Rune.IsWhiteSpace(line[cursor - 1]))
            cursor--;
        while (cursor > 0 && !Rune.IsWhiteSpace(line[cursor - 1]))
            cursor--;
        line.RemoveRange(cursor, end - cursor);
    }

    private void Recall(int index)
    {
        if (index < 0 || index > history.Count)
            return;
        if (past == history.Count)
            draft = Text();
        past = index;
        Set(index == history.Count ? draft : history[index]);
    }

    private void Complete()
    {
        string text = Text();
        string[] matches = [.. completions.Where(name => name.StartsWith(text, StringComparison.Ordinal))];
        if (text.Length > 0 && matches.Length > 0)
            Set(matches.Length == 1 ? matches[0] : CommonStart(matches));
    }

    private static string CommonStart(string[] names)
    {
        int length = 0;
        while (names.All(name => length < name.Length && name[length] == names[0][length]))
            length++;
        return names[0][..length];
    }

    private string Text() => string.Concat(line);

    private void Set(string text)
    {
        line.Clear();
        line.AddRange(text.EnumerateRunes());
        cursor = line.Count;
        Draw();
    }

    /// <summary>Draws prompt and line on one row; of a longer line, the part around the cursor.</summary>
    private void Draw()
    {
        int room = Math.Max(10, shell.OutTerminal.Width - TextWidth.Of(prompt) - 1);
        int first = 0;
        while (Width(first, cursor) > room - 1)
            first++;
        int last = first;
        while (last < line.Count && Width(first, last + 1) <= room)
            last++;
        var text = new StringBuilder("\r\e[2K").Append(prompt);
        for (int index = first; index < last; index++)
            text.Append(line[index].ToString());
        int back = Width(cursor, last);
        if (back > 0)
            text.Append($"\e[{back}D");
        shell.Out.Write(text);
        shell.Out.Flush();
    }

    private int Width(int from, int to)
    {
        int width = 0;
        for (int index = from; index < to; index++)
            width += TextWidth.Of(line[index]);
        return width;
    }
}
