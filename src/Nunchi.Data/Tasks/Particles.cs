namespace Nunchi.Data.Tasks;

/// <summary>The form of a particle that fits the last sound of a word.</summary>
internal static class Particles
{
    private enum End
    {
        Vowel,
        Rieul,
        Consonant,
    }

    public static string Of(string word, string particle)
    {
        End end = EndOf(word);
        bool closed = end != End.Vowel;
        return particle switch
        {
            "은" => closed ? "은" : "는",
            "이" => closed ? "이" : "가",
            "을" => closed ? "을" : "를",
            "과" => closed ? "과" : "와",
            "으로" => end == End.Consonant ? "으로" : "로",
            "이라고" => closed ? "이라고" : "라고",
            "이에요" => closed ? "이에요" : "예요",
            "이야" => closed ? "이야" : "야",
            "이고" => closed ? "이고" : "고",
            "이나" => closed ? "이나" : "나",
            _ => throw new ArgumentException($"'{particle}' is no particle with two forms.", nameof(particle)),
        };
    }

    private static End EndOf(string word)
    {
        for (int i = word.Length - 1; i >= 0; i--)
        {
            char c = word[i];
            if (c is >= '가' and <= '힣')
                return ((c - '가') % 28) switch { 0 => End.Vowel, 8 => End.Rieul, _ => End.Consonant };
            if (char.IsAsciiDigit(c))
                return c switch { '1' or '7' or '8' => End.Rieul, '0' or '3' or '6' => End.Consonant, _ => End.Vowel };
            if (char.IsAsciiLetter(c))
                return char.ToLowerInvariant(c) switch { 'l' or 'r' => End.Rieul, 'm' or 'n' => End.Consonant, 'g' => i > 0 && char.ToLowerInvariant(word[i - 1]) == 'n' ? End.Consonant : End.Vowel, 'k' or 'p' or 't' or 'b' or 'c' => End.Consonant, _ => End.Vowel };
        }
        return End.Vowel;
    }
}
