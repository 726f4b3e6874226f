using System.Text.RegularExpressions;
using Nunchi.Text.PreTokenization;

namespace Nunchi.Text.Files;

/// <summary>Reads the <c>pre_tokenizer</c> of a tokenizer file; which one it has tells byte-level BPE from BPE on characters.</summary>
internal sealed class PreTokenizerReader
{
    private readonly List<PreTokenizer> _steps = [];

    public PreTokenizerReader(JsonNode node)
    {
        if (!node.IsNull)
            Add(node, 0);
        if (IsByteLevel)
            Result = _steps.Count == 1 ? _steps[0] : new PreTokenizerSequence(_steps);
        else if (_steps.Count > 0)
            throw node.Error("no ByteLevel step; only byte-level BPE is cut by patterns (BPE on characters by Metaspace, or not at all)");
    }

    /// <summary>Whether words are bytes.</summary>
    public bool IsByteLevel { get; private set; }

    /// <summary>What cuts text into words; null when words are characters.</summary>
    public PreTokenizer? Result { get; }

    public bool AddPrefixSpace { get; private set; }

    /// <summary>How blanks are written when words are characters, if the pre-tokenizer does that.</summary>
    public Metaspace? Metaspace { get; private set; }

    /// <summary>Reads a <c>Metaspace</c>, pre-tokenizer or decoder.</summary>
    public static Metaspace ReadMetaspace(JsonNode node)
    {
        var replacement = node.Get("replacement").Text();
        if (replacement.Length != 1 || char.IsSurrogate(replacement[0]))
            throw node.Get("replacement").Expected("one character of the first plane");
        var named = node.Get("prepend_scheme");
        var scheme = named.TextOr("always") switch
        {
            "always" => PrependScheme.Always,
            "first" => PrependScheme.First,
            "never" => PrependScheme.Never,
            _ => throw named.Expected("\"always\", \"first\" or \"never\""),
        };
        if (!node.Get("add_prefix_space").Flag(true))
        {
            if (!named.IsNull && scheme != PrependScheme.Never)
                throw named.Expected("\"never\", since add_prefix_space is false");
            scheme = PrependScheme.Never;
        }

        return new Metaspace(replacement[0], scheme, node.Get("split").Flag(true));
    }

    private void Add(JsonNode node, int depth)
    {
        if (IsByteLevel)
            throw node.Error("a step after ByteLevel is not supported");
        if (Metaspace is not null)
            throw node.Error("a step after Metaspace is not supported");
        var type = node.Get("type").Text();
        switch (type)
        {
            case "Sequence" when depth < 4:
                foreach (var step in node.Get("pretokenizers").Items())
                    Add(step, depth + 1);
                break;
            case "Split":
                _steps.Add(ReadSplit(node));
                break;
            case "Digits":
                _steps.Add(new DigitSplitter(node.Get("individual_digits").Flag(false)));
                break;
            case "Metaspace":
                Metaspace = ReadMetaspace(node);
                break;
            case "ByteLevel":
                IsByteLevel = true;
                AddPrefixSpace = node.Get("add_prefix_space").Flag(true);
                if (node.Get("use_regex").Flag(true))
                    _steps.Add(new Gpt2Pattern());
                break;
            default:
                throw node.Error($"pre-tokenizer \"{type}\" is not supported (Sequence, Split, Digits, ByteLevel and Metaspace are)");
        }
    }

    private static PreTokenizer ReadSplit(JsonNode node)
    {
        var pattern = node.Get("pattern");
        var regex = pattern.Get("Regex");
        var text = regex.IsNull ? Regex.Escape(pattern.Get("String").Text()) : regex.Text();
        var behavior = node.Get("behavior").Text();
        var invert = node.Get("invert").Flag(false);
        if (behavior is not ("Isolated" or "Removed"))
            throw node.Error($"split behavior \"{behavior}\" is not supported (Isolated and Removed are)");
        if (behavior == "Isolated" || invert)
        {
            switch (text)
            {
                case Gpt4Pattern.Qwen:
                    return new Gpt4Pattern(1);
                case Gpt4Pattern.ThreeDigits:
                    return new Gpt4Pattern(3);
                case Gpt2Pattern.Spelling:
                    return new Gpt2Pattern();
            }
        }

        try
        {
            return new RegexSplitter(text, keepMatches: behavior == "Isolated" || invert, keepGaps: behavior == "Isolated" || !invert);
        }
        catch (ArgumentException problem)
        {
            throw node.Error($"the pattern {text} is not supported: {problem.Message}");
        }
    }
}
