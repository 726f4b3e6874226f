using System.Text.RegularExpressions;
using Nunchi.Text.PreTokenization;

namespace Nunchi.Text.Files;

/// <summary>Reads the <c>pre_tokenizer</c> of a tokenizer file.</summary>
internal sealed class PreTokenizerReader
{
    private readonly List<PreTokenizer> _steps = [];
    private bool _byteLevel;

    public bool AddPrefixSpace { get; private set; }

    public PreTokenizer Read(JsonNode node)
    {
        Add(node, 0);
        if (!_byteLevel)
            throw node.Error("no ByteLevel step; only byte-level BPE files can be read");
        return _steps.Count == 1 ? _steps[0] : new PreTokenizerSequence(_steps);
    }

    private void Add(JsonNode node, int depth)
    {
        if (_byteLevel)
            throw node.Error("a step after ByteLevel is not supported");
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
            case "ByteLevel":
                _byteLevel = true;
                AddPrefixSpace = node.Get("add_prefix_space").Flag(true);
                if (node.Get("use_regex").Flag(true))
                    _steps.Add(new Gpt2Pattern());
                break;
            default:
                throw node.Error($"pre-tokenizer \"{type}\" is not supported (Sequence, Split, Digits and ByteLevel are)");
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
