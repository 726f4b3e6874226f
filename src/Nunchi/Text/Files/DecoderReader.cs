using Nunchi.Text.Decoding;

namespace Nunchi.Text.Files;

/// <summary>Reads the <c>decoder</c> of a tokenizer file.</summary>
internal sealed class DecoderReader
{
    private readonly List<Func<PieceStep, PieceStep>> _steps = [];
    private readonly List<(string Pattern, string Content)> _replacements = [];
    private bool _readsBytes;
    private bool _fused;

    /// <summary>Checks the decoder of byte-level BPE.</summary>
    public static void CheckByteLevel(JsonNode node)
    {
        if (node.IsNull)
            return;
        var type = node.Get("type").Text();
        if (type != "ByteLevel")
            throw node.Error($"decoder \"{type}\" is not supported with byte-level BPE (ByteLevel is)");
    }

    /// <summary>Reads the decoder of BPE on characters.</summary>
    public static PieceDecoder Read(JsonNode node)
    {
        if (node.IsNull)
            throw node.Expected("a decoder (Replace, ByteFallback, Fuse, Strip, Metaspace or a Sequence of them): without one there would be a blank after every token");
        var reader = new DecoderReader();
        reader.Add(node, 0);
        return new PieceDecoder(reader._steps, reader._replacements, reader._readsBytes);
    }

    private void Add(JsonNode node, int depth)
    {
        var type = node.Get("type").Text();
        if (_fused && type is not ("Strip" or "Fuse" or "Sequence"))
            throw node.Error($"decoder \"{type}\" after Fuse is not supported (Strip is)");
        switch (type)
        {
            case "Sequence" when depth < 4:
                foreach (var step in node.Get("decoders").Items())
                    Add(step, depth + 1);
                break;
            case "Replace":
                var replace = NormalizerReader.ReadReplace(node);
                _replacements.Add(replace);
                _steps.Add(next => new ReplacePieces(next, replace.Pattern, replace.Content));
                break;
            case "ByteFallback":
                _readsBytes = true;
                _steps.Add(next => new GatherBytes(next));
                break;
            case "Metaspace":
                var metaspace = PreTokenizerReader.ReadMetaspace(node);
                var sign = metaspace.Sign.ToString();
                _replacements.Add((sign, " "));
                _steps.Add(next => new MetaspacePieces(next, sign, metaspace.Scheme != PreTokenization.PrependScheme.Never));
                break;
            case "Fuse":
                _fused = true;
                break;
            case "Strip":
                AddStrip(node);
                break;
            default:
                throw node.Error($"decoder \"{type}\" is not supported with BPE on characters (Sequence, Replace, ByteFallback, Metaspace, Fuse and Strip are)");
        }

        if (_steps.Count > 8)
            throw node.Error("more than 8 decoders");
    }

    private void AddStrip(JsonNode node)
    {
        var content = node.Get("content").Text();
        if (content.Length != 1)
            throw node.Get("content").Expected("one character of the first plane");
        int start = Count(node.Get("start")), stop = Count(node.Get("stop"));
        if (_fused && stop > 0)
            throw node.Get("stop").Expected("0 (what ends a text is not known while it streams)");
        if (_fused)
            _steps.Add(next => new StripText(next, content[0], start));
        else
            _steps.Add(next => new StripPieces(next, content[0], start, stop));
    }

    private static int Count(JsonNode node) => node.Integer() is var count and >= 0 ? count : throw node.Expected("0 or more");
}
