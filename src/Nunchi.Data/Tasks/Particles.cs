using Nunchi.Data.Corpus;

namespace Nunchi.Data.Tasks;

/// <summary>The form of a particle that fits the last sound of a word, named by its form after a consonant.</summary>
internal static class Particles
{
    public static string Of(string word, string particle) => particle switch
    {
        "은" => Form(word, Particle.Topic),
        "이" => Form(word, Particle.Subject),
        "을" => Form(word, Particle.Object),
        "과" => Form(word, Particle.And),
        "으로" => Form(word, Particle.Direction),
        "이라고" => Form(word, Particle.Called),
        "이라는" => Form(word, Particle.Called)[..^1] + "는",
        "이에요" => Form(word, Particle.Is),
        "이야" => Form(word, Particle.IsCasual),
        "이고" => Form(word, Particle.IsPlain)[..^1] + "고",
        "이나" => Form(word, Particle.Or),
        _ => throw new ArgumentException($"'{particle}' is no particle with two forms.", nameof(particle)),
    };

    // A romanised name is read as a word (Hongik ends in a consonant), not letter by letter.
    private static string Form(string word, Particle particle)
    {
        bool read = word.Length > 2 && char.IsAsciiLetterLower(word[^1]) && (word.EndsWith("ng", StringComparison.Ordinal) || word[^1] is 'k' or 't' or 'p');
        return KoreanGrammar.Form(read ? "윽" : word, particle);
    }
}
