namespace Nunchi.Text.Files;

/// <summary>Finds out which token stands for a picture.</summary>
internal static class ImageTokenFile
{
    private const long FileLimit = 64L << 20;

    /// <summary>The placeholder that <c>processor_config.json</c> names, else the one whose id <c>config.json</c> gives, else null.</summary>
    public static string? Find(string directory, Tokenizer tokenizer)
    {
        var file = Path.Combine(directory, "processor_config.json");
        if (File.Exists(file) && JsonNode.Read(JsonNode.ReadFile(file, FileLimit), file, FromProcessor) is { } token)
            return Known(tokenizer, token, file);
        file = Path.Combine(directory, "config.json");
        if (!File.Exists(file))
            return null;
        return JsonNode.Read(JsonNode.ReadFile(file, FileLimit), file, root =>
        {
            var node = root.Get("image_token_id") is { IsNull: false } id ? id : root.Get("image_token_index");
            if (node.IsNull)
                return null;
            return tokenizer.AddedTokens.FirstOrDefault(t => t.Id == node.Integer())?.Content
                ?? throw node.Error($"the tokenizer has no added token {node.Integer()}");
        });
    }

    private static string? FromProcessor(JsonNode root)
    {
        var node = root.Get("image_token");
        return node.IsNull ? null : node.Kind == System.Text.Json.JsonValueKind.Object ? node.Get("content").Text() : node.Text();
    }

    private static string Known(Tokenizer tokenizer, string token, string file) => tokenizer.AddedTokens.Any(t => t.Content == token)
        ? token
        : throw new InvalidDataException($"{file}: image_token \"{token}\" is not among the tokenizer's added tokens");
}
