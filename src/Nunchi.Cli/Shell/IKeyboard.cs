namespace Nunchi.Cli;

/// <summary>Keys of a terminal, one by one.</summary>
internal interface IKeyboard
{
    /// <summary>Waits for a key; it is not echoed.</summary>
    ConsoleKeyInfo Read();

    /// <summary>While true, Ctrl-C is a key like others instead of an interrupt.</summary>
    bool ControlCIsKey { set; }
}

/// <summary>The keyboard of the process's console.</summary>
internal sealed class ConsoleKeyboard : IKeyboard
{
    public bool ControlCIsKey
    {
        set => Console.TreatControlCAsInput = value;
    }

    public ConsoleKeyInfo Read() => Console.ReadKey(intercept: true);
}
