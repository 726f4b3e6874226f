using System.Text;
using Nunchi.Chat;
using Nunchi.Data.Scenes;
using Nunchi.Data.Tasks;
using Nunchi.Evaluation.Judging;
using Nunchi.Evaluation.Metrics;

namespace Nunchi.Evaluation.Suites;

/// <summary>
/// All text of a picture, asked as <c>nunchi read</c> asks. <c>exact</c>: the whole reading is right. <c>text_exact</c>: a text of the picture stands in the
/// answer word for word. <c>cer</c>: edits of the cheapest alignment, each counted at the text where it falls. <c>left_out</c>: less than half of a
/// text's characters stand where they should, so that it was left out or mixed with others; <c>letters</c>: characters of the other texts that stand there. Only pictures whose texts can all be read are asked about.
/// </summary>
internal sealed class ReadingSuite() : DrawnSuite("reading")
{
    /// <summary>Texts on signs that are large enough for anybody.</summary>
    public const string LargeSigns = "signs >= 20 px";

    private const float Large = 20;

    public override IReadOnlyList<string> Headlines => [LargeSigns];

    protected override IReadOnlyList<Slot> Slots { get; } =
    [
        Of(SceneKind.Station, 3), Of(SceneKind.Receipt, 3), Of(SceneKind.Word, 2), Of(SceneKind.Line, 2), Of(SceneKind.ShopFront, 2), Of(SceneKind.PriceTag, 2), Of(SceneKind.RoadSign, 2),
        Of(SceneKind.Notice, 2), Of(SceneKind.Menu, 2), Of(SceneKind.Glyph, 1), Of(SceneKind.Lines, 1), Of(SceneKind.Contact, 1), Of(SceneKind.DoorPlate, 1), Of(SceneKind.BusStop, 1),
    ];

    public override IReadOnlyList<Verdict> Judge(EvaluationItem item, IReadOnlyList<GivenAnswer> answers)
    {
        Scene scene = item.Scenes[0];
        TurnTruth truth = item.Questions[0].Truth;
        string expected = PlainText.Of(truth.Text!), given = PlainText.Of(answers[0].Text);
        AlignedCharacter[] aligned = TextAlignment.Of([.. expected.EnumerateRunes()], [.. given.EnumerateRunes()]);
        bool[] found = Found(scene.Texts, given);
        var scores = new List<Score> { Score.Of(MetricCatalogue.Exact, expected == given, [truth.Group]) };
        int at = 0;
        for (int i = 0; i < scene.Texts.Count; i++)
        {
            string text = PlainText.Of(scene.Texts[i].Text);
            // The space after a text belongs to it, so that all edits of a picture are counted once.
            int length = Math.Min(Runes(text) + 1, aligned.Length - at);
            string[] groups = [truth.Group, Height(scene.Texts[i].Height), .. IsLargeSign(scene, scene.Texts[i]) ? [LargeSigns] : (string[])[]];
            scores.Add(Score.Of(MetricCatalogue.TextExact, found[i], groups));
            scores.Add(new Score(MetricCatalogue.CharacterErrors, aligned.Skip(at).Take(length).Sum(character => character.Edits), length, groups));
            scores.AddRange(Letters(text, aligned.AsSpan(at), groups));
            at += length;
        }
        return [new Verdict(scores, expected == given, [.. scores.SelectMany(score => score.Groups).Distinct()])];
    }

    /// <summary>Which texts stand in the answer as whole words, each word of the answer taken once, long texts first.</summary>
    private static bool[] Found(IReadOnlyList<SceneText> texts, string given)
    {
        string[] words = PlainText.Words(given);
        bool[] taken = new bool[words.Length], found = new bool[texts.Count];
        foreach ((int i, string[] text) in texts.Select((text, i) => (i, PlainText.Words(text.Text))).OrderByDescending(text => text.Item2.Length).ThenBy(text => text.i))
        {
            for (int start = 0; start + text.Length <= words.Length && !found[i]; start++)
            {
                if (taken.AsSpan(start, text.Length).Contains(true) || !words.AsSpan(start, text.Length).SequenceEqual(text))
                    continue;
                taken.AsSpan(start, text.Length).Fill(true);
                found[i] = true;
            }
        }
        return found;
    }

    private static List<Score> Letters(string text, ReadOnlySpan<AlignedCharacter> aligned, string[] groups)
    {
        var scripts = new Dictionary<string, (int Right, int All)>(StringComparer.Ordinal);
        int at = 0, right = 0;
        foreach (Rune letter in text.EnumerateRunes())
        {
            bool stands = aligned[at++].Stands;
            right += stands ? 1 : 0;
            string script = Script(letter);
            var (before, all) = scripts.GetValueOrDefault(script);
            scripts[script] = (before + (stands ? 1 : 0), all + 1);
        }
        bool leftOut = 2 * right < at;
        List<Score> scores = [Score.Of(MetricCatalogue.LeftOut, leftOut, groups)];
        if (!leftOut)
            scores.AddRange(scripts.Select(script => new Score(MetricCatalogue.Letters, script.Value.Right, script.Value.All, [.. groups, script.Key])));
        return scores;
    }

    private static string Script(Rune letter) => letter.Value switch
    {
        >= 0xAC00 and <= 0xD7A3 or >= 0x3131 and <= 0x318E => "Hangul",
        < 0x80 when Rune.IsLetter(letter) => "Latin",
        < 0x80 when Rune.IsDigit(letter) => "digits",
        _ => "other characters",
    };

    private static bool IsLargeSign(Scene scene, SceneText text) => text.Height >= Large && SceneKinds.Signs.Contains(scene.Kind);

    private static string Height(float pixels) => pixels switch
    {
        < 14 => "height 0-14 px",
        < Large => "height 14-20 px",
        < 32 => "height 20-32 px",
        < 64 => "height 32-64 px",
        _ => "height 64 px and more",
    };

    private static int Runes(string text) => text.EnumerateRunes().Count();

    private static Slot Of(SceneKind kind, int weight) => new()
    {
        Weight = weight,
        Scenes = [kind],
        Tasks = [TaskKind.Read],
        English = 0,
        Fits = sample => sample.Pictures[0].Scene.Texts.All(text => text.Legible),
        Ask = sample => Requests.Read(sample.Pictures[0].Image, boxes: false),
    };
}
