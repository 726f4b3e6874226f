using Nunchi.Generation.Scheduling;
using Nunchi.Models;

namespace Nunchi.Generation.Searching;

/// <summary>Keys and values of the beginnings that a search holds. Each has a cache of its own, with a copy of the prompt; where beginnings part, only what they do not share is copied.</summary>
/// <param name="model">The decoder.</param>
/// <param name="memory">The conversation, its prompt taken in.</param>
internal sealed class BeamSlots(ITextModel model, ConversationMemory memory) : IDisposable
{
    private readonly int _promptLength = memory.Cache.Length;
    private readonly List<Slot> _slots = [];

    /// <summary>Prepares taking in the last token of each beginning.</summary>
    /// <param name="beams">Beginnings, each one token longer than one of the last call.</param>
    /// <returns>What a pass has to run, one part a beginning.</returns>
    public IReadOnlyList<SequencePart> Ask(IReadOnlyList<Beam> beams)
    {
        Slot[] placed = Place(beams);
        for (int i = 0; i < beams.Count; i++)
        {
            Slot slot = placed[i];
            slot.Cache.Reserve(1);
            slot.Part.Ask([beams[i].Id]);
            slot.Part.Take(1);
            slot.Holds = beams[i];
        }
        return [.. placed.Select(slot => slot.Part)];
    }

    /// <summary>Leaves in the conversation what is known of an answer.</summary>
    public void Remember(Beam answer)
    {
        if (_slots.Count == 0)
            return;
        Slot nearest = _slots.MaxBy(slot => slot.Holds.Common(answer).Length)!;
        memory.Append(nearest.Holds.Common(answer).Ids(), nearest.Cache);
    }

    public void Dispose() => _slots.ForEach(slot => slot.Dispose());

    // The first child of a beginning goes on in its place; others come to where a beginning has no child.
    private Slot[] Place(IReadOnlyList<Beam> beams)
    {
        Slot?[] parents = [.. beams.Select(beam => _slots.Find(slot => ReferenceEquals(slot.Holds, beam.Before)))];
        var placed = new Slot[beams.Count];
        HashSet<Slot> taken = [];
        for (int i = 0; i < beams.Count; i++)
        {
            if (parents[i] is { } parent && taken.Add(parent))
                placed[i] = parent;
        }
        for (int i = 0; i < beams.Count; i++)
        {
            if (placed[i] != null)
                continue;
            placed[i] = _slots.Find(slot => !taken.Contains(slot)) ?? Add();
            taken.Add(placed[i]);
            if (parents[i] is { } parent)
                Copy(parent, placed[i]);
        }
        return placed;
    }

    private Slot Add()
    {
        var slot = new Slot(new KeyValueCache(model.Backend, model.TextConfig, _promptLength + 1, memory.Cache.Format));
        _slots.Add(slot);
        slot.Cache.Append(memory.Cache, 0, _promptLength);
        return slot;
    }

    private void Copy(Slot from, Slot to)
    {
        int common = to.Holds.Common(from.Holds).Length;
        to.Cache.Truncate(_promptLength + common);
        to.Cache.Append(from.Cache, _promptLength + common, from.Holds.Length - common);
        to.Holds = from.Holds;
    }

    private sealed class Slot(KeyValueCache cache) : IDisposable
    {
        public KeyValueCache Cache => cache;

        public SequencePart Part { get; } = new(cache, imageTokenId: -1);

        /// <summary>What stands behind the prompt.</summary>
        public Beam Holds { get; set; } = Beam.Empty;

        public void Dispose()
        {
            Part.Dispose();
            cache.Dispose();
        }
    }
}
