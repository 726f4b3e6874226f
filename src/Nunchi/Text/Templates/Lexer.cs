using System.Globalization;

namespace Nunchi.Text.Templates;

/// <summary>
/// Cuts a template into tokens, with Jinja's white space rules as transformers sets them: trim_blocks (the line break after a block tag goes) and
/// lstrip_blocks (blanks before a block tag that begins its line go).
/// </summary>
internal sealed partial class Lexer
{
    private static readonly string[] Operators =
        ["**", "//", "==", "!=", "<=", ">=", "+", "-", "*", "/", "%", "~", "<", ">", "=", "(", ")", "[", "]", "{", "}", ".", ",", ":", "|", ";"];

    private readonly string _source;
    private readonly List<Token> _tokens = [];
    private readonly List<int> _lineStarts = [0];
    private int _at;
    private bool _lineStarting = true;

    private Lexer(string source)
    {
        _source = source;
        for (var i = 0; i < source.Length; i++)
        {
            if (source[i] == '\n')
                _lineStarts.Add(i + 1);
        }
    }

    public static List<Token> Read(string template)
    {
        var source = template.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        if (source.EndsWith('\n'))
            source = source[..^1];
        var lexer = new Lexer(source);
        lexer.ReadAll();
        return lexer._tokens;
    }

    private Place PlaceOf(int position)
    {
        var line = _lineStarts.BinarySearch(position);
        if (line < 0)
            line = ~line - 1;
        return new Place(line + 1, position - _lineStarts[line] + 1);
    }

    private TemplateException Error(string problem, int position)
    {
        var place = PlaceOf(position);
        return new TemplateException(problem, place.Line, place.Column);
    }

    private void Add(TokenKind kind, string text, int position, object? value = null) => _tokens.Add(new Token(kind, text, PlaceOf(position), value));

    private void ReadAll()
    {
        while (_at < _source.Length)
        {
            var open = FindOpening(_at);
            if (open < 0)
            {
                AddData(_source[_at..], _at);
                _at = _source.Length;
                break;
            }

            var kind = _source[open + 1];
            var sign = open + 2 < _source.Length && _source[open + 2] is '-' or '+' ? _source[open + 2] : '\0';
            AddData(StripBefore(_source[_at..open], sign, kind), _at);
            _at = open + (sign == '\0' ? 2 : 3);
            _lineStarting = false;
            if (kind == '#')
                SkipComment(open);
            else if (kind == '%' && TryReadRaw(open))
                continue;
            else
                ReadCode(kind == '%', open);
        }

        Add(TokenKind.End, "", _source.Length);
    }

    private int FindOpening(int from)
    {
        for (var at = from; ; at++)
        {
            at = _source.IndexOf('{', at);
            if (at < 0 || at + 1 >= _source.Length)
                return -1;
            if (_source[at + 1] is '{' or '%' or '#')
                return at;
        }
    }

    private void AddData(string text, int position)
    {
        if (text.Length > 0)
            Add(TokenKind.Data, text, position);
    }

    private string StripBefore(string data, char sign, char kind)
    {
        if (sign == '-')
            return data.TrimEnd();
        if (sign == '+' || kind == '{')
            return data;
        var lineStart = data.LastIndexOf('\n') + 1;
        if (lineStart == 0 && !_lineStarting)
            return data;
        return string.IsNullOrWhiteSpace(data[lineStart..]) ? data[..lineStart] : data;
    }

    /// <summary>Steps over the end of a tag and the white space that goes with it.</summary>
    private void StepOverEnd(char sign, bool trims)
    {
        _at += sign == '\0' ? 2 : 3;
        if (sign == '-')
        {
            while (_at < _source.Length && char.IsWhiteSpace(_source[_at]))
                _at++;
        }
        else if (sign == '\0' && trims && _at < _source.Length && _source[_at] == '\n')
        {
            _at++;
        }

        _lineStarting = _source[_at - 1] == '\n';
    }

    private void SkipComment(int open)
    {
        var end = _source.IndexOf("#}", _at, StringComparison.Ordinal);
        if (end < 0)
            throw Error("a comment is not closed", open);
        var sign = end > _at && _source[end - 1] is '-' or '+' ? _source[end - 1] : '\0';
        _at = sign == '\0' ? end : end - 1;
        StepOverEnd(sign, trims: true);
    }

    private bool TryReadRaw(int open)
    {
        if (!TryTag(_at, "raw", out var afterTag, out var sign, out _))
            return false;
        _at = afterTag;
        StepOverEnd(sign, trims: false);
        var from = _at;
        for (var at = from; ; at += 2)
        {
            at = _source.IndexOf("{%", at, StringComparison.Ordinal);
            if (at < 0)
                throw Error("raw is not closed by endraw", open);
            var openingSign = at + 2 < _source.Length && _source[at + 2] is '-' or '+' ? _source[at + 2] : '\0';
            if (!TryTag(at + (openingSign == '\0' ? 2 : 3), "endraw", out afterTag, out sign, out _))
                continue;
            AddData(StripBefore(_source[from..at], openingSign, '%'), from);
            _at = afterTag;
            StepOverEnd(sign, trims: true);
            return true;
        }
    }

    private bool TryTag(int at, string name, out int end, out char sign, out int start)
    {
        (end, sign, start) = (at, '\0', at);
        while (at < _source.Length && char.IsWhiteSpace(_source[at]))
            at++;
        if (string.CompareOrdinal(_source, at, name, 0, name.Length) != 0)
            return false;
        at += name.Length;
        while (at < _source.Length && char.IsWhiteSpace(_source[at]))
            at++;
        end = at;
        if (at < _source.Length && _source[at] is '-' or '+')
            sign = _source[at++];
        return string.CompareOrdinal(_source, at, "%}", 0, 2) == 0;
    }

    private void ReadCode(bool block, int open)
    {
        var close = block ? "%}" : "}}";
        Add(block ? TokenKind.BlockBegin : TokenKind.VariableBegin, "", open);
        var brackets = 0;
        while (true)
        {
            while (_at < _source.Length && char.IsWhiteSpace(_source[_at]))
                _at++;
            if (_at >= _source.Length)
                throw Error($"a tag is not closed with \"{close}\"", open);
            var sign = _source[_at] is '-' || block && _source[_at] is '+' ? _source[_at] : '\0';
            if (brackets == 0 && string.CompareOrdinal(_source, sign == '\0' ? _at : _at + 1, close, 0, 2) == 0)
            {
                Add(block ? TokenKind.BlockEnd : TokenKind.VariableEnd, "", _at);
                StepOverEnd(sign, trims: block);
                return;
            }

            brackets += ReadToken();
        }
    }

    /// <summary>Reads one token of code and returns by how much brackets deepen.</summary>
    private int ReadToken()
    {
        var start = _at;
        var first = _source[_at];
        if (first == '_' || char.IsLetter(first))
        {
            while (_at < _source.Length && (_source[_at] == '_' || char.IsLetterOrDigit(_source[_at])))
                _at++;
            Add(TokenKind.Name, _source[start.._at], start);
            return 0;
        }

        if (char.IsAsciiDigit(first))
        {
            ReadNumber(start);
            return 0;
        }

        if (first is '\'' or '"')
        {
            Add(TokenKind.Text, ReadText(first), start);
            return 0;
        }

        foreach (var text in Operators)
        {
            if (string.CompareOrdinal(_source, _at, text, 0, text.Length) != 0)
                continue;
            _at += text.Length;
            Add(TokenKind.Operator, text, start);
            return text is "(" or "[" or "{" ? 1 : text is ")" or "]" or "}" ? -1 : 0;
        }

        throw Error($"unexpected character '{first}'", start);
    }

    private void ReadNumber(int start)
    {
        while (_at < _source.Length && (char.IsAsciiDigit(_source[_at]) || _source[_at] == '_'))
            _at++;
        var isFloat = false;
        var isMember = _tokens[^1] is { Kind: TokenKind.Operator, Text: "." };
        if (!isMember && _at + 1 < _source.Length && _source[_at] == '.' && char.IsAsciiDigit(_source[_at + 1]))
        {
            isFloat = true;
            _at++;
            while (_at < _source.Length && (char.IsAsciiDigit(_source[_at]) || _source[_at] == '_'))
                _at++;
        }

        if (!isMember && _at < _source.Length && _source[_at] is 'e' or 'E')
        {
            var digits = _at + 1 < _source.Length && _source[_at + 1] is '+' or '-' ? _at + 2 : _at + 1;
            if (digits < _source.Length && char.IsAsciiDigit(_source[digits]))
            {
                isFloat = true;
                for (_at = digits; _at < _source.Length && char.IsAsciiDigit(_source[_at]);)
                    _at++;
            }
        }

        var text = _source[start.._at].Replace("_", "", StringComparison.Ordinal);
        if (isFloat)
            Add(TokenKind.Float, text, start, double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture));
        else if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value))
            Add(TokenKind.Integer, text, start, value);
        else
            throw Error($"the number {text} is too large", start);
    }
}
