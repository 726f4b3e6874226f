using System.CommandLine;
using Nunchi.Chat;
using Nunchi.Generation;
using Nunchi.Tensors.Cpu;
using Nunchi.Tensors.Quantization;

namespace Nunchi.Cli;

/// <summary>Which model answers, and with how many threads.</summary>
internal sealed class ModelOptions
{
    public const string DefaultModel = "models/nunchi-mini";

    public Option<string?> Model { get; } = new("--model", "-m")
    {
        Description = $"Checkpoint directory (default: NUNCHI_MODEL, else {DefaultModel} in the repository).",
        HelpName = "DIR",
    };

    public Option<int?> Threads { get; } = NumberOption.Create<int>("--threads", "Worker threads (default: one a processor).", 1, 256);

    public Option<string?> Weights { get; } = Create("--weights", "NUNCHI_WEIGHTS", $"How matrices are kept in memory: {WeightFormats.Names}; fewer bits take less memory and time and cost some accuracy", "as the checkpoint says", [.. WeightFormats.Names.Split(", ")]);

    public Option<string?> Kernels { get; } = Create("--kernels", "NUNCHI_KERNELS", "Vector instructions", "the widest there are", ["auto", "avx512", "avx2", "portable"]);

    public void AddTo(Command command)
    {
        command.Options.Add(Model);
        command.Options.Add(Threads);
        command.Options.Add(Weights);
        command.Options.Add(Kernels);
    }

    /// <summary>Loads the model, telling so on a terminal when it takes more than a second.</summary>
    public IChatEngine Load(Shell shell, ParseResult parsed, string? named = null)
    {
        string directory = Find(shell, named ?? parsed.GetValue(Model));
        using var status = new StatusLine(shell, $"loading {Path.GetFileName(Path.TrimEndingDirectorySeparator(directory))}");
        return shell.LoadEngine(directory, Engine(shell, parsed));
    }

    /// <summary>How the engine runs: as given, else as the environment says.</summary>
    public EngineOptions Engine(Shell shell, ParseResult parsed) => new()
    {
        Threads = parsed.GetValue(Threads) ?? 0,
        Weights = Format(shell, parsed),
        Kernels = Enum.Parse<CpuKernels>(parsed.GetValue(Kernels) ?? "auto", ignoreCase: true),
    };

    private WeightFormat? Format(Shell shell, ParseResult parsed)
    {
        string name = parsed.GetValue(Weights) ?? shell.Variable("NUNCHI_WEIGHTS") ?? "";
        if (name.Length == 0)
            return null;
        return WeightFormats.Names.Split(", ").Contains(name)
            ? WeightFormats.Parse(name)
            : throw new UsageException($"NUNCHI_WEIGHTS is '{name}'; expected {WeightFormats.Names}.");
    }

    /// <summary>The checkpoint directory: as given, else NUNCHI_MODEL, else the repository's own model.</summary>
    public static string Find(Shell shell, string? given)
    {
        string? named = given ?? shell.Variable("NUNCHI_MODEL");
        if (!string.IsNullOrEmpty(named))
        {
            if (Directory.Exists(named))
                return Path.GetFullPath(named);
            string source = given is null ? "NUNCHI_MODEL" : "The model";
            if (File.Exists(named) && named.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase))
                return Path.GetFullPath(named);
            throw File.Exists(named)
                ? new InvalidDataException($"{source} is {named}, a file; a checkpoint directory (with config.json and safetensors files), or one safetensors file beside its config.json, is expected.")
                : new DirectoryNotFoundException($"{source} is {named}, which does not exist; a checkpoint directory is expected.");
        }
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
}
