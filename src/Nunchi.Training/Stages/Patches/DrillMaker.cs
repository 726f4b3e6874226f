using Nunchi.Data.Objects;
using Nunchi.Data.Pages;
using Nunchi.Data.Tasks;
using Nunchi.Grounding;
using Nunchi.Text;

namespace Nunchi.Training.Stages.Patches;

/// <summary>
/// Sequences that only looking up solves: a few patches of things and words, each with its box, and then for each of them one line that gives a part and asks for
/// another: name and box, box and name, name and colour, whether there is such a thing. Everything is drawn at random, and every second token is labelled, where an
/// answer about a picture labels one of fifty. An instance belongs to one thread.
/// </summary>
/// <param name="things">What patches can show.</param>
/// <param name="tokenizer">Writes the lines.</param>
/// <param name="imageToken">The id whose places take patches.</param>
/// <param name="mistakes">As of <see cref="PatchSymbols"/>.</param>
/// <param name="noise">As of <see cref="PatchSymbols"/>.</param>
internal sealed class DrillMaker(PatchThings things, Tokenizer tokenizer, int imageToken, double mistakes, double noise = 0)
{
    private const int MostItems = 12;
    private const int MostPatches = 5;
    private const int LongestWord = 6;
    private const int LongestGap = 3;
    private const float WordShare = 0.35f;
    private const float AbsentShare = 0.25f;
    private const float ColourlessShare = 0.15f;
    private const float LeastSide = 0.04f;
    private readonly List<Item> _items = [];
    private readonly List<int> _written = [];
    private float _energy;

    /// <summary>Fills a sample without pictures whose image tokens are the patches in <see cref="SequenceSample.Shown"/>.</summary>
    public void Fill(SeededRandom random, SequenceSample sample, int task)
    {
        Write("<|im_start|>user\n", false, sample, task);
        Draw(random);
        _energy = PatchNoise.DrawEnergy(random, noise);
        foreach (var item in _items)
            Show(item, random, sample, task);
        sample.Append(things.NewlineToken, false, task);
        for (var i = _items.Count - 1; i > 0; i--)
        {
            var j = random.Below(i + 1);
            (_items[i], _items[j]) = (_items[j], _items[i]);
        }

        foreach (var item in _items)
        {
            if (item.Word is { } word)
                AskWord(word, item.Box, random, sample, task);
            else
                AskThing(item, random, sample, task);
            sample.Append(things.NewlineToken, false, task);
        }
    }

    private void Draw(SeededRandom random)
    {
        _items.Clear();
        var count = random.Range(1, MostItems);
        while (_items.Count < count)
        {
            var box = Box(random);
            if (random.Chance(WordShare))
            {
                var word = new int[random.Range(1, LongestWord)];
                foreach (ref var letter in word.AsSpan())
                    letter = 1 + random.Below(things.Glyphs);
                if (_items.All(item => item.Word is null || item.Word[0] != word[0]))
                    _items.Add(new Item(null, ColourName.None, word, box));
                continue;
            }

            var kind = ObjectCatalogue.All[random.Below(ObjectCatalogue.All.Count)];
            var colour = random.Chance(ColourlessShare) ? ColourName.None : Colours.All[random.Below(Colours.All.Count)];
            if (_items.All(item => item.Kind != kind))
                _items.Add(new Item(kind, colour, null, box));
        }
    }

    private static BoundingBox Box(SeededRandom random)
    {
        (double, double) Side()
        {
            double a = random.Unit(), b = random.Unit();
            return Math.Abs(a - b) < LeastSide ? (Math.Min(a, 1 - LeastSide), Math.Min(a, 1 - LeastSide) + LeastSide) : (Math.Min(a, b), Math.Max(a, b));
        }

        var ((x1, x2), (y1, y2)) = (Side(), Side());
        return GroundingTags.Snap(new BoundingBox(x1, y1, x2, y2));
    }

    private void Show(Item item, SeededRandom random, SequenceSample sample, int task)
    {
        for (var gap = random.Below(LongestGap + 1); gap > 0; gap--)
            Add(new ShownPatch(PatchThings.Blank, (int)ColourName.None, PatchThings.Blank, null), random, sample, task);
        var copies = random.Range(1, MostPatches);
        foreach (var thing in item.Word ?? [things.OfObject(item.Kind!)])
        {
            for (var i = item.Word is null ? 0 : copies / 2; i < copies; i++)
            {
                var seen = item.Word is not null && random.Unit() < mistakes ? 1 + random.Below(things.Glyphs) : thing;
                Add(new ShownPatch(seen, (int)item.Colour, thing, PatchSymbols.Blur(item.Box, mistakes, random)), random, sample, task);
            }
        }
    }

    private void Add(ShownPatch patch, SeededRandom random, SequenceSample sample, int task)
    {
        sample.Append(imageToken, false, task);
        sample.Shown.Add(patch with { Noise = PatchNoise.Draw(random, _energy) });
    }

    private void AskThing(Item item, SeededRandom random, SequenceSample sample, int task)
    {
        var kind = item.Kind!;
        var name = item.Colour != ColourName.None && random.Chance(0.5f) ? $"{Colours.Adjective(item.Colour)} {kind.Korean}" : kind.Korean;
        switch (random.Below(item.Colour == ColourName.None ? 3 : 4))
        {
            case 0:
                Write($"<obj>{name}</obj><bbox>", false, sample, task);
                Write(Numbers(item.Box), true, sample, task);
                break;
            case 1:
                Write($"<bbox>{Numbers(item.Box)}</bbox>", false, sample, task);
                Write(kind.Korean, true, sample, task);
                break;
            case 2:
                var absent = random.Chance(AbsentShare * 2) ? ObjectCatalogue.All[random.Below(ObjectCatalogue.All.Count)] : kind;
                Write($"{absent.Korean} ", false, sample, task);
                Write(_items.Any(other => other.Kind == absent) ? "네" : "아니요", true, sample, task);
                break;
            default:
                Write($"{kind.Korean} ", false, sample, task);
                Write(Colours.Noun(item.Colour), true, sample, task);
                break;
        }
    }

    private void AskWord(int[] word, BoundingBox box, SeededRandom random, SequenceSample sample, int task)
    {
        if (random.Chance(0.5f))
        {
            Write("<char>", false, sample, task);
            Letters(word, false, sample, task);
            Write("</char><bbox>", false, sample, task);
            Write(Numbers(box), true, sample, task);
            return;
        }

        Write($"<bbox>{Numbers(box)}</bbox>", false, sample, task);
        Letters(word, true, sample, task);
    }

    private static string Numbers(BoundingBox box) =>
        $"{GroundingTags.Coordinate(box.X1)}, {GroundingTags.Coordinate(box.Y1)}, {GroundingTags.Coordinate(box.X2)}, {GroundingTags.Coordinate(box.Y2)}";

    private void Letters(int[] word, bool counts, SequenceSample sample, int task)
    {
        foreach (var letter in word)
            sample.Append(things.Tokens[letter][0], counts, task);
    }

    private void Write(string text, bool counts, SequenceSample sample, int task)
    {
        _written.Clear();
        tokenizer.Encode(text, _written, allowSpecial: true);
        foreach (var id in _written)
            sample.Append(id, counts, task);
    }

    private sealed record Item(ObjectClass? Kind, ColourName Colour, int[]? Word, BoundingBox Box);
}
