using Nunchi.Tensors.Backends;

namespace Nunchi.Tensors.Tests.Cpu;

/// <summary>Random inputs of an attention call with gaps between rows, and room for all results.</summary>
internal sealed unsafe class AttentionCase : IDisposable
{
    private readonly int heads;
    private readonly int keyHeads;
    private readonly int size;
    private readonly bool causal;
    private readonly int segments;
    private readonly GuardedMemory starts;
    private readonly GuardedMemory? hidden;

    public AttentionCase(int seed, int heads, int keyHeads, int size, int[] queries, int[] keys, bool causal, float scale, int[]? hiddenFrom = null, int[]? hiddenTo = null)
        : this(heads, keyHeads, size, queries, keys, causal, hiddenFrom, hiddenTo)
    {
        var random = new Random(seed);
        int rows = queries.Sum(), keyRows = keys.Sum();
        Query = new GuardedMemory(random, rows * QueryStride, scale);
        Key = new GuardedMemory(random, keyRows * KeyStride, scale);
        Value = new GuardedMemory(random, keyRows * KeyStride);
        OutputGradient = new GuardedMemory(random, rows * heads * size);
    }

    private AttentionCase(int heads, int keyHeads, int size, int[] queries, int[] keys, bool causal, int[]? hiddenFrom, int[]? hiddenTo)
    {
        HiddenFrom = hiddenFrom;
        HiddenTo = hiddenTo;
        (this.heads, this.keyHeads, this.size, this.causal, segments) = (heads, keyHeads, size, causal, queries.Length);
        Queries = queries;
        Keys = keys;
        int rows = queries.Sum(), keyRows = keys.Sum();
        QueryStride = (heads * size) + 3;
        KeyStride = (keyHeads * size) + 5;
        Query = Key = Value = OutputGradient = null!;
        Output = new GuardedMemory(rows * heads * size);
        LogSumExp = new GuardedMemory(rows * heads);
        QueryGradient = Zeros(rows * QueryStride);
        KeyGradient = Zeros(keyRows * KeyStride);
        ValueGradient = Zeros(keyRows * KeyStride);
        starts = new GuardedMemory((3 * segments) + 1);
        var at = (int*)starts.Pointer;
        for (var s = 0; s <= segments; s++) at[s] = queries.Take(s).Sum();
        for (var s = 0; s < segments; s++)
        {
            at[segments + 1 + s] = keys.Take(s).Sum();
            at[(2 * segments) + 1 + s] = keys[s];
        }
        if (hiddenFrom is null || hiddenTo is null) return;
        hidden = new GuardedMemory(2 * rows);
        for (var row = 0; row < rows; row++)
        {
            ((int*)hidden.Pointer)[row] = hiddenFrom[row];
            ((int*)hidden.Pointer)[rows + row] = hiddenTo[row];
        }
    }

    public int[]? HiddenFrom { get; }

    public int[]? HiddenTo { get; }

    public int[] Queries { get; }

    public int[] Keys { get; }

    public int QueryStride { get; }

    public int KeyStride { get; }

    public GuardedMemory Query { get; private init; }

    public GuardedMemory Key { get; private init; }

    public GuardedMemory Value { get; private init; }

    public GuardedMemory OutputGradient { get; private init; }

    public GuardedMemory Output { get; }

    public GuardedMemory LogSumExp { get; }

    public GuardedMemory QueryGradient { get; }

    public GuardedMemory KeyGradient { get; }

    public GuardedMemory ValueGradient { get; }

    public AttentionCase Copy() => new(heads, keyHeads, size, Queries, Keys, causal, HiddenFrom, HiddenTo)
    {
        Query = Query.Copy(),
        Key = Key.Copy(),
        Value = Value.Copy(),
        OutputGradient = OutputGradient.Copy(),
    };

    public AttentionArguments Arguments() => new()
    {
        QueryHeads = heads,
        KeyHeads = keyHeads,
        HeadSize = size,
        Segments = segments,
        Causal = causal,
        Scale = 1 / MathF.Sqrt(size),
        QueryStarts = (int*)starts.Pointer,
        KeyStarts = (int*)starts.Pointer + segments + 1,
        KeyCounts = (int*)starts.Pointer + (2 * segments) + 1,
        HiddenStarts = hidden is null ? null : (int*)hidden.Pointer,
        HiddenEnds = hidden is null ? null : (int*)hidden.Pointer + Queries.Sum(),
        Query = Query.Pointer,
        QueryStride = QueryStride,
        Place = new AttentionPlace { Key = Key.Pointer, Value = Value.Pointer },
        KeyStride = KeyStride,
        ValueStride = KeyStride,
        Output = Output.Pointer,
        LogSumExp = LogSumExp.Pointer,
        OutputGradient = OutputGradient.Pointer,
        QueryGradient = QueryGradient.Pointer,
        KeyGradient = KeyGradient.Pointer,
        ValueGradient = ValueGradient.Pointer,
    };

    public void Run(ComputeBackend backend)
    {
        var arguments = Arguments();
        backend.Attention(arguments);
        backend.AttentionBackward(arguments);
    }

    public void Dispose()
    {
        foreach (var memory in new[] { Query, Key, Value, OutputGradient, Output, LogSumExp, QueryGradient, KeyGradient, ValueGradient, starts })
        {
            memory.AssertGuards();
            memory.Dispose();
        }
        hidden?.AssertGuards();
        hidden?.Dispose();
    }

    private static GuardedMemory Zeros(int count)
    {
        var memory = new GuardedMemory(count);
        memory.Span.Clear();
        return memory;
    }
}
