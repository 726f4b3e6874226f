namespace Nunchi.Tensors.Backends;

/// <summary>What <see cref="ComputeBackend.HeadRotary"/> reads and writes. Strides count floats between rows (tokens).</summary>
public unsafe struct HeadRotaryArguments
{
    /// <summary>Tokens.</summary>
    public int Rows;

    /// <summary>Query heads; they come first in a row of <see cref="Input"/>.</summary>
    public int QueryHeads;

    /// <summary>Key heads; they follow the query heads.</summary>
    public int KeyHeads;

    /// <summary>Floats per head, even.</summary>
    public int HeadSize;

    /// <summary>[Rows, InputStride]: query heads, key heads (what follows, the values, is not touched).</summary>
    public float* Input;

    /// <summary>Floats from one row of the input (and of its gradient) to the next.</summary>
    public int InputStride;

    /// <summary>[Rows, (QueryHeads + KeyHeads) * HeadSize], contiguous.</summary>
    public float* Output;

    /// <summary>[HeadSize] RMSNorm weight of query heads, or null for no norm (then <see cref="KeyWeight"/> is null too).</summary>
    public float* QueryWeight;

    /// <summary>[HeadSize] RMSNorm weight of key heads, or null.</summary>
    public float* KeyWeight;

    /// <summary>[Rows, QueryHeads + KeyHeads] reciprocal deviations, written by the forward when norms are used (null: not kept), read by the backward.</summary>
    public float* Rstd;

    /// <summary>Added to the mean square.</summary>
    public float Epsilon;

    /// <summary>[Rows] position of each token.</summary>
    public int* Positions;

    /// <summary>[positions, HeadSize / 2] cosines.</summary>
    public float* Cosines;

    /// <summary>[positions, HeadSize / 2] sines.</summary>
    public float* Sines;

    /// <summary>Backward: gradient of <see cref="Output"/>.</summary>
    public float* OutputGradient;

    /// <summary>Backward: gradient of <see cref="Input"/>; only query and key columns are written.</summary>
    public float* InputGradient;

    /// <summary>Backward: [HeadSize], accumulated, or null.</summary>
    public float* QueryWeightGradient;

    /// <summary>Backward: [HeadSize], accumulated, or null.</summary>
    public float* KeyWeightGradient;
}

/// <summary>What <see cref="ComputeBackend.Attention"/> reads and writes. Strides count floats between rows (tokens).</summary>
public unsafe struct AttentionArguments
{
    /// <summary>Query heads; a multiple of <see cref="KeyHeads"/>.</summary>
    public int QueryHeads;

    /// <summary>Key and value heads.</summary>
    public int KeyHeads;

    /// <summary>Floats per head.</summary>
    public int HeadSize;

    /// <summary>Independent sequences in the batch.</summary>
    public int Segments;

    /// <summary>[Segments + 1] first query row of each segment; the last entry is the number of query rows.</summary>
    public int* QueryStarts;

    /// <summary>[Segments] first key row of each segment.</summary>
    public int* KeyStarts;

    /// <summary>[Segments] number of key rows of each segment.</summary>
    public int* KeyCounts;

    /// <summary>[query rows] first key, counted in its segment, that a row does not see; null when every row sees all that the other fields say. A row sees at least its segment's first key.</summary>
    public int* HiddenStarts;

    /// <summary>[query rows] end of the keys that a row does not see.</summary>
    public int* HiddenEnds;

    /// <summary>Query i of a segment sees keys 0 .. KeyCount - QueryCount + i only (the queries are the last rows of the sequence).</summary>
    public bool Causal;

    /// <summary>Factor on the products, usually HeadSize^-0.5.</summary>
    public float Scale;

    /// <summary>[query rows, QueryStride], QueryHeads * HeadSize used.</summary>
    public float* Query;

    /// <summary>Floats between query rows (also of the query gradient).</summary>
    public int QueryStride;

    /// <summary>Where keys and values are, when all segments have them in one place; the backward knows floats beside each other only.</summary>
    public AttentionPlace Place;

    /// <summary>Floats between key rows (also of the key gradient).</summary>
    public int KeyStride;

    /// <summary>Floats between value rows (also of the value gradient).</summary>
    public int ValueStride;

    /// <summary>[Segments] keys and values of each segment, in place of <see cref="Place"/>; null when all segments have them in one place. Forward only.</summary>
    public AttentionPlace* Places;

    /// <summary>[query rows, QueryHeads * HeadSize], contiguous.</summary>
    public float* Output;

    /// <summary>[query rows, QueryHeads] log of the sum of exponentials of the scaled scores; written by the forward when not null, read by the backward.</summary>
    public float* LogSumExp;

    /// <summary>Backward: gradient of <see cref="Output"/>, contiguous.</summary>
    public float* OutputGradient;

    /// <summary>Backward: overwritten.</summary>
    public float* QueryGradient;

    /// <summary>Backward: overwritten.</summary>
    public float* KeyGradient;

    /// <summary>Backward: overwritten.</summary>
    public float* ValueGradient;

    /// <summary>Floats, or codes, from one key or value head to the next.</summary>
    internal readonly long HeadDistance => Place.HeadStride == 0 ? HeadSize : Place.HeadStride;

    /// <summary>Sets where a segment's keys and values are.</summary>
    internal void Select(int segment)
    {
        if (Places != null)
            Place = Places[segment];
    }

    /// <summary>One number of a key.</summary>
    internal readonly float KeyAt(long row, int head, int dimension) => Place.KeyCodes == null
        ? Place.Key[(row * KeyStride) + (head * HeadDistance) + dimension]
        : Place.KeyCodes[(row * HeadSize) + (head * HeadDistance) + dimension] * Place.KeyScales[(head * Place.ScaleStride) + row];

    /// <summary>One number of a value.</summary>
    internal readonly float ValueAt(long row, int head, int dimension) => Place.ValueCodes == null
        ? Place.Value[(row * ValueStride) + (head * HeadDistance) + dimension]
        : Place.ValueCodes[(row * HeadSize) + (head * HeadDistance) + dimension] * Place.ValueScales[(head * Place.ScaleStride) + row];
}

/// <summary>Where keys and values are.</summary>
public unsafe struct AttentionPlace
{
    /// <summary>[key rows, KeyStride], KeyHeads * HeadSize used; null in 8 bits.</summary>
    public float* Key;

    /// <summary>[key rows, ValueStride], KeyHeads * HeadSize used; null in 8 bits.</summary>
    public float* Value;

    /// <summary>Floats, or codes, from one head to the next; 0 means HeadSize.</summary>
    public long HeadStride;

    /// <summary>Keys in 8 bits, in place of <see cref="Key"/>; null for floats.</summary>
    public sbyte* KeyCodes;

    /// <summary>Values in 8 bits, in place of <see cref="Value"/>; null for floats.</summary>
    public sbyte* ValueCodes;

    /// <summary>Scales of <see cref="KeyCodes"/>, one for each head and key row.</summary>
    public float* KeyScales;

    /// <summary>Scales of <see cref="ValueCodes"/>.</summary>
    public float* ValueScales;

    /// <summary>Scales from one head to the next.</summary>
    public long ScaleStride;
}

/// <summary>The constants of one AdamW step.</summary>
/// <param name="LearningRate">Step size.</param>
/// <param name="Beta1">Decay of the first moment.</param>
/// <param name="Beta2">Decay of the second moment.</param>
/// <param name="Epsilon">Added to the root of the second moment.</param>
/// <param name="WeightDecay">Decoupled decay.</param>
/// <param name="Step">Number of this step, from 1.</param>
/// <param name="GradientScale">Factor on the gradient (clipping).</param>
public readonly record struct AdamWArguments(float LearningRate, float Beta1, float Beta2, float Epsilon, float WeightDecay, int Step, float GradientScale);

/// <summary>What <see cref="ComputeBackend.AttentionLoss"/> reads and writes: one head. Strides count floats between rows.</summary>
public unsafe struct AttentionLossArguments
{
    /// <summary>Queries with targets.</summary>
    public int Count;

    /// <summary>[Count] query rows.</summary>
    public int* Rows;

    /// <summary>[Count] first key row of the sequence of each; it sees the keys from there to its own row.</summary>
    public int* FirstKeys;

    /// <summary>[Count + 1] where the targets of each begin in <see cref="Keys"/>.</summary>
    public int* Starts;

    /// <summary>Key rows to attend to.</summary>
    public int* Keys;

    /// <summary>[query rows] first key, counted from the first of its sequence, that a row does not see; null when rows see all keys up to their own.</summary>
    public int* HiddenStarts;

    /// <summary>[query rows] end of the keys that a row does not see, or null.</summary>
    public int* HiddenEnds;

    /// <summary>Floats of the head.</summary>
    public int HeadSize;

    /// <summary>First query of the head.</summary>
    public float* Query;

    /// <summary>Floats from one query (and from the gradient of one) to the next.</summary>
    public int QueryStride;

    /// <summary>First key of the head.</summary>
    public float* Key;

    /// <summary>Floats from one key (and from the gradient of one) to the next.</summary>
    public int KeyStride;

    /// <summary>Factor on the products.</summary>
    public float Scale;

    /// <summary>[Count] minus the logarithm of the attention on the targets; written when <see cref="QueryGradient"/> is null.</summary>
    public float* Losses;

    /// <summary>Factor on every loss in the gradients.</summary>
    public float Weight;

    /// <summary>Gradient of <see cref="Query"/>, added to; null for the losses alone.</summary>
    public float* QueryGradient;

    /// <summary>Gradient of <see cref="Key"/>, added to; null for the losses alone.</summary>
    public float* KeyGradient;
}
