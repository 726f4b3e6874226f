namespace Nunchi.Data.Corpus;

/// <summary>Korean particles and endings that change with the sound before them.</summary>
public enum Particle
{
    /// <summary>Topic: 은 / 는.</summary>
    Topic,

    /// <summary>Subject: 이 / 가.</summary>
    Subject,

    /// <summary>Object: 을 / 를.</summary>
    Object,

    /// <summary>Direction, means: 으로 / 로 (also 로 after ㄹ).</summary>
    Direction,

    /// <summary>And, with (written): 과 / 와.</summary>
    And,

    /// <summary>And, with (spoken): 이랑 / 랑.</summary>
    With,

    /// <summary>Or: 이나 / 나.</summary>
    Or,

    /// <summary>Is, polite: 이에요 / 예요.</summary>
    Is,

    /// <summary>Is, casual: 이야 / 야.</summary>
    IsCasual,

    /// <summary>Is, written: 이다 / 다.</summary>
    IsPlain,

    /// <summary>Quotes a name: 이라고 / 라고.</summary>
    Called,

    /// <summary>Calls somebody: 아 / 야.</summary>
    Vocative,
}
