using Nunchi.Chat;
using Nunchi.Data.Tasks;
using Nunchi.Evaluation.Judging;
using Nunchi.Evaluation.Metrics;
using Nunchi.Evaluation.Questions;
using Nunchi.Grounding;
using Nunchi.Images;

namespace Nunchi.Evaluation.Suites;

/// <summary>Questions of a file about pictures of one's own. An answer is right when all that its line expects is so.</summary>
/// <param name="file">The questions.</param>
internal sealed class OwnQuestionsSuite(QuestionFile file) : Suite(SuiteName)
{
    public const string SuiteName = "questions";

    public override IReadOnlyList<string> Headlines { get; } = [.. file.Lines.Select(line => line.Question.Group).OfType<string>().Distinct()];

    /// <summary>The item of a number.</summary>
    /// <exception cref="ImageFormatException">Its picture is none, damaged, or over a limit.</exception>
    public EvaluationItem Item(int index)
    {
        (int line, OwnQuestion question) = file.Lines[index];
        List<RgbImage> images = [];
        foreach (string picture in question.Pictures)
        {
            try
            {
                images.Add(ImageDecoder.DecodeFile(QuestionFile.Beside(file.Path, picture)));
            }
            catch (ImageFormatException failure)
            {
                throw new ImageFormatException($"{file.Path}, line {line}: {failure.Message}", failure);
            }
        }
        return new EvaluationItem(index, images, [], [new EvaluationQuestion(Message(question, images), Expected(question), Truth(question))]);
    }

    public override IReadOnlyList<Verdict> Judge(EvaluationItem item, IReadOnlyList<GivenAnswer> answers)
    {
        (_, OwnQuestion question) = file.Lines[item.Id];
        GivenAnswer given = answers[0];
        string[] groups = [OwnQuestion.Name(question.Task), .. question.Group is { } group ? [group] : (string[])[]];
        BoundingBox[] boxes = [.. Boxes(question)];
        bool Holds(string form) => AcceptedForm.Any([form], given.Text, "");
        bool right = given.Error is null
            && (question.Accept.Count == 0 || question.Accept.Any(Holds)) && question.All.All(Holds) && !question.Not.Any(Holds)
            && (question.Text is null || PlainText.Of(question.Text) == PlainText.Of(given.Text))
            && (question.Boxes is null || BoxJudge.IsExact(boxes, given.Boxes, 0.5));
        List<Score> scores = [Score.Of(MetricCatalogue.Right, right, groups)];
        if (question.Text is { } text)
        {
            ErrorRate errors = ErrorRate.OfCharacters(PlainText.Of(text), PlainText.Of(given.Text));
            scores.Add(new Score(MetricCatalogue.CharacterErrors, errors.Edits, errors.Length, groups));
        }
        if (boxes.Length > 0)
            scores.Add(new Score(MetricCatalogue.Overlap, BoxJudge.Overlap(boxes, given.Boxes), 1, groups));
        return [new Verdict(scores, right, groups)];
    }

    private static Message Message(OwnQuestion question, List<RgbImage> images) => question.Task switch
    {
        OwnTask.Caption => Requests.Caption(images[0], question.Language == "en" ? AnswerLanguage.English : AnswerLanguage.Korean),
        OwnTask.Read => Requests.Read(images[0], boxes: false),
        OwnTask.Locate => Requests.Locate(images[0], question.Ask!),
        _ => new Message(Role.User, [.. images.Select(image => new ImagePart(image)), new TextPart(question.Ask!)]),
    };

    private static IEnumerable<BoundingBox> Boxes(OwnQuestion question) => (question.Boxes ?? []).Select(box => new BoundingBox(box[0], box[1], box[2], box[3]));

    // What the page shows beside a wrong answer; tags are drawn as boxes there.
    private static string Expected(OwnQuestion question)
    {
        BoundingBox[] boxes = [.. Boxes(question)];
        string[] parts =
        [
            question.Text ?? "",
            question.Accept.Count > 0 ? $"holds {string.Join(" or ", question.Accept)}" : "",
            question.All.Count > 0 ? $"holds {string.Join(" and ", question.All)}" : "",
            question.Not.Count > 0 ? $"holds no {string.Join(" and no ", question.Not)}" : "",
            boxes.Length > 0 ? GroundingTags.Object(question.Ask ?? "it", boxes) : question.Boxes is null ? "" : "no box",
        ];
        return string.Join("; ", parts.Where(part => part.Length > 0));
    }

    private static TurnTruth Truth(OwnQuestion question) => new()
    {
        Task = question.Task switch { OwnTask.Caption => TaskKind.Caption, OwnTask.Read => TaskKind.Read, OwnTask.Locate => TaskKind.Locate, _ => TaskKind.TextFact },
        Question = string.Join(", ", question.Pictures.DefaultIfEmpty("no picture")),
        Group = question.Group ?? "",
        Language = question.Language ?? "",
    };
}
