using SkiaSharp;

namespace Nunchi.Data.Fonts;

/// <summary>One face of a font file that has every KS X 1001 syllable.</summary>
public sealed class FontFace
{
    private readonly Lazy<SKTypeface> _typeface;
    private readonly string _misdrawn;

    /// <summary>Describes a face; the file is opened when <see cref="Typeface"/> is first asked for.</summary>
    /// <param name="family">Name shared by all faces that keep to one design.</param>
    /// <param name="path">The .ttf, .otf or .ttc file.</param>
    /// <param name="index">Which face of a collection file; 0 for a plain font file.</param>
    /// <param name="weight">Boldness as in OpenType, 100 (thin) to 900 (black).</param>
    /// <param name="style">The family's look.</param>
    /// <param name="split">Whether training may draw it.</param>
    /// <param name="misdrawn">Characters whose glyph shows something else, so that <see cref="Has"/> denies them.</param>
    /// <exception cref="ArgumentOutOfRangeException">The weight or the index is out of range.</exception>
    public FontFace(string family, string path, int index, int weight, FontStyle style, FontSplit split, string misdrawn = "")
    {
        ArgumentException.ThrowIfNullOrEmpty(family);
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfLessThan(weight, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(weight, 1000);
        Family = family;
        Path = path;
        Index = index;
        Weight = weight;
        Style = style;
        Split = split;
        _misdrawn = misdrawn;
        _typeface = new Lazy<SKTypeface>(Open);
    }

    /// <summary>Name shared by all faces that keep to one design.</summary>
    public string Family { get; }

    /// <summary>The font file.</summary>
    public string Path { get; }

    /// <summary>Which face of a collection file; 0 for a plain font file.</summary>
    public int Index { get; }

    /// <summary>Boldness as in OpenType, 100 (thin) to 900 (black).</summary>
    public int Weight { get; }

    /// <summary>The family's look.</summary>
    public FontStyle Style { get; }

    /// <summary>Whether training may draw it.</summary>
    public FontSplit Split { get; }

    /// <summary>Family, weight and file, for messages and reports: unique within a library.</summary>
    public string Name => $"{Family} {Weight} ({System.IO.Path.GetFileName(Path)}#{Index})";

    /// <summary>The opened face; opened once, may be read from several threads, lives as long as the process.</summary>
    /// <exception cref="InvalidDataException">The file is no font, or has no face of this index.</exception>
    public SKTypeface Typeface => _typeface.Value;

    /// <summary>Whether the face has a true glyph for the character (a UTF-16 unit, so within the basic plane). A few fonts have blank glyphs, which count as had.</summary>
    public bool Has(char character) => Typeface.GetGlyph(character) != 0 && !_misdrawn.Contains(character, StringComparison.Ordinal);

    /// <summary>How many of the 2,350 KS X 1001 syllables the face has.</summary>
    public int SyllableCoverage()
    {
        ushort[] glyphs = Typeface.GetGlyphs(KsSyllables.Text);
        return glyphs.Count(glyph => glyph != 0);
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    private SKTypeface Open()
    {
        if (!File.Exists(Path))
            throw new InvalidDataException($"The font file {Path} is not there; install its package again or look for fonts once more.");
        return SKTypeface.FromFile(Path, Index)
            ?? throw new InvalidDataException($"{Path} is no font file, or has no face with index {Index}.");
    }
}
