using System.CommandLine;
using Nunchi.Cli.Answers;
using Nunchi.Hub;
using Nunchi.Text;

namespace Nunchi.Cli;

/// <summary><c>nunchi pull ORG/NAME[@REVISION]</c>: fetches a model from the hub into the cache that Python shares.</summary>
internal static class PullCommand
{
    public static Command Create(Shell shell)
    {
        var command = new Command("pull", "Fetch a model from the hub (HF_ENDPOINT, HF_TOKEN, HF_HUB_CACHE) into the cache shared with Python's huggingface_hub.");
        var model = new Argument<string>("MODEL") { Description = "ORG/NAME or ORG/NAME@REVISION", HelpName = "ORG/NAME[@REVISION]" };
        var include = new Option<string[]>("--include") { Description = "Fetch the files that fit this pattern (* and ?) instead of what a model needs; may come several times.", HelpName = "PATTERN" };
        Option<int?> jobs = NumberOption.Create<int>("--jobs", "Files that are fetched at once (default 4).", 1, 32);
        command.Arguments.Add(model);
        command.Options.Add(include);
        command.Options.Add(jobs);
        command.SetAction(async (parsed, _) =>
        {
            Shell own = GlobalOptions.Apply(shell, parsed);
            HubRepository repository = Repository(parsed.GetRequiredValue(model));
            HubOptions options = HubOptions.FromEnvironment(own.Variable);
            if (parsed.GetValue(jobs) is { } count)
                options = options with { FilesAtOnce = count };
            string[]? patterns = parsed.GetValue(include) is { Length: > 0 } given ? given : null;
            using Interrupts.Scope scope = own.Interrupts.Enter();
            using var client = new HubClient(options);
            PulledModel pulled;
            using (var status = new PullStatus(own, repository))
                pulled = await client.PullAsync(repository, patterns, status, scope.Token).ConfigureAwait(false);
            if (parsed.GetValue(GlobalOptions.Json))
            {
                own.Out.WriteLine(JsonDocuments.Write(PulledDocument.Of(pulled)));
                return ExitCode.Success;
            }
            own.Note(pulled.Received == 0
                ? $"{repository} was here already: {pulled.Files.Count} files, {Quantities.Bytes(pulled.Bytes)}."
                : $"{repository}: {pulled.Files.Count} files, {Quantities.Bytes(pulled.Bytes)}, checked.");
            own.Out.WriteLine(pulled.Directory);
            return ExitCode.Success;
        });
        return command;
    }

    /// <exception cref="UsageException">It is not of the form ORG/NAME[@REVISION].</exception>
    public static HubRepository Repository(string text) => HubRepository.TryParse(text, out HubRepository? repository)
        ? repository
        : throw new UsageException($"'{text}' is no model on a hub; expected ORG/NAME or ORG/NAME@REVISION. See 'nunchi pull --help'.");
}
