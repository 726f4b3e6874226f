using System.CommandLine;
using Nunchi.Chat;
using Nunchi.Cli.Answers;
using Spectre.Console;

namespace Nunchi.Cli;

/// <summary><c>nunchi show [MODEL]</c>: what a checkpoint holds.</summary>
internal static class ShowCommand
{
    public static Command Create(Shell shell)
    {
        var command = new Command("show", "Show what a checkpoint holds: its parts, sizes, parameters, and the kernels in use.");
        var model = new Argument<string?>("MODEL") { Description = "checkpoint directory or ORG/NAME[@REVISION] (default: the model that answers)", Arity = ArgumentArity.ZeroOrOne };
        var options = new ModelOptions();
        var plan = new Option<bool>("--plan") { Description = "Work out bytes, memory and places from config.json alone (or for the name of a known shape), without reading weights." };
        command.Arguments.Add(model);
        command.Options.Add(plan);
        options.AddTo(command);
        command.SetAction(parsed =>
        {
            Shell own = GlobalOptions.Apply(shell, parsed);
            if (parsed.GetValue(model) is not null && parsed.GetValue(options.Model) is not null)
                throw new UsageException("The model is named twice; give MODEL or --model, not both.");
            if (parsed.GetValue(plan))
                return ShowPlan.Run(own, parsed.GetValue(model) ?? parsed.GetValue(options.Model), parsed.GetValue(GlobalOptions.Json));
            using IChatEngine engine = options.Load(own, parsed, parsed.GetValue(model));
            if (parsed.GetValue(GlobalOptions.Json))
                own.Out.WriteLine(JsonDocuments.Write(ModelDocument.Of(engine.Info)));
            else
                Write(own, engine.Info);
            return ExitCode.Success;
        });
        return command;
    }

    private static void Write(Shell shell, ModelInfo info)
    {
        shell.Out.WriteLine($"{info.Name} ({info.Family}), {Count(info.Parameters)} parameters");
        shell.Out.WriteLine($"directory   {info.Directory}");
        if (info.Adapter is { } adapter)
            shell.Out.WriteLine($"adapter     {adapter}");
        shell.Out.WriteLine($"context     {info.ContextLength:N0} tokens, vocabulary {info.VocabularySize:N0}");
        shell.Out.WriteLine($"arithmetic  {info.Kernels}");
        if (info.KeyValueCache.Length > 0)
            shell.Out.WriteLine($"kv cache    {info.KeyValueCache}");
        if (info.Answers.Length > 0)
            shell.Out.WriteLine($"answers     {info.Answers}");
        shell.Out.WriteLine($"loaded in   {info.LoadTime.TotalMilliseconds:0} ms");
        var table = new Table().Border(TableBorder.Rounded);
        table.AddColumns("part", "what it is", "parameters", "memory", "precision");
        table.Columns[2].RightAligned();
        table.Columns[3].RightAligned();
        foreach (ModulePart part in info.Parts)
            table.AddRow(Markup.Escape(part.Name), Markup.Escape(part.Architecture), Count(part.Parameters), $"{part.Bytes / 1e6:0.0} MB", Markup.Escape(part.Precision));
        Tables.Write(shell, table);
    }

    internal static string Count(long parameters) => parameters switch
    {
        >= 1_000_000_000 => $"{parameters / 1e9:0.00} B",
        >= 1_000_000 => $"{parameters / 1e6:0.00} M",
        _ => $"{parameters:N0}",
    };
}
