using System.CommandLine;
using Nunchi.Cli.Answers;
using Nunchi.Training;

namespace Nunchi.Cli;

/// <summary><c>nunchi train RECIPE.yaml</c>: trains a model as a recipe says, in a directory from which it can go on.</summary>
internal static class TrainCommand
{
    public static Command Create(Shell shell)
    {
        var command = new Command("train", "Train a model by a recipe; Ctrl-C saves, --resume goes on.");
        var recipe = new Argument<string?>("RECIPE")
        {
            Description = "a recipe (YAML); with --resume also the directory of a run",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var resume = new Option<bool>("--resume") { Description = "Go on from the run's last checkpoint." };
        var output = new Option<string?>("--out", "--run") { Description = "Directory of the run (default: runs/NAME, by the recipe's name).", HelpName = "DIR" };
        var stages = new Option<string[]>("--stage") { Description = "Run only this stage; may be given several times.", HelpName = "NAME", Arity = ArgumentArity.OneOrMore };
        var export = new Option<string?>("--export") { Description = "Write the model of a run's last checkpoint into a new directory, while it trains too, and do nothing else.", HelpName = "DIR" };
        Option<int?> threads = NumberOption.Create<int>("--threads", "Worker threads (default: what the recipe says, or one a processor).", 1, 256);
        Option<int?> rehearse = NumberOption.Create<int>("--rehearse", "Run only so many steps of every stage, to see that the recipe goes through and how long it would take; nothing of it is kept for training.", 2, 100_000);
        command.Arguments.Add(recipe);
        foreach (Option option in (Option[])[resume, output, stages, export, rehearse, threads])
            command.Options.Add(option);
        command.SetAction(parsed =>
        {
            Shell own = GlobalOptions.Apply(shell, parsed);
            if (parsed.GetValue(export) is { } model)
                return Export(own, parsed.GetValue(recipe) ?? parsed.GetValue(output), model, parsed.GetValue(GlobalOptions.Json));
            string[] chosen = parsed.GetValue(stages) ?? [];
            (string? file, string? directory) = Place(parsed.GetValue(recipe), parsed.GetValue(output), parsed.GetValue(resume));
            bool json = parsed.GetValue(GlobalOptions.Json);
            if (parsed.GetValue(rehearse) is not null && parsed.GetValue(resume))
                throw new UsageException("--rehearse begins anew and leaves nothing to go on from; leave out --resume.");
            List<StageEstimate> estimates = [];
            var options = new TrainingOptions
            {
                RunDirectory = directory,
                Resume = parsed.GetValue(resume),
                Stages = chosen.Length == 0 ? null : chosen,
                Console = own.Quiet ? TextWriter.Null : json ? own.Error : own.Out,
                Threads = parsed.GetValue(threads),
                RehearsalSteps = parsed.GetValue(rehearse),
                Estimated = estimates.Add,
            };
            using Interrupts.Scope scope = own.Interrupts.Enter();
            TrainingEnd end = TrainingRunner.Run(file, options, scope.Token);
            if (json)
                own.Out.WriteLine(JsonDocuments.Write(new TrainingDocument(end == TrainingEnd.Stopped ? "stopped" : options.RehearsalSteps is null ? "complete" : "rehearsed")
                {
                    Stages = options.RehearsalSteps is null ? null : [.. estimates.Select(estimate => new StageTimeDocument(estimate.Stage, estimate.Steps, Math.Round(estimate.SecondsPerStep, 4), Math.Round(estimate.Time.TotalSeconds)))],
                }));
            return end == TrainingEnd.Complete ? ExitCode.Success : own.Interrupts.Terminated ? ExitCode.Terminated : ExitCode.Interrupted;
        });
        return command;
    }

    private static int Export(Shell shell, string? run, string output, bool json)
    {
        if (run is null || !Directory.Exists(run))
            throw new UsageException($"--export needs the directory of a run{(run is null ? "" : $"; {run} is none")}: nunchi train RUN --export DIR.");
        using NewDirectory directory = NewDirectory.Begin(output);
        string checkpoint = TrainingRunner.Export(run, directory.Path);
        directory.Commit();
        if (json)
            shell.Out.WriteLine(JsonDocuments.Write(new TrainingDocument("exported") { Model = Path.GetFullPath(output), Checkpoint = checkpoint }));
        else
            shell.Out.WriteLine($"wrote {output} from {checkpoint}");
        return ExitCode.Success;
    }

    /// <summary>A run is named by its recipe, its directory, or both.</summary>
    private static (string? Recipe, string? Directory) Place(string? named, string? output, bool resume)
    {
        if (named is not null && Directory.Exists(named))
        {
            if (!resume)
                throw new UsageException($"{named} is a directory; name a recipe to begin a run, or add --resume to go on with the run in it.");
            if (output is not null)
                throw new UsageException($"The run is named twice, {named} and --out {output}; one is enough.");
            return (null, named);
        }
        if (named is null && !(resume && output is not null))
            throw new UsageException(resume ? "--resume needs the recipe or the directory of the run." : "'nunchi train' needs RECIPE, a YAML file. See 'nunchi train --help'.");
        if (named is not null && !File.Exists(named))
            throw new FileNotFoundException($"{named} does not exist; a recipe (a YAML file{(resume ? " or the directory of a run" : "")}) is expected.");
        return (named, output);
    }
}
