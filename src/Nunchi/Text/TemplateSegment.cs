namespace Nunchi.Text;

/// <summary>A piece of a rendered prompt.</summary>
/// <param name="Text">The piece.</param>
/// <param name="IsUserText">
/// Whether it came from a value that was handed to the template (what people and the model said, tool descriptions) rather than from the template itself.
/// Such text is never to become a special token. Only the role names system, user, assistant and tool count as the template's own.
/// </param>
/// <param name="MessageIndex">The message it came from, from 0; null for anything else.</param>
/// <param name="IsGeneration">Whether it stands in the template's <c>generation</c> block.</param>
public readonly record struct TemplateSegment(string Text, bool IsUserText, int? MessageIndex, bool IsGeneration);
