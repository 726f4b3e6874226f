namespace Nunchi.Generation.Prefixes;

/// <summary>Keys and values of some consecutive tokens that follow those of the blocks above. They never change.</summary>
internal sealed class PrefixBlock(PrefixBlock? parent, PromptToken[] tokens, KeyValueCache? cache)
{
    public PrefixBlock? Parent => parent;

    public PromptToken[] Tokens => tokens;

    public KeyValueCache? Cache => cache;

    public List<PrefixBlock> Children { get; } = [];

    /// <summary>When it was used last.</summary>
    public long Used { get; set; }

    /// <summary>The block below that begins with most of these tokens, if any begins with one.</summary>
    public PrefixBlock? Find(ReadOnlySpan<PromptToken> next, out int common)
    {
        PrefixBlock? best = null;
        common = 0;
        foreach (PrefixBlock child in Children)
        {
            int length = next.CommonPrefixLength(child.Tokens);
            if (length > common)
                (best, common) = (child, length);
        }
        return best;
    }

    /// <summary>The block without any below it that was used longest ago, this one not.</summary>
    public PrefixBlock? OldestLeaf()
    {
        PrefixBlock? oldest = null;
        var open = new Stack<PrefixBlock>(Children);
        while (open.TryPop(out PrefixBlock? block))
        {
            foreach (PrefixBlock child in block.Children)
                open.Push(child);
            if (block.Children.Count == 0 && (oldest == null || block.Used < oldest.Used))
                oldest = block;
        }
        return oldest;
    }
}
