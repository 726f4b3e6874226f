using Nunchi.Chat;
using Nunchi.Cli.Answers;
using Nunchi.Images;

namespace Nunchi.Cli.Conversation;

/// <summary>A conversation: what was said, the pictures in it and those that wait for the next question.</summary>
internal sealed class ChatSession(IChatEngine engine, GenerationOptions options)
{
    private readonly List<Message> messages = [];
    private readonly List<Picture> shown = [];
    private readonly List<Picture> waiting = [];
    private readonly List<Turn> turns = [];

    public IChatEngine Engine => engine;

    public AnswerLanguage Language { get; set; }

    /// <summary>What a picture file may cost.</summary>
    public ImageLimits Limits { get; init; } = ImageLimits.Default;

    /// <summary>Pictures already in the conversation, in order.</summary>
    public IReadOnlyList<Picture> Shown => shown;

    /// <summary>Pictures that go with the next question.</summary>
    public IReadOnlyList<Picture> Waiting => waiting;

    public IReadOnlyList<Turn> Turns => turns;

    /// <summary>The picture that boxes refer to: the last one of the conversation, or none.</summary>
    public RgbImage? Current => shown.Count > 0 ? shown[^1].Image : null;

    public void Add(Picture picture) => waiting.Add(picture);

    public void Reset()
    {
        messages.Clear();
        shown.Clear();
        waiting.Clear();
        turns.Clear();
    }

    /// <summary>Asks; without words the waiting picture is to be described. A question that fails or is stopped leaves the conversation as it was.</summary>
    public async Task<Answer> AskAsync(Shell shell, string text, IAnswerView view)
    {
        Message question = text.Length == 0 && waiting.Count == 1
            ? Requests.Caption(waiting[0].Image, Language)
            : new Message(Role.User, [.. waiting.Select(picture => new ImagePart(picture.Image)), .. text.Length == 0 ? (ContentPart[])[] : [new TextPart(text)]]);
        Answer answer = await Question.AskAsync(shell, engine, [.. messages, question], options, view).ConfigureAwait(false);
        messages.Add(question);
        messages.Add(new Message(Role.Assistant, answer.RawText));
        turns.Add(new Turn(text, [.. waiting.Select(picture => picture.Name)], answer));
        shown.AddRange(waiting);
        waiting.Clear();
        return answer;
    }
}

/// <summary>One question and its answer.</summary>
internal sealed record Turn(string Question, IReadOnlyList<string> Pictures, Answer Answer);
