namespace Nunchi.Generation.Searching;

/// <summary>A decoder's states behind the beginnings that a search holds.</summary>
internal interface IBeamStates : IDisposable
{
    /// <summary>Takes in the last token of each beginning.</summary>
    /// <param name="beams">Beginnings, each one token longer than its parent.</param>
    /// <param name="parents">Their places among those of the last call.</param>
    /// <returns>[vocabulary] logits after each; overwritten by the next call.</returns>
    IReadOnlyList<ReadOnlyMemory<float>> Take(IReadOnlyList<Beam> beams, IReadOnlyList<int> parents);

    /// <summary>Leaves in the conversation what is known of the answer that was found.</summary>
    void Remember(Beam answer);
}
