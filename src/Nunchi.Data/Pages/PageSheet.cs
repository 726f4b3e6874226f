namespace Nunchi.Data.Pages;

/// <summary>What was drawn on a page, in the canvas's pixels.</summary>
internal sealed class PageSheet
{
    public List<LabelledGlyph> Glyphs { get; } = [];

    public List<Quad> Words { get; } = [];

    public List<LabelledObject> Objects { get; } = [];

    /// <summary>Height of the smallest letters, in canvas pixels; infinite when there are none.</summary>
    public float SmallestLetters { get; set; } = float.PositiveInfinity;

    public void Clear()
    {
        SmallestLetters = float.PositiveInfinity;
        Glyphs.Clear();
        Words.Clear();
        Objects.Clear();
    }
}
