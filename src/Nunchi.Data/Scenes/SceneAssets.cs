using System.Collections.Concurrent;
using Nunchi.Data.Fonts;
using Nunchi.Data.Objects;

namespace Nunchi.Data.Scenes;

/// <summary>What scenes are made of: fonts and things. Made once and shared by all threads.</summary>
public sealed class SceneAssets
{
    private readonly ConcurrentDictionary<SceneThing, Sprite> _sprites = new();
    private readonly ConcurrentDictionary<FontFace, bool[]> _letters = new();

    /// <summary>Assets with the given fonts and things.</summary>
    /// <param name="fonts">Fonts of both splits.</param>
    /// <param name="painter">Draws the things: with emoji where the font is installed, shapes alone otherwise.</param>
    /// <exception cref="ArgumentException">The library has no face for training or none held out.</exception>
    public SceneAssets(FontLibrary fonts, ObjectPainter painter)
    {
        ArgumentNullException.ThrowIfNull(fonts);
        ArgumentNullException.ThrowIfNull(painter);
        if (fonts.Training.Count == 0 || fonts.HeldOut.Count == 0)
            throw new ArgumentException($"Scenes need fonts for training and held-out ones; the library has {fonts.Training.Count} and {fonts.HeldOut.Count}. {fonts.InstallHint}".TrimEnd(), nameof(fonts));
        Fonts = fonts;
        Painter = painter;
    }

    /// <summary>The fonts.</summary>
    public FontLibrary Fonts { get; }

    /// <summary>Draws the things.</summary>
    public ObjectPainter Painter { get; }

    /// <summary>The fonts and the emoji of this machine.</summary>
    /// <exception cref="FileNotFoundException">No Korean font is installed; the message says which packages to install.</exception>
    public static SceneAssets Find() => new(FontLibrary.Find(), new ObjectPainter(ObjectPainter.FindEmojiFont()));

    internal IReadOnlyList<FontFace> Faces(SceneSplit split, int? count)
    {
        IReadOnlyList<FontFace> faces = Fonts.Of(split.Fonts());
        return count is { } few && split == SceneSplit.Training && few < faces.Count ? [.. faces.Take(few)] : faces;
    }

    /// <summary>Whether a face has every letter of a text. What a face has is asked once: a call for each letter would cost more than drawing it.</summary>
    internal bool Covers(FontFace face, string text)
    {
        bool[] letters = _letters.GetOrAdd(face, f =>
        {
            char[] all = new char[0xD800];
            for (int i = 0; i < all.Length; i++)
                all[i] = (char)i;
            return [.. f.Typeface.GetGlyphs(new string(all)).Select(glyph => glyph != 0)];
        });
        foreach (char c in text)
        {
            if (c != ' ' && (c >= letters.Length || !letters[c]))
                return false;
        }
        return true;
    }

    internal Sprite SpriteOf(SceneThing thing, SceneRandom random)
    {
        if (thing.Variant.Shape != ShapeKind.None && thing.Colour != ColourName.None)
            return new Sprite(ObjectPainter.DrawShape(thing.Variant.Shape, Colours.Sample(thing.Colour, random.Source), Sprite.Size));
        return _sprites.GetOrAdd(thing, t => new Sprite(Painter.Draw(t.Variant, t.Colour, Sprite.Size)));
    }
}
