using System.Globalization;
using System.Text;

namespace Nunchi.Text.Decoding;

/// <summary>One step of a decoder (Hugging Face's <c>decoder</c> chain) at work on one sequence: takes pieces of text and hands on others.</summary>
internal abstract class PieceStep
{
    public abstract void Take(string piece);

    /// <summary>Hands on what was held back and is ready for the next sequence.</summary>
    public abstract void End();
}

/// <summary>The end of the chain.</summary>
internal sealed class PieceCollector : PieceStep
{
    private readonly StringBuilder _text = new();

    public override void Take(string piece) => _text.Append(piece);

    public override void End()
    {
    }

    /// <summary>What has come since the last call.</summary>
    public string Drain()
    {
        var text = _text.ToString();
        _text.Clear();
        return text;
    }
}

/// <summary><c>Replace</c>, within each piece.</summary>
internal sealed class ReplacePieces(PieceStep next, string pattern, string content) : PieceStep
{
    public override void Take(string piece) => next.Take(piece.Replace(pattern, content, StringComparison.Ordinal));

    public override void End() => next.End();
}

/// <summary>
/// <c>ByteFallback</c>: a run of pieces such as <c>&lt;0xEA&gt;</c> is one text when its bytes are UTF-8, and as many U+FFFD as it has bytes when they are not.
/// Which of the two is known only at the end of the run, so it is held back until then.
/// </summary>
internal sealed class GatherBytes(PieceStep next) : PieceStep
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);
    private readonly List<byte> _run = [];

    public override void Take(string piece)
    {
        if (TryRead(piece, out var value))
        {
            _run.Add(value);
            return;
        }

        Release();
        next.Take(piece);
    }

    public override void End()
    {
        Release();
        next.End();
    }

    /// <summary>Reads <c>&lt;0x00&gt;</c> to <c>&lt;0xFF&gt;</c>.</summary>
    public static bool TryRead(string piece, out byte value)
    {
        value = 0;
        return piece.Length == 6 && piece.StartsWith("<0x", StringComparison.Ordinal) && piece[5] == '>'
            && byte.TryParse(piece.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
    }

    private void Release()
    {
        if (_run.Count == 0)
            return;
        var bytes = _run.ToArray();
        _run.Clear();
        if (System.Text.Unicode.Utf8.IsValid(bytes))
        {
            next.Take(Strict.GetString(bytes));
            return;
        }

        for (var i = 0; i < bytes.Length; i++)
            next.Take("\uFFFD");
    }
}

/// <summary><c>Metaspace</c>: the sign for a blank becomes a blank, or nothing in the first piece where encoding puts one before a text.</summary>
internal sealed class MetaspacePieces(PieceStep next, string sign, bool leavesOutFirst) : PieceStep
{
    private bool _begun;

    public override void Take(string piece)
    {
        next.Take(piece.Replace(sign, leavesOutFirst && !_begun ? "" : " ", StringComparison.Ordinal));
        _begun = true;
    }

    public override void End()
    {
        _begun = false;
        next.End();
    }
}

/// <summary><c>Strip</c> before <c>Fuse</c>: takes up to some characters off both ends of each piece.</summary>
internal sealed class StripPieces(PieceStep next, char character, int start, int stop) : PieceStep
{
    public override void Take(string piece)
    {
        var from = 0;
        while (from < piece.Length && from < start && piece[from] == character)
            from++;
        var to = piece.Length;
        while (to > from && piece.Length - to < stop && piece[to - 1] == character)
            to--;
        next.Take(piece[from..to]);
    }

    public override void End() => next.End();
}

/// <summary><c>Strip</c> after <c>Fuse</c>: takes up to some characters off the start of the text.</summary>
internal sealed class StripText(PieceStep next, char character, int most) : PieceStep
{
    private int _taken;

    public override void Take(string piece)
    {
        var from = 0;
        while (_taken < most && from < piece.Length)
        {
            if (piece[from] != character)
            {
                _taken = most;
                break;
            }

            _taken++;
            from++;
        }

        next.Take(piece[from..]);
    }

    public override void End()
    {
        _taken = 0;
        next.End();
    }
}
