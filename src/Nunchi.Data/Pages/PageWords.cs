using Nunchi.Data.Fonts;

namespace Nunchi.Data.Pages;

/// <summary>Makes the words of a page, letter by letter, so that every shape is seen in every neighbourhood and none can be guessed.</summary>
internal sealed class PageWords(SeededRandom random)
{
    public const int Longest = 24;

    private const string Arrows = "→←↑↓";
    private const string Symbols = "+-/%&~·#=*@'\";:";
    private readonly char[] _letters = new char[Longest];
    private int _length;

    /// <summary>The next word, valid until the next call.</summary>
    public ReadOnlySpan<char> Next(PageDifficulty difficulty)
    {
        _length = 0;
        float kind = random.Unit();
        bool decorated = random.Chance(difficulty.PunctuationShare);
        if (kind < difficulty.NumberShare)
            Number(decorated);
        else if (kind < difficulty.NumberShare + difficulty.LatinShare)
            Latin(difficulty.SmallLetters);
        else
            Hangul(difficulty);
        if (decorated && kind >= difficulty.NumberShare)
            Decorate();
        return _letters.AsSpan(0, _length);
    }

    private void Hangul(PageDifficulty difficulty)
    {
        bool every = random.Chance(difficulty.EverySyllableShare);
        int length = 1 + Math.Min(random.Below(5), random.Below(6));
        for (int i = 0; i < length; i++)
        {
            if (every)
            {
                Add(KsSyllables.Text[random.Below(KsSyllables.Count)]);
                continue;
            }

            int place = random.Below(difficulty.FrequentSyllables);
            if (random.Chance(0.5f))
                place = Math.Min(place, random.Below(difficulty.FrequentSyllables));
            Add(SyllableFrequency.Text[place]);
        }
    }

    private void Latin(bool smallLetters)
    {
        int length = 1 + random.Below(7);
        int style = smallLetters ? random.Below(3) : 0;
        for (int i = 0; i < length; i++)
        {
            bool capital = style == 0 || (style == 1 && i == 0);
            Add((char)((capital ? 'A' : 'a') + random.Below(26)));
        }
    }

    private void Number(bool decorated)
    {
        if (!decorated)
        {
            Digits(1 + random.Below(5));
            return;
        }

        switch (random.Below(7))
        {
            case 0:
                if (random.Chance(0.5f))
                    Add('₩');
                Digits(1 + random.Below(3));
                Add(',');
                Digits(3);
                if (random.Chance(0.5f))
                    Add('원');
                break;
            case 1:
                Digits(2);
                Add(':');
                Digits(2);
                break;
            case 2:
                Digits(2 + random.Below(2));
                Add('-');
                Digits(3 + random.Below(2));
                Add('-');
                Digits(4);
                break;
            case 3:
                Digits(1 + random.Below(2));
                Add('%');
                break;
            case 4:
                Digits(1 + random.Below(2));
                Add('.');
                Digits(1 + random.Below(2));
                break;
            case 5:
                Digits(1 + random.Below(2));
                Add('/');
                Digits(1 + random.Below(2));
                break;
            default:
                Digits(1 + random.Below(2));
                Add("+-~="[random.Below(4)]);
                Digits(1 + random.Below(2));
                break;
        }
    }

    private void Decorate()
    {
        switch (random.Below(6))
        {
            case 0:
                Add('.');
                break;
            case 1:
                Add("!?,"[random.Below(3)]);
                break;
            case 2:
                Wrap('(', ')');
                break;
            case 3:
                Add(Arrows[random.Below(Arrows.Length)]);
                break;
            case 4:
                Wrap('"', '"');
                break;
            default:
                Add(Symbols[random.Below(Symbols.Length)]);
                break;
        }
    }

    private void Wrap(char open, char close)
    {
        for (int i = _length; i > 0; i--)
            _letters[i] = _letters[i - 1];
        _letters[0] = open;
        _length++;
        Add(close);
    }

    private void Digits(int count)
    {
        for (int i = 0; i < count; i++)
            Add((char)('0' + random.Below(10)));
    }

    private void Add(char letter) => _letters[_length++] = letter;
}
