using Nunchi.Hub;
using Nunchi.Models;
using Nunchi.Text;
using Nunchi.Text.BytePairs;
using Nunchi.Text.Files;

namespace Nunchi.Gguf;

/// <summary>Writes what a text model's GGUF file says beside its tensors: sizes, tokenizer, template.</summary>
internal static class GgufTextMetadata
{
    /// <summary>Ids that end an answer, where there are several; GGUF's own key holds one.</summary>
    public const string EndIds = "nunchi.eos_token_ids";

    /// <summary>Whether text is composed (NFC) before it is cut; GGUF has no key for it.</summary>
    public const string Composes = "nunchi.tokenizer.nfc";

    /// <summary>How a tokenizer of the SentencePiece kind writes and reads blanks, as JSON; GGUF knows one way.</summary>
    public const string Pipeline = "nunchi.tokenizer.pipeline";

    public static GgufMetadata Of(string directory, TextDecoderConfig text, GgufWeights weights)
    {
        var metadata = new GgufMetadata();
        string architecture = GgufTextNames.Architecture(text.Family)!;
        metadata.Add("general.architecture", architecture);
        metadata.Add("general.type", "model");
        metadata.Add("general.name", HubCache.NameOf(Path.GetFullPath(directory)) ?? Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory))));
        metadata.AddWhole("general.file_type", GgufWeightTypes.FileType(weights));
        metadata.AddWhole("general.quantization_version", 2);
        AddSizes(metadata, architecture + ".", text);
        GgufRope.Add(metadata, directory, architecture + ".rope.", text);
        AddTokenizer(metadata, directory, text);
        return metadata;
    }

    private static void AddSizes(GgufMetadata metadata, string prefix, TextDecoderConfig text)
    {
        metadata.AddWhole(prefix + "block_count", text.Layers);
        metadata.AddWhole(prefix + "context_length", text.MaxPositions);
        metadata.AddWhole(prefix + "embedding_length", text.HiddenSize);
        metadata.AddWhole(prefix + "feed_forward_length", text.IntermediateSize);
        metadata.AddWhole(prefix + "attention.head_count", text.QueryHeads);
        metadata.AddWhole(prefix + "attention.head_count_kv", text.KeyHeads);
        metadata.AddWhole(prefix + "attention.key_length", text.HeadSize);
        metadata.AddWhole(prefix + "attention.value_length", text.HeadSize);
        metadata.AddNumber(prefix + "attention.layer_norm_rms_epsilon", text.RmsNormEpsilon);
        metadata.AddWhole(prefix + "vocab_size", text.VocabularySize);
    }

    private static void AddBytePairs(GgufMetadata metadata, GgufVocabulary vocabulary)
    {
        const string Prefix = "tokenizer.ggml.";
        metadata.Add(Prefix + "model", "gpt2");
        metadata.Add(Prefix + "pre", vocabulary.Pattern);
        metadata.AddTexts(Prefix + "tokens", vocabulary.Tokens);
        metadata.AddWholes(Prefix + "token_type", vocabulary.Types);
        metadata.AddTexts(Prefix + "merges", vocabulary.Merges);
        metadata.Add(Composes, vocabulary.ComposesUnicode);
    }

    private static void AddPieces(GgufMetadata metadata, GgufPieces pieces)
    {
        const string Prefix = "tokenizer.ggml.";
        metadata.Add(Prefix + "model", "llama");
        metadata.Add(Prefix + "pre", "default");
        metadata.AddTexts(Prefix + "tokens", pieces.Tokens);
        metadata.AddNumbers(Prefix + "scores", pieces.Scores);
        metadata.AddWholes(Prefix + "token_type", pieces.Types);
        metadata.AddTexts(Prefix + "merges", pieces.Merges!);
        metadata.Add(Prefix + "add_space_prefix", pieces.AddsSpace);
        if (Enumerable.Range(0, pieces.Types.Count).FirstOrDefault(id => pieces.Types[id] == GgufPieces.Unknown, -1) is var unknown and >= 0)
            metadata.AddWhole(Prefix + "unknown_token_id", unknown);
        metadata.Add(Pipeline, pieces.Pipeline!);
    }

    private static void AddTokenizer(GgufMetadata metadata, string directory, TextDecoderConfig text)
    {
        const string Prefix = "tokenizer.ggml.";
        Tokenizer tokenizer = Tokenizer.Load(directory);
        if (tokenizer.Definition.Model is CharacterModel)
            AddPieces(metadata, GgufPieces.Load(directory, tokenizer, text.VocabularySize));
        else
            AddBytePairs(metadata, GgufVocabulary.Load(directory, tokenizer, text.VocabularySize));
        IReadOnlyList<int> ends = Ends(directory, text, tokenizer);
        if (ends.Count > 0)
            metadata.AddWhole(Prefix + "eos_token_id", ends[0]);
        int? prefix = tokenizer.PrefixIds is [var only] ? only : tokenizer.PrefixIds.Count == 0 ? null
            : throw new InvalidDataException($"{Path.Combine(directory, "tokenizer.json")}: {tokenizer.PrefixIds.Count} tokens stand before every text; GGUF knows one.");
        if ((prefix ?? text.BosTokenId) is { } bos && bos >= 0 && bos < text.VocabularySize)
            metadata.AddWhole(Prefix + "bos_token_id", bos);
        if ((tokenizer.PadToken is { } pad ? tokenizer.TokenId(pad) : text.PadTokenId) is { } padId && padId >= 0 && padId < text.VocabularySize)
            metadata.AddWhole(Prefix + "padding_token_id", padId);
        metadata.Add(Prefix + "add_bos_token", prefix is not null);
        if (ends.Count > 1)
            metadata.AddWholes(EndIds, [.. ends]);
        if (Template(directory) is { } template)
            metadata.Add("tokenizer.chat_template", template);
    }

    // The end of a turn first: it is the one that GGUF's key is for.
    private static IReadOnlyList<int> Ends(string directory, TextDecoderConfig text, Tokenizer tokenizer)
    {
        IEnumerable<int> listed = GenerationConfig.Load(directory, text).EosTokenIds;
        int? turn = tokenizer.EosToken is { } end ? tokenizer.TokenId(end) : null;
        return [.. (turn is { } id ? listed.Prepend(id) : listed).Distinct()];
    }

    private static string? Template(string directory)
    {
        try
        {
            return ChatTemplateFiles.Find(directory).Source;
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }
}
