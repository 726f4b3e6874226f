using Nunchi.Models;
using Nunchi.Text;

namespace Nunchi.Training.Vocabularies;

/// <summary>Starting vectors of syllable tokens: the sum of vectors of their initial, medial and final, so that rare syllables begin near what they are made of.</summary>
internal static class ComposedEmbedding
{
    private const int FirstSyllable = 0xAC00;
    private const int LastSyllable = 0xD7A3;
    private const int Medials = 21;
    private const int Finals = 28;

    public static void Apply(VisionLanguageModel model, Tokenizer tokenizer, ulong seed)
    {
        var width = model.Config.Text.HiddenSize;
        var deviation = (float)(model.Config.Text.InitializerRange / Math.Sqrt(3));
        var initials = Vectors(seed, 19, width, deviation);
        var medials = Vectors(seed + 1, Medials, width, deviation);
        var finals = Vectors(seed + 2, Finals, width, deviation);
        for (var id = 0; id < Math.Min(tokenizer.VocabularySize, model.Decoder.Embedding.Rows); id++)
        {
            if (tokenizer.IsSpecial(id) || tokenizer.Decode([id]) is not { Length: 1 } text || text[0] is < (char)FirstSyllable or > (char)LastSyllable)
                continue;
            var syllable = text[0] - FirstSyllable;
            var (initial, medial, final) = (initials[syllable / (Medials * Finals)], medials[syllable / Finals % Medials], finals[syllable % Finals]);
            var row = model.Decoder.Embedding.Row(id);
            for (var i = 0; i < width; i++)
                row[i] = initial[i] + medial[i] + final[i];
        }
    }

    private static float[][] Vectors(ulong seed, int count, int width, float deviation)
    {
        var random = new Data.Pages.SeededRandom(seed);
        return [.. Enumerable.Range(0, count).Select(_ => Enumerable.Range(0, width).Select(_ => random.Normal() * deviation).ToArray())];
    }
}
