using System.Runtime.InteropServices;
using Nunchi.Text.BytePairs;
using Nunchi.Text.Decoding;
using Nunchi.Text.Files;
using Nunchi.Text.PreTokenization;

namespace Nunchi.Text;

/// <summary>
/// Turns text into token ids and back: byte-level BPE, and BPE on characters as SentencePiece models are written, as Hugging Face's <c>tokenizers</c> does it.
/// Safe to use from many threads at once.
/// </summary>
/// <remarks>
/// Tokens that the file flags special are control. Unless a call allows them they are never produced, whatever the text says:
/// a typed <c>&lt;|im_end|&gt;</c> becomes the ordinary tokens of its characters. The one exception is the token for unknown characters of files that have no
/// token for every byte.
/// </remarks>
public sealed class Tokenizer
{
    private const long FileLimit = 512L << 20;

    private readonly TokenizerDefinition _definition;
    private readonly AddedTokenMatcher _rawMatcher;
    private readonly AddedTokenMatcher _normalizedMatcher;
    private readonly bool _normalizedSpecials;
    private readonly Dictionary<int, AddedToken> _added;
    private readonly Dictionary<string, int> _addedIds;
    private readonly TokenModel _model;
    private readonly WordCache _cache = new();
    private readonly CoveringPattern? _pattern;
    private readonly char _blankSign;
    private readonly bool _cutsAtBlanks;
    private readonly IReadOnlyDictionary<string, string> _namedTokens;

    private Tokenizer(TokenizerDefinition definition, IReadOnlyDictionary<string, string> namedTokens)
    {
        _definition = definition;
        _namedTokens = namedTokens;
        _added = definition.AddedTokens.ToDictionary(t => t.Id);
        _addedIds = definition.AddedTokens.ToDictionary(t => t.Content, t => t.Id);
        _rawMatcher = new AddedTokenMatcher(definition.AddedTokens.Where(t => !t.Normalized));
        var normalized = definition.AddedTokens.Where(t => t.Normalized).ToList();
        _normalizedSpecials = normalized.Exists(t => t.Special);
        _normalizedMatcher = new AddedTokenMatcher(
            normalized.Select(t => t with { Content = definition.Normalizer.Apply(t.Content, inside: false).ToString() }).Where(t => t.Content.Length > 0));
        _model = definition.Model;
        _pattern = definition.AddPrefixSpace ? null : definition.PreTokenizer as CoveringPattern;
        _blankSign = definition.Metaspace?.Sign ?? '\u2581';
        _cutsAtBlanks = _model is CharacterModel characters && characters.CutsBefore(_blankSign);
    }

    /// <summary>One more than the highest id, added tokens included.</summary>
    public int VocabularySize => _model.Vocabulary.Size;

    /// <summary>The tokens that are matched whole, in the file's order.</summary>
    public IReadOnlyList<AddedToken> AddedTokens => _definition.AddedTokens;

    /// <summary>Ids that the file puts before every text of its own accord, such as a beginning-of-text token; <see cref="Encode(string, bool)"/> does not add them.</summary>
    public IReadOnlyList<int> PrefixIds => _definition.PrefixIds;

    /// <summary>Ids that the file puts after every text of its own accord; <see cref="Encode(string, bool)"/> does not add them.</summary>
    public IReadOnlyList<int> SuffixIds => _definition.SuffixIds;

    /// <summary>The end-of-text token that <c>tokenizer_config.json</c> names, or null.</summary>
    public string? EosToken => _namedTokens.GetValueOrDefault("eos_token");

    /// <summary>The padding token that <c>tokenizer_config.json</c> names, or null.</summary>
    public string? PadToken => _namedTokens.GetValueOrDefault("pad_token");

    /// <summary>All tokens that <c>tokenizer_config.json</c> names: <c>bos_token</c>, <c>eos_token</c>, <c>pad_token</c>, <c>unk_token</c>.</summary>
    public IReadOnlyDictionary<string, string> NamedTokens => _namedTokens;

    /// <summary>Loads <c>tokenizer.json</c> and, when it is there, <c>tokenizer_config.json</c> from a checkpoint directory.</summary>
    /// <param name="directory">The directory.</param>
    /// <exception cref="FileNotFoundException">There is no <c>tokenizer.json</c>.</exception>
    /// <exception cref="InvalidDataException">A file is damaged or uses a component that is not supported; the message names the file and the place.</exception>
    public static Tokenizer Load(string directory)
    {
        var file = Path.Combine(directory, "tokenizer.json");
        if (!File.Exists(file))
        {
            string hint = File.Exists(Path.Combine(directory, "tokenizer.model"))
                ? "; tokenizer.model is SentencePiece's own file, which is not read: load it once with transformers' AutoTokenizer and save_pretrained writes tokenizer.json"
                : "; a checkpoint directory holds its tokenizer there";
            throw new FileNotFoundException($"{file}: not found{hint}", file);
        }

        var configFile = Path.Combine(directory, "tokenizer_config.json");
        var config = File.Exists(configFile) ? JsonNode.ReadFile(configFile, FileLimit) : null;
        return FromJson(JsonNode.ReadFile(file, FileLimit), config, file, configFile);
    }

    /// <summary>Reads a tokenizer from the bytes of its files.</summary>
    /// <param name="tokenizerJson">The UTF-8 bytes of <c>tokenizer.json</c>.</param>
    /// <param name="tokenizerConfigJson">The UTF-8 bytes of <c>tokenizer_config.json</c>, or null.</param>
    /// <param name="name">What error messages call the first file.</param>
    /// <param name="configName">What error messages call the second file.</param>
    /// <exception cref="InvalidDataException">The bytes are damaged or use a component that is not supported.</exception>
    public static Tokenizer FromJson(ReadOnlyMemory<byte> tokenizerJson, ReadOnlyMemory<byte>? tokenizerConfigJson = null,
        string name = "tokenizer.json", string configName = "tokenizer_config.json")
    {
        if (tokenizerConfigJson is not { } configJson)
            return Make(TokenizerConfig.Empty);
        return JsonNode.Read(configJson, configName, root => Make(TokenizerConfig.Read(root)));

        Tokenizer Make(TokenizerConfig config)
        {
            var definition = JsonNode.Read(tokenizerJson, name, root => TokenizerFile.Read(root, config.AddedTokens));
            if (definition.Model is CharacterModel { UnknownId: { } unknown } && config.NamedTokens.GetValueOrDefault("eos_token") is { } end
                && definition.AddedTokens.Any(t => t.Id == unknown && t.Content == end))
            {
                throw new InvalidDataException($"{name}: model.unk_token: \"{end}\" also ends a text; characters that the vocabulary lacks would become it");
            }

            return new Tokenizer(definition, config.NamedTokens);
        }
    }

    /// <summary>Encodes a text.</summary>
    /// <param name="text">The text; unpaired surrogates are encoded as U+FFFD.</param>
    /// <param name="allowSpecial">Whether special tokens in the text are recognised. Leave it off for anything that a user typed.</param>
    public int[] Encode(string text, bool allowSpecial = false)
    {
        var ids = new List<int>(text.Length / 2 + 4);
        Encode(text, ids, allowSpecial);
        return [.. ids];
    }

    /// <summary>Encodes a text and appends its ids.</summary>
    /// <param name="text">The text; unpaired surrogates are encoded as U+FFFD.</param>
    /// <param name="ids">Where the ids go.</param>
    /// <param name="allowSpecial">Whether special tokens in the text are recognised. Leave it off for anything that a user typed.</param>
    public void Encode(ReadOnlySpan<char> text, List<int> ids, bool allowSpecial) =>
        EncodeWith(text, ids, new SpecialPolicy(allowSpecial), TextPlace.Start);

    /// <summary>
    /// Encodes a text in some ranges of which only some special tokens are recognised, and none that merely touches such a range and is not allowed in it.
    /// Everything else is encoded as if it were one text, so the ids are those that the whole prompt gives.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="guarded">The ranges, in order and not overlapping.</param>
    /// <param name="ids">Where the ids go.</param>
    /// <param name="place">Where the text stands in a longer one that is encoded part by part.</param>
    internal void EncodeGuarded(ReadOnlySpan<char> text, ReadOnlySpan<GuardedRange> guarded, List<int> ids, TextPlace place = TextPlace.Start) =>
        EncodeWith(text, ids, new SpecialPolicy(true, guarded), place);

    /// <summary>What the files say.</summary>
    internal TokenizerDefinition Definition => _definition;

    /// <summary>Whether an id has a token: files may leave ids out.</summary>
    internal bool HasToken(int id) => _model.Vocabulary.Has(id);

    /// <summary>Whether a token is one that is matched whole.</summary>
    internal bool IsAdded(int id) => _added.ContainsKey(id);

    /// <summary>The same tokenizer with some more of its added tokens held for control.</summary>
    internal Tokenizer WithSpecial(IEnumerable<string?> contents)
    {
        var more = contents.Where(c => _added.Values.Any(t => t.Content == c && !t.Special)).ToHashSet();
        if (more.Count == 0)
            return this;
        var tokens = _definition.AddedTokens.Select(t => more.Contains(t.Content) ? t with { Special = true } : t);
        return new Tokenizer(_definition with { AddedTokens = [.. tokens] }, _namedTokens);
    }

    private void EncodeWith(ReadOnlySpan<char> text, List<int> ids, SpecialPolicy policy, TextPlace place)
    {
        var at = 0;
        if (!_rawMatcher.IsEmpty)
        {
            while (_rawMatcher.TryFind(text, at, policy, out var token, out var start, out var end))
            {
                EncodeSegment(text, at, start, ids, policy, at == 0 ? place : TextPlace.AfterToken);
                ids.Add(token.Id);
                at = end;
            }
        }

        EncodeSegment(text, at, text.Length, ids, policy, at == 0 ? place : TextPlace.AfterToken);
    }

    private void EncodeSegment(ReadOnlySpan<char> text, int start, int end, List<int> ids, SpecialPolicy policy, TextPlace place)
    {
        if (start >= end)
            return;
        if (!_normalizedSpecials)
        {
            EncodeNormalized(_definition.Normalizer.Apply(text[start..end], place == TextPlace.Inside), ids, default, place);
            return;
        }

        if (_definition.Normalizer.CanTrack)
        {
            var segment = _definition.Normalizer.ApplyTracked(text[start..end], place == TextPlace.Inside, out var origins);
            EncodeNormalized(segment, ids, policy.Seen(CollectionsMarshal.AsSpan(origins), start), place);
            return;
        }

        // Special tokens that are sought after composition: guarded ranges would no longer fit, so each goes by itself and allows none.
        while (start < end)
        {
            var free = policy.IsFree(start, end, out var cut);
            EncodeNormalized(_definition.Normalizer.Apply(text[start..cut], place == TextPlace.Inside), ids, new SpecialPolicy(free), place);
            place = TextPlace.Inside;
            start = cut;
        }
    }

    private void EncodeNormalized(ReadOnlySpan<char> segment, List<int> ids, SpecialPolicy policy, TextPlace place)
    {
        var at = 0;
        if (!_normalizedMatcher.IsEmpty)
        {
            while (_normalizedMatcher.TryFind(segment, at, policy, out var token, out var start, out var end))
            {
                EncodePieces(segment[at..start], ids, at == 0 ? place : TextPlace.AfterToken);
                ids.Add(token.Id);
                at = end;
            }
        }

        EncodePieces(segment[at..], ids, at == 0 ? place : TextPlace.AfterToken);
    }

    private void EncodePieces(ReadOnlySpan<char> text, List<int> ids, TextPlace place)
    {
        if (_pattern is { } pattern)
        {
            for (var start = 0; start < text.Length;)
            {
                var end = pattern.Next(text, start);
                EncodeWord(text[start..end], ids);
                start = end;
            }

            return;
        }

        if (text.IsEmpty)
            return;
        if (_definition.PreTokenizer is null)
        {
            EncodeCharacters(_definition.Metaspace is { } metaspace ? metaspace.Write(text, place) : text, ids);
            return;
        }

        var addSpace = _definition.AddPrefixSpace && place != TextPlace.Inside && text[0] != ' ';
        var whole = addSpace ? string.Concat(" ", text) : text;
        var pieces = new List<Range>();
        _definition.PreTokenizer.Split(whole, pieces);
        foreach (var piece in pieces)
            EncodeWord(whole[piece], ids);
    }

    private void EncodeCharacters(ReadOnlySpan<char> text, List<int> ids)
    {
        var everywhere = _definition.Metaspace is { Splits: true };
        while (!text.IsEmpty)
        {
            var end = text.Length;
            if (everywhere || _cutsAtBlanks)
            {
                // Without splitting, blanks in a row stay together: tokens may be made of them.
                var from = 1;
                while (!everywhere && from < text.Length && text[from - 1] == _blankSign)
                    from++;
                var next = text[from..].IndexOf(_blankSign);
                end = next < 0 ? text.Length : from + next;
            }

            EncodeWord(text[..end], ids);
            text = text[end..];
        }
    }

    private void EncodeWord(ReadOnlySpan<char> word, List<int> ids)
    {
        if (word.Length > WordCache.LongestWord)
        {
            _model.Encode(word, ids);
            return;
        }

        var hash = WordCache.Hash(word);
        if (_cache.TryGet(word, hash, out var known))
        {
            var start = ids.Count;
            CollectionsMarshal.SetCount(ids, start + known.Length);
            known.CopyTo(CollectionsMarshal.AsSpan(ids)[start..]);
            return;
        }

        var before = ids.Count;
        _model.Encode(word, ids);
        _cache.Set(word, hash, CollectionsMarshal.AsSpan(ids)[before..]);
    }

    /// <summary>The text of some ids; bytes that are not UTF-8 become U+FFFD.</summary>
    /// <param name="ids">The ids.</param>
    /// <param name="skipSpecial">Whether special tokens are left out.</param>
    /// <exception cref="ArgumentOutOfRangeException">An id has no token.</exception>
    public string Decode(ReadOnlySpan<int> ids, bool skipSpecial = false)
    {
        foreach (var id in ids)
            Check(id);
        if (!skipSpecial)
            return _model.Decode(ids);
        var kept = new List<int>(ids.Length);
        foreach (var id in ids)
        {
            if (!IsSpecial(id))
                kept.Add(id);
        }

        return _model.Decode(CollectionsMarshal.AsSpan(kept));
    }

    /// <summary>
    /// The id of a token as the file spells it, or null: added tokens as they are, others in the byte alphabet (<c>Ġ</c> for a blank) or, where words are
    /// characters, as characters (<c>▁</c> for a blank).
    /// </summary>
    public int? TokenId(string token)
    {
        if (_addedIds.TryGetValue(token, out var added))
            return added;
        var id = _model.Find(token);
        return id < 0 ? null : id;
    }

    /// <summary>A token as the file spells it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The id has no token.</exception>
    public string TokenText(int id)
    {
        Check(id);
        return _added.TryGetValue(id, out var token) ? token.Content : _model.Spell(id);
    }

    /// <summary>The bytes that a token adds to a text that has begun.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The id has no token.</exception>
    public ReadOnlyMemory<byte> TokenBytes(int id)
    {
        Check(id);
        return _model.Bytes(id);
    }

    /// <summary>Whether the file flags a token special.</summary>
    public bool IsSpecial(int id) => _added.TryGetValue(id, out var token) && token.Special;

    /// <summary>What turns the ids of one sequence into text as they come.</summary>
    internal TextAssembler Assemble() => _model.Assemble();

    /// <exception cref="ArgumentOutOfRangeException">The id has no token.</exception>
    internal void Check(int id)
    {
        if (!_model.Vocabulary.Has(id))
            throw new ArgumentOutOfRangeException(nameof(id), id, $"no token has this id; ids go from 0 to {VocabularySize - 1}");
    }
}
