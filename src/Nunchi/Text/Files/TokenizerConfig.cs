using System.Globalization;
using System.Text.Json;

namespace Nunchi.Text.Files;

/// <summary>What <c>tokenizer_config.json</c> adds to the tokenizer: named tokens and tokens that are missing in <c>tokenizer.json</c>.</summary>
internal sealed record TokenizerConfig(
    IReadOnlyList<(AddedToken Token, JsonNode Where)> AddedTokens, IReadOnlyDictionary<string, string> NamedTokens)
{
    private static readonly string[] Names = ["bos_token", "eos_token", "pad_token", "unk_token"];

    public static TokenizerConfig Empty { get; } = new([], new Dictionary<string, string>());

    public static TokenizerConfig Read(JsonNode root)
    {
        var tokens = new List<(AddedToken, JsonNode)>();
        var listed = root.Get("added_tokens_decoder");
        if (!listed.IsNull)
        {
            foreach (var (property, node) in listed.Members())
            {
                if (!int.TryParse(property.Name, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
                    throw node.Error("the key is not a token id");
                tokens.Add((TokenizerFile.ReadAddedToken(node, id), node));
            }
        }

        var named = new Dictionary<string, string>();
        foreach (var name in Names)
        {
            var node = root.Get(name);
            if (!node.IsNull)
                named[name] = node.Kind == JsonValueKind.Object ? node.Get("content").Text() : node.Text();
        }

        return new TokenizerConfig(tokens, named);
    }
}
