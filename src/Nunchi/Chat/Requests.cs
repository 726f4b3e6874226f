using Nunchi.Images;

namespace Nunchi.Chat;

/// <summary>The messages behind the things that a picture can be asked for without writing a question. Training data uses the same ones.</summary>
public static class Requests
{
    /// <summary>A caption: the picture alone asks for one in Korean, with a sentence for one in English.</summary>
    public static Message Caption(RgbImage image, AnswerLanguage language) => new(Role.User, language switch
    {
        AnswerLanguage.Korean => [new ImagePart(image)],
        _ => [new ImagePart(image), new TextPart(EnglishCaption)],
    });

    /// <summary>All text in reading order; with boxes as <c>&lt;ocr&gt;</c> asks, one piece a line.</summary>
    public static Message Read(RgbImage image, bool boxes) =>
        new(Role.User, [new ImagePart(image), boxes ? new TaskPart(VisualTask.Read) : new TextPart(ReadText)]);

    /// <summary>Where something is: an answer with a box for each place, or without boxes when it is not there.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="phrase">What to look for, in Korean or English; not empty.</param>
    /// <exception cref="ArgumentException">The phrase is empty.</exception>
    public static Message Locate(RgbImage image, string phrase)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(phrase);
        string question = phrase.Any(IsHangul) ? $"{phrase.Trim()} 어디 있어?" : $"Find the {WithoutArticle(phrase.Trim())}.";
        return new Message(Role.User, [new ImagePart(image), new TaskPart(VisualTask.Ground), new TextPart(question)]);
    }

    private const string EnglishCaption = "Describe this picture.";

    private const string ReadText = "글자를 모두 읽어줘";

    private static string WithoutArticle(string phrase)
    {
        string? article = Articles.FirstOrDefault(article => phrase.StartsWith(article, StringComparison.OrdinalIgnoreCase));
        return article is null ? phrase : phrase[article.Length..].TrimStart();
    }

    private static readonly string[] Articles = ["the ", "a ", "an "];

    private static bool IsHangul(char unit) => unit is (>= '\uAC00' and <= '\uD7A3') or (>= '\u1100' and <= '\u11FF') or (>= '\u3131' and <= '\u318E');
}
