namespace Nunchi.Text.Templates;

/// <summary>Reads a whole template into statements.</summary>
internal sealed class StatementParser : ExpressionParser
{
    private static readonly string[] Elsewhere = ["block", "extends", "include", "import", "from", "do", "trans", "autoescape", "debug"];

    private int _loops;

    private StatementParser(List<Token> tokens) : base(tokens)
    {
    }

    public static List<Statement> Read(string template)
    {
        var parser = new StatementParser(Lexer.Read(template));
        var statements = parser.ReadBody();
        return parser.Current.Kind == TokenKind.End ? statements : throw parser.Unexpected("a statement");
    }

    /// <summary>Reads statements up to a tag that is one of <paramref name="ends"/>, whose name is the next token then.</summary>
    private List<Statement> ReadBody(params ReadOnlySpan<string> ends)
    {
        var statements = new List<Statement>();
        while (Current.Kind != TokenKind.End)
        {
            var token = Next();
            switch (token.Kind)
            {
                case TokenKind.Data:
                    statements.Add(new DataStatement(token.Place, token.Text));
                    break;
                case TokenKind.VariableBegin:
                    statements.Add(new PrintStatement(token.Place, ReadTuple()));
                    if (Current.Kind != TokenKind.VariableEnd)
                        throw Unexpected("'}}'");
                    Next();
                    break;
                default:
                    if (Current.Kind == TokenKind.Name && ends.Contains(Current.Text))
                        return statements;
                    statements.Add(Bounded(ReadStatement));
                    break;
            }
        }

        return ends.IsEmpty ? statements : throw Unexpected($"'{{% {ends[^1]} %}}'");
    }

    private Statement ReadStatement()
    {
        var place = Current.Place;
        var name = ExpectIdentifier();
        return name switch
        {
            "for" => ReadFor(place),
            "if" => ReadIf(place),
            "set" => ReadSet(place),
            "macro" => ReadMacro(place),
            "call" => ReadCall(place),
            "filter" => ReadFilterBlock(place),
            "with" => ReadWith(place),
            "generation" => ReadGeneration(place),
            "print" => ReadPrint(place),
            "break" => ReadFlow(place, Flow.Break),
            "continue" => ReadFlow(place, Flow.Continue),
            _ when Elsewhere.Contains(name) => throw Error(place, $"the tag '{name}' is not supported in chat templates"),
            _ => throw Error(place, $"there is no tag '{name}' here"),
        };
    }

    private void EndTag()
    {
        if (Current.Kind != TokenKind.BlockEnd)
            throw Unexpected("'%}'");
        Next();
    }

    private List<Statement> ReadBlock(string end)
    {
        EndTag();
        var body = ReadBody(end);
        Next();
        EndTag();
        return body;
    }

    private ForStatement ReadFor(Place place)
    {
        var target = ReadTarget();
        ExpectName("in");
        var iterable = ReadTuple(conditional: false);
        var condition = SkipName("if") ? ReadExpression() : null;
        var recursive = SkipName("recursive");
        EndTag();
        _loops++;
        var body = ReadBody("else", "endfor");
        _loops--;
        List<Statement> otherwise = [];
        if (SkipName("else"))
        {
            EndTag();
            otherwise = ReadBody("endfor");
        }

        Next();
        EndTag();
        return new ForStatement(place, target, iterable, condition, body, otherwise, recursive);
    }

    private Expression ReadTarget()
    {
        var place = Current.Place;
        List<Expression> names = [ReadTargetItem()];
        var isTuple = false;
        while (Skip(","))
        {
            isTuple = true;
            if (IsName("in") || Is("=") || Is(")"))
                break;
            names.Add(ReadTargetItem());
        }

        return isTuple ? new ListExpression(place, names, isTuple: true) : names[0];
    }

    private Expression ReadTargetItem()
    {
        if (Is("("))
        {
            return Bounded(() =>
            {
                Next();
                var inner = ReadTarget();
                Expect(")");
                return inner;
            });
        }

        var place = Current.Place;
        var name = ExpectIdentifier();
        return name is "true" or "false" or "none" or "True" or "False" or "None" or "in" or "if" or "not" or "and" or "or"
            ? throw Error(place, $"'{name}' cannot be set")
            : new NameExpression(place, name);
    }

    private IfStatement ReadIf(Place place)
    {
        List<(Expression, List<Statement>)> branches = [];
        List<Statement> otherwise = [];
        do
        {
            var condition = ReadTuple();
            EndTag();
            branches.Add((condition, ReadBody("elif", "else", "endif")));
        }
        while (SkipName("elif"));
        if (SkipName("else"))
        {
            EndTag();
            otherwise = ReadBody("endif");
        }

        Next();
        EndTag();
        return new IfStatement(place, branches, otherwise);
    }

    private SetStatement ReadSet(Place place)
    {
        var target = ReadTarget();
        if (target is NameExpression owner && Is("."))
        {
            Next();
            target = new AttributeExpression(owner.Place, owner, ExpectIdentifier());
        }

        if (Skip("="))
        {
            var value = ReadTuple();
            EndTag();
            return new SetStatement(place, target, value, null, []);
        }

        List<FilterExpression> filters = [];
        while (Skip("|"))
            filters.Add(ReadFilter(null));
        return new SetStatement(place, target, null, ReadBlock("endset"), filters);
    }

    private MacroStatement ReadMacro(Place place)
    {
        var name = ExpectIdentifier();
        return new MacroStatement(place, ReadMacroBody(name, "endmacro"));
    }

    private MacroBody ReadMacroBody(string name, string end)
    {
        List<(string, Expression?)> parameters = [];
        if (Skip("("))
        {
            while (!Skip(")"))
            {
                if (parameters.Count > 0)
                    Expect(",");
                if (Skip(")"))
                    break;
                parameters.Add((ExpectIdentifier(), Skip("=") ? ReadExpression() : null));
            }
        }

        var loops = _loops;
        _loops = 0;
        var body = ReadBlock(end);
        _loops = loops;
        return new MacroBody(name, parameters, body);
    }

    private CallStatement ReadCall(Place place)
    {
        List<(string, Expression?)> parameters = [];
        if (Is("("))
        {
            Next();
            while (!Skip(")"))
            {
                if (parameters.Count > 0)
                    Expect(",");
                parameters.Add((ExpectIdentifier(), Skip("=") ? ReadExpression() : null));
            }
        }

        var call = ReadExpression() as CallExpression ?? throw Error(place, "'call' needs a call of a macro");
        var loops = _loops;
        _loops = 0;
        var body = ReadBlock("endcall");
        _loops = loops;
        return new CallStatement(place, call, new MacroBody("caller", parameters, body));
    }

    private FilterStatement ReadFilterBlock(Place place)
    {
        List<FilterExpression> filters = [ReadFilter(null)];
        while (Skip("|"))
            filters.Add(ReadFilter(null));
        return new FilterStatement(place, filters, ReadBlock("endfilter"));
    }

    private WithStatement ReadWith(Place place)
    {
        List<(Expression, Expression)> values = [];
        while (Current.Kind != TokenKind.BlockEnd)
        {
            if (values.Count > 0)
                Expect(",");
            var target = ReadTargetItem();
            Expect("=");
            values.Add((target, ReadExpression()));
        }

        return new WithStatement(place, values, ReadBlock("endwith"));
    }

    private GenerationStatement ReadGeneration(Place place) => new(place, ReadBlock("endgeneration"));

    private PrintStatement ReadPrint(Place place)
    {
        var value = ReadTuple();
        EndTag();
        return new PrintStatement(place, value);
    }

    private FlowStatement ReadFlow(Place place, Flow flow)
    {
        EndTag();
        return _loops > 0 ? new FlowStatement(place, flow) : throw Error(place, $"'{flow.ToString().ToLowerInvariant()}' stands outside a loop");
    }
}
