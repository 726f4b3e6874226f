using System.CommandLine;
using Nunchi.Chat;
using Nunchi.Checkpoints;
using Nunchi.Generation;
using Nunchi.Hub;
using Nunchi.Tensors.Cpu;
using Nunchi.Tensors.Quantization;

namespace Nunchi.Cli;

/// <summary>Which model answers, and with how many threads.</summary>
internal sealed class ModelOptions
{
    public const string DefaultModel = "models/nunchi-mini";

    /// <summary>What a model may be called, for help texts.</summary>
    public const string HelpName = "DIR|ORG/NAME";

    public Option<string?> Model { get; } = new("--model", "-m")
    {
        Description = $"Checkpoint directory, ORG/NAME[@REVISION] on the hub, or a text model's GGUF file (default: NUNCHI_MODEL, else {DefaultModel} in the repository).",
        HelpName = HelpName,
    };

    public Option<int?> Threads { get; } = NumberOption.Create<int>("--threads", "Worker threads (default: one a processor).", 1, 256);

    public Option<string?> Weights { get; } = new("--weights")
    {
        Description = $"How matrices are kept in memory: {WeightChoice.Forms}; fewer bits take less memory and time and cost some accuracy (default: NUNCHI_WEIGHTS, else as the checkpoint says).",
        HelpName = $"{WeightFormats.Names.Replace(", ", "|", StringComparison.Ordinal)}[+FORMAT]",
    };

    public Option<string?> Adapter { get; } = CreateAdapter("Add a LoRA adapter in peft's format to the weights while they load");

    public Option<string?> Kernels { get; } = Create("--kernels", "NUNCHI_KERNELS", "Vector instructions", "the widest there are", ["auto", "avx512", "avx2", "portable"]);

    private readonly ServingOptions _serving = new();

    public void AddTo(Command command)
    {
        command.Options.Add(Model);
        command.Options.Add(Threads);
        command.Options.Add(Weights);
        command.Options.Add(Adapter);
        command.Options.Add(Kernels);
        _serving.AddTo(command);
    }

    /// <summary>Loads the model, telling so on a terminal when it takes more than a second.</summary>
    /// <param name="shell">The surroundings.</param>
    /// <param name="parsed">The options.</param>
    /// <param name="named">The model, where the command line does not name it.</param>
    /// <param name="change">What else the command asks of the engine.</param>
    public IChatEngine Load(Shell shell, ParseResult parsed, string? named = null, Func<EngineOptions, EngineOptions>? change = null)
    {
        string directory = Find(shell, named ?? parsed.GetValue(Model), ".gguf", ".safetensors");
        if (File.Exists(Path.Combine(directory, "adapter_config.json")) && !File.Exists(Path.Combine(directory, "config.json")))
            throw new InvalidDataException($"{directory} holds a LoRA adapter, no model; name the model that it was trained on with --model, and this with --adapter.");
        using var status = new StatusLine(shell, $"loading {HubCache.NameOf(directory) ?? Path.GetFileName(Path.TrimEndingDirectorySeparator(directory))}");
        EngineOptions engine = Engine(shell, parsed);
        return shell.LoadEngine(directory, change?.Invoke(engine) ?? engine);
    }

    /// <summary>How the engine runs: as given, else as the environment says.</summary>
    public EngineOptions Engine(Shell shell, ParseResult parsed) => _serving.Apply(new EngineOptions
    {
        Threads = parsed.GetValue(Threads) ?? 0,
        Weights = Format(shell, parsed),
        Adapter = parsed.GetValue(Adapter) is { } adapter ? FindAdapter(shell, adapter) : null,
        Kernels = Enum.Parse<CpuKernels>(parsed.GetValue(Kernels) ?? "auto", ignoreCase: true),
    }, parsed);

    /// <summary>The option --adapter.</summary>
    public static Option<string?> CreateAdapter(string description) =>
        new("--adapter") { Description = $"{description}: a directory with adapter_config.json and adapter_model.safetensors, or ORG/NAME[@REVISION] on the hub.", HelpName = HelpName };

    /// <summary>An adapter's directory, fetched from the hub when it is not here.</summary>
    public static string FindAdapter(Shell shell, string named) =>
        Directory.Exists(named) ? Path.GetFullPath(named)
        : File.Exists(named) ? throw new InvalidDataException($"The adapter is {named}, a file; the directory with adapter_config.json and adapter_model.safetensors is expected.")
        : FromHub(shell, named, "The adapter", "directory with an adapter");

    /// <summary>What an option or a variable says about weights.</summary>
    /// <exception cref="UsageException">It names no format.</exception>
    public static WeightChoice ParseWeights(string source, string name)
    {
        try
        {
            return WeightChoice.Parse(name);
        }
        catch (ArgumentException)
        {
            throw new UsageException($"{source} is '{name}'; expected {WeightChoice.Forms}.");
        }
    }

    private WeightChoice? Format(Shell shell, ParseResult parsed) =>
        parsed.GetValue(Weights) is { } given ? ParseWeights("--weights", given)
        : shell.Variable("NUNCHI_WEIGHTS") is { Length: > 0 } variable ? ParseWeights("NUNCHI_WEIGHTS", variable)
        : null;

    /// <summary>
    /// The checkpoint directory: as given, else NUNCHI_MODEL, else the repository's own model. What is no directory here but of the form
    /// ORG/NAME[@REVISION] is taken from the hub's cache, and fetched when it is not there.
    /// </summary>
    /// <param name="shell">The surroundings.</param>
    /// <param name="given">What the command line names.</param>
    /// <param name="files">Endings of files that are taken too.</param>
    public static string Find(Shell shell, string? given, params ReadOnlySpan<string> files)
    {
        string? named = given ?? shell.Variable("NUNCHI_MODEL");
        if (!string.IsNullOrEmpty(named))
            return Directory.Exists(named) ? Path.GetFullPath(named) : FindElsewhere(shell, named, given is null ? "NUNCHI_MODEL" : "The model", files);
        foreach (string home in shell.Homes)
        {
            for (DirectoryInfo? folder = new(home); folder is not null; folder = folder.Parent)
            {
                string candidate = Path.Combine(folder.FullName, DefaultModel);
                if (File.Exists(Path.Combine(candidate, "config.json")))
                    return candidate;
            }
        }
        throw new DirectoryNotFoundException(
            $"No model: {DefaultModel} is not in {string.Join(" or ", shell.Homes)} nor in a folder above. Name a checkpoint directory with --model or NUNCHI_MODEL.");
    }

    private static Option<string?> Create(string name, string variable, string description, string otherwise, string[] values)
    {
        var option = new Option<string?>(name) { Description = $"{description} (default: {variable}, else {otherwise}).", HelpName = string.Join('|', values) };
        option.AcceptOnlyFromAmong(values);
        return option;
    }

    private static string FindElsewhere(Shell shell, string named, string source, ReadOnlySpan<string> files)
    {
        if (File.Exists(named))
        {
            foreach (string ending in files)
            {
                if (named.EndsWith(ending, StringComparison.OrdinalIgnoreCase))
                    return Path.GetFullPath(named);
            }
            string others = files.Length == 0 ? "" : $", or a file that ends with {string.Join(" or ", files.ToArray())},";
            throw new InvalidDataException($"{source} is {named}, a file; a checkpoint directory (with config.json and safetensors files){others} is expected.");
        }
        string directory = FromHub(shell, named, source, "checkpoint directory");
        return files.Contains(".gguf") ? GgufOf(directory) : directory;
    }

    private static string FromHub(Shell shell, string named, string source, string expected)
    {
        if (!HubRepository.TryParse(named, out HubRepository? repository))
            throw new DirectoryNotFoundException($"{source} is {named}, which does not exist; a {expected} is expected, or ORG/NAME on the hub.");
        using var client = new HubClient(HubOptions.FromEnvironment(shell.Variable));
        using Interrupts.Scope scope = shell.Interrupts.Enter();
        using var status = new PullStatus(shell, repository);
        try
        {
            return client.LocateAsync(repository, status, scope.Token).GetAwaiter().GetResult();
        }
        catch (HubException failure)
        {
            throw new HubException(failure.Failure, $"{source} is {named}, which is no directory here: {failure.Message}", failure);
        }
    }

    // What was pulled of a repository may be one GGUF file of many, with no checkpoint beside it.
    private static string GgufOf(string directory)
    {
        if (File.Exists(Path.Combine(directory, "config.json")))
            return directory;
        string[] texts = [.. Directory.EnumerateFiles(directory, "*.gguf").Where(file => !Path.GetFileName(file).StartsWith("mmproj", StringComparison.OrdinalIgnoreCase)).Order(StringComparer.Ordinal)];
        return texts switch
        {
            [] => directory,
            [var only] => only,
            _ => throw new UsageException($"{directory} holds several models ({string.Join(", ", texts.Select(Path.GetFileName))}); name the file."),
        };
    }
}
