using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;
using Nunchi.Data.Objects;
using Nunchi.Data.Pages;
using Nunchi.Data.Scenes;
using Nunchi.Data.Tasks;
using Nunchi.Grounding;
using Nunchi.Images;
using Nunchi.Text;

namespace Nunchi.Training.Stages.Answers;

/// <summary>
/// Finds for the tokens of an answer the image tokens that show what each says: of a letter that is read its glyph, of the numbers of a box and the phrase before them what lies in the
/// box, of the name of a thing that thing, of a place before things those,
/// of a word that decides (yes, a colour, that there is none) what was asked about. An instance belongs to one thread.
/// </summary>
/// <param name="tokenizer">Wrote the answers.</param>
internal sealed partial class AnswerLooks(Tokenizer tokenizer)
{
    private const float GlyphMargin = 0.15f;

    // Letters that are higher than so many patches of the tiles and higher than so many of the whole view are read as well or better in the latter.
    private const float LargeRows = 3.5f;
    private const float LegibleRows = 1.25f;
    private readonly List<byte> _bytes = [];
    private readonly List<int> _starts = [];
    private readonly List<int> _characters = [];
    private readonly List<List<int>> _patches = [];
    private readonly List<(Capture Said, Spot Spot)> _places = [];
    private Scene? _scene;
    private FeatureGrid _grid;
    private FeatureGrid? _whole;
    private int[] _owners = [];
    private List<int> _about = [];

    /// <summary>Takes a picture.</summary>
    /// <param name="scene">Its record.</param>
    /// <param name="image">The picture, prepared.</param>
    /// <param name="firstToken">Place of its first image token in the sequence.</param>
    public void Begin(Scene scene, ProcessedImage image, int firstToken) =>
        (_scene, _grid, _whole) = (scene, FeatureGrid.Finest(image, firstToken), FeatureGrid.Whole(image, firstToken));

    /// <summary>Adds the looks of one answer.</summary>
    /// <param name="sample">A sample whose tokens are complete up to the end of the answer.</param>
    /// <param name="start">Place of the answer's first token.</param>
    /// <param name="end">Place behind its last.</param>
    /// <param name="truth">What was asked.</param>
    public void Add(SequenceSample sample, int start, int end, TurnTruth truth)
    {
        if (_scene is not { } scene)
            throw new InvalidOperationException("no picture has been taken");
        var answer = Spell(sample, start, end);
        _patches.Clear();
        if (_owners.Length < answer.Length)
            _owners = new int[2 * answer.Length];
        Array.Fill(_owners, -1, 0, answer.Length);
        _about = Ascending([.. truth.About.SelectMany(box => Patches(box, scene))]);
        MatchBoxes(answer, scene);
        MatchTexts(answer, scene, inOrder: truth.Task is TaskKind.Read or TaskKind.ReadBoxes);
        FindPlaces(answer);
        MatchThings(answer, scene, truth.Task);
        var decisive = _patches.Count;
        MatchDecisions(answer, truth.Task);
        for (var token = start; token < end; token++)
        {
            for (var place = _starts[token - start]; place < _starts[token - start + 1]; place++)
            {
                if (_owners[_characters[place]] is not (>= 0 and var owner))
                    continue;
                sample.AddLook(token, _patches[owner], decides: owner >= decisive);
                break;
            }
        }
    }

    // The answer as text; afterwards _starts holds where each token's bytes begin, _characters the character of each byte.
    private string Spell(SequenceSample sample, int start, int end)
    {
        _bytes.Clear();
        _starts.Clear();
        _characters.Clear();
        for (var i = start; i < end; i++)
        {
            _starts.Add(_bytes.Count);
            foreach (var value in tokenizer.TokenBytes(sample.Ids[i]).Span)
                _bytes.Add(value);
        }

        _starts.Add(_bytes.Count);
        var text = Encoding.UTF8.GetString(CollectionsMarshal.AsSpan(_bytes));
        var at = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            for (var i = 0; i < rune.Utf8SequenceLength && _characters.Count < _bytes.Count; i++)
                _characters.Add(at);
            at += rune.Utf16SequenceLength;
        }

        // Bytes that are no text of their own come to less than their replacement.
        while (_characters.Count < _bytes.Count)
            _characters.Add(Math.Max(0, text.Length - 1));
        return text;
    }

    private void MatchBoxes(string answer, Scene scene)
    {
        foreach (Match tagged in Tagged().Matches(answer))
        {
            var phrase = tagged.Groups["phrase"];
            List<int> all = [];
            foreach (Capture box in tagged.Groups["box"].Captures)
            {
                if (!CoordinateFormat.TryParse(box.ValueSpan, out var sides))
                    continue;
                var inside = Patches(sides, scene);
                // Whether there is another one is told by seeing it: what parts two boxes looks at the second.
                var from = all.Count == 0 ? box.Index : box.Index - GroundingMarkup.Delimiter.Length;
                Own(from, box.Index + box.Length - from, inside);
                all.AddRange(inside);
            }

            // Whether there is such a thing at all is told by the first token of an answer, the tag.
            if (tagged.Groups["kind"].Value == "obj" && all.Count > 0)
                Own(tagged.Index, phrase.Index + phrase.Length - tagged.Index, Ascending(all));
        }
    }

    private void MatchTexts(string answer, Scene scene, bool inOrder)
    {
        if (inOrder)
        {
            var cursor = 0;
            foreach (var text in scene.Texts.Where(text => text.Legible))
            {
                if (Find(answer, text.Text, cursor) is not (>= 0 and var found))
                    continue;
                OwnText(found, [text]);
                cursor = found + text.Text.Length;
            }

            return;
        }

        foreach (var same in scene.Texts.Where(text => text.Legible && text.Text.Length > 1).GroupBy(text => text.Text, StringComparer.Ordinal).OrderByDescending(group => group.Key.Length))
            for (var found = Find(answer, same.Key, 0); found >= 0; found = Find(answer, same.Key, found + same.Key.Length))
                OwnText(found, [.. same]);
    }

    // Places that are told before what is there; a place that is told of a thing comes after it.
    private void FindPlaces(string answer)
    {
        _places.Clear();
        foreach (Match match in PlaceBefore.Matches(answer))
            _places.Add((match.Groups["place"], Spots[match.Groups["place"].Value]));
    }

    private void MatchThings(string answer, Scene scene, TaskKind task)
    {
        SceneObject[] seen = [.. scene.Objects.Where(item => item.IsSeen)];
        Spot At(SceneObject item) => Spot.Of(item.Box, scene.Width, scene.Height);
        List<int> Patches(IEnumerable<SceneObject> items) => Ascending([.. items.SelectMany(item => _grid.Within(Quad.Rectangle(item.Box.X1, item.Box.Y1, item.Box.X2, item.Box.Y2)))]);

        foreach (var (said, spot) in _places)
            Own(said.Index, said.Length, Patches(seen.Where(item => At(item) == spot)));
        foreach (var same in seen.GroupBy(item => item.Class, StringComparer.Ordinal).OrderByDescending(group => group.First().Korean.Length))
        {
            SceneObject[] items = [.. same];
            foreach (var (name, korean) in ((string, bool)[])[(items[0].Korean, true), (ObjectCatalogue.Get(same.Key).Plural, false), (items[0].English, false)])
            {
                for (var found = Find(answer, name, 0); found >= 0; found = Find(answer, name, found + name.Length))
                {
                    var first = found;
                    IEnumerable<SceneObject> meant = items;
                    foreach (var item in items)
                    {
                        if (item.Colour == ColourName.None)
                            continue;
                        var colour = (korean ? Colours.Adjective(item.Colour) : Colours.English(item.Colour)) + " ";
                        if (found < colour.Length || string.CompareOrdinal(answer, found - colour.Length, colour, 0, colour.Length) != 0)
                            continue;
                        first = found - colour.Length;
                        meant = items.Where(other => other.Colour == item.Colour);
                        break;
                    }

                    if (_places.FindLast(place => place.Said.Index < found) is { Said: not null } here && meant.Any(item => At(item) == here.Spot))
                        meant = meant.Where(item => At(item) == here.Spot);
                    var (from, end) = WithCount(answer, first, found + name.Length, korean);
                    Own(from, end - from, task == TaskKind.DescribeRegion && _about.Count > 0 ? _about : Patches(meant));
                }
            }
        }
    }

    // Words with which an answer decides look at what was asked about, unless they look at something already.
    private void MatchDecisions(string answer, TaskKind task)
    {
        if (_about.Count == 0 || !Decisions.TryGetValue(task, out var words))
            return;
        foreach (Match word in words.Matches(answer))
            if (!_owners.AsSpan(word.Index, word.Length).ContainsAnyExcept(-1))
                Own(word.Index, word.Length, _about);
    }

    // How many there are is counted where they lie: the word for it before an English name or behind a Korean one.
    private static (int From, int End) WithCount(string answer, int from, int end, bool korean)
    {
        if (korean)
            return CountBehind.Match(answer, end) is { Success: true } behind ? (from, end + behind.Length) : (from, end);
        return CountBefore.Match(answer, 0, from) is { Success: true } before ? (before.Index, end) : (from, end);
    }

    // Where a text stands from a place on that nobody owns yet; numbers and words in Latin letters end where they end.
    private int Find(string answer, string text, int from)
    {
        for (var found = answer.IndexOf(text, Math.Min(from, answer.Length), StringComparison.Ordinal); found >= 0; found = answer.IndexOf(text, found + 1, StringComparison.Ordinal))
        {
            var after = found + text.Length;
            var cut = (found > 0 && Joins(answer[found - 1], answer[found])) || (after < answer.Length && Joins(answer[after - 1], answer[after]));
            if (!cut && !_owners.AsSpan(found, text.Length).ContainsAnyExcept(-1))
                return found;
        }

        return -1;
    }

    private static bool Joins(char a, char b) => (char.IsAsciiDigit(a) && char.IsAsciiDigit(b)) || (char.IsAsciiLetter(a) && char.IsAsciiLetter(b));

    private void OwnText(int at, IReadOnlyList<SceneText> texts)
    {
        var glyph = 0;
        foreach (var character in texts[0].Text)
        {
            var place = at++;
            if (char.IsWhiteSpace(character) || glyph >= texts[0].Glyphs.Count)
                continue;
            List<int> patches = [];
            foreach (var text in texts)
            {
                if (glyph >= text.Glyphs.Count)
                    continue;
                var quad = Wider(text.Glyphs[glyph].Quad);
                patches.AddRange(_grid.Within(quad));
                if (_whole is { } whole && _grid.RowsOf(text.Height) > LargeRows && whole.RowsOf(text.Height) > LegibleRows)
                    patches.AddRange(whole.Within(quad));
            }

            Own(place, 1, Ascending(patches));
            glyph++;
        }
    }

    private void Own(int at, int length, List<int> patches)
    {
        if (patches.Count == 0)
            return;
        Array.Fill(_owners, _patches.Count, at, length);
        _patches.Add(patches);
    }

    private List<int> Patches(BoundingBox box, Scene scene) =>
        _grid.Within(Quad.Rectangle((float)box.X1 * scene.Width, (float)box.Y1 * scene.Height, (float)box.X2 * scene.Width, (float)box.Y2 * scene.Height));

    private static List<int> Ascending(List<int> patches) => [.. patches.Distinct().Order()];

    private static Quad Wider(in Quad quad)
    {
        float x = (quad.X1 + quad.X2 + quad.X3 + quad.X4) / 4, y = (quad.Y1 + quad.Y2 + quad.Y3 + quad.Y4) / 4;
        float X(float value) => value + (GlyphMargin * (value - x));
        float Y(float value) => value + (GlyphMargin * (value - y));
        return new Quad(X(quad.X1), Y(quad.Y1), X(quad.X2), Y(quad.Y2), X(quad.X3), Y(quad.Y3), X(quad.X4), Y(quad.Y4));
    }

    private static readonly Dictionary<string, Spot> Spots = new(Spot.All.SelectMany(spot => new KeyValuePair<string, Spot>[] { new(spot.Korean, spot), new(spot.EnglishHeading, spot) }), StringComparer.Ordinal);

    private static readonly Regex PlaceBefore = new($"(?<place>{string.Join('|', Spots.Keys.OrderByDescending(name => name.Length))})(?:에는? (?!있)|: )", RegexOptions.CultureInvariant);

    private static readonly Regex CountBehind = new($@"\G[이가은는]? (?:모두 )?(?:{string.Join('|', CountWords.Korean.Skip(1))})(?= )", RegexOptions.CultureInvariant);

    private static readonly Regex CountBefore = new($@"\b(?:an?|{string.Join('|', CountWords.English.Skip(1))}) $", RegexOptions.CultureInvariant);

    private static readonly string AnyColour = Alternatives(Colours.All.SelectMany(colour => (string[])[Colours.Noun(colour), Colours.English(colour)]));

    private static readonly string AnyCount = Alternatives(CountWords.Korean.Skip(1).Concat(CountWords.English));

    // By the task the words with which its answers decide.
    private static readonly Dictionary<TaskKind, Regex> Decisions = new()
    {
        [TaskKind.YesNo] = Deciding($"^.|{AnyColour}"),
        [TaskKind.LocateAbsent] = Deciding("^."),
        [TaskKind.Colour] = Deciding(AnyColour),
        [TaskKind.Where] = Deciding(Alternatives(Spot.All.SelectMany(spot => (string[])[spot.Korean, spot.English]))),
        [TaskKind.Relation] = Deciding(@"왼쪽|오른쪽|위|아래|\b(?:left|right|above|below)\b"),
        [TaskKind.Count] = Deciding($@"(?<!\p{{L}}){AnyCount}(?!\p{{L}})|없|보이"),
    };

    private static Regex Deciding(string words) => new(words, RegexOptions.CultureInvariant);

    // The longest first.
    private static string Alternatives(IEnumerable<string> words) => $"(?:{string.Join('|', words.Distinct().OrderByDescending(word => word.Length).Select(Regex.Escape))})";

    [GeneratedRegex("<(?<kind>obj|char)>(?<phrase>[^<]*)</\\k<kind>><bbox>(?<box>[^<]*)(?:<delim>(?<box>[^<]*))*</bbox>", RegexOptions.CultureInvariant)]
    private static partial Regex Tagged();
}
