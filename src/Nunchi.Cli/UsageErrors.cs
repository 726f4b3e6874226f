using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;

namespace Nunchi.Cli;

/// <summary>Turns what the parser found into one message that says what was expected and what was probably meant.</summary>
internal static class UsageErrors
{
    /// <exception cref="UsageException">The command line was used wrongly.</exception>
    public static void ThrowIfAny(ParseResult parsed)
    {
        Command command = parsed.CommandResult.Command;
        bool helpOrVersion = parsed.Action is not null and not ParseErrorAction && parsed.Action != command.Action;
        if (helpOrVersion)
            return;
        string name = FullName(parsed.CommandResult);
        if (UnknownOption(parsed) is string option)
            throw new UsageException($"Unknown option '{option}' for '{name}'.{Suggest(option, OptionNames(parsed))}{SeeHelp(name)}");
        if (parsed.UnmatchedTokens.Count > 0)
        {
            string token = parsed.UnmatchedTokens[0];
            throw new UsageException(command.Subcommands.Count > 0
                ? $"Unknown command '{token}' for '{name}'.{Suggest(token, command.Subcommands.Select(c => c.Name))}{SeeHelp(name)}"
                : $"'{token}' is one argument too many for '{name}'.{SeeHelp(name)}");
        }
        if (MissingArgument(parsed) is Argument missing)
            throw new UsageException($"'{name}' needs {missing.HelpName ?? missing.Name}, {missing.Description}.{SeeHelp(name)}");
        if (command.Subcommands.Count > 0 && command.Action is null)
            throw new UsageException($"'{name}' needs a command: {string.Join(", ", command.Subcommands.Select(c => c.Name))}.{SeeHelp(name)}");
        if (parsed.Errors.Count > 0)
            throw new UsageException(parsed.Errors[0].Message + SeeHelp(name));
    }

    /// <summary>An argument takes whatever comes, mistyped options too; what begins with a dash before "--" and is no number is one of these.</summary>
    private static string? UnknownOption(ParseResult parsed)
    {
        HashSet<Token> values = [.. Options(parsed).SelectMany(result => result.Tokens)];
        foreach (Token token in parsed.Tokens)
        {
            if (token.Type == TokenType.DoubleDash)
                return null;
            if (token.Type == TokenType.Argument && token.Value.Length > 1 && token.Value[0] == '-'
                && !double.TryParse(token.Value, out _) && !values.Contains(token))
                return token.Value;
        }
        return null;
    }

    private static IEnumerable<OptionResult> Options(ParseResult parsed)
    {
        for (SymbolResult? result = parsed.CommandResult; result is CommandResult command; result = result.Parent)
        {
            foreach (OptionResult option in command.Children.OfType<OptionResult>())
                yield return option;
        }
    }

    private static IEnumerable<string> OptionNames(ParseResult parsed)
    {
        for (SymbolResult? result = parsed.CommandResult; result is CommandResult command; result = result.Parent)
        {
            foreach (Option option in command.Command.Options)
            {
                if (result == parsed.CommandResult || option.Recursive)
                    yield return option.Name;
            }
        }
    }

    private static Argument? MissingArgument(ParseResult parsed) =>
        parsed.CommandResult.Command.Arguments.FirstOrDefault(argument =>
            argument.Arity.MinimumNumberOfValues > (parsed.GetResult(argument)?.Tokens.Count ?? 0));

    private static string FullName(CommandResult command) =>
        command.Parent is CommandResult parent ? $"{FullName(parent)} {command.Command.Name}" : "nunchi";

    private static string Suggest(string word, IEnumerable<string> names) =>
        NearestName.Find(word, names) is string near ? $" Did you mean '{near}'?" : "";

    private static string SeeHelp(string name) => $" See '{name} --help'.";
}
