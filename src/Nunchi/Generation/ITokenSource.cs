using Nunchi.Chat;

namespace Nunchi.Generation;

/// <summary>Gives an answer's tokens one after the other.</summary>
internal interface ITokenSource
{
    /// <summary>The next token, and how likely it was where that is asked for.</summary>
    (int Id, TokenChosen? Chosen) Next();
}
