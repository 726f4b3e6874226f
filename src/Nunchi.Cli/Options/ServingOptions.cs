using System.CommandLine;
using Nunchi.Generation;

namespace Nunchi.Cli;

/// <summary>What the engine keeps and guesses so that it has less to do.</summary>
internal sealed class ServingOptions
{
    private readonly Option<int?> _draft = NumberOption.Create<int>(
        "--draft", "Most tokens guessed at once where an answer repeats what stands in the conversation; guesses are checked, so answers stay the same. 0 guesses none (default 7).", 0, 31);

    public void AddTo(Command command) => command.Options.Add(_draft);

    /// <summary>The engine's options with what was given.</summary>
    public EngineOptions Apply(EngineOptions options, ParseResult parsed) => options with { DraftTokens = parsed.GetValue(_draft) ?? options.DraftTokens };
}
