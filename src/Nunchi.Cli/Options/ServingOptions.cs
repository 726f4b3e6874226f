using System.CommandLine;
using Nunchi.Generation;
using Nunchi.Tensors.Operators;

namespace Nunchi.Cli;

/// <summary>What the engine keeps and guesses so that it has less to do.</summary>
internal sealed class ServingOptions
{
    private readonly Option<int?> _draft = NumberOption.Create<int>(
        "--draft", "Most tokens guessed at once where an answer repeats what stands in the conversation; guesses are checked, so answers stay the same. 0 guesses none (default 7).", 0, 31);

    private readonly Option<string?> _cache = new("--kv-cache")
    {
        Description = "How keys and values of earlier tokens are kept: f32, or int8, nearly a quarter of the memory (default: int8 beside int8, int6 and int4 weights, else f32).",
        HelpName = "f32|int8",
    };

    private readonly Option<int?> _prefixes = NumberOption.Create<int>(
        "--prefix-cache", "Megabytes of keys and values of conversations' beginnings that are kept for later conversations; 0 keeps none (default 512).", 0, 1 << 20);

    public ServingOptions() => _cache.AcceptOnlyFromAmong("f32", "int8");

    public void AddTo(Command command)
    {
        command.Options.Add(_draft);
        command.Options.Add(_cache);
        command.Options.Add(_prefixes);
    }

    /// <summary>The engine's options with what was given.</summary>
    public EngineOptions Apply(EngineOptions options, ParseResult parsed) => options with
    {
        DraftTokens = parsed.GetValue(_draft) ?? options.DraftTokens,
        Cache = parsed.GetValue(_cache) is { } format ? (format == "int8" ? CacheFormat.Int8 : CacheFormat.Float32) : options.Cache,
        PrefixBytes = parsed.GetValue(_prefixes) is { } megabytes ? (long)megabytes << 20 : options.PrefixBytes,
    };
}
