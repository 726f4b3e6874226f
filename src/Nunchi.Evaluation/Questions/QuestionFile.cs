using System.Text.Json;
using System.Text.Json.Serialization;

namespace Nunchi.Evaluation.Questions;

/// <summary>
/// Questions about pictures of one's own with what right answers hold: one JSON object a line (<c>image</c>, <c>ask</c>, <c>accept</c> ...; docs/evaluation.md). Empty lines and such that begin with # or // are skipped.
/// </summary>
public sealed class QuestionFile
{
    private QuestionFile(string path, IReadOnlyList<(int Line, OwnQuestion Question)> lines) => (Path, Lines) = (path, lines);

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Questions that it holds.</summary>
    public int Count => Lines.Count;

    internal IReadOnlyList<(int Line, OwnQuestion Question)> Lines { get; }

    /// <summary>Reads a file; pictures are looked for, and opened only when they are asked about.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FileNotFoundException">It, or a picture, is not there.</exception>
    /// <exception cref="InvalidDataException">A line is not understood; the message names it. Or there is none.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static QuestionFile Read(string path)
    {
        if (!File.Exists(path))
            throw new FileNotFoundException($"{path}: there is no such file of questions.", path);
        List<(int, OwnQuestion)> lines = [];
        int number = 0;
        foreach (string line in File.ReadLines(path))
        {
            number++;
            string text = line.Trim();
            if (text.Length == 0 || text[0] == '#' || text.StartsWith("//", StringComparison.Ordinal))
                continue;
            OwnQuestion question = Parse(text, path, number);
            foreach (string picture in question.Pictures.Where(picture => !File.Exists(Beside(path, picture))))
                throw new FileNotFoundException($"{path}, line {number}: there is no picture {Beside(path, picture)}.", picture);
            lines.Add((number, question));
        }
        return lines.Count > 0 ? new QuestionFile(path, lines) : throw new InvalidDataException($"{path} holds no question; expected one JSON object a line, such as {{\"image\": \"sign.png\", \"ask\": \"얼마야?\", \"accept\": [\"2,980\"]}}.");
    }

    /// <summary>Where a picture lies that a file names.</summary>
    internal static string Beside(string path, string picture) => System.IO.Path.Combine(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!, picture);

    private static OwnQuestion Parse(string text, string path, int number)
    {
        try
        {
            OwnQuestion question = JsonSerializer.Deserialize(text, OwnQuestionJson.Default.OwnQuestion) ?? throw new JsonException("Found null.");
            return question.Fault() is { } fault ? throw new InvalidDataException($"{path}, line {number}: the question {fault}.") : question;
        }
        catch (JsonException failure)
        {
            throw new InvalidDataException($"{path}, line {number}, is not a question: {failure.Message} A question may have image or images, task (ask, caption, read, locate), ask, language, accept, all, not, text, boxes, group.", failure);
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, AllowDuplicateProperties = false, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(OwnQuestion))]
internal sealed partial class OwnQuestionJson : JsonSerializerContext;
