using Nunchi.Tensors;
using Nunchi.Tensors.Operators;

namespace Nunchi.Models;

/// <summary>Sees where the layers of a decoder are about to look, for losses on it (<see cref="AttentionLoss"/>).</summary>
public interface IAttentionObserver
{
    /// <summary>Called before a layer attends.</summary>
    /// <param name="tape">The tape of the pass.</param>
    /// <param name="layer">Which layer, from 0.</param>
    /// <param name="query">The query heads beside each other, rotated.</param>
    /// <param name="key">The key heads, rotated.</param>
    /// <param name="headSize">Floats of a head.</param>
    /// <param name="segments">The sequences, causal.</param>
    void Attending(Tape tape, int layer, HeadColumns query, HeadColumns key, int headSize, SegmentLayout segments);
}
