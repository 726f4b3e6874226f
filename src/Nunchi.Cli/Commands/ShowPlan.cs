using Nunchi.Checkpoints.Shapes;
using Nunchi.Cli.Answers;
using Nunchi.Models;
using Spectre.Console;

namespace Nunchi.Cli;

/// <summary><c>nunchi show --plan</c>: what a model takes in bytes and memory, from its configuration alone.</summary>
internal static class ShowPlan
{
    public static int Run(Shell shell, string? named, bool json)
    {
        string name;
        VisionLanguageConfig? config;
        int elementBytes = 2;
        if (named != null && !Directory.Exists(named) && KnownShapes.All.TryGetValue(named, out config))
        {
            name = named;
        }
        else
        {
            string directory = ModelOptions.Find(shell, named);
            name = Path.GetFileName(Path.TrimEndingDirectorySeparator(directory));
            config = ConfigReader.Load(directory);
            elementBytes = ConfigReader.ElementBytes(directory);
        }
        CheckpointPlan plan = CheckpointPlan.Of(config, elementBytes);
        if (json)
            shell.Out.WriteLine(JsonDocuments.Write(PlanDocument.Of(name, config.Family, plan)));
        else
            Write(shell, name, config, plan);
        return ExitCode.Success;
    }

    private static void Write(Shell shell, string name, VisionLanguageConfig config, CheckpointPlan plan)
    {
        shell.Out.WriteLine($"{name} ({config.Family}), {ShowCommand.Count(plan.Parameters)} parameters, from the configuration alone");
        var table = new Table().Border(TableBorder.Rounded);
        table.AddColumns("part", "what", "parameters", "in files", "in memory", "goes to");
        foreach (int column in (int[])[2, 3, 4])
            table.Columns[column].RightAligned();
        foreach (PlannedPart part in plan.Parts)
            table.AddRow(part.Module, part.Name, $"{part.Parameters:N0}", Size(part.FileBytes), Size(part.MemoryBytes), part.Place);
        table.AddRow("all", "", $"{plan.Parameters:N0}", Size(plan.FileBytes), Size(plan.MemoryBytes), "");
        Tables.Write(shell, table);
        shell.Out.WriteLine($"conversation  {plan.CacheBytesPerToken / 1024.0:0.#} KiB a token, {Size(plan.CacheBytesPerToken * plan.Context)} for the whole context of {plan.Context:N0} tokens");
        shell.Out.WriteLine($"this machine  {Size(plan.AvailableBytes)} of memory: the weights {(plan.Fits ? "fit" : "do not fit")}");
    }

    private static string Size(long bytes) => bytes switch
    {
        >= 1_000_000_000 => $"{bytes / 1e9:0.00} GB",
        >= 1_000_000 => $"{bytes / 1e6:0.00} MB",
        _ => $"{bytes / 1e3:0.0} KB",
    };
}
