namespace Nunchi.Data.Tasks;

/// <summary>Who makes the questions of each kind about one picture.</summary>
internal static class TaskCatalogue
{
    public static IReadOnlyDictionary<TaskKind, Func<AskContext, Turn?>> Makers { get; } = new Dictionary<TaskKind, Func<AskContext, Turn?>>
    {
        [TaskKind.Caption] = CaptionTasks.Caption,
        [TaskKind.GroundedCaption] = CaptionTasks.Grounded,
        [TaskKind.Read] = ReadingTasks.Read,
        [TaskKind.ReadBoxes] = ReadingTasks.ReadBoxes,
        [TaskKind.ReadRegion] = ReadingTasks.ReadRegion,
        [TaskKind.Locate] = LocateTasks.Locate,
        [TaskKind.LocateText] = ReadingTasks.LocateText,
        [TaskKind.LocateAbsent] = LocateTasks.LocateAbsent,
        [TaskKind.DescribeRegion] = LocateTasks.DescribeRegion,
        [TaskKind.What] = ThingTasks.What,
        [TaskKind.Where] = ThingTasks.Where,
        [TaskKind.Count] = ThingTasks.Count,
        [TaskKind.Colour] = ThingTasks.Colour,
        [TaskKind.YesNo] = YesNoTasks.Ask,
        [TaskKind.Relation] = ThingTasks.Relation,
        [TaskKind.TextFact] = FactTasks.Ask,
        [TaskKind.Knowledge] = KnowledgeTasks.Ask,
        [TaskKind.Refusal] = RefusalTasks.Ask,
    };
}
