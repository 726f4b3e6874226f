using System.Text;
using Nunchi.Data.Pages;
using Nunchi.Grounding;
using Nunchi.Text;

namespace Nunchi.Training.Stages.Answers;

/// <summary>
/// Writes into answers the slips that a model makes when nobody holds its hand, and leaves what is to be said next as it was: letters of a reading are replaced, parts of a list are
/// said twice, made up or left out. Who has only ever continued right beginnings is lost after the first wrong letter, and repeats what he said. An instance belongs to one thread.
/// </summary>
/// <remarks>The gap is that of Ranzato et al. 2016, "Sequence Level Training with Recurrent Neural Networks"; here the wrong beginnings are drawn instead of generated.</remarks>
/// <param name="tokenizer">Wrote the answers.</param>
/// <param name="share">Share of the conversations with slips, 0..1.</param>
internal sealed class AnswerSlips(Tokenizer tokenizer, double share)
{
    // Most letters of an answer that are wrong; of what is said again, as many as a model gets wrong.
    private const float MostWrong = 0.25f;
    private const float WrongAgain = 0.12f;

    // How often something is said again or left out where a word or a line ends, and how often it is said yet again.
    private const float Repeats = 0.08f;
    private const float Omissions = 0.04f;
    private const float OnceMore = 0.4f;
    private const float Invented = 0.25f;
    private const int LongestInvented = 7;
    private const int Tries = 8;
    private const int NoLook = -1;
    private readonly GlyphTokens _glyphs = new(tokenizer);
    private readonly List<(int Id, int Label, int Task, int Look)> _written = [];
    private readonly List<int> _ends = [];
    private readonly Dictionary<int, int> _looks = [];

    /// <summary>Writes slips into the answers of a conversation.</summary>
    /// <param name="sample">A sample that ends with the conversation; its looks are known.</param>
    /// <param name="from">The conversation's first token.</param>
    /// <param name="random">Draws them.</param>
    public void Write(SequenceSample sample, int from, SeededRandom random)
    {
        if (random.Unit() >= share)
            return;
        _written.Clear();
        _looks.Clear();
        for (var i = 0; i < sample.Looks.Count; i++)
            if (sample.Looks[i].Token >= from)
                _looks[sample.Looks[i].Token] = i;
        var wrong = random.Between(0, MostWrong);
        var kept = from;
        foreach (var (start, end) in sample.AnswersFrom(from))
        {
            Keep(sample, kept, start);
            WriteAnswer(sample, start, end, wrong, random);
            kept = end;
        }

        Keep(sample, kept, sample.Ids.Count);
        sample.ReplaceFrom(from, _written);
    }

    private void WriteAnswer(SequenceSample sample, int start, int end, float wrong, SeededRandom random)
    {
        FindEnds(sample, start, end);
        var room = end - start;
        var (part, omitted) = (0, false);
        for (var i = start; i < end; i++)
        {
            if (part < _ends.Count && _ends[part] == i)
            {
                while (room > 0 && random.Chance(Repeats))
                    do
                        room -= random.Chance(Invented) ? Invent(sample, start, part, random) : Repeat(sample, start, part, random);
                    while (room > 0 && random.Chance(OnceMore));

                // What follows what was left out is not what should have been said there.
                if (part + 1 < _ends.Count && random.Chance(Omissions))
                    (i, omitted) = (_ends[++part], true);
                part++;
            }

            var look = _looks.GetValueOrDefault(i, NoLook);
            var id = look != NoLook && !sample.Looks[look].Decides && random.Chance(wrong) ? Another(sample.Ids[i], random) : sample.Ids[i];
            _written.Add((id, omitted ? -1 : sample.Labels[i], sample.Tasks[i], omitted ? NoLook : look));
            omitted = false;
        }
    }

    // Where words, lines and the answer end, outside of markup.
    private void FindEnds(SequenceSample sample, int start, int end)
    {
        _ends.Clear();
        var depth = 0;
        for (var i = start; i < end; i++)
        {
            var id = sample.Ids[i];
            if (IsMark(id))
            {
                if (i == end - 1)
                    _ends.Add(i);
                else
                    depth += tokenizer.TokenText(id) is var tag && tag.StartsWith("</", StringComparison.Ordinal) ? -1 : tag == GroundingMarkup.Delimiter ? 0 : 1;
            }
            else if (depth == 0 && i > start && tokenizer.TokenBytes(id).Span is [(byte)' ' or (byte)'\n'])
            {
                _ends.Add(i);
            }
        }
    }

    // Says again what was said last: one part or some more, with the separator before it.
    private int Repeat(SequenceSample sample, int start, int part, SeededRandom random)
    {
        var first = part - 1;
        while (first >= 0 && random.Chance(0.6f))
            first--;
        var before = _written.Count;
        if (first < 0)
        {
            // There is none before the first; the one that follows stands for it.
            if (_ends[part] is var at && IsMark(sample.Ids[at]))
                return 0;
            _written.Add((sample.Ids[at], -1, sample.Tasks[at], NoLook));
        }

        for (var i = first < 0 ? start : _ends[first]; i < _ends[part]; i++)
            _written.Add((_looks.TryGetValue(i, out var look) && !sample.Looks[look].Decides && random.Chance(WrongAgain) ? Another(sample.Ids[i], random) : sample.Ids[i], -1, sample.Tasks[i], NoLook));
        return _written.Count - before;
    }

    // Says what stands nowhere: some letters like one of the last part.
    private int Invent(SequenceSample sample, int start, int part, SeededRandom random)
    {
        var first = part == 0 ? start : _ends[part - 1];
        var separator = _ends[Math.Max(0, part - 1)];
        if (IsMark(sample.Ids[separator]) || first == _ends[part] || sample.Ids[first.._ends[part]].Exists(IsMark))
            return 0;
        var before = _written.Count;
        _written.Add((sample.Ids[separator], -1, sample.Tasks[separator], NoLook));
        for (var left = random.Range(1, LongestInvented); left > 0; left--)
        {
            var like = random.Range(first, _ends[part] - 1);
            _written.Add((Another(sample.Ids[like], random), -1, sample.Tasks[like], NoLook));
        }

        return _written.Count - before;
    }

    private bool IsMark(int id) => tokenizer.IsMark(id);

    private void Keep(SequenceSample sample, int start, int end)
    {
        for (var token = start; token < end; token++)
            _written.Add((sample.Ids[token], sample.Labels[token], sample.Tasks[token], _looks.GetValueOrDefault(token, NoLook)));
    }

    // A letter for a letter, a digit for a digit; half of the syllables differ in one part.
    private int Another(int id, SeededRandom random)
    {
        if (_glyphs.GlyphOf(id) is not { } glyph)
            return id;
        if (IsSyllable(glyph) && random.Chance(0.5f))
            for (var attempt = 0; attempt < Tries; attempt++)
                if (_glyphs.TokenOf(WithAnotherPart(glyph, random)) is { } near)
                    return near;
        return random.Pick(_glyphs.Like(glyph));
    }

    private static bool IsSyllable(char glyph) => DenseLabels.Encode(glyph).Medial != DenseLabels.None;

    private static char WithAnotherPart(char syllable, SeededRandom random)
    {
        var (initial, medial, final) = DenseLabels.Encode(syllable);
        return random.Below(3) switch
        {
            0 => DenseLabels.Decode(1 + random.Below(DenseLabels.LeadingConsonants), medial, final),
            1 => DenseLabels.Decode(initial, 1 + random.Below(DenseLabels.Medials - 1), final),
            _ => DenseLabels.Decode(initial, medial, 1 + random.Below(DenseLabels.Finals - 1)),
        };
    }

    // The tokens that are one letter each.
    private sealed class GlyphTokens
    {
        private readonly Dictionary<int, char> _glyphs = [];
        private readonly Dictionary<char, int> _tokens = [];
        private readonly List<int>[] _kinds = [[], [], [], [], []];

        public GlyphTokens(Tokenizer tokenizer)
        {
            for (var id = 0; id < tokenizer.VocabularySize; id++)
            {
                if (tokenizer.IsSpecial(id) || Encoding.UTF8.GetString(tokenizer.TokenBytes(id).Span) is not [var glyph] || glyph == '\uFFFD' || char.IsControl(glyph) || char.IsWhiteSpace(glyph))
                    continue;
                if (!_tokens.TryAdd(glyph, id))
                    continue;
                _glyphs[id] = glyph;
                _kinds[Kind(glyph)].Add(id);
            }
        }

        public char? GlyphOf(int id) => _glyphs.TryGetValue(id, out var glyph) ? glyph : null;

        public int? TokenOf(char glyph) => _tokens.TryGetValue(glyph, out var id) ? id : null;

        public IReadOnlyList<int> Like(char glyph) => _kinds[Kind(glyph)];

        private static int Kind(char glyph) => glyph switch
        {
            _ when IsSyllable(glyph) => 0,
            >= '0' and <= '9' => 1,
            _ when char.IsLower(glyph) => 2,
            _ when char.IsUpper(glyph) => 3,
            _ => 4,
        };
    }
}
