using Nunchi.Data.Objects;
using Nunchi.Data.Pages;
using Nunchi.Text;

namespace Nunchi.Training.Stages.Patches;

/// <summary>
/// Numbers of what a patch can show and the decoder has a word for: 0 is nothing, then every glyph that is a token of its own, then every class of object.
/// Beside it a patch has a colour (<see cref="ColourName"/>).
/// </summary>
internal sealed class PatchThings
{
    /// <summary>The patch shows nothing.</summary>
    public const int Blank = 0;

    private readonly Dictionary<(int Initial, int Medial, int Final), int> _glyphs = [];
    private readonly List<int[]> _tokens = [];
    private readonly List<(int Initial, int Medial, int Final)> _parts = [default];
    private readonly int _firstObject;

    public PatchThings(Tokenizer tokenizer)
    {
        int Single(char character) => Encode(tokenizer, character.ToString()) is [var only] ? only : -1;
        _tokens.Add([Required(tokenizer, " ")]);
        for (var character = '가'; character <= '힣'; character++)
            AddGlyph(character, Single(character));
        foreach (var character in DenseLabels.OtherCharacters)
            AddGlyph(character, Single(character));
        _firstObject = _tokens.Count;
        var mark = tokenizer.TokenId("<obj>");
        foreach (var item in ObjectCatalogue.All)
            _tokens.Add([.. Encode(tokenizer, item.Korean), .. mark is { } id ? [id] : Array.Empty<int>()]);
        ColourTokens = [.. Enum.GetValues<ColourName>().Select(colour => colour == ColourName.None ? [] : Encode(tokenizer, Colours.Adjective(colour)).ToArray())];
        NewlineToken = Required(tokenizer, "\n");
    }

    /// <summary>Number of things.</summary>
    public int Count => _tokens.Count;

    /// <summary>Number of glyphs; they are things 1 to this.</summary>
    public int Glyphs => _firstObject - 1;

    /// <summary>For nothing and each glyph its labels (<see cref="DenseLabels.Encode"/>).</summary>
    public IReadOnlyList<(int Initial, int Medial, int Final)> Parts => _parts;

    /// <summary>For each thing the tokens that name it.</summary>
    public IReadOnlyList<int[]> Tokens => _tokens;

    /// <summary>For each colour the tokens that name it; none for no colour.</summary>
    public IReadOnlyList<int[]> ColourTokens { get; }

    /// <summary>The token that ends a line.</summary>
    public int NewlineToken { get; }

    /// <summary>What a patch shows; null for a glyph that has no token.</summary>
    public int? Of(LabelledPage page, int patch) => page.ObjectClass[patch] is > 0 and var kind
        ? _firstObject + kind - 1
        : OfGlyph(page.Initial[patch], page.Medial[patch], page.Final[patch]);

    /// <summary>The glyph that shares a patch with what the patch shows (<see cref="LabelledPage.Beside"/>); nothing for none, and for one that has no token.</summary>
    public int Beside(LabelledPage page, int patch)
    {
        if (page.Beside[patch] is not (> '\0' and var character))
            return Blank;
        var (initial, medial, final) = DenseLabels.Encode(character);
        return OfGlyph(initial, medial, final) ?? Blank;
    }

    /// <summary>The number of a kind of object.</summary>
    public int OfObject(ObjectClass kind) => _firstObject + kind.Id - 1;

    /// <summary>The number of a glyph by its parts; null where no token has them.</summary>
    public int? OfGlyph(int initial, int medial, int final)
    {
        if (initial == DenseLabels.None)
            return Blank;
        return _glyphs.TryGetValue((initial, medial, final), out var thing) ? thing : null;
    }

    private static List<int> Encode(Tokenizer tokenizer, string text)
    {
        List<int> ids = [];
        tokenizer.Encode(text, ids, allowSpecial: false);
        return ids;
    }

    private static int Required(Tokenizer tokenizer, string text) =>
        Encode(tokenizer, text) is [var only] ? only : throw new InvalidDataException($"the tokenizer has no single token for '{text.Replace("\n", "\\n", StringComparison.Ordinal)}', which pictures are made of");

    private void AddGlyph(char character, int token)
    {
        if (token < 0)
            return;
        var (initial, medial, final) = DenseLabels.Encode(character);
        _glyphs[(initial, medial, final)] = _tokens.Count;
        _tokens.Add([token]);
        _parts.Add((initial, medial, final));
    }
}
