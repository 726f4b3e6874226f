using Nunchi.Data.Pages;
using Nunchi.Training.Stages.Patches;

namespace Nunchi.Training.Stages.Text;

/// <summary>
/// Sequences that only copying solves: a random line and the line again; and strips of a picture, where a word's letters are spread over columns and rows of a
/// grid as patches spread them, followed by the word. Every token is drawn at random, so nothing can be guessed, and far more of them are labelled than in an answer
/// about a picture: the heads that look back for what they have just said are formed here.
/// </summary>
internal sealed class CopyMaker(PatchThings things)
{
    /// <summary>Columns of the grid that strips are cut from, as many as a view of a picture has.</summary>
    public const int Columns = 12;

    private const int ShortestLine = 6;
    private const int LongestLine = 32;
    private const int MostRows = 4;
    private const int WidestLetter = 4;
    private const float LatinShare = 0.25f;
    private const float MistakeShare = 0.1f;
    private readonly List<int> _letters = [];
    private readonly int[] _shown = new int[Columns];
    private readonly int _letterGlyphs = DenseLabels.OtherCharacters.Length;

    /// <summary>A random line, again and again.</summary>
    public void Repeat(SeededRandom random, int longest, SequenceSample sample, int task)
    {
        while (true)
        {
            Draw(random, random.Range(ShortestLine, LongestLine));
            if (sample.Ids.Count + (2 * (_letters.Count + 1)) > longest)
                return;
            foreach (var letter in _letters)
                sample.Append(letter, false, task);
            sample.Append(things.NewlineToken, false, task);
            foreach (var letter in _letters)
                sample.Append(letter, true, task);
            sample.Append(things.NewlineToken, true, task);
        }
    }

    /// <summary>Strips of a picture, each followed by what is written on it.</summary>
    public void Strips(SeededRandom random, int longest, SequenceSample sample, int task)
    {
        while (true)
        {
            var width = random.Range(1, WidestLetter);
            Draw(random, random.Range(1, Math.Max(1, Math.Min(8, Columns / width))));
            var rows = random.Range(1, MostRows);
            if (sample.Ids.Count + (rows * Columns) + _letters.Count + 2 > longest)
                return;
            Lay(random, width);
            for (var row = 0; row < rows; row++)
                for (var column = 0; column < Columns; column++)
                    Patch(random, sample, row, column, task);
            sample.Append(things.NewlineToken, false, task);
            foreach (var letter in _letters)
                sample.Append(letter, true, task);
            sample.Append(things.NewlineToken, true, task);
        }
    }

    // What stands above a patch or before it tells most of them; a first letter cannot be known.
    private void Patch(SeededRandom random, SequenceSample sample, int row, int column, int task)
    {
        var truth = _shown[column];
        var shown = random.Chance(MistakeShare) ? (random.Chance(0.5f) ? things.Tokens[PatchThings.Blank][0] : Glyph(random)) : truth;
        sample.Append(shown, false, task);
        if (truth != things.Tokens[PatchThings.Blank][0] && (row > 0 || (column > 0 && _shown[column - 1] == truth)))
            sample.Label(sample.Ids.Count - 1, truth, task);
    }

    private void Lay(SeededRandom random, int width)
    {
        Array.Fill(_shown, things.Tokens[PatchThings.Blank][0]);
        var gap = random.Chance(0.3f) ? 1 : 0;
        Span<int> widths = stackalloc int[_letters.Count];
        var total = gap * (_letters.Count - 1);
        for (var i = 0; i < widths.Length; i++)
            total += widths[i] = Math.Max(1, width - (random.Chance(0.3f) ? 1 : 0));
        while (total > Columns)
        {
            _letters.RemoveAt(_letters.Count - 1);
            total -= widths[_letters.Count] + gap;
        }

        var at = random.Below(Columns - total + 1);
        for (var i = 0; i < _letters.Count; i++, at += gap)
            for (var end = at + widths[i]; at < end; at++)
                _shown[at] = _letters[i];
    }

    private void Draw(SeededRandom random, int count)
    {
        _letters.Clear();
        var latin = random.Chance(LatinShare);
        while (_letters.Count < count)
        {
            var letter = latin ? things.Tokens[things.Glyphs - random.Below(Math.Min(_letterGlyphs, things.Glyphs))][0] : Glyph(random);
            if (_letters.Count == 0 || _letters[^1] != letter)
                _letters.Add(letter);
        }
    }

    private int Glyph(SeededRandom random) => things.Tokens[1 + random.Below(things.Glyphs)][0];
}
