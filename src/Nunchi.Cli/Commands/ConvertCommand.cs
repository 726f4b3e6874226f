using System.CommandLine;
using System.Globalization;
using Nunchi.Cli.Answers;
using Nunchi.Conversion;
using Nunchi.Tensors.Safetensors;
using Nunchi.Text;

namespace Nunchi.Cli;

/// <summary><c>nunchi convert MODEL OUT</c>: a checkpoint with other tensor names, element types or file sizes, with an adapter merged in, or as the mean of several.</summary>
internal static class ConvertCommand
{
    private static readonly Dictionary<string, TensorNaming> Layouts = new()
    {
        ["4"] = TensorNaming.Release4,
        ["5"] = TensorNaming.Release5,
        ["4-modules"] = TensorNaming.Modules4,
        ["5-modules"] = TensorNaming.Modules5,
    };

    private static readonly Dictionary<string, SafetensorsType> Types = new()
    {
        ["f32"] = SafetensorsType.F32,
        ["bf16"] = SafetensorsType.BF16,
        ["f16"] = SafetensorsType.F16,
    };

    public static Command Create(Shell shell)
    {
        var command = new Command("convert", "Write a checkpoint anew: other tensor names, element type or file sizes, a LoRA adapter merged in, the mean of several.");
        var model = new Argument<string>("MODEL") { Description = "a checkpoint directory, or ORG/NAME[@REVISION] on the hub" };
        var output = new Argument<string>("OUT") { Description = "the new directory" };
        var layout = new Option<string?>("--layout")
        {
            Description = "Tensor names: 4 (files of transformers 4.45 to 4.57), 5 (files of release 5), 4-modules, 5-modules (names of the modules); default: as they are. 4.45 and 5.0 and the like are read as 4 and 5.",
            HelpName = "NAME",
        };
        var type = new Option<string?>("--dtype") { Description = "Element type of float tensors: f32, bf16, f16 (default: as they are).", HelpName = "TYPE" };
        var shard = new Option<string?>("--shard-size") { Description = "The most bytes of a weights file, as in 5GB, 500MB (default 5GB).", HelpName = "SIZE" };
        Option<string?> adapter = ModelOptions.CreateAdapter("Merge a LoRA adapter in peft's format into the weights");
        var average = new Option<string[]>("--average")
        {
            Description = "Write the mean of MODEL's weights and those of these checkpoints of the same model, such as runs that began alike and learned from other samples.",
            HelpName = "MODEL",
            AllowMultipleArgumentsPerToken = true,
        };
        command.Arguments.Add(model);
        command.Arguments.Add(output);
        foreach (Option option in (Option[])[layout, type, shard, adapter, average])
            command.Options.Add(option);
        command.SetAction(parsed =>
        {
            Shell own = GlobalOptions.Apply(shell, parsed);
            var options = new ConversionOptions
            {
                Naming = parsed.GetValue(layout) is { } name ? Layout(name) : null,
                Type = parsed.GetValue(type) is { } typeName ? Types.TryGetValue(typeName, out SafetensorsType known) ? known : throw new UsageException($"--dtype is '{typeName}'; expected one of {string.Join(", ", Types.Keys)}.") : null,
            };
            if (parsed.GetValue(shard) is { } size)
                options = options with { ShardSize = Bytes(size) };
            if (parsed.GetValue(adapter) is { } named)
                options = options with { Adapter = ModelOptions.FindAdapter(own, named) };
            if (parsed.GetValue(average) is { Length: > 0 } others)
            {
                if (options.Adapter is not null)
                    throw new UsageException("--adapter and --average do not go together: average first, and merge the adapter into the result.");
                options = options with { AverageWith = [.. others.Select(other => ModelOptions.Find(own, other))] };
            }
            string directory = ModelOptions.Find(own, parsed.GetRequiredValue(model));
            using Interrupts.Scope scope = own.Interrupts.Enter();
            ConvertedCheckpoint converted;
            using (var status = new StatusLine(own, "converting"))
                converted = CheckpointConversion.Run(directory, parsed.GetRequiredValue(output), options with { Progress = new Share(status) }, scope.Token);
            if (parsed.GetValue(GlobalOptions.Json))
                own.Out.WriteLine(JsonDocuments.Write(ConvertedDocument.Of(converted)));
            else
                own.Out.WriteLine($"{converted.Directory}: {converted.Tensors} tensors, {Quantities.Bytes(converted.Bytes)} in {converted.WeightFiles} file{(converted.WeightFiles == 1 ? "" : "s")}, {converted.Carried.Count} others carried over");
            if (converted.LeftOut.Count > 0)
                own.Note($"Left out: {string.Join(", ", converted.LeftOut)}");
            return ExitCode.Success;
        });
        return command;
    }

    /// <exception cref="UsageException">It is no size.</exception>
    internal static long Bytes(string text)
    {
        (string Suffix, long Factor)[] units = [("KB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("B", 1)];
        foreach (var (suffix, factor) in units)
        {
            if (!text.EndsWith(suffix, StringComparison.OrdinalIgnoreCase))
                continue;
            if (decimal.TryParse(text.AsSpan(0, text.Length - suffix.Length).Trim(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal number) && number * factor is >= 1 and <= 1_000_000_000_000_000)
                return (long)(number * factor);
            break;
        }
        throw new UsageException($"--shard-size is '{text}'; expected a number with B, KB, MB or GB, as in 5GB.");
    }

    // 4.45, 4.57.1 and 5.23 are read as the release they belong to.
    private static TensorNaming Layout(string name)
    {
        int dash = name.IndexOf('-', StringComparison.Ordinal);
        string version = dash < 0 ? name : name[..dash], rest = dash < 0 ? "" : name[dash..];
        int dot = version.IndexOf('.', StringComparison.Ordinal);
        bool numbered = dot < 0 || Version.TryParse(version, out _);
        return numbered && Layouts.TryGetValue((dot < 0 ? version : version[..dot]) + rest, out TensorNaming naming)
            ? naming
            : throw new UsageException($"--layout is '{name}'; expected one of {string.Join(", ", Layouts.Keys)}.");
    }

    private sealed class Share(StatusLine status) : IProgress<double>
    {
        public void Report(double value) => status.Report("converting", value);
    }
}
