using Nunchi.Tensors.Safetensors;
using Nunchi.Text.Files;

namespace Nunchi.Text;

/// <summary>What a <see cref="BpeTrainer"/> made: the files of a tokenizer, and the tokenizer itself.</summary>
public sealed class TrainedTokenizer
{
    private readonly byte[] _tokenizerJson;
    private readonly byte[] _configJson;

    internal TrainedTokenizer(BpeTrainerOptions options, IReadOnlyList<byte[]> tokens, IReadOnlyList<(int Left, int Right)> merges)
    {
        var spelt = tokens.Select(t => ByteLevelAlphabet.Spell(t)).ToList();
        var added = options.SpecialTokens.Select((t, i) => new AddedToken(tokens.Count + i, t, Special: true))
            .Concat(options.AddedTokens.Select((t, i) => new AddedToken(tokens.Count + options.SpecialTokens.Count + i, t, Special: false)))
            .ToList();
        _tokenizerJson = TokenizerWriter.TokenizerJson(spelt, merges.Select(m => (spelt[m.Left], spelt[m.Right])), added);
        _configJson = TokenizerWriter.ConfigJson(
            options.EosToken, options.PadToken, options.SpecialTokens.Where(t => t != options.EosToken && t != options.PadToken), options.ProcessorClass);
        MergeCount = merges.Count;
        Tokenizer = Tokenizer.FromJson(_tokenizerJson, _configJson);
    }

    /// <summary>The tokenizer, ready to use.</summary>
    public Tokenizer Tokenizer { get; }

    /// <summary>How many merges there are.</summary>
    public int MergeCount { get; }

    /// <summary>Writes <c>tokenizer.json</c> and <c>tokenizer_config.json</c> in Hugging Face's layout; each appears whole or not at all.</summary>
    /// <param name="directory">The directory; made when it is not there.</param>
    /// <exception cref="IOException">The directory cannot be written.</exception>
    public void Save(string directory)
    {
        Directory.CreateDirectory(directory);
        AtomicFile.WriteAllBytes(Path.Combine(directory, "tokenizer.json"), _tokenizerJson);
        AtomicFile.WriteAllBytes(Path.Combine(directory, "tokenizer_config.json"), _configJson);
    }
}
