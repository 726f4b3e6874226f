using System.CommandLine;
using Nunchi.Cli.Answers;
using Nunchi.Hub;
using Nunchi.Text;
using Spectre.Console;

namespace Nunchi.Cli;

/// <summary><c>nunchi models</c>: what is in the hub's cache on this machine; <c>nunchi models remove NAME</c> removes.</summary>
internal static class ModelsCommand
{
    public static Command Create(Shell shell)
    {
        var command = new Command("models", "List the models in the hub's cache on this machine: size, revisions, when used.");
        command.Subcommands.Add(CreateRemove(shell));
        command.SetAction(parsed =>
        {
            Shell own = GlobalOptions.Apply(shell, parsed);
            HubCache cache = Cache(own);
            IReadOnlyList<CachedModel> models = cache.List();
            if (parsed.GetValue(GlobalOptions.Json))
                own.Out.WriteLine(JsonDocuments.Write(ModelsDocument.Of(cache, models)));
            else if (own.OutTerminal.IsTerminal)
                WriteTable(own, models);
            else
                WriteLines(own, models);
            if (models.Count == 0)
                own.Note($"No models in {cache.Directory}; 'nunchi pull ORG/NAME' fetches one.");
            return ExitCode.Success;
        });
        return command;
    }

    private static Command CreateRemove(Shell shell)
    {
        var command = new Command("remove", "Remove a model, or one revision of it, from the cache.");
        var model = new Argument<string>("MODEL") { Description = "ORG/NAME, or ORG/NAME@REVISION for one revision", HelpName = "ORG/NAME[@REVISION]" };
        var yes = new Option<bool>("--yes", "-y") { Description = "Do not ask." };
        command.Arguments.Add(model);
        command.Options.Add(yes);
        command.SetAction(parsed =>
        {
            Shell own = GlobalOptions.Apply(shell, parsed);
            string name = parsed.GetRequiredValue(model);
            HubRepository repository = PullCommand.Repository(name);
            HubCache cache = Cache(own);
            CachedModel cached = cache.List().FirstOrDefault(known => known.Name == repository.Name)
                ?? throw new DirectoryNotFoundException($"{repository.Name} is not in {cache.Directory}. 'nunchi models' lists what is.");
            if (!parsed.GetValue(yes) && !Confirm(own, name, cached))
            {
                own.Note("Nothing was removed.");
                return ExitCode.Failure;
            }
            long freed = cache.Remove(name);
            if (parsed.GetValue(GlobalOptions.Json))
                own.Out.WriteLine(JsonDocuments.Write(new RemovedDocument(name, freed)));
            else
                own.Out.WriteLine($"Removed {name}, {Quantities.Bytes(freed)}.");
            return ExitCode.Success;
        });
        return command;
    }

    private static bool Confirm(Shell shell, string name, CachedModel model)
    {
        if (!shell.InIsTerminal || !shell.ErrorTerminal.IsTerminal)
            throw new UsageException($"Removing {name} ({Quantities.Bytes(model.Bytes)}) wants a yes, and there is no terminal to ask on; add --yes.");
        shell.Error.Write($"Remove {name} ({Quantities.Bytes(model.Bytes)} in {model.Directory})? [y/N] ");
        return shell.In.ReadLine()?.Trim().ToLowerInvariant() is "y" or "yes" or "네" or "예";
    }

    private static HubCache Cache(Shell shell) => new(HubOptions.FromEnvironment(shell.Variable).CacheDirectory);

    private static void WriteTable(Shell shell, IReadOnlyList<CachedModel> models)
    {
        if (models.Count == 0)
            return;
        var table = new Table().Border(TableBorder.Rounded);
        table.AddColumns("model", "revision", "size", "last used", "");
        table.Columns[2].RightAligned();
        foreach (var (model, revision) in Rows(models))
        {
            table.AddRow(Markup.Escape(model.Name), Markup.Escape(revision is null ? "-" : Name(revision)), Quantities.Bytes(revision?.Bytes ?? model.Bytes), Used(model),
                Markup.Escape(State(revision) ?? ""));
        }
        Tables.Write(shell, table);
    }

    // In a pipe: name, revisions, commit, bytes, last use, what is missing, separated by tabs.
    private static void WriteLines(Shell shell, IReadOnlyList<CachedModel> models)
    {
        foreach (var (model, revision) in Rows(models))
            shell.Out.WriteLine(string.Join('\t', model.Name, revision is null ? "" : string.Join(',', revision.Names), revision?.Commit ?? "", revision?.Bytes ?? model.Bytes, Used(model), State(revision) ?? ""));
    }

    private static IEnumerable<(CachedModel Model, CachedRevision? Revision)> Rows(IReadOnlyList<CachedModel> models) =>
        models.SelectMany(model => model.Revisions.Count == 0 ? [(model, (CachedRevision?)null)] : model.Revisions.Select(revision => (model, (CachedRevision?)revision)));

    private static string Name(CachedRevision revision) => revision.Names.Count == 0 ? revision.Commit[..Math.Min(8, revision.Commit.Length)] : string.Join(", ", revision.Names);

    private static string? State(CachedRevision? revision) => revision is null ? "not complete" : revision.Missing is null ? null : $"not complete: no {revision.Missing}";

    private static string Used(CachedModel model) => model.LastUsed.ToLocalTime().ToString("yyyy-MM-dd HH:mm");
}
