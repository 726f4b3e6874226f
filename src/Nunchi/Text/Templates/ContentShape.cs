namespace Nunchi.Text.Templates;

/// <summary>Finds out from a template's source whether it expects a message's content in parts.</summary>
internal static class ContentShape
{
    /// <summary>Whether some loop goes over something's <c>content</c>, directly or through a name that was set to it or given it as a macro's argument.</summary>
    public static bool LoopsOverContent(IEnumerable<Statement> statements)
    {
        var names = new HashSet<string>(StringComparer.Ordinal) { "content" };
        return Search(statements, names);
    }

    private static bool Search(IEnumerable<Statement> statements, HashSet<string> names)
    {
        foreach (var statement in statements)
        {
            if (statement is SetStatement { Target: NameExpression name, Assigned: { } value } && IsContent(value, names))
                names.Add(name.Name);
            if (statement is ForStatement loop && IsContent(loop.Iterable, names))
                return true;
            if (Search(statement.Bodies, names))
                return true;
        }

        return false;
    }

    private static bool IsContent(Expression expression, HashSet<string> names) => expression switch
    {
        AttributeExpression attribute => attribute.Name == "content",
        ItemExpression { Key: Literal { Constant: TemplateText key } } => key.Value == "content",
        NameExpression name => names.Contains(name.Name),
        FilterExpression filter => filter.Children[0] is { } target && IsContent(target, names),
        _ => false,
    };
}
