namespace Nunchi.Data.Fonts;

/// <summary>The broad look of a Korean type family.</summary>
public enum FontStyle
{
    /// <summary>Strokes of even width without serifs (고딕, 돋움, 굴림).</summary>
    Gothic,

    /// <summary>Brush-derived strokes with serifs (명조, 바탕).</summary>
    Myeongjo,

    /// <summary>Imitates handwriting with pen or brush.</summary>
    Hand,

    /// <summary>Drawn for headlines, signs and posters.</summary>
    Display,
}
