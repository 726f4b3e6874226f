using System.CommandLine;
using Nunchi.Chat;
using Nunchi.Cli.Answers;
using Nunchi.Images;

namespace Nunchi.Cli;

/// <summary>What all commands that put one question about pictures share: options, loading, showing, drawing, JSON.</summary>
internal sealed class AnswerCommand
{
    private readonly ModelOptions model = new();
    private readonly SamplingOptions sampling = new();
    private readonly PictureOptions pictureOptions = new();

    public Option<string?> Draw { get; } = new("--draw") { Description = "Write the picture with the answer's boxes to this file (.png or .jpg).", HelpName = "FILE" };

    public AnswerCommand(Command command)
    {
        model.AddTo(command);
        sampling.AddTo(command);
        pictureOptions.AddTo(command);
        command.Options.Add(Draw);
    }

    public PictureOptions Pictures => pictureOptions;

    /// <summary>Loads the model that is to answer.</summary>
    public IChatEngine Load(Shell shell, ParseResult parsed) => model.Load(shell, parsed, change: engine => pictureOptions.Apply(engine, parsed));

    public SamplingOptions Sampling => sampling;

    /// <summary>Asks one question and shows the answer.</summary>
    /// <param name="shell">The surroundings.</param>
    /// <param name="parsed">The options.</param>
    /// <param name="pictures">The pictures in the question; boxes refer to the last one.</param>
    /// <param name="question">The question.</param>
    /// <param name="show">Writes the whole answer as text once it is there; null streams it while it comes.</param>
    public async Task<int> AskAsync(Shell shell, ParseResult parsed, IReadOnlyList<Picture> pictures, Message question, Action<Shell, Answer>? show = null)
    {
        bool json = parsed.GetValue(GlobalOptions.Json);
        string? draw = parsed.GetValue(Draw);
        GenerationOptions options = sampling.Read(shell, parsed);
        if (options.TopLogprobs is not null && !json)
            throw new UsageException("--logprobs are part of the JSON object; add --json.");
        RgbImage? picture = pictures.Count > 0 ? pictures[^1].Image : null;
        if (draw is not null && picture is null)
            throw new UsageException("--draw needs a picture to draw on; add --image FILE.");
        if (draw is not null)
            Drawing.RequireKind(draw);

        using IChatEngine engine = Load(shell, parsed);
        IAnswerView view = json || show is not null ? new SilentView() : new StreamingView(shell);
        var chosen = new List<TokenChosen>();
        Answer answer = await Question.AskAsync(shell, engine, [question], options, view, chosen.Add).ConfigureAwait(false);
        if (draw is not null)
            Drawing.Save(draw, picture!, answer.Spans);
        if (json)
        {
            shell.Out.WriteLine(JsonDocuments.Write(AnswerDocument.Of(answer, engine.Info, picture, options.TopLogprobs is null ? null : chosen)));
            return ExitCode.Success;
        }
        show?.Invoke(shell, answer);
        if (picture is not null && answer.Spans.Count > 0)
            Drawing.Preview(shell, picture, answer.Spans);
        if (answer.FinishReason == FinishReason.Length)
            shell.Note($"The answer was cut off after {answer.Usage.CompletionTokens} tokens (see --max-tokens).");
        return ExitCode.Success;
    }
}
