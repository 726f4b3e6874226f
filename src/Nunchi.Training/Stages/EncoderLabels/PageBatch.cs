using Nunchi.Data.Pages;
using Nunchi.Tensors;
using Nunchi.Training.Stages.Patches;

namespace Nunchi.Training.Stages.EncoderLabels;

/// <summary>Pages as the encoder and the losses take them. Memory is kept from batch to batch.</summary>
internal sealed class PageBatch : IDisposable
{
    private static readonly float[] Normalized = [.. Enumerable.Range(0, 256).Select(value => ((value / 255f) - 0.5f) / 0.5f)];

    public SegmentLayout Layout { get; } = new();

    /// <summary>Labels by head; -1 where a patch does not count.</summary>
    public IReadOnlyList<IndexBuffer> Labels { get; } = [.. Enumerable.Range(0, LabelHeads.Count - 1).Select(_ => new IndexBuffer())];

    /// <summary>1 where a box is known.</summary>
    public IndexBuffer HasBox { get; } = new();

    public int Pages => Layout.Segments;

    /// <summary>Patches that count for a head over some pages.</summary>
    public static double CountOf(LabelKind kind, LabelledPage page)
    {
        var count = 0;
        for (var i = 0; i < page.Patches; i++)
            if (Label(kind, page, i) >= 0)
                count++;
        return count;
    }

    public void Fill(IReadOnlyList<LabelledPage> pages)
    {
        Layout.Clear();
        HasBox.Clear();
        foreach (var labels in Labels)
            labels.Clear();
        foreach (var page in pages)
        {
            Layout.Add(page.Patches);
            for (var i = 0; i < page.Patches; i++)
            {
                for (var kind = 0; kind < Labels.Count; kind++)
                    Labels[kind].Add(Label((LabelKind)kind, page, i));
                HasBox.Add(page.HasBox[i]);
            }
        }
    }

    /// <summary>[pages * patches, 3 patch^2], values in the order channel, row, column.</summary>
    public static Tensor Patches(Tape tape, IReadOnlyList<LabelledPage> pages)
    {
        var first = pages[0];
        var patches = tape.Rent(pages.Count * first.Patches, 3 * first.Patch * first.Patch);
        for (var p = 0; p < pages.Count; p++)
            for (var i = 0; i < first.Patches; i++)
                WritePatch(pages[p], i, patches.Row((p * first.Patches) + i));
        return patches;
    }

    /// <summary>[pages * patches, code length] codes of the boxes, zeros where there is none.</summary>
    public static Tensor Boxes(Tape tape, IReadOnlyList<LabelledPage> pages)
    {
        var patches = pages[0].Patches;
        var boxes = tape.Rent(pages.Count * patches, BoxCode.Length);
        boxes.Span.Clear();
        for (var p = 0; p < pages.Count; p++)
            for (var patch = 0; patch < patches; patch++)
                if (pages[p].BoxOf(patch) is { } box)
                    BoxCode.Write(box, boxes.Row((p * patches) + patch));
        return boxes;
    }

    public void Dispose()
    {
        Layout.Dispose();
        HasBox.Dispose();
        foreach (var labels in Labels)
            labels.Dispose();
    }

    private static void WritePatch(LabelledPage page, int patch, Span<float> row)
    {
        var (top, left) = (patch / page.Side * page.Patch, patch % page.Side * page.Patch);
        var area = page.Patch * page.Patch;
        for (var y = 0; y < page.Patch; y++)
        {
            var source = page.Rgb.AsSpan((((top + y) * page.Size) + left) * 3, page.Patch * 3);
            var at = y * page.Patch;
            for (var x = 0; x < page.Patch; x++)
            {
                row[at + x] = Normalized[source[3 * x]];
                row[at + x + area] = Normalized[source[(3 * x) + 1]];
                row[at + x + (2 * area)] = Normalized[source[(3 * x) + 2]];
            }
        }
    }

    // Vowels and finals count where a glyph is, colours where anything is; what begins a syllable and objects count everywhere, because "nothing" must be learned too.
    private static int Label(LabelKind kind, LabelledPage page, int patch) => kind switch
    {
        LabelKind.Initial => page.Initial[patch] == DenseLabels.UnknownInitial ? -1 : page.Initial[patch],
        LabelKind.Medial => IsGlyph(page, patch) ? page.Medial[patch] : -1,
        LabelKind.Final => IsGlyph(page, patch) ? page.Final[patch] : -1,
        LabelKind.Object => page.ObjectClass[patch],
        LabelKind.Colour => page.HasBox[patch] != 0 && page.Colour[patch] != 0 ? page.Colour[patch] : -1,
        _ => page.HasBox[patch] != 0 ? 0 : -1,
    };

    private static bool IsGlyph(LabelledPage page, int patch) => page.Initial[patch] is not DenseLabels.None and not DenseLabels.UnknownInitial;
}
