using Nunchi.Data.Objects;
using Nunchi.Data.Tasks;

namespace Nunchi.Evaluation.Judging;

/// <summary>Whether an answer to any question is right, by what the record tells.</summary>
internal static class TurnJudge
{
    /// <summary>Overlap from which a box counts as found.</summary>
    private const double Found = 0.5;

    /// <summary>Whether the record tells enough to say so.</summary>
    public static bool CanJudge(TurnTruth truth) => truth.Task switch
    {
        TaskKind.Caption or TaskKind.GroundedCaption => false,
        _ => truth.Accept.Count > 0 || truth.Text is not null || truth.Boxes.Count > 0 || truth.Label is not null,
    };

    /// <param name="truth">What is true.</param>
    /// <param name="reference">The record's own answer, without tags.</param>
    /// <param name="given">The model's answer.</param>
    public static bool IsRight(TurnTruth truth, string reference, GivenAnswer given) => truth.Task switch
    {
        _ when given.Error is not null => false,
        TaskKind.Read or TaskKind.ReadRegion => SameText(truth.Text!, given.Text),
        TaskKind.ReadBoxes => SameText(truth.Text!, given.Text) && BoxJudge.IsExact(BoxJudge.Of(truth), given.Boxes, Found),
        TaskKind.Locate or TaskKind.LocateText => BoxJudge.IsExact(BoxJudge.Of(truth), given.Boxes, Found),
        TaskKind.LocateAbsent => given.Boxes.Count == 0,
        TaskKind.Refusal => Declining.Is(given.Text, truth.Accept),
        TaskKind.Where or TaskKind.Relation => SameSides(truth, reference, given.Text),
        TaskKind.Colour => ColourWords.In(given.Text) is { Count: 1 } colours && Key(colours.First()) == truth.Label,
        _ when truth.Label is "yes" or "no" => YesNoReader.Read(given.Text) == (truth.Label == "yes"),
        _ when truth.Accept.Count > 0 => AcceptedForm.Any(truth.Accept, given.Text, reference),
        _ when truth.Text is not null => SameText(truth.Text, given.Text),
        _ => SameThings(reference, given.Text),
    };

    private static bool SameText(string expected, string given) => PlainText.Of(expected) == PlainText.Of(given);

    private static bool SameSides(TurnTruth truth, string reference, string given)
    {
        HashSet<string> expected = Directions.In(reference);
        if (truth.Language == "ko" && !given.Any(PlainText.IsHangul))
            expected = Directions.In(truth.Accept[^1]);
        return expected.SetEquals(Directions.In(given));
    }

    /// <summary>The same things are named, and no colour that the record does not name with them.</summary>
    private static bool SameThings(string reference, string given)
    {
        HashSet<ThingMention> expected = ThingMentions.In(reference), named = ThingMentions.In(given);
        return expected.Select(m => m.Class).ToHashSet().SetEquals(named.Select(m => m.Class))
            && named.All(m => m.Colour == ColourName.None || expected.Contains(m));
    }

    private static string Key(ColourName colour) => colour.ToString().ToLowerInvariant();
}
