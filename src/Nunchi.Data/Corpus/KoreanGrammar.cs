namespace Nunchi.Data.Corpus;

/// <summary>Particles by final consonant, and numbers as they are read.</summary>
public static class KoreanGrammar
{
    private const int Liquid = 8;

    private static readonly string[] NativeUnits = ["", "한", "두", "세", "네", "다섯", "여섯", "일곱", "여덟", "아홉"];
    private static readonly string[] NativeNames = ["", "하나", "둘", "셋", "넷", "다섯", "여섯", "일곱", "여덟", "아홉"];
    private static readonly string[] NativeTens = ["", "열", "스물", "서른", "마흔", "쉰", "예순", "일흔", "여든", "아흔"];
    private static readonly string[] SinoDigits = ["영", "일", "이", "삼", "사", "오", "육", "칠", "팔", "구"];

    /// <summary>Whether the word, as it is read, ends in a consonant. Digits and Latin letters count by their Korean names; signs at the end are passed over.</summary>
    public static bool EndsInConsonant(string word) => FinalConsonant(word) != 0;

    /// <summary>The particle in the form that fits the word, without the word.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The particle is unknown.</exception>
    public static string Form(string word, Particle particle)
    {
        int final = FinalConsonant(word);
        bool closed = final != 0;
        return particle switch
        {
            Particle.Topic => closed ? "은" : "는",
            Particle.Subject => closed ? "이" : "가",
            Particle.Object => closed ? "을" : "를",
            Particle.Direction => closed && final != Liquid ? "으로" : "로",
            Particle.And => closed ? "과" : "와",
            Particle.With => closed ? "이랑" : "랑",
            Particle.Or => closed ? "이나" : "나",
            Particle.Is => closed ? "이에요" : "예요",
            Particle.IsCasual => closed ? "이야" : "야",
            Particle.IsPlain => closed ? "이다" : "다",
            Particle.Called => closed ? "이라고" : "라고",
            Particle.Vocative => closed ? "아" : "야",
            _ => throw new ArgumentOutOfRangeException(nameof(particle), particle, "Unknown particle."),
        };
    }

    /// <summary>The word with the particle in the form that fits it: (사과, Topic) gives 사과는.</summary>
    public static string Add(string word, Particle particle) => word + Form(word, particle);

    /// <summary>A number 1..99 as it stands before a counting word: 한, 두, 스무, 스물한.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is not 1..99.</exception>
    public static string Native(int number)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(number, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(number, 99);
        return number == 20 ? "스무" : NativeTens[number / 10] + NativeUnits[number % 10];
    }

    /// <summary>A number 1..99 standing alone: 하나, 둘, 스물, 스물하나.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is not 1..99.</exception>
    public static string NativeAlone(int number)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(number, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(number, 99);
        return NativeTens[number / 10] + NativeNames[number % 10];
    }

    /// <summary>A number 0..9999999999 as it is read in Sino-Korean: 삼천오백, 이만.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is out of range.</exception>
    public static string Sino(long number)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(number);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(number, 9_999_999_999);
        if (number == 0)
            return SinoDigits[0];
        string text = "";
        string[] groups = ["", "만", "억"];
        for (int group = 0; number > 0; group++, number /= 10_000)
        {
            int part = (int)(number % 10_000);
            if (part == 0)
                continue;
            string read = group > 0 && part == 1 && number == 1 && group == 1 ? "" : Below10000(part);
            text = read + groups[group] + text;
        }

        return text;
    }

    /// <summary>Digits read one by one, as in telephone numbers: 0 is 공.</summary>
    public static string Spelled(string digits) =>
        string.Concat(digits.Select(digit => digit == '0' ? "공" : char.IsAsciiDigit(digit) ? SinoDigits[digit - '0'] : digit == '-' ? " " : digit.ToString()));

    /// <summary>A number with its counting word: (3, 마리) gives 세 마리; above 99 in digits.</summary>
    public static string Counted(int number, string counter) =>
        number is >= 1 and <= 99 ? $"{Native(number)} {counter}" : $"{number} {counter}";

    /// <summary>Index of the final consonant as in Unicode (0 none, 8 ㄹ) of the last sound of a word.</summary>
    private static int FinalConsonant(string word)
    {
        ArgumentNullException.ThrowIfNull(word);
        for (int i = word.Length - 1; i >= 0; i--)
        {
            char last = word[i];
            if (last is >= '가' and <= '힣')
                return (last - '가') % 28;
            if (char.IsAsciiDigit(last))
                return OfDigit(word, i);
            if (char.IsAsciiLetter(last))
                return char.ToUpperInvariant(last) switch { 'L' or 'R' => Liquid, 'M' => 16, 'N' => 4, _ => 0 };
            if (last == '%')
                return 0;
            if (last == '₩')
                return 4;
        }

        return 0;
    }

    private static int OfDigit(string word, int at)
    {
        if (word[at] != '0')
            return word[at] switch { '1' or '7' or '8' => Liquid, '3' => 16, '6' => 1, _ => 0 };

        // Trailing zeros are read as the unit: 십, 백, 천 end in consonants, and so do 만, 억 and a lone 영.
        return word[..at].TrimEnd('0') is { Length: > 0 } ? 17 : 21;
    }

    private static string Below10000(int number)
    {
        string text = "";
        string[] units = ["", "십", "백", "천"];
        for (int place = 0; number > 0; place++, number /= 10)
        {
            int digit = number % 10;
            if (digit == 0)
                continue;
            text = (digit == 1 && place > 0 ? "" : SinoDigits[digit]) + units[place] + text;
        }

        return text;
    }
}
