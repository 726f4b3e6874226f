using Nunchi.Data.Objects;

namespace Nunchi.Data.Tasks;

/// <summary>Questions that go on about the thing of the last question with a pronoun.</summary>
internal static class FollowUpTasks
{
    public static Turn? Ask(AskContext ask)
    {
        if (ask.Last is not { Subject: { } group } last)
            return null;
        bool one = group.Count == 1;
        List<Turn> turns = [];
        if (group.Colour != ColourName.None && last.Truth.Task != TaskKind.Colour && !last.Question.Contains(ask.Korean ? Colours.Adjective(group.Colour) : Colours.English(group.Colour), StringComparison.Ordinal))
        {
            string colour = ask.Korean ? Colours.Noun(group.Colour) : Colours.English(group.Colour);
            turns.Add(new Turn(ask.Say(["그건 무슨 색이야?", "무슨 색인가요?", "그것의 색은?"], [one ? "What colour is it?" : "What colour are they?"]), ask.Say(["{0}입니다."], [one ? "It is {0}." : "They are {0}."], colour),
                ask.Truth(TaskKind.Colour, "follow_colour") with { Label = LocateTasks.Key(group.Colour), Accept = LocateTasks.Words(group.Colour) }));
        }
        if (last.Truth.Task is not (TaskKind.Where or TaskKind.Locate))
        {
            string phrase = group.Phrase(ask.Korean, !group.NounIsEnough);
            string tag = GroundingTags.Object(phrase, group.Boxes);
            turns.Add(new Turn(GroundingTags.AskForBoxes + ask.Say(["그건 어디에 있어?", "어디에 있나요?", "위치를 알려줘"], [one ? "Where is it?" : "Where are they?"]),
                ask.Korean ? Phrase.Fill(one ? "{0은} {1}에 있습니다." : "{0은} 여기에 있습니다.", tag, group.Spot.Korean) : one ? $"The {tag} is {group.Spot.English}." : $"The {tag} are here.",
                ask.Truth(TaskKind.Locate, "follow_locate") with { Boxes = [new TruthBoxes(phrase, "obj", group.Boxes)] }));
        }
        if (last.Truth.Task != TaskKind.Count && group.NounIsEnough)
        {
            string number = Naming.Count(group.Count, group.Class, ask.Korean);
            turns.Add(new Turn(ask.Say(["몇 {0이야}?", "모두 몇 {0}인가요?"], ["How many are there?"], group.Class.Counter), ask.Say(["{0}입니다.", "모두 {0}입니다."], [one ? "There is {0}." : "There are {0}."], number),
                ask.Truth(TaskKind.Count, "follow_count") with { Label = group.Count.ToString(), Accept = [number, group.Count.ToString()] }));
        }
        return turns.Count == 0 ? null : ask.Random.From(turns) with { Subject = group };
    }
}
