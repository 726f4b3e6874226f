using Nunchi.Models;
using Nunchi.Tensors;

namespace Nunchi.Generation.Scheduling;

/// <summary>
/// One pass over the weights for parts of several sequences (Yu et al. 2022, Orca): products take the rows of all of them together, attention runs for each sequence with its own cache.
/// A row's numbers do not depend on the rows beside it, so a sequence gets the bits that it would get alone.
/// </summary>
internal static unsafe class Pass
{
    /// <summary>Takes in the parts and gives each its logits. When it fails, no cache has changed.</summary>
    /// <param name="model">The model; the caller holds its turn.</param>
    /// <param name="tape">Runs; it is reset.</param>
    /// <param name="parts">At least one.</param>
    public static void Run(ITextModel model, Tape tape, IReadOnlyList<SequencePart> parts)
    {
        try
        {
            using var wanted = new IndexBuffer();
            Tensor hidden = parts.Count == 1 ? model.Forward(tape, parts[0].Batch, parts[0].ImageRows, parts[0].Cache) : Together(model, tape, parts); // [rows, width]
            int end = 0;
            foreach (SequencePart part in parts)
            {
                end += part.Taken;
                for (int row = end - part.Wanted; row < end; row++)
                    wanted.Add(row);
            }
            if (wanted.Count == 0)
                return;
            Tensor logits = model.Logits(tape, hidden, wanted); // [wanted, vocabulary]
            int at = 0;
            foreach (SequencePart part in parts)
            {
                int count = part.Wanted * logits.Columns;
                part.Give(logits.Span.Slice(at, count));
                at += count;
            }
        }
        finally
        {
            tape.Reset();
        }
    }

    private static Tensor Together(ITextModel model, Tape tape, IReadOnlyList<SequencePart> parts)
    {
        using var positions = new IndexBuffer();
        using var segments = new SegmentLayout();
        Tensor x = tape.Rent(parts.Sum(part => part.Taken), model.TextConfig.HiddenSize); // [rows, width]
        float* to = x.Data;
        foreach (SequencePart part in parts)
        {
            Tensor embedded = model.Embed(tape, part.Batch, part.ImageRows);
            model.Backend.Copy(embedded.Data, to, embedded.Count);
            to += embedded.Count;
            tape.Release(embedded);
            positions.AddRange(part.Batch.Positions.Span);
            segments.Add(part.Taken, 0, part.Cache.Length + part.Taken);
        }
        return model.Decoder.Continue(tape, x, positions, segments, [.. parts.Select(part => part.Cache)]);
    }
}
