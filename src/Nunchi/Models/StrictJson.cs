using System.Text.Json;
using System.Text.Unicode;

namespace Nunchi.Models;

/// <summary>Parses a JSON file so that nothing in it can fail later: valid UTF-8, and no text or name with half a surrogate pair.</summary>
internal static class StrictJson
{
    /// <exception cref="InvalidDataException">The bytes are no such JSON; the message names the file and the place.</exception>
    internal static JsonDocument Parse(string file, byte[] bytes, bool allowDuplicates = true)
    {
        int bom = bytes.AsSpan().StartsWith("\uFEFF"u8) ? 3 : 0;
        ReadOnlyMemory<byte> text = bytes.AsMemory(bom);
        if (!Utf8.IsValid(text.Span))
            throw new InvalidDataException($"{file}: no valid UTF-8.");
        try
        {
            CheckTexts(file, text.Span);
            return JsonDocument.Parse(text, new JsonDocumentOptions { AllowDuplicateProperties = allowDuplicates });
        }
        catch (JsonException failure)
        {
            throw new InvalidDataException($"{file}: no valid JSON at line {failure.LineNumber + 1}, byte {failure.BytePositionInLine}: {failure.Message}", failure);
        }
    }

    private static void CheckTexts(string file, ReadOnlySpan<byte> text)
    {
        var reader = new Utf8JsonReader(text);
        string name = "";
        while (reader.Read())
        {
            if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.PropertyName))
                continue;
            try
            {
                string value = reader.TokenType == JsonTokenType.PropertyName || reader.ValueIsEscaped ? reader.GetString()! : "";
                name = reader.TokenType == JsonTokenType.PropertyName ? value : name;
            }
            catch (InvalidOperationException failure)
            {
                throw new InvalidDataException($"{file}: \"{name}\", byte {reader.TokenStartIndex}: expected a text of valid characters, found half a surrogate pair.", failure);
            }
        }
    }
}
