using System.Buffers;
using System.Text;
using Nunchi.Text.BytePairs;
using Nunchi.Text.PreTokenization;

namespace Nunchi.Text;

/// <summary>
/// Makes a byte-level BPE vocabulary (Sennrich et al. 2016, on bytes as in GPT-2) with Qwen's pre-tokenisation and form C.
/// The result depends on the options and on how often each word occurs, not on the order of the texts.
/// </summary>
/// <remarks>
/// A learned token is either whole characters or the beginning of one character, never the end of one with the start of the next.
/// </remarks>
public sealed class BpeTrainer
{
    private readonly BpeTrainerOptions _options;
    private readonly CoveringPattern _pattern = new Gpt4Pattern(1);
    private readonly WordCorpus _corpus;
    private readonly List<byte[]> _tokens = [];
    private readonly List<(int Left, int Right)> _merges = [];
    private readonly Dictionary<string, int> _ids = []; // keyed by the bytes as Latin-1
    private readonly MergeTable _table;
    private readonly BytePairEncoder _encoder;
    private bool _trained;

    /// <summary>Begins with an empty corpus.</summary>
    /// <param name="options">What to make.</param>
    /// <exception cref="ArgumentException">An option is out of range; the message says which and what is allowed.</exception>
    public BpeTrainer(BpeTrainerOptions options)
    {
        options.Check();
        _options = options;
        var added = options.SpecialTokens.Concat(options.AddedTokens).Select(t => new AddedToken(0, t, Special: false));
        _corpus = new WordCorpus(_pattern, new AddedTokenMatcher(added));
        _table = new MergeTable(options.VocabularySize * 2);
        foreach (var value in ByteLevelAlphabet.InCharacterOrder)
            AddToken([value]);
        var byteIds = new int[256];
        for (var id = 0; id < 256; id++)
            byteIds[_tokens[id][0]] = id;
        _encoder = new BytePairEncoder(byteIds, _table);
    }

    private int TokenLimit => _options.VocabularySize - _options.SpecialTokens.Count - _options.AddedTokens.Count;

    /// <summary>Adds a text to the corpus. Special and added tokens in it are cut out, as encoding will do.</summary>
    /// <param name="text">The text.</param>
    /// <param name="times">How often it counts; at least 1.</param>
    public void Add(string text, long times = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(times, 1);
        _corpus.Add(text, times);
    }

    /// <summary>Makes the vocabulary; may be called once.</summary>
    /// <exception cref="ArgumentException">A required token is not one piece, or the required tokens do not fit into the vocabulary.</exception>
    /// <exception cref="InvalidOperationException">It was called before.</exception>
    public TrainedTokenizer Train()
    {
        if (_trained)
            throw new InvalidOperationException("a BpeTrainer trains once; make a new one");
        _trained = true;
        foreach (var token in _options.RequiredTokens)
            Require(token);
        Learn();
        return new TrainedTokenizer(_options, _tokens, _merges);
    }

    private void Require(string token)
    {
        if (token.Length == 0 || _pattern.Next(token, 0) != token.Length || Normalization.NfcNormalizer.Normalize(token) != token)
            throw new ArgumentException($"required token \"{token}\" is not one piece of the pre-tokenisation in form C, so that no text would give it");
        foreach (var rune in token.EnumerateRunes())
            Join(Encoding.UTF8.GetBytes(rune.ToString()));
        Join(Encoding.UTF8.GetBytes(token));
        if (_tokens.Count > TokenLimit || _merges.Count > _options.VocabularySize)
            throw new ArgumentException($"the vocabulary of {_options.VocabularySize} is full at required token \"{token}\"; raise VocabularySize or require less");
    }

    // Later merges have later ranks, so what is one token now stays one.
    private void Join(byte[] bytes)
    {
        var ids = new List<int>();
        while (true)
        {
            ids.Clear();
            _encoder.Encode(bytes, ids);
            if (ids.Count == 1)
                return;
            AddMerge(ids[0], ids[1]);
        }
    }

    private void Learn()
    {
        var words = _corpus.Words.ToArray();
        var tokens = new List<int>[words.Length];
        for (var i = 0; i < words.Length; i++)
        {
            tokens[i] = [];
            _encoder.Encode(Encoding.UTF8.GetBytes(words[i].Word), tokens[i]);
        }

        var counts = new PairCounts(tokens, [.. words.Select(w => w.Count)]);
        while (_tokens.Count < TokenLimit && _merges.Count < _options.VocabularySize * 2 && counts.TryTake(_options.MinimumFrequency, out var left, out var right))
        {
            if (IsAllowed(Concat(left, right)))
                counts.Merge(left, right, AddMerge(left, right));
        }
    }

    private bool IsAllowed(byte[] bytes)
    {
        int characters = 0, syllables = 0;
        for (var rest = bytes.AsSpan(); !rest.IsEmpty;)
        {
            var status = Rune.DecodeFromUtf8(rest, out var rune, out var used);
            if (status == OperationStatus.NeedMoreData)
                return characters == 0;
            if (status != OperationStatus.Done)
                return false;
            characters++;
            if (rune.Value is >= 0xAC00 and <= 0xD7A3)
                syllables++;
            rest = rest[used..];
        }

        return characters <= _options.MaximumTokenCharacters && syllables <= _options.MaximumTokenSyllables
            && (_options.AllowToken is null || _options.AllowToken(Encoding.UTF8.GetString(bytes)));
    }

    private int AddMerge(int left, int right)
    {
        var bytes = Concat(left, right);
        var id = _ids.TryGetValue(Encoding.Latin1.GetString(bytes), out var known) ? known : AddToken(bytes);
        _table.Add(left, right, _merges.Count, id);
        _merges.Add((left, right));
        return id;
    }

    private int AddToken(byte[] bytes)
    {
        _ids.Add(Encoding.Latin1.GetString(bytes), _tokens.Count);
        _tokens.Add(bytes);
        return _tokens.Count - 1;
    }

    private byte[] Concat(int left, int right) => [.. _tokens[left], .. _tokens[right]];
}
