using Nunchi.Chat;
using Nunchi.Cli.Answers;
using Nunchi.Tensors.Safetensors;

namespace Nunchi.Cli.Conversation;

/// <summary>The commands of a conversation. What they tell goes to the error stream: the output holds answers only.</summary>
internal sealed class SlashCommands
{
    private readonly Shell shell;
    private readonly ChatSession session;
    private readonly Dictionary<string, SlashCommand> commands;

    public SlashCommands(Shell shell, ChatSession session)
    {
        this.shell = shell;
        this.session = session;
        commands = new SlashCommand[]
        {
            new("/help", "", "this list", _ => Help()),
            new("/image", "FILE", "add a picture to the next question; an empty line then asks for a caption", Image),
            new("/images", "", "the pictures of this conversation", _ => Images()),
            new("/draw", "FILE", "write the last picture with the last answer's boxes (.png or .jpg)", Draw),
            new("/save", "FILE", "write the conversation: JSON if the name ends in .json, else Markdown", Save),
            new("/language", "ko|en", "language of captions", name => session.Language = LanguageOption.Parse(Need(name, "ko or en"))),
            new("/reset", "", "forget everything said and shown", _ => Reset()),
            new("/quit", "", "leave", null),
        }.ToDictionary(command => command.Name, StringComparer.Ordinal);
    }

    public static IReadOnlyList<string> Names { get; } = ["/help", "/image ", "/images", "/draw ", "/save ", "/language ", "/reset", "/quit"];

    /// <summary>A slash and a letter begin a command; a line that only looks like a path is a question.</summary>
    public bool Accepts(string line) => line.Length > 1 && line[0] == '/' && char.IsAsciiLetter(line[1]) && !NameOf(line)[1..].Contains('/', StringComparison.Ordinal);

    /// <summary>Runs a command line; false means to leave.</summary>
    /// <exception cref="UsageException">There is no such command, or its argument is missing.</exception>
    public bool Run(string line)
    {
        string name = NameOf(line);
        if (!commands.TryGetValue(name, out SlashCommand? command))
        {
            string near = NearestName.Find(name, commands.Keys) is string found ? $" Did you mean {found}?" : "";
            throw new UsageException($"There is no {name}.{near} /help lists what there is.");
        }
        if (command.Run is null)
            return false;
        command.Run(line[name.Length..].Trim());
        return true;
    }

    private static string NameOf(string line) => line.Split((char[]?)null, 2)[0];

    private static string Need(string argument, string what) =>
        argument.Length > 0 ? argument : throw new UsageException($"This command needs {what} after its name.");

    private void Help()
    {
        foreach (SlashCommand command in commands.Values)
            shell.Error.WriteLine($"  {command.Name + " " + command.Argument,-18}{command.Description}");
        shell.Error.WriteLine("  Anything else is a question. A question that begins with a slash: put a space before it.");
    }

    private void Image(string path)
    {
        Picture picture = Picture.Read(Unquote(Need(path, "a picture's FILE")), session.Limits);
        session.Add(picture);
        Drawing.Preview(shell, picture.Image, []);
        shell.Note($"{picture.Name}: {picture.Image.Width} x {picture.Image.Height}. Ask about it, or press Enter for a caption.");
    }

    private void Images()
    {
        if (session.Shown.Count + session.Waiting.Count == 0)
            shell.Error.WriteLine("No pictures yet; /image FILE adds one.");
        int number = 0;
        foreach ((Picture picture, bool waits) in session.Shown.Select(p => (p, false)).Concat(session.Waiting.Select(p => (p, true))))
            shell.Error.WriteLine($"  {++number}. {picture.Name}, {picture.Image.Width} x {picture.Image.Height}{(waits ? ", goes with the next question" : "")}");
    }

    private void Draw(string path)
    {
        if (session.Current is null || session.Turns.Count == 0)
            throw new UsageException("There is no answer about a picture to draw yet.");
        IReadOnlyList<GroundedSpan> spans = session.Turns[^1].Answer.Spans;
        int boxes = spans.Sum(span => span.Boxes.Count);
        string target = Unquote(Need(path, "the FILE to write"));
        Drawing.Save(target, session.Current, spans);
        shell.Note($"{target}: {boxes} {(boxes == 1 ? "box" : "boxes")}.");
    }

    private void Save(string path)
    {
        string target = Unquote(Need(path, "the FILE to write"));
        AtomicFile.WriteAllText(target, Transcript.Write(session, target.EndsWith(".json", StringComparison.OrdinalIgnoreCase)));
        shell.Note($"{target}: {session.Turns.Count} turns.");
    }

    private void Reset()
    {
        session.Reset();
        shell.Note("Everything is forgotten.");
    }

    private static string Unquote(string path) =>
        path.Length > 1 && path[0] == path[^1] && path[0] is '"' or '\'' ? path[1..^1] : path;

    private sealed record SlashCommand(string Name, string Argument, string Description, Action<string>? Run);
}
