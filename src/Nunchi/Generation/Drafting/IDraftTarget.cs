namespace Nunchi.Generation.Drafting;

/// <summary>A decoder's state that takes in several tokens at once and can give back the last of them.</summary>
internal interface IDraftTarget
{
    /// <summary>Takes in tokens.</summary>
    /// <returns>[ids, vocabulary] logits after each; overwritten by the next call.</returns>
    ReadOnlyMemory<float> Take(ReadOnlySpan<int> ids);

    /// <summary>Forgets the last tokens.</summary>
    void Withdraw(int tokens);
}

/// <summary>What drafting did for an answer.</summary>
internal sealed class DraftCounts
{
    /// <summary>Tokens guessed.</summary>
    public int Drafted { get; set; }

    /// <summary>Those of them that the model then chose.</summary>
    public int Accepted { get; set; }
}
