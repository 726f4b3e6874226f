using Nunchi.Models;
using Nunchi.Tensors.Backends;
using Nunchi.Tensors.Operators;

namespace Nunchi.Generation.Prefixes;

/// <summary>
/// Keys and values of the beginnings of conversations, for other conversations that begin alike (a system prompt, a picture): a tree of blocks of tokens, of which the least
/// recently used go first. Blocks are copies, so no conversation can change or free what another one reads. Thread-safe.
/// </summary>
internal sealed class PrefixStore : IDisposable
{
    /// <summary>Most tokens of a block.</summary>
    public const int BlockTokens = 32;

    private readonly ComputeBackend _backend;
    private readonly TextDecoderConfig _config;
    private readonly CacheFormat _format;
    private readonly long _capacity;
    private readonly Lock _use = new();
    private readonly PrefixBlock _root = new(null, [], null);
    private long _now;

    /// <param name="backend">Where the blocks lie.</param>
    /// <param name="config">The decoder they serve.</param>
    /// <param name="format">The format of all caches that are given.</param>
    /// <param name="capacity">Most bytes.</param>
    public PrefixStore(ComputeBackend backend, TextDecoderConfig config, CacheFormat format, long capacity)
    {
        (_backend, _config, _format, _capacity) = (backend, config, format, capacity);
    }

    /// <summary>Bytes held.</summary>
    public long Bytes { get; private set; }

    /// <summary>Copies what is known of a beginning behind the tokens that a cache holds already.</summary>
    /// <param name="tokens">The beginning; the cache holds its first tokens.</param>
    /// <param name="into">The cache.</param>
    public void Restore(ReadOnlySpan<PromptToken> tokens, KeyValueCache into)
    {
        lock (_use)
        {
            _now++;
            PrefixBlock block = _root;
            for (int at = 0; block.Find(tokens[at..], out int common) is { } next; block = next)
            {
                next.Used = _now;
                int known = Math.Max(0, into.Length - at);
                if (common > known)
                    into.Append(next.Cache!, known, common - known);
                at += common;
                if (common < next.Tokens.Length)
                    break;
            }
        }
    }

    /// <summary>Keeps a beginning, as far as there is room.</summary>
    /// <param name="tokens">The tokens.</param>
    /// <param name="from">A cache that holds them.</param>
    public void Add(ReadOnlySpan<PromptToken> tokens, KeyValueCache from)
    {
        lock (_use)
        {
            _now++;
            PrefixBlock block = _root;
            int at = 0;
            while (at < tokens.Length)
            {
                PrefixBlock? next = block.Find(tokens[at..], out int common);
                if (next == null || (common < next.Tokens.Length && common < tokens.Length - at))
                    next = Make(block, tokens.Slice(at, common = Math.Min(BlockTokens, tokens.Length - at)), from, at);
                if (next == null)
                    return;
                next.Used = _now;
                at += common;
                block = next;
            }
        }
    }

    /// <summary>Frees all blocks.</summary>
    public void Dispose()
    {
        lock (_use)
        {
            var open = new Stack<PrefixBlock>(_root.Children);
            while (open.TryPop(out PrefixBlock? block))
            {
                block.Children.ForEach(open.Push);
                block.Cache!.Dispose();
            }
            _root.Children.Clear();
            Bytes = 0;
        }
    }

    private PrefixBlock? Make(PrefixBlock parent, ReadOnlySpan<PromptToken> tokens, KeyValueCache from, int at)
    {
        if (!MakeRoom(from.BytesPerToken * tokens.Length))
            return null;
        KeyValueCache cache = KeyValueCache.Exactly(_backend, _config, tokens.Length, _format);
        cache.Append(from, at, tokens.Length);
        var block = new PrefixBlock(parent, [.. tokens], cache);
        parent.Children.Add(block);
        Bytes += cache.Bytes;
        return block;
    }

    // What was used in this call stays: it is the way to the block that the room is for.
    private bool MakeRoom(long bytes)
    {
        if (bytes > _capacity)
            return false;
        while (Bytes + bytes > _capacity)
        {
            if (_root.OldestLeaf() is not { } leaf || leaf.Used == _now)
                return false;
            Remove(leaf);
        }
        return true;
    }

    private void Remove(PrefixBlock leaf)
    {
        leaf.Parent!.Children.Remove(leaf);
        Bytes -= leaf.Cache!.Bytes;
        leaf.Cache.Dispose();
    }
}
