using Nunchi.Text;

namespace Nunchi.Training.Stages;

/// <summary>What kinds of tokens answers are made of.</summary>
internal static class TokenKinds
{
    /// <summary>Whether a token is markup or a special token, no text: a tag of a box, the end of an answer.</summary>
    public static bool IsMark(this Tokenizer tokenizer, int id) => tokenizer.IsSpecial(id) || tokenizer.TokenText(id) is ['<', .., '>'];
}
