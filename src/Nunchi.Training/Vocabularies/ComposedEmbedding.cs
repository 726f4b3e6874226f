using System.Globalization;
using Nunchi.Models;
using Nunchi.Text;
using Nunchi.Training.Stages.Patches;

namespace Nunchi.Training.Vocabularies;

/// <summary>
/// Starting vectors of tokens that are made of parts. A syllable's is the sum of vectors of its initial, medial and final, so that rare syllables begin near what they
/// are made of. A coordinate's is mostly the code of its place (<see cref="BoxCode"/>), so that neighbouring numbers are neighbours.
/// </summary>
internal static class ComposedEmbedding
{
    private const int FirstSyllable = 0xAC00;
    private const int LastSyllable = 0xD7A3;
    private const int Medials = 21;
    private const int Finals = 28;

    // What is left of a coordinate's random vector, which tells it from its neighbours.
    private const float OwnShare = 0.4f;

    public static void Apply(VisionLanguageModel model, Tokenizer tokenizer, ulong seed)
    {
        var width = model.Config.Text.HiddenSize;
        var deviation = (float)(model.Config.Text.InitializerRange / Math.Sqrt(3));
        var initials = Vectors(seed, 19, width, deviation);
        var medials = Vectors(seed + 1, Medials, width, deviation);
        var finals = Vectors(seed + 2, Finals, width, deviation);
        var places = Vectors(seed + 3, BoxCode.SideLength, width, (float)model.Config.Text.InitializerRange / 2);
        for (var id = 0; id < Math.Min(tokenizer.VocabularySize, model.Decoder.Embedding.Rows); id++)
        {
            if (tokenizer.IsSpecial(id) || tokenizer.Decode([id]) is not { } text)
                continue;
            if (Coordinate(text) is { } side)
                AddPlace(side, places, model.Decoder.Embedding.Row(id));
            if (text.Length != 1 || text[0] is < (char)FirstSyllable or > (char)LastSyllable)
                continue;
            var syllable = text[0] - FirstSyllable;
            var (initial, medial, final) = (initials[syllable / (Medials * Finals)], medials[syllable / Finals % Medials], finals[syllable % Finals]);
            var row = model.Decoder.Embedding.Row(id);
            for (var i = 0; i < width; i++)
                row[i] = initial[i] + medial[i] + final[i];
        }
    }

    // "0.25" or ", 0.25"
    private static double? Coordinate(string text)
    {
        var number = text.StartsWith(", ", StringComparison.Ordinal) ? text.AsSpan(2) : text;
        return number.StartsWith("0.", StringComparison.Ordinal) && double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var side) ? side : null;
    }

    private static void AddPlace(double side, float[][] places, Span<float> row)
    {
        Span<float> code = stackalloc float[BoxCode.SideLength];
        BoxCode.WriteSide(side, code);
        for (var i = 0; i < row.Length; i++)
        {
            row[i] *= OwnShare;
            for (var k = 0; k < code.Length; k++)
                row[i] += code[k] * places[k][i];
        }
    }

    private static float[][] Vectors(ulong seed, int count, int width, float deviation)
    {
        var random = new Data.Pages.SeededRandom(seed);
        return [.. Enumerable.Range(0, count).Select(_ => Enumerable.Range(0, width).Select(_ => random.Normal() * deviation).ToArray())];
    }
}
