namespace Nunchi.Chat;

/// <summary>The language of an answer to a request that has no words of its own.</summary>
public enum AnswerLanguage
{
    /// <summary>Korean.</summary>
    Korean,

    /// <summary>English.</summary>
    English,
}
