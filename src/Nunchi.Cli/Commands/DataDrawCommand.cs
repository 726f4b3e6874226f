using System.CommandLine;
using System.Text.Json;
using Nunchi.Cli.Answers;
using Nunchi.Data.Records;
using Nunchi.Data.Scenes;
using Nunchi.Data.Tasks;

namespace Nunchi.Cli;

/// <summary><c>nunchi data draw --count N --seed S OUT</c>: a data set of pictures, their records, and questions with answers about them. The same seed gives the same bytes.</summary>
internal static class DataDrawCommand
{
    public static Command Create(Shell shell)
    {
        var command = new Command("draw", "Draw pictures with records and questions: OUT/images, samples.jsonl, scenes.jsonl. The same seed gives the same bytes; a stopped run goes on when it is called again.");
        var output = new Argument<string>("OUT") { Description = "the directory: new, empty, or with the same data set unfinished" };
        Option<int?> count = NumberOption.Create<int>("--count", "How many pictures (default 100).", 1, 10_000_000);
        Option<ulong?> seed = NumberOption.Create<ulong>("--seed", "The seed of the series (default 0).");
        var kinds = new Option<string[]>("--kinds", "--kind") { Description = $"Only these kinds of pictures, each as often: {string.Join(", ", KindNames)}.", HelpName = "KIND", Arity = ArgumentArity.OneOrMore, AllowMultipleArgumentsPerToken = false };
        Option<string?> split = SplitOption.Create("What pictures are made of: training (default), or the held-out fonts, words and layouts that training never shows.");
        Option<int?> threads = NumberOption.Create<int>("--threads", "Worker threads (default: one a processor); the bytes do not depend on them.", 1, 256);
        command.Arguments.Add(output);
        foreach (Option option in (Option[])[count, seed, kinds, split, threads])
            command.Options.Add(option);
        command.SetAction(parsed =>
        {
            Shell own = GlobalOptions.Apply(shell, parsed);
            SceneKind[] chosen = [.. (parsed.GetValue(kinds) ?? []).SelectMany(names => names.Split(',', StringSplitOptions.RemoveEmptyEntries)).Select(ParseKind).Distinct()];
            string directory = parsed.GetRequiredValue(output);
            int pictures = parsed.GetValue(count) ?? 100;
            ulong series = parsed.GetValue(seed) ?? 0;
            SceneSplit made = SplitOption.Parse(parsed.GetValue(split)) ?? SceneSplit.Training;
            if (File.Exists(directory))
                throw new UsageException($"{directory} is a file; name a directory that is new or empty.");
            TaskMixture mixture = TaskMixture.All with { SeveralImages = 0, TextOnly = 0, Pictures = own.Pictures ?? TaskMixture.All.Pictures };
            if (chosen.Length > 0)
                mixture = mixture with { Scenes = chosen.ToDictionary(kind => kind, _ => 1.0) };
            using Interrupts.Scope scope = own.Interrupts.Enter();
            Draw(own, pictures, series, directory, made, mixture, parsed.GetValue(threads) ?? 0, scope.Token);
            if (parsed.GetValue(GlobalOptions.Json))
                own.Out.WriteLine(JsonDocuments.Write(new DrawnDocument(pictures, series, Path.GetFullPath(directory))));
            else
                own.Note($"{directory}: {pictures:N0} pictures, samples.jsonl, scenes.jsonl");
            return ExitCode.Success;
        });
        return command;
    }

    private static string[] KindNames { get; } = [.. Enum.GetNames<SceneKind>().Select(JsonNamingPolicy.KebabCaseLower.ConvertName)];

    private static SceneKind ParseKind(string name)
    {
        int index = Array.IndexOf(KindNames, name);
        if (index >= 0)
            return Enum.GetValues<SceneKind>()[index];
        string near = NearestName.Find(name, KindNames) is string found ? $" Did you mean '{found}'?" : "";
        throw new UsageException($"--kinds names '{name}'; {string.Join(", ", KindNames)} are there.{near}");
    }

    private static void Draw(Shell shell, int count, ulong seed, string directory, SceneSplit split, TaskMixture mixture, int threads, CancellationToken cancellation)
    {
        SceneAssets assets = shell.FindAssets();
        EvalOutput.TellFonts(shell, assets);
        using var status = new StatusLine(shell, "drawing");
        int reached = 0;
        try
        {
            DataSetWriter.Draw(count, seed, directory, assets, split, mixture, threads, (done, total) =>
            {
                reached = done;
                status.Report($"drawing {done:N0} of {total:N0}", (double)done / total);
            }, cancellation);
        }
        catch (OperationCanceledException)
        {
            status.Dispose();
            shell.Note($"{directory}: stopped after {reached:N0} of {count:N0} pictures; the same command goes on from here.");
            throw;
        }
    }
}
