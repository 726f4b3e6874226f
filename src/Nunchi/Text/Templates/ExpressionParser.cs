namespace Nunchi.Text.Templates;

/// <summary>Reads expressions by recursive descent, with Jinja's precedences.</summary>
internal class ExpressionParser(List<Token> tokens) : TokenCursor(tokens)
{
    private static T Checked<T>(T expression) where T : Expression => expression.Depth <= TemplateLimits.Nesting * 4
        ? expression
        : throw Error(expression.Place, $"the expression nests deeper than {TemplateLimits.Nesting * 4}");

    /// <summary>One expression, or several with commas between, which make a tuple.</summary>
    protected Expression ReadTuple(bool conditional = true)
    {
        var place = Current.Place;
        var first = conditional ? ReadExpression() : ReadOr();
        if (!Is(","))
            return first;
        var items = new List<Expression> { first };
        while (Skip(","))
        {
            if (EndsTuple())
                break;
            items.Add(conditional ? ReadExpression() : ReadOr());
        }

        return Checked(new ListExpression(place, items, isTuple: true));
    }

    private bool EndsTuple() => Current.Kind is TokenKind.BlockEnd or TokenKind.VariableEnd || Is(")") || IsName("in");

    protected Expression ReadExpression() => Bounded(ReadConditional);

    private Expression ReadConditional()
    {
        var place = Current.Place;
        var value = ReadOr();
        while (SkipName("if"))
        {
            var condition = ReadOr();
            var otherwise = SkipName("else") ? Bounded(ReadConditional) : null;
            value = Checked(new ConditionalExpression(place, condition, value, otherwise));
        }

        return value;
    }

    protected Expression ReadOr() => ReadLeft(ReadAnd, () => IsName("or"));

    private Expression ReadAnd() => ReadLeft(ReadNot, () => IsName("and"));

    private Expression ReadLeft(Func<Expression> operand, Func<bool> isOperator)
    {
        var left = operand();
        while (isOperator())
        {
            var op = Next();
            left = Checked(new BinaryExpression(op.Place, op.Text, left, operand()));
        }

        return left;
    }

    private Expression ReadNot()
    {
        if (!IsName("not"))
            return ReadCompare();
        var place = Next().Place;
        return Checked(new UnaryExpression(place, "not", Bounded(ReadNot)));
    }

    private Expression ReadCompare()
    {
        var place = Current.Place;
        var first = ReadSum();
        var links = new List<(string, Expression)>();
        while (true)
        {
            if (Current.Kind == TokenKind.Operator && Current.Text is "==" or "!=" or "<" or "<=" or ">" or ">=")
                links.Add((Next().Text, ReadSum()));
            else if (SkipName("in"))
                links.Add(("in", ReadSum()));
            else if (IsName("not") && Following is { Kind: TokenKind.Name, Text: "in" })
                links.Add(Negated());
            else
                break;
        }

        return links.Count == 0 ? first : Checked(new CompareExpression(place, first, links));

        (string, Expression) Negated()
        {
            Next();
            Next();
            return ("not in", ReadSum());
        }
    }

    private Expression ReadSum() => ReadLeft(ReadConcat, () => Is("+") || Is("-"));

    private Expression ReadConcat()
    {
        var place = Current.Place;
        var first = ReadProduct();
        if (!Is("~"))
            return first;
        var parts = new List<Expression> { first };
        while (Skip("~"))
            parts.Add(ReadProduct());
        return Checked(new ConcatExpression(place, parts));
    }

    private Expression ReadProduct() => ReadLeft(ReadPower, () => Is("*") || Is("/") || Is("//") || Is("%"));

    private Expression ReadPower() => ReadLeft(() => ReadUnary(withFilters: true), () => Is("**"));

    private Expression ReadUnary(bool withFilters)
    {
        Expression value;
        if (Is("-") || Is("+"))
        {
            var op = Next();
            value = Checked(new UnaryExpression(op.Place, op.Text, Bounded(() => ReadUnary(withFilters: false))));
        }
        else
        {
            value = ReadPostfix(ReadPrimary());
        }

        return withFilters ? ReadFiltersAndTests(value) : value;
    }

    private Expression ReadPrimary()
    {
        var token = Current;
        switch (token.Kind)
        {
            case TokenKind.Name:
                Next();
                return token.Text switch
                {
                    "true" or "True" => new Literal(token.Place, true),
                    "false" or "False" => new Literal(token.Place, false),
                    "none" or "None" => new Literal(token.Place, null),
                    "if" or "else" or "elif" or "in" or "is" or "and" or "or" or "not" => throw Error(token.Place, $"expected a value, found '{token.Text}'"),
                    _ => new NameExpression(token.Place, token.Text),
                };
            case TokenKind.Text:
                var text = new System.Text.StringBuilder();
                while (Current.Kind == TokenKind.Text)
                    text.Append(Next().Text);
                return new Literal(token.Place, new TemplateText(text.ToString()));
            case TokenKind.Integer or TokenKind.Float:
                Next();
                return new Literal(token.Place, token.Value);
            case TokenKind.Operator when token.Text == "(":
                return Bounded(ReadParentheses);
            case TokenKind.Operator when token.Text == "[":
                Next();
                return Checked(new ListExpression(token.Place, Bounded(() => ReadItems("]", ReadExpression)), isTuple: false));
            case TokenKind.Operator when token.Text == "{":
                Next();
                return Checked(new DictExpression(token.Place, Bounded(() => ReadItems("}", () =>
                {
                    var key = ReadExpression();
                    Expect(":");
                    return (key, ReadExpression());
                }))));
            default:
                throw Unexpected("a value");
        }
    }

    private Expression ReadParentheses()
    {
        var place = Next().Place;
        if (Skip(")"))
            return new ListExpression(place, [], isTuple: true);
        var value = ReadTuple();
        Expect(")");
        return value;
    }

    private List<T> ReadItems<T>(string close, Func<T> read)
    {
        var items = new List<T>();
        while (!Skip(close))
        {
            if (items.Count > 0)
            {
                Expect(",");
                if (Skip(close))
                    break;
            }

            items.Add(read());
        }

        return items;
    }

    private Expression ReadPostfix(Expression value)
    {
        while (Current.Kind == TokenKind.Operator)
        {
            var place = Current.Place;
            if (Skip("."))
            {
                value = Current.Kind == TokenKind.Integer
                    ? new ItemExpression(place, value, new Literal(place, Next().Value))
                    : new AttributeExpression(place, value, ExpectIdentifier());
            }
            else if (Skip("["))
            {
                value = Bounded(() => ReadSubscript(place, value));
            }
            else if (Is("("))
            {
                value = new CallExpression(place, value, ReadArguments());
            }
            else
            {
                break;
            }

            Checked(value);
        }

        return value;
    }

    private Expression ReadSubscript(Place place, Expression target)
    {
        var from = Is(":") ? null : ReadTuple();
        if (!Is(":"))
        {
            Expect("]");
            return new ItemExpression(place, target, from!);
        }

        Expression? to = null, step = null;
        Next();
        if (!Is(":") && !Is("]"))
            to = ReadExpression();
        if (Skip(":") && !Is("]"))
            step = ReadExpression();
        Expect("]");
        return new SliceExpression(place, target, from, to, step);
    }

    protected ArgumentExpressions ReadArguments() => Bounded(() =>
    {
        Expect("(");
        List<Expression> positional = [];
        List<(string, Expression)> named = [];
        Expression? spread = null, namedSpread = null;
        ReadItems(")", () =>
        {
            if (Skip("**"))
                namedSpread = ReadExpression();
            else if (Skip("*"))
                spread = ReadExpression();
            else if (Current.Kind == TokenKind.Name && Following is { Kind: TokenKind.Operator, Text: "=" })
                named.Add((Next().Text, ReadNamed()));
            else if (named.Count > 0)
                throw Error(Current.Place, "an argument by position follows one by name");
            else
                positional.Add(ReadExpression());
            return true;
        });
        return new ArgumentExpressions(positional, named, spread, namedSpread);

        Expression ReadNamed()
        {
            Expect("=");
            return ReadExpression();
        }
    });

    private Expression ReadFiltersAndTests(Expression value)
    {
        while (true)
        {
            if (Is("|"))
                value = ReadFilter(value);
            else if (IsName("is"))
                value = ReadTest(value);
            else if (Is("("))
                value = new CallExpression(Current.Place, value, ReadArguments());
            else
                return value;
            Checked(value);
        }
    }

    protected FilterExpression ReadFilter(Expression? value)
    {
        if (value is not null)
            Expect("|");
        var place = Current.Place;
        var name = ReadDottedName();
        if (!Filters.Exists(name))
            throw Error(place, $"there is no filter '{name}'");
        return new FilterExpression(place, value, name, Is("(") ? ReadArguments() : ArgumentExpressions.None);
    }

    private TestExpression ReadTest(Expression value)
    {
        Next();
        var negated = SkipName("not");
        var place = Current.Place;
        var name = ReadDottedName();
        if (!Tests.Exists(name))
            throw Error(place, $"there is no test '{name}'");
        var arguments = ArgumentExpressions.None;
        if (Is("("))
            arguments = ReadArguments();
        else if (TakesArgument())
            arguments = new ArgumentExpressions([Bounded(() => ReadPostfix(ReadPrimary()))], [], null, null);
        return new TestExpression(place, value, name, arguments, negated);
    }

    private bool TakesArgument() => Current.Kind switch
    {
        TokenKind.Name => Current.Text is not ("else" or "or" or "and" or "is" or "if" or "in" or "not"),
        TokenKind.Text or TokenKind.Integer or TokenKind.Float => true,
        TokenKind.Operator => Current.Text is "[" or "{",
        _ => false,
    };

    private string ReadDottedName()
    {
        var name = ExpectIdentifier();
        while (Skip("."))
            name += "." + ExpectIdentifier();
        return name;
    }
}
