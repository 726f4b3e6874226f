using System.CommandLine;
using Nunchi.Chat;
using Nunchi.Cli.Answers;
using Nunchi.Data.Scenes;
using Nunchi.Evaluation.Questions;
using Nunchi.Evaluation.Runs;
using Nunchi.Evaluation.Suites;

namespace Nunchi.Cli;

/// <summary><c>nunchi eval SUITE...</c>: measures a model on drawn pictures that training never showed, or with questions about pictures of one's own.</summary>
internal static class EvalCommand
{
    public static Command Create(Shell shell)
    {
        var command = new Command("eval", $"Measure a model: {string.Join(", ", SuiteCatalogue.Names)}, or {SuiteCatalogue.All}. A stopped run goes on when it is called again.");
        var suites = new Argument<string[]>("SUITE") { Description = "what to measure; one or several", Arity = ArgumentArity.ZeroOrMore };
        var model = new ModelOptions();
        var pictures = new PictureOptions();
        Option<int?> count = NumberOption.Create<int>("--count", "Pictures or conversations of each suite (default 200), or so many of the questions (default all).", 1, 1_000_000);
        Option<ulong?> seed = NumberOption.Create<ulong>("--seed", "The seed of the series (default 1).");
        Option<int?> maxTokens = NumberOption.Create<int>("--max-tokens", "The most tokens of an answer (default 512).", 1);
        Option<string?> split = SplitOption.Create("What pictures are made of: held-out (default) fonts, words and layouts, or those of training.");
        var output = new Option<string?>("--out") { Description = "Where answers, numbers and pages go (default: runs/eval/MODEL-...). Answers that are there are not asked for again.", HelpName = "DIR" };
        var questions = new Option<string?>("--questions") { Description = "Ask the questions of this file about pictures of your own instead: one JSON object a line (docs/evaluation.md).", HelpName = "FILE" };
        var compare = new Option<string[]>("--compare") { Description = "Compare two directories that --out wrote: second less first, on the same questions.", HelpName = "A B", Arity = new ArgumentArity(2, 2), AllowMultipleArgumentsPerToken = true };
        command.Arguments.Add(suites);
        model.AddTo(command);
        pictures.AddViewsTo(command);
        foreach (Option option in (Option[])[count, seed, maxTokens, split, questions, output, compare])
            command.Options.Add(option);
        command.SetAction(async parsed =>
        {
            Shell own = GlobalOptions.Apply(shell, parsed);
            bool json = parsed.GetValue(GlobalOptions.Json);
            IReadOnlyList<string> chosen = Choose(parsed.GetValue(suites) ?? []);
            if (parsed.GetValue(compare) is { Length: 2 } pair)
                return EvalOutput.Compare(own, json, pair[0], pair[1], chosen);
            string? file = parsed.GetValue(questions);
            if (file is null && chosen.Count == 0)
                throw new UsageException($"'nunchi eval' needs a suite: {string.Join(", ", SuiteCatalogue.Names)} or {SuiteCatalogue.All}; or --questions FILE.");
            if (file is not null && (chosen.Count > 0 || parsed.GetResult(seed) is not null || parsed.GetResult(split) is not null))
                throw new UsageException("'nunchi eval --questions' asks what the file asks: suites, --seed and --split are of drawn pictures.");
            QuestionFile? asked = file is null ? null : QuestionFile.Read(file);
            var defaults = new EvaluationOptions { Suites = chosen };
            EvaluationOptions options = defaults with
            {
                Count = parsed.GetValue(count) ?? defaults.Count,
                Seed = parsed.GetValue(seed) ?? defaults.Seed,
                MaxTokens = parsed.GetValue(maxTokens) ?? defaults.MaxTokens,
                Split = SplitOption.Parse(parsed.GetValue(split)) ?? SceneSplit.HeldOut,
                Pictures = own.Pictures,
            };
            using Interrupts.Scope scope = own.Interrupts.Enter();
            SceneAssets? assets = null;
            if (asked is null)
            {
                assets = own.FindAssets();
                EvalOutput.TellFonts(own, assets);
            }
            using IChatEngine engine = model.Load(own, parsed, change: options => pictures.Apply(options, parsed));
            string directory = parsed.GetValue(output) ?? (asked is null ? Evaluator.DefaultDirectory(engine.Info, options) : Evaluator.DefaultDirectory(engine.Info, asked));
            EvaluationReport report;
            using (var status = new StatusLine(own, asked is null ? "drawing" : "asking"))
            {
                void Report(EvaluationProgress progress) => EvalOutput.Report(status, progress);
                report = asked is null
                    ? await Evaluator.RunAsync(engine, assets!, options, directory, Report, scope.Token).ConfigureAwait(false)
                    : await Evaluator.RunAsync(engine, asked, parsed.GetValue(count), options.MaxTokens, directory, Report, scope.Token).ConfigureAwait(false);
            }
            EvalOutput.Write(own, json, report);
            return !report.Stopped ? ExitCode.Success : own.Interrupts.Terminated ? ExitCode.Terminated : ExitCode.Interrupted;
        });
        return command;
    }

    /// <summary>Suites by their names, each once, in their own order.</summary>
    private static IReadOnlyList<string> Choose(string[] names)
    {
        foreach (string name in names)
        {
            if (name == SuiteCatalogue.All || SuiteCatalogue.Names.Contains(name))
                continue;
            string near = NearestName.Find(name, [.. SuiteCatalogue.Names, SuiteCatalogue.All]) is string found ? $" Did you mean '{found}'?" : "";
            throw new UsageException($"There is no suite '{name}'; there are {string.Join(", ", SuiteCatalogue.Names)}, and {SuiteCatalogue.All}.{near}");
        }
        return [.. SuiteCatalogue.Names.Where(suite => names.Contains(SuiteCatalogue.All) || names.Contains(suite))];
    }
}
