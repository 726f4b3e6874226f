using Nunchi.Chat;
using Nunchi.Grounding;
using Nunchi.Text;

namespace Nunchi.Generation;

/// <summary>Writes tasks and regions of a conversation as the tags that models of the VARCO family were trained on. Training and inference share it.</summary>
public static class TaskMarkup
{
    /// <summary>Replaces <see cref="TaskPart"/> and <see cref="RegionPart"/> by text whose tags count as control tokens; all else stays.</summary>
    /// <param name="conversation">The messages.</param>
    public static IReadOnlyList<Message> Expand(IReadOnlyList<Message> conversation) =>
        [.. conversation.Select(message => message.Parts.Any(part => part is TaskPart or RegionPart)
            ? message with { Parts = [.. message.Parts.SelectMany(Expand)] }
            : message)];

    private static IEnumerable<ContentPart> Expand(ContentPart part) => part switch
    {
        TaskPart { Task: VisualTask.Read } => [new ControlTextPart(GroundingMarkup.AskForTexts)],
        TaskPart { Task: VisualTask.Ground } => [new ControlTextPart(GroundingMarkup.AskForBoxes + "\n")],
        RegionPart region => Region(region),
        _ => [part],
    };

    // The phrase is a person's text; only the tags around it are control tokens.
    private static IEnumerable<ContentPart> Region(RegionPart region)
    {
        bool text = region.Kind == SpanKind.Text;
        string boxes = CoordinateFormat.Format(region.Boxes);
        yield return new ControlTextPart(text ? GroundingMarkup.TextOpen : GroundingMarkup.ObjectOpen);
        yield return new TextPart(region.Phrase);
        yield return new ControlTextPart($"{(text ? GroundingMarkup.TextClose : GroundingMarkup.ObjectClose)}{GroundingMarkup.BoxOpen}{boxes}{GroundingMarkup.BoxClose}");
    }
}
