namespace Nunchi.Cli.Tests;

/// <summary>Types a text; at its end, Ctrl-D.</summary>
internal sealed class FakeKeyboard : IKeyboard
{
    private readonly Queue<ConsoleKeyInfo> keys = [];

    public FakeKeyboard(string typed) => Type(typed);

    public bool ControlCIsKey { get; set; }

    public FakeKeyboard Type(string typed)
    {
        foreach (char unit in typed)
            keys.Enqueue(new ConsoleKeyInfo(unit, unit == '\r' ? ConsoleKey.Enter : unit == '\t' ? ConsoleKey.Tab : ConsoleKey.None, false, false, false));
        return this;
    }

    public FakeKeyboard Press(params ConsoleKey[] pressed)
    {
        foreach (ConsoleKey key in pressed)
            keys.Enqueue(new ConsoleKeyInfo('\0', key, false, false, false));
        return this;
    }

    public FakeKeyboard Control(ConsoleKey key)
    {
        keys.Enqueue(new ConsoleKeyInfo((char)(key - ConsoleKey.A + 1), key, false, false, true));
        return this;
    }

    public ConsoleKeyInfo Read() =>
        keys.TryDequeue(out ConsoleKeyInfo key) ? key : new ConsoleKeyInfo('\x04', ConsoleKey.D, false, false, true);
}
