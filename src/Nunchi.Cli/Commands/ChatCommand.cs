using System.CommandLine;
using Nunchi.Chat;
using Nunchi.Cli.Conversation;

namespace Nunchi.Cli;

/// <summary><c>nunchi chat [--image FILE]... [question]</c>: one question, or a conversation when there is none.</summary>
internal static class ChatCommand
{
    public static Command Create(Shell shell)
    {
        var command = new Command("chat", "Ask about pictures or talk; without a question, a conversation in the terminal or from a pipe.");
        var question = new Argument<string[]>("question") { Description = "what to ask (- reads it from the input); none begins a conversation", Arity = ArgumentArity.ZeroOrMore };
        var images = new Option<string[]>("--image", "-i")
        {
            Description = "A picture to ask about (PNG, JPEG, WebP, GIF or BMP); may be given several times.",
            HelpName = "FILE",
            Arity = ArgumentArity.OneOrMore,
            AllowMultipleArgumentsPerToken = false,
        };
        Option<string?> language = LanguageOption.Create();
        command.Arguments.Add(question);
        command.Options.Add(images);
        command.Options.Add(language);
        var answer = new AnswerCommand(command);
        command.SetAction(async parsed =>
        {
            Shell own = GlobalOptions.Apply(shell, parsed);
            AnswerLanguage tongue = LanguageOption.Parse(parsed.GetValue(language));
            List<Picture> pictures = [.. (parsed.GetValue(images) ?? []).Select(path => answer.Pictures.Read(parsed, path))];
            string[] words = parsed.GetValue(question) ?? [];
            if (words.Length == 0)
                return await TalkAsync(own, parsed, answer, pictures, tongue).ConfigureAwait(false);

            string text = words is ["-"] ? (await own.In.ReadToEndAsync().ConfigureAwait(false)).Trim() : string.Join(' ', words).Trim();
            if (text.Length == 0)
                throw new UsageException("The question is empty; say what to ask, or use 'nunchi caption FILE' for a description.");
            return await answer.AskAsync(own, parsed, pictures, new Message(Role.User, [.. pictures.Select(picture => new ImagePart(picture.Image)), new TextPart(text)])).ConfigureAwait(false);
        });
        return command;
    }

    private static async Task<int> TalkAsync(Shell shell, ParseResult parsed, AnswerCommand answer, IReadOnlyList<Picture> pictures, AnswerLanguage language)
    {
        if (parsed.GetValue(answer.Draw) is not null)
            throw new UsageException("--draw belongs to one question; in a conversation, /draw FILE draws the last answer.");
        GenerationOptions options = answer.Sampling.Read(shell, parsed);
        if (options.TopLogprobs is not null)
            throw new UsageException("--logprobs belong to one question with --json; a conversation does not show them.");
        using IChatEngine engine = answer.Load(shell, parsed);
        var session = new ChatSession(engine, options) { Language = language, Limits = answer.Pictures.Limits(parsed) };
        foreach (Picture picture in pictures)
            session.Add(picture);
        return await new ChatLoop(shell, session, parsed.GetValue(GlobalOptions.Json)).RunAsync().ConfigureAwait(false);
    }
}
