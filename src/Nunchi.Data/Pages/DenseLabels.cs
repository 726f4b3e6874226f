namespace Nunchi.Data.Pages;

/// <summary>
/// The numbers that a patch of a page is labelled with. A glyph has an initial, a medial and a final: for a Hangul syllable its consonant, vowel and final
/// consonant (so about 70 numbers name all 11,172 syllables), for any other character an extra initial alone.
/// </summary>
public static class DenseLabels
{
    /// <summary>Value of every label where nothing is.</summary>
    public const byte None = 0;

    /// <summary>Leading consonants are initials 1 to 19.</summary>
    public const int LeadingConsonants = 19;

    /// <summary>Stands for a character that nobody can tell.</summary>
    public const char Unknown = '\uFFFD';

    /// <summary>The characters that are initials of their own, from 20 on.</summary>
    public const string OtherCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.,:-+/%!?()₩~&→←↑↓·'\"#=*@;";

    /// <summary>The initial of any character that has no number of its own: there is ink, but none that is taught.</summary>
    public const byte UnknownInitial = LeadingConsonants + 88 + 1;

    /// <summary>Number of different initials, 0 (nothing) and the unknown character included.</summary>
    public const int Initials = UnknownInitial + 1;

    /// <summary>Number of different medials: 0 (no syllable) and 21 vowels.</summary>
    public const int Medials = 22;

    /// <summary>Number of different finals: 0 (no syllable), 1 (syllable without final consonant), 2 to 28.</summary>
    public const int Finals = 29;

    /// <summary>Number of different colours, 0 (none) included; the numbers are those of <see cref="Objects.ColourName"/>.</summary>
    public const int ColourCount = Objects.Colours.Count;

    private const int FirstSyllable = 0xAC00;
    private const int Vowels = 21;
    private const int FinalConsonants = 28;

    /// <summary>Number of different object classes, 0 (none) included; the numbers are those of <see cref="Objects.ObjectCatalogue"/>.</summary>
    public static int ObjectClasses => Objects.ObjectCatalogue.All.Count + 1;

    /// <summary>The labels of a character; a space has none.</summary>
    public static (byte Initial, byte Medial, byte Final) Encode(char character)
    {
        int syllable = character - FirstSyllable;
        if (syllable is >= 0 and < LeadingConsonants * Vowels * FinalConsonants)
        {
            return (
                (byte)(1 + syllable / (Vowels * FinalConsonants)),
                (byte)(1 + syllable / FinalConsonants % Vowels),
                (byte)(1 + syllable % FinalConsonants));
        }

        if (char.IsWhiteSpace(character))
            return (None, None, None);
        int other = OtherCharacters.IndexOf(character, StringComparison.Ordinal);
        return (other < 0 ? UnknownInitial : (byte)(1 + LeadingConsonants + other), None, None);
    }

    /// <summary>The character that three labels name: a space for none, U+FFFD for the unknown character and for parts that make no character.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A label is not below its number of classes.</exception>
    public static char Decode(int initial, int medial, int final)
    {
        Check(initial, Initials, nameof(initial));
        Check(medial, Medials, nameof(medial));
        Check(final, Finals, nameof(final));
        if (initial == None)
            return ' ';
        if (initial > LeadingConsonants)
            return initial == UnknownInitial ? Unknown : OtherCharacters[initial - LeadingConsonants - 1];
        if (medial == None || final == None)
            return Unknown;
        return (char)(FirstSyllable + ((initial - 1) * Vowels + medial - 1) * FinalConsonants + final - 1);
    }

    /// <summary>
    /// Labels a page with what is known about its source picture: the same labels as <see cref="GlyphPages"/> gives, for any crop and resize. Everything in
    /// <paramref name="into"/> but its pixels is overwritten. Where things overlap, glyphs lie over objects and later ones over earlier ones.
    /// </summary>
    /// <param name="glyphs">Characters with their cells in source pixels.</param>
    /// <param name="words">Outlines of words in source pixels, which glyphs refer to.</param>
    /// <param name="objects">Objects with their outlines in source pixels.</param>
    /// <param name="sourceToPage">Where source pixels fall on the page; see <see cref="Homography.Crop"/>.</param>
    /// <param name="into">The page to label.</param>
    /// <exception cref="ArgumentException">A glyph names a word that is not there, or an object a class that does not exist.</exception>
    public static void FromBoxes(
        IReadOnlyList<LabelledGlyph> glyphs, IReadOnlyList<Quad> words, IReadOnlyList<LabelledObject> objects, Homography sourceToPage, LabelledPage into)
    {
        ArgumentNullException.ThrowIfNull(glyphs);
        ArgumentNullException.ThrowIfNull(words);
        ArgumentNullException.ThrowIfNull(objects);
        ArgumentNullException.ThrowIfNull(into);
        into.ClearLabels();
        for (int i = 0; i < objects.Count; i++)
        {
            LabelledObject item = objects[i];
            if (item.ObjectClass < 1 || item.ObjectClass >= ObjectClasses)
                throw new ArgumentException($"Object {i} has class {item.ObjectClass}; classes are 1 to {ObjectClasses - 1}.", nameof(objects));
            Quad outline = item.Outline.Map(sourceToPage);
            into.Cover(outline, outline, 0, 0, 0, (byte)item.ObjectClass, (byte)item.Colour);
        }

        for (int i = 0; i < glyphs.Count; i++)
        {
            LabelledGlyph glyph = glyphs[i];
            if (glyph.Word < 0 || glyph.Word >= words.Count)
                throw new ArgumentException($"Glyph {i} ('{glyph.Character}') belongs to word {glyph.Word}, but there are {words.Count} words.", nameof(glyphs));
            (byte initial, byte medial, byte final) = Encode(glyph.Character);
            if (initial == None)
                continue;
            into.Cover(glyph.Cell.Map(sourceToPage), words[glyph.Word].Map(sourceToPage), initial, medial, final, 0, (byte)glyph.Colour);
        }

        for (int i = 0; i < glyphs.Count; i++)
        {
            LabelledGlyph glyph = glyphs[i];
            if (Encode(glyph.Character) is var (initial, medial, final) && initial != None)
                into.Squeeze(glyph.Cell.Map(sourceToPage), glyph.Character, initial, medial, final);
        }
    }

    private static void Check(int value, int count, string name)
    {
        if (value < 0 || value >= count)
            throw new ArgumentOutOfRangeException(name, value, $"This label is 0 to {count - 1}.");
    }
}
