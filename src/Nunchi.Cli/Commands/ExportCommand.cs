using System.CommandLine;
using Nunchi.Cli.Answers;
using Nunchi.Gguf;
using Nunchi.Hub;
using Nunchi.Text;

namespace Nunchi.Cli;

/// <summary><c>nunchi export --to gguf MODEL OUT</c>: files for other tools.</summary>
internal static class ExportCommand
{
    private static readonly Dictionary<string, GgufWeights> Types = new()
    {
        ["f32"] = GgufWeights.F32,
        ["f16"] = GgufWeights.F16,
        ["bf16"] = GgufWeights.BF16,
        ["q8_0"] = GgufWeights.Q8_0,
        ["q4_0"] = GgufWeights.Q4_0,
        ["q4_k"] = GgufWeights.Q4_K,
        ["q6_k"] = GgufWeights.Q6_K,
    };

    public static Command Create(Shell shell)
    {
        var command = new Command("export", "Write a checkpoint for other tools: GGUF files for llama.cpp, the text model and its mmproj.");
        var model = new Argument<string>("MODEL") { Description = "a checkpoint directory, or ORG/NAME[@REVISION] on the hub" };
        var output = new Argument<string>("OUT") { Description = "the text model's file (OUT.gguf; the projector beside it as mmproj-OUT.gguf), or a directory that is there" };
        Option<string> to = Choice("--to", "The format.", "gguf", ["gguf"]);
        Option<string> type = Choice("--type", "What matrices become.", "bf16", [.. Types.Keys]);
        Option<string> only = Choice("--only", "What to write.", "both", ["both", "text", "mmproj"]);
        var force = new Option<bool>("--force") { Description = "Replace files that are there." };
        command.Arguments.Add(model);
        command.Arguments.Add(output);
        foreach (Option option in (Option[])[to, type, only, force])
            command.Options.Add(option);
        command.SetAction(parsed =>
        {
            Shell own = GlobalOptions.Apply(shell, parsed);
            string directory = ModelOptions.Find(own, parsed.GetRequiredValue(model)), kind = parsed.GetRequiredValue(only), typeName = parsed.GetRequiredValue(type);
            var (text, projector) = Paths(parsed.GetRequiredValue(output), directory, typeName);
            string[] wanted = [.. kind == "mmproj" ? [] : new[] { text }, .. kind == "text" ? [] : new[] { projector }];
            if (!parsed.GetValue(force) && wanted.FirstOrDefault(File.Exists) is { } taken)
                throw new UsageException($"{taken} exists already; name another file, or add --force to replace it.");
            var files = new List<ExportedFileDocument>();
            using Interrupts.Scope scope = own.Interrupts.Enter();
            using (var status = new StatusLine(own, "writing"))
            {
                if (kind != "mmproj")
                    files.Add(ExportedFileDocument.Of("text", GgufExport.WriteText(directory, text, Types[typeName], new Share(status, $"writing {Path.GetFileName(text)}"), scope.Token)));
                if (kind != "text")
                    files.Add(ExportedFileDocument.Of("mmproj", GgufExport.WriteProjector(directory, projector, Types[typeName], new Share(status, $"writing {Path.GetFileName(projector)}"), scope.Token)));
            }
            if (parsed.GetValue(GlobalOptions.Json))
                own.Out.WriteLine(JsonDocuments.Write(new ExportedDocument(files)));
            else
                Write(own, files);
            return ExitCode.Success;
        });
        return command;
    }

    private static (string Text, string Projector) Paths(string output, string directory, string type)
    {
        if (Directory.Exists(output))
            output = Path.Combine(output, $"{(HubCache.NameOf(directory) ?? directory).Split('/', '\\')[^1]}-{type.ToUpperInvariant()}.gguf");
        if (!output.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase))
            throw new UsageException($"'{output}' does not end with .gguf and is no directory that is there. See 'nunchi export --help'.");
        string full = Path.GetFullPath(output), folder = Path.GetDirectoryName(full)!;
        if (!Directory.Exists(folder))
            throw new DirectoryNotFoundException($"There is no directory {folder} to write {Path.GetFileName(full)} into.");
        return (full, Path.Combine(folder, "mmproj-" + Path.GetFileName(full)));
    }

    private static Option<string> Choice(string name, string description, string fallback, string[] values)
    {
        var option = new Option<string>(name) { Description = $"{description} One of {string.Join(", ", values)} (default {fallback}).", HelpName = "NAME", DefaultValueFactory = _ => fallback };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && !values.Contains(result.Tokens[0].Value))
                result.AddError($"{name} is '{result.Tokens[0].Value}'; expected one of {string.Join(", ", values)}.");
        });
        return option;
    }

    private static void Write(Shell shell, List<ExportedFileDocument> files)
    {
        foreach (ExportedFileDocument file in files)
            shell.Out.WriteLine($"{file.Path}: {Quantities.Bytes(file.Bytes)}, {string.Join(", ", file.Tensors.OrderByDescending(pair => pair.Value).Select(pair => $"{pair.Value} {pair.Key}"))}");
    }

    private sealed class Share(StatusLine status, string text) : IProgress<double>
    {
        public void Report(double value) => status.Report(text, value);
    }
}
