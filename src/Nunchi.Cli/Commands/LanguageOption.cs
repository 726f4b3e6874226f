using System.CommandLine;
using Nunchi.Chat;

namespace Nunchi.Cli;

/// <summary>The language of captions.</summary>
internal static class LanguageOption
{
    public static Option<string?> Create() => new("--language", "-l") { Description = "Language of captions: ko (default) or en.", HelpName = "ko|en" };

    /// <exception cref="UsageException">Neither ko nor en.</exception>
    public static AnswerLanguage Parse(string? name) => name switch
    {
        null or "ko" => AnswerLanguage.Korean,
        "en" => AnswerLanguage.English,
        _ => throw new UsageException($"--language is '{name}'; ko or en is expected."),
    };
}
