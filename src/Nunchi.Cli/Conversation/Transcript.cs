using System.Text;
using Nunchi.Cli.Answers;

namespace Nunchi.Cli.Conversation;

/// <summary>A conversation as a file.</summary>
internal static class Transcript
{
    public static string Write(ChatSession session, bool json) => json ? Json(session) : Markdown(session);

    private static string Json(ChatSession session) => JsonDocuments.Write(new ConversationDocument(session.Engine.Info.Name, [.. session.Turns.Select(turn =>
        new TurnDocument(turn.Question, turn.Pictures, turn.Answer.Text, [.. turn.Answer.Spans.Select(span => SpanDocument.Of(span, null))]))])) + "\n";

    private static string Markdown(ChatSession session)
    {
        var text = new StringBuilder($"# {session.Engine.Info.Name}\n");
        foreach (Turn turn in session.Turns)
        {
            foreach (string picture in turn.Pictures)
                text.Append($"\n![{picture}]({picture})\n");
            if (turn.Question.Length > 0)
                text.Append($"\n**{turn.Question}**\n");
            text.Append($"\n{turn.Answer.Text}\n");
        }
        return text.ToString();
    }
}

/// <summary>A saved conversation, schema nunchi.conversation/1.</summary>
internal sealed record ConversationDocument(string Model, IReadOnlyList<TurnDocument> Turns)
{
    [System.Text.Json.Serialization.JsonPropertyOrder(-1)]
    public string Schema => "nunchi.conversation/1";
}

internal sealed record TurnDocument(string Question, IReadOnlyList<string> Pictures, string Answer, IReadOnlyList<SpanDocument> Spans);
