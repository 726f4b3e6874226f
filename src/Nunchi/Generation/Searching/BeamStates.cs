using Nunchi.Generation.Looking;
using Nunchi.Generation.Scheduling;
using Nunchi.Models;
using Nunchi.Tensors;

namespace Nunchi.Generation.Searching;

/// <summary>A decoder's states behind the beginnings that a search holds, for each look at the pictures; all of them run together in one pass over the weights.</summary>
/// <param name="model">The decoder.</param>
/// <param name="tape">Runs the passes.</param>
/// <param name="memories">The conversation as each look sees it, its prompt taken in.</param>
internal sealed class BeamStates(ITextModel model, Tape tape, IReadOnlyList<ConversationMemory> memories) : IDisposable
{
    private readonly BeamSlots[] _looks = [.. memories.Select(memory => new BeamSlots(model, memory))];

    /// <summary>Takes in the last token of each beginning.</summary>
    /// <param name="beams">Beginnings, each one token longer than one of the last call.</param>
    /// <returns>[vocabulary] after each: its logits, or with several looks the mean of their log-probabilities; overwritten by the next call.</returns>
    public IReadOnlyList<ReadOnlyMemory<float>> Take(IReadOnlyList<Beam> beams)
    {
        IReadOnlyList<SequencePart>[] parts = [.. _looks.Select(look => look.Ask(beams))];
        lock (model.Turn)
            Pass.Run(model, tape, [.. parts.SelectMany(look => look)]);
        return [.. Enumerable.Range(0, beams.Count).Select(beam => Consensus.Of([.. parts.Select(look => look[beam].Logits)], model.TextConfig.VocabularySize))];
    }

    /// <summary>Leaves in the conversation what is known of the answer that was found.</summary>
    public void Remember(Beam answer)
    {
        foreach (BeamSlots look in _looks)
            look.Remember(answer);
    }

    public void Dispose()
    {
        foreach (BeamSlots look in _looks)
            look.Dispose();
    }
}
