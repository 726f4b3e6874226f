using System.CommandLine;
using Nunchi.Checkpoints.Shapes;
using Nunchi.Cli.Answers;
using Nunchi.Models;
using Nunchi.Tensors.Safetensors;

namespace Nunchi.Cli;

/// <summary><c>nunchi bench make-checkpoint SHAPE OUT</c>: a checkpoint of a real shape with random weights, for measuring loading and speed.</summary>
internal static class BenchMakeCheckpointCommand
{
    private static readonly Dictionary<string, SafetensorsType> Types = new(StringComparer.Ordinal)
    {
        ["bfloat16"] = SafetensorsType.BF16,
        ["float16"] = SafetensorsType.F16,
        ["float32"] = SafetensorsType.F32,
    };

    public static Command Create(Shell shell)
    {
        var command = new Command("make-checkpoint", "Write a checkpoint of a real model's shape with random weights: it loads and answers (nonsense) at the real model's cost.");
        var shape = new Argument<string>("SHAPE") { Description = string.Join(", ", KnownShapes.All.Keys) };
        var target = new Argument<string>("OUT") { Description = "a directory that is new or empty" };
        var type = new Option<string>("--dtype") { Description = "Type of the weights: bfloat16 (default), float16 or float32.", HelpName = "TYPE", DefaultValueFactory = _ => "bfloat16" };
        Option<double?> shard = NumberOption.Create<double>("--shard-size", "Most gigabytes of weights in one file (default 5).", 0.001, 1e6);
        Option<ulong?> seed = NumberOption.Create<ulong>("--seed", "The same seed gives the same bytes (default 0).");
        var tokenizer = new Option<string?>("--tokenizer") { Description = "Directory whose tokenizer and chat template are taken (default: bytes as tokens).", HelpName = "DIR" };
        command.Arguments.Add(shape);
        command.Arguments.Add(target);
        foreach (Option option in (Option[])[type, shard, seed, tokenizer])
            command.Options.Add(option);
        command.SetAction(parsed =>
        {
            Shell own = GlobalOptions.Apply(shell, parsed);
            string name = parsed.GetRequiredValue(shape), directory = parsed.GetRequiredValue(target);
            if (!KnownShapes.All.TryGetValue(name, out VisionLanguageConfig? config))
                throw new UsageException($"There is no shape \"{name}\"; known are {string.Join(", ", KnownShapes.All.Keys)}.");
            if (!Types.TryGetValue(parsed.GetRequiredValue(type), out SafetensorsType dataType))
                throw new UsageException($"--dtype is \"{parsed.GetRequiredValue(type)}\"; one of {string.Join(", ", Types.Keys)} is expected.");
            CheckpointPlan plan = CheckpointPlan.Of(config, dataType == SafetensorsType.F32 ? 4 : 2);
            using (NewDirectory made = NewDirectory.Begin(directory))
            {
                RequireRoom(made.Path, plan.FileBytes);
                using Interrupts.Scope scope = own.Interrupts.Enter();
                using var status = new StatusLine(own, "writing");
                RandomCheckpoint.Write(made.Path, config, new RandomCheckpointOptions
                {
                    Type = dataType,
                    ShardBytes = (long)((parsed.GetValue(shard) ?? 5) * 1e9),
                    Seed = parsed.GetValue(seed) ?? 0,
                    TextFiles = parsed.GetValue(tokenizer),
                    Progress = (done, total) => status.Report($"writing {done / 1e9:0.00} of {total / 1e9:0.00} GB"),
                    Cancellation = scope.Token,
                });
                made.Commit();
            }
            if (parsed.GetValue(GlobalOptions.Json))
                own.Out.WriteLine(JsonDocuments.Write(new MadeCheckpointDocument(name, Path.GetFullPath(directory), plan.Parameters, plan.FileBytes)));
            else
                own.Out.WriteLine($"{directory}: {plan.Parameters:N0} random weights of the shape {name}, {plan.FileBytes / 1e9:0.00} GB");
            return ExitCode.Success;
        });
        return command;
    }

    private static void RequireRoom(string directory, long bytes)
    {
        long free = new DriveInfo(directory).AvailableFreeSpace;
        if (free < bytes)
            throw new IOException($"{directory}: the checkpoint takes {bytes / 1e9:0.00} GB, the disk has {free / 1e9:0.00} GB free.");
    }
}
