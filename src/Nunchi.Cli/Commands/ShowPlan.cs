using Nunchi.Checkpoints;
using Nunchi.Checkpoints.Shapes;
using Nunchi.Cli.Answers;
using Nunchi.Models;
using Nunchi.Tensors.Safetensors;
using Nunchi.Text;
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
            string directory = CheckpointPlace.Of(ModelOptions.Find(shell, named)).Directory;
            name = Path.GetFileName(Path.TrimEndingDirectorySeparator(directory));
            config = ConfigReader.Load(directory);
            elementBytes = ConfigReader.WeightType(directory) == SafetensorsType.F32 ? 4 : 2;
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
            table.AddRow(part.Module, part.Name, $"{part.Parameters:N0}", Quantities.Bytes(part.FileBytes), Quantities.Bytes(part.MemoryBytes), part.Place);
        table.AddRow("all", "", $"{plan.Parameters:N0}", Quantities.Bytes(plan.FileBytes), Quantities.Bytes(plan.MemoryBytes), "");
        Tables.Write(shell, table);
        shell.Out.WriteLine($"conversation  {plan.CacheBytesPerToken / 1024.0:0.#} KiB a token, {Quantities.Bytes(plan.CacheBytesPerToken * plan.Context)} for the whole context of {plan.Context:N0} tokens");
        shell.Out.WriteLine($"this machine  {Quantities.Bytes(plan.AvailableBytes)} of memory: the weights {(plan.Fits ? "fit" : "do not fit")}");
    }
}
