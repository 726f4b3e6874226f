using System.Globalization;
using System.Text;

namespace Nunchi.Text.Templates;

// String literals and their escapes.
internal sealed partial class Lexer
{
    private string ReadText(char quote)
    {
        var start = _at++;
        var text = new StringBuilder();
        while (true)
        {
            if (_at >= _source.Length)
                throw Error("a string is not closed", start);
            var unit = _source[_at++];
            if (unit == quote)
                return text.ToString();
            if (unit != '\\')
            {
                text.Append(unit);
                continue;
            }

            if (_at >= _source.Length)
                throw Error("a string is not closed", start);
            ReadEscape(text);
        }
    }

    private void ReadEscape(StringBuilder text)
    {
        var unit = _source[_at++];
        switch (unit)
        {
            case '\n':
                break;
            case '\\' or '\'' or '"':
                text.Append(unit);
                break;
            case 'n':
                text.Append('\n');
                break;
            case 't':
                text.Append('\t');
                break;
            case 'r':
                text.Append('\r');
                break;
            case 'a':
                text.Append('\a');
                break;
            case 'b':
                text.Append('\b');
                break;
            case 'f':
                text.Append('\f');
                break;
            case 'v':
                text.Append('\v');
                break;
            case >= '0' and <= '7':
                var octal = unit - '0';
                for (var more = 0; more < 2 && _at < _source.Length && _source[_at] is >= '0' and <= '7'; more++)
                    octal = octal * 8 + _source[_at++] - '0';
                text.Append((char)octal);
                break;
            case 'x':
                AppendCode(text, 2);
                break;
            case 'u':
                AppendCode(text, 4);
                break;
            case 'U':
                AppendCode(text, 8);
                break;
            default:
                text.Append('\\').Append(unit);
                break;
        }
    }

    private void AppendCode(StringBuilder text, int digits)
    {
        if (_at + digits > _source.Length
            || !uint.TryParse(_source.AsSpan(_at, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code) || code > 0x10FFFF)
            throw Error($"expected {digits} hexadecimal digits of a character", _at);
        _at += digits;
        if (code < 0x10000)
            text.Append((char)code);
        else
            text.Append(char.ConvertFromUtf32((int)code));
    }
}
