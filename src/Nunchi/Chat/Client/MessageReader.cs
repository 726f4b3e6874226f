using Microsoft.Extensions.AI;
using Nunchi.Images;

namespace Nunchi.Chat.Client;

/// <summary>Turns messages of Microsoft.Extensions.AI into a conversation.</summary>
internal static class MessageReader
{
    public static IReadOnlyList<Message> Read(IEnumerable<ChatMessage> messages, string? instructions, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(messages);
        List<Message> conversation = [];
        if (!string.IsNullOrEmpty(instructions))
            conversation.Add(new Message(Role.System, instructions));
        foreach (ChatMessage message in messages)
        {
            Role role = RoleOf(message.Role);
            conversation.Add(role == Role.Assistant && RawText(message) is string raw
                ? new Message(role, raw)
                : new Message(role, [.. message.Contents.Select(content => Part(content, cancellation)).OfType<ContentPart>()]));
        }
        return conversation;
    }

    private static string? RawText(ChatMessage message) =>
        message.Contents.Select(content => content.AdditionalProperties?.GetValueOrDefault(AnswerContents.RawText) as string).FirstOrDefault(raw => raw is not null);

    private static Role RoleOf(ChatRole role) =>
        role == ChatRole.User ? Role.User
        : role == ChatRole.Assistant ? Role.Assistant
        : role == ChatRole.System ? Role.System
        : throw new NotSupportedException($"A message's role is '{role.Value}'; system, user and assistant are supported.");

    private static ContentPart? Part(AIContent content, CancellationToken cancellation) => content switch
    {
        TextContent text => text.Text.Length == 0 ? null : new TextPart(text.Text),
        DataContent data when data.HasTopLevelMediaType("image") =>
            new ImagePart(ImageDecoder.Decode(data.Data.ToArray(), name: data.Name ?? "the picture in the message", cancellation: cancellation)),
        DataContent data => throw new NotSupportedException($"A message holds {data.MediaType}; text and image/... are supported."),
        UriContent uri => throw new NotSupportedException($"A message points to {uri.Uri}; files are not fetched. Give the picture's bytes as DataContent."),
        UsageContent => null,
        _ => throw new NotSupportedException($"A message holds {content.GetType().Name}; text and pictures are supported."),
    };
}
