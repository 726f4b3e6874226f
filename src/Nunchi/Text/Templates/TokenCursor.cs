namespace Nunchi.Text.Templates;

/// <summary>Walks over the tokens of a template and keeps count of how deep the reading nests.</summary>
internal abstract class TokenCursor(List<Token> tokens)
{
    private int _at;
    private int _nesting;

    protected Token Current => tokens[_at];

    /// <summary>The token after the current one; the last token when there is none.</summary>
    protected Token Following => tokens[Math.Min(_at + 1, tokens.Count - 1)];

    protected Token Next()
    {
        var token = tokens[_at];
        if (_at < tokens.Count - 1)
            _at++;
        return token;
    }

    protected static TemplateException Error(Place place, string problem) => new(problem, place.Line, place.Column);

    protected TemplateException Unexpected(string expected) => Error(Current.Place, $"expected {expected}, found {Describe(Current)}");

    protected bool Is(string op) => Current.Kind == TokenKind.Operator && Current.Text == op;

    protected bool IsName(string name) => Current.Kind == TokenKind.Name && Current.Text == name;

    protected bool Skip(string op)
    {
        if (!Is(op))
            return false;
        Next();
        return true;
    }

    protected bool SkipName(string name)
    {
        if (!IsName(name))
            return false;
        Next();
        return true;
    }

    protected void Expect(string op)
    {
        if (!Skip(op))
            throw Unexpected($"'{op}'");
    }

    protected void ExpectName(string name)
    {
        if (!SkipName(name))
            throw Unexpected($"'{name}'");
    }

    protected string ExpectIdentifier() => Current.Kind == TokenKind.Name ? Next().Text : throw Unexpected("a name");

    protected T Bounded<T>(Func<T> read)
    {
        if (++_nesting > TemplateLimits.Nesting)
            throw Error(Current.Place, $"the template nests deeper than {TemplateLimits.Nesting}");
        var result = read();
        _nesting--;
        return result;
    }

    private static string Describe(Token token) => token.Kind switch
    {
        TokenKind.Data => "text",
        TokenKind.BlockBegin => "'{%'",
        TokenKind.BlockEnd => "'%}'",
        TokenKind.VariableBegin => "'{{'",
        TokenKind.VariableEnd => "'}}'",
        TokenKind.End => "the end of the template",
        TokenKind.Text => "a string",
        _ => $"'{token.Text}'",
    };
}
