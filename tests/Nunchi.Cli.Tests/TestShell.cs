using Nunchi.Chat;

namespace Nunchi.Cli.Tests;

/// <summary>Runs the command line in surroundings of a test's own: a folder, streams, a terminal or none, a fake engine.</summary>
internal sealed class TestShell : IDisposable
{
    private readonly StringWriter output = new();
    private readonly StringWriter error = new();
    private readonly Dictionary<string, string> variables = [];

    public TestShell()
    {
        Folder = Directory.CreateTempSubdirectory("nunchi-cli-").FullName;
        Model = Directory.CreateDirectory(Path.Combine(Folder, "models", "nunchi-mini")).FullName;
        File.WriteAllText(Path.Combine(Model, "config.json"), "{}");
        Interrupts = new Interrupts(code => Exited = code);
    }

    public string Folder { get; }

    public string Model { get; }

    public FakeEngine Engine { get; } = new();

    public Interrupts Interrupts { get; }

    /// <summary>The exit code that an interrupt outside of any work ended the process with.</summary>
    public int? Exited { get; private set; }

    public EngineLoader? Loader { get; set; }

    public string? LoadedFrom { get; private set; }

    public int? LoadedThreads { get; private set; }

    public string? LoadedAdapter { get; private set; }

    public Nunchi.Checkpoints.WeightChoice? LoadedWeights { get; private set; }

    public Nunchi.Generation.EngineOptions? LoadedOptions { get; private set; }

    public Terminal OutTerminal { get; set; } = Terminal.Pipe;

    public Terminal ErrorTerminal { get; set; } = Terminal.Pipe;

    public IKeyboard? Keyboard { get; set; }

    public string Input { get; set; } = "";

    public string Output => output.ToString().Replace("\r\n", "\n", StringComparison.Ordinal);

    public string Errors => error.ToString().Replace("\r\n", "\n", StringComparison.Ordinal);

    public TextWriter? OutOverride { get; set; }

    public string this[string variable]
    {
        set => variables[variable] = value;
    }

    public string PathOf(string name) => Path.Combine(Folder, name);

    /// <summary>A picture file of one colour.</summary>
    public string Picture(string name = "picture.png", int width = 40, int height = 20)
    {
        var image = new Images.RgbImage(width, height);
        Array.Fill(image.Pixels, (byte)200);
        string path = PathOf(name);
        File.WriteAllBytes(path, Images.ImageEncoder.ToPng(image));
        return path;
    }

    public static Images.RgbImage Load(string path) => Images.ImageDecoder.DecodeFile(path, cancellation: TestContext.Current.CancellationToken);

    public Shell Build() => new()
    {
        In = new StringReader(Input),
        Out = OutOverride ?? output,
        Error = error,
        InIsTerminal = Keyboard is not null,
        OutTerminal = OutTerminal,
        ErrorTerminal = ErrorTerminal,
        Variable = name => variables.GetValueOrDefault(name),
        Homes = [Folder],
        LoadEngine = Loader ?? Load,
        FindAssets = () => TestAssets.Assets,
        Pictures = TestAssets.Small,
        Interrupts = Interrupts,
        Keyboard = Keyboard,
    };

    public Task<int> RunAsync(params string[] args) => CommandLine.RunAsync(args, Build());

    private FakeEngine Load(string directory, Nunchi.Generation.EngineOptions options)
    {
        LoadedFrom = directory;
        LoadedThreads = options.Threads == 0 ? null : options.Threads;
        LoadedWeights = options.Weights;
        LoadedAdapter = options.Adapter;
        LoadedOptions = options;
        return Engine;
    }

    public void Dispose()
    {
        Interrupts.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}
