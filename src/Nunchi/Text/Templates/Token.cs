namespace Nunchi.Text.Templates;

/// <summary>What a token of a template is.</summary>
internal enum TokenKind
{
    Data,
    BlockBegin,
    BlockEnd,
    VariableBegin,
    VariableEnd,
    Name,
    Text,
    Integer,
    Float,
    Operator,
    End,
}

/// <summary>A place in a template, from 1.</summary>
internal readonly record struct Place(int Line, int Column);

internal readonly record struct Token(TokenKind Kind, string Text, Place Place, object? Value = null);
