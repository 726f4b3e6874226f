using System.Numerics;
using Nunchi.Tensors.Quantization;

namespace Nunchi.Tensors.Backends;

/// <summary>
/// The one seam between operators and a device. Operators know shapes and the chain rule; a backend knows how to run the arithmetic.
/// All pointers are to float32 in the backend's own memory, rows are contiguous unless a stride is named (strides count floats).
/// </summary>
/// <remarks>
/// Contract for every method: results do not depend on the number of threads (work splits over outputs, sums have a fixed order);
/// nothing is allocated on the managed heap per call; calls are made by one thread at a time per backend instance;
/// "accumulate" means the result is added to what the destination holds, otherwise the destination is overwritten.
/// Non-finite values pass through as IEEE arithmetic gives them.
/// </remarks>
public abstract unsafe class ComputeBackend : IDisposable
{
    /// <summary>A short name with what was chosen, for example "cpu avx512 x2".</summary>
    public abstract string Name { get; }

    /// <summary>What multiplies packed weights, for people.</summary>
    public virtual string PackedName => "int8/int4/bf16 portable";

    /// <summary>Worker threads in use, the caller included.</summary>
    public abstract int Threads { get; }

    /// <summary>Most threads that work at once, 1 to <see cref="Threads"/>. May be set from any thread at any time, also during a call: results do not depend on it.</summary>
    public virtual int ActiveThreads
    {
        get => Threads;
        set
        {
        }
    }

    /// <summary>Allocates <paramref name="count"/> floats, 64-byte aligned, contents undefined.</summary>
    /// <exception cref="OutOfMemoryException">The memory is not there; the message names the size.</exception>
    public abstract float* Allocate(long count);

    /// <summary>Frees what <see cref="Allocate"/> gave.</summary>
    public abstract void Free(float* memory);

    /// <summary>Sets <paramref name="count"/> floats to zero.</summary>
    public abstract void Clear(float* destination, long count);

    /// <summary>Copies <paramref name="count"/> floats between areas that do not overlap.</summary>
    public abstract void Copy(float* source, float* destination, long count);

    /// <summary>
    /// C[m, n] = op(A) op(B) (+ C when <paramref name="accumulate"/>) (+ bias[n] on every row).
    /// op(A) is [m, k]: A is stored [m, k] with row stride <paramref name="lda"/>, or [k, m] when <paramref name="transposeA"/>.
    /// op(B) is [k, n]: B is stored [k, n] with row stride <paramref name="ldb"/>, or [n, k] when <paramref name="transposeB"/> (a weight [out, in]).
    /// </summary>
    /// <param name="transposeA">A is stored [k, m].</param>
    /// <param name="transposeB">B is stored [n, k].</param>
    /// <param name="m">Rows of C.</param>
    /// <param name="n">Columns of C.</param>
    /// <param name="k">Length of the sums; 0 gives zeros (plus bias, plus C).</param>
    /// <param name="a">A.</param>
    /// <param name="lda">Floats from one stored row of A to the next.</param>
    /// <param name="b">B.</param>
    /// <param name="ldb">Floats from one stored row of B to the next.</param>
    /// <param name="c">C.</param>
    /// <param name="ldc">Floats from one row of C to the next, at least n.</param>
    /// <param name="accumulate">Add to C.</param>
    /// <param name="bias">[n] or null.</param>
    public abstract void MatMul(bool transposeA, bool transposeB, int m, int n, int k, float* a, int lda, float* b, int ldb, float* c, int ldc, bool accumulate, float* bias);

    /// <summary>
    /// C[n, n] = op(A) op(B) where the caller knows that the product is symmetric, as X X^T is and a product of polynomials of one symmetric matrix: half of it may be computed and
    /// mirrored. Arguments as of <see cref="MatMul"/>.
    /// </summary>
    public virtual void SymmetricMatMul(bool transposeA, bool transposeB, int n, int k, float* a, int lda, float* b, int ldb, float* c, int ldc) =>
        MatMul(transposeA, transposeB, n, n, k, a, lda, b, ldb, c, ldc, false, null);

    /// <summary>
    /// C[m, rows] = X W^T (+ C when <paramref name="accumulate"/>) (+ bias on every row) for a weight [rows, columns] in a format for answering. Activations are rounded as the format
    /// says (8 bits with a scale for each row and 128 columns, or bfloat16). A row of C has the same bits in every batch.
    /// </summary>
    /// <param name="weight">The weight.</param>
    /// <param name="m">Rows of X and C.</param>
    /// <param name="x">[m, columns].</param>
    /// <param name="ldx">Floats from one row of X to the next.</param>
    /// <param name="c">C.</param>
    /// <param name="ldc">Floats from one row of C to the next.</param>
    /// <param name="accumulate">Add to C.</param>
    /// <param name="bias">[rows] or null.</param>
    public virtual void PackedMatMul(PackedWeight weight, int m, float* x, int ldx, float* c, int ldc, bool accumulate, float* bias) =>
        PlainProduct.Multiply(weight, m, x, ldx, c, ldc, accumulate, bias);

    /// <summary>Packs a matrix [rows, columns] for <see cref="PackedMatMul"/>.</summary>
    /// <exception cref="ArgumentException">The format is float32, or a weight is not finite.</exception>
    public virtual PackedWeight Pack(float* weights, int rows, int columns, WeightFormat format) => PackedWeight.Pack(weights, rows, columns, format);

    /// <summary>Packs a matrix [rows, columns] in 4 bits, rounded so that errors make up for each other.</summary>
    /// <exception cref="ArgumentException">A value is not finite, or the feedback is of another width.</exception>
    public virtual PackedWeight PackInt4(float* weights, int rows, int columns, ErrorFeedback feedback) => PackedWeight.Pack(weights, rows, columns, feedback);

    /// <summary>destination[i, :] = weight[indices[i], :]; a negative index gives a row of zeros.</summary>
    public virtual void GatherPackedRows(PackedWeight weight, int* indices, float* destination, int rows)
    {
        for (int i = 0; i < rows; i++)
        {
            var to = new Span<float>(destination + ((long)i * weight.Columns), weight.Columns);
            if (indices[i] < 0)
                to.Clear();
            else
                weight.ReadRow(indices[i], to);
        }
    }

    /// <summary>sums[n] (+)= sum over the rows of x[m, n] with row stride <paramref name="ldx"/>: the gradient of a bias.</summary>
    public abstract void ColumnSums(float* x, int m, int n, int ldx, float* sums, bool accumulate);

    /// <summary>destination[i] += source[i].</summary>
    public abstract void AddTo(float* destination, float* source, long count);

    /// <summary>result[i] = x[i] + y[i].</summary>
    public abstract void Add(float* x, float* y, float* result, long count);

    /// <summary>x[i] *= factor.</summary>
    public abstract void Scale(float* x, float factor, long count);

    /// <summary>y[r, c] = x[r, c] + table[r mod period, c]: learned position embeddings. In place when x == y.</summary>
    public abstract void AddPeriodic(float* x, float* table, float* y, int rows, int width, int period);

    /// <summary>dTable[p, c] (+)= sum over r with r mod period == p of dy[r, c].</summary>
    public abstract void AddPeriodicBackward(float* dy, float* dTable, int rows, int width, int period, bool accumulate);

    /// <summary>y = (x - mean) * rstd * weight + bias for each row; writes mean[rows] and rstd[rows] for the backward when not null.</summary>
    public abstract void LayerNorm(float* x, float* weight, float* bias, float* y, float* mean, float* rstd, int rows, int width, float epsilon);

    /// <summary>dx of <see cref="LayerNorm"/> (null: not wanted; added to dx when <paramref name="accumulateDx"/>), dWeight and dBias always accumulate (null: not wanted).</summary>
    public abstract void LayerNormBackward(float* dy, float* x, float* weight, float* mean, float* rstd, float* dx, bool accumulateDx, float* dWeight, float* dBias, int rows, int width);

    /// <summary>y = x * rsqrt(mean(x^2) + epsilon) * weight for each row; writes rstd[rows] for the backward when not null.</summary>
    public abstract void RmsNorm(float* x, float* weight, float* y, float* rstd, int rows, int width, float epsilon);

    /// <summary>dx of <see cref="RmsNorm"/> (null: not wanted; added when <paramref name="accumulateDx"/>), dWeight always accumulates (null: not wanted).</summary>
    public abstract void RmsNormBackward(float* dy, float* x, float* weight, float* rstd, float* dx, bool accumulateDx, float* dWeight, int rows, int width);

    /// <summary>
    /// Prepares query and key heads: optional RMSNorm of each head (Qwen3), then rotary embedding, half-split layout (dimension i pairs with i + headSize/2).
    /// </summary>
    public abstract void HeadRotary(in HeadRotaryArguments arguments);

    /// <summary>
    /// The backward of <see cref="HeadRotary"/>: reads <see cref="HeadRotaryArguments.OutputGradient"/>, overwrites the query and key columns of
    /// <see cref="HeadRotaryArguments.InputGradient"/> and accumulates the norm weights' gradients (null: not wanted).
    /// </summary>
    public abstract void HeadRotaryBackward(in HeadRotaryArguments arguments);

    /// <summary>
    /// softmax(scale q k^T) v for every head of every segment, grouped heads (query head h reads key/value head h / (QueryHeads / KeyHeads)).
    /// Never materialises a whole query x key matrix for long segments.
    /// </summary>
    public abstract void Attention(in AttentionArguments arguments);

    /// <summary>
    /// Whether <see cref="Attention"/> without a causal mask and without log-sum-exp may round its operands to bfloat16 where that is faster: for the encoder of a model whose weights
    /// are rounded already. Off unless set.
    /// </summary>
    public bool RoundsAttention { get; set; }

    /// <summary>
    /// Writes heads of new tokens into a cache [heads, capacity, size], as floats or as bytes with a scale for each head and token (largest magnitude / 127; not finite: NaN).
    /// </summary>
    /// <param name="source">[rows, stride], heads * size used.</param>
    /// <param name="stride">Floats from one row to the next.</param>
    /// <param name="rows">Tokens.</param>
    /// <param name="heads">Heads.</param>
    /// <param name="size">Floats per head.</param>
    /// <param name="at">Place of the first token.</param>
    /// <param name="capacity">Tokens there is room for.</param>
    /// <param name="data">The cache as floats, or null.</param>
    /// <param name="codes">The cache as bytes when <paramref name="data"/> is null.</param>
    /// <param name="scales">[heads, capacity] of <paramref name="codes"/>.</param>
    public virtual void StoreHeads(float* source, int stride, int rows, int heads, int size, int at, int capacity, float* data, sbyte* codes, float* scales)
    {
        for (int item = 0; item < rows * heads; item++)
            Cpu.HeadStore.Store(source + ((long)(item / heads) * stride) + (item % heads * size), size, (((long)(item % heads) * capacity) + at + (item / heads)), data, codes, scales);
    }

    /// <summary>The backward of <see cref="Attention"/>: overwrites dQuery, dKey, dValue (same strides as q, k, v) from dOutput, output and the log-sum-exp of the forward.</summary>
    public abstract void AttentionBackward(in AttentionArguments arguments);

    /// <summary>y = gelu(x): the tanh form when <paramref name="tanh"/> ("gelu_pytorch_tanh"), else the exact erf form ("gelu").</summary>
    public abstract void Gelu(float* x, float* y, long count, bool tanh);

    /// <summary>dx (overwritten; may equal dy) = dy * gelu'(x).</summary>
    public abstract void GeluBackward(float* dy, float* x, float* dx, long count, bool tanh);

    /// <summary>y = x sigmoid(1.702 x): the "quick_gelu" of CLIP.</summary>
    public abstract void QuickGelu(float* x, float* y, long count);

    /// <summary>dx (overwritten; may equal dy) = dy times the slope of <see cref="QuickGelu"/> at x.</summary>
    public abstract void QuickGeluBackward(float* dy, float* x, float* dx, long count);

    /// <summary>y[rows, width] = silu(gateUp[r, 0..width]) * gateUp[r, width..2 width]; gateUp is [rows, 2 width].</summary>
    public abstract void SwiGlu(float* gateUp, float* y, int rows, int width);

    /// <summary>dGateUp (overwritten) of <see cref="SwiGlu"/>.</summary>
    public abstract void SwiGluBackward(float* dy, float* gateUp, float* dGateUp, int rows, int width);

    /// <summary>destination[i, :] = source[indices[i], :]; a negative index gives a row of zeros.</summary>
    public abstract void GatherRows(float* source, int* indices, float* destination, int rows, int width);

    /// <summary>destination[indices[i], :] += source[i, :] in the order of i (repeats allowed, deterministic); negative indices are skipped.</summary>
    public abstract void ScatterAddRows(float* source, int* indices, float* destination, int rows, int width);

    /// <summary>
    /// Bilinear resampling of a feature grid, align_corners = false, no antialias: source coordinate max(0, (i + 0.5) in / out - 0.5).
    /// x is [height, width, channels], y is [newHeight, newWidth, channels].
    /// </summary>
    public abstract void Bilinear(float* x, float* y, int height, int width, int newHeight, int newWidth, int channels);

    /// <summary>dx [height, width, channels] += the backward of <see cref="Bilinear"/>.</summary>
    public abstract void BilinearBackward(float* dy, float* dx, int height, int width, int newHeight, int newWidth, int channels);

    /// <summary>
    /// Softmax cross entropy. losses[r] = logsumexp(logits[r]) - logits[r, labels[r]], 0 for a negative label.
    /// When <paramref name="gradient"/> is not null (it may equal logits): gradient[r, c] = (softmax - onehot) * scale, zeros for a negative label.
    /// </summary>
    public abstract void CrossEntropy(float* logits, int ldl, int* labels, float* losses, float* gradient, int rows, int classes, float scale);

    /// <summary>
    /// losses[r] = sum over c of huber(prediction - target), delta where the square turns into a line, divided by delta; 0 where mask[r] is 0.
    /// When <paramref name="gradient"/> is not null, weight times the derivative is added to it.
    /// </summary>
    public virtual void SmoothL1(float* prediction, float* target, int* mask, float* losses, float* gradient, int rows, int width, float delta, float weight)
    {
        for (int r = 0; r < rows; r++)
        {
            float loss = 0;
            for (int c = 0; c < width && mask[r] != 0; c++)
            {
                long i = ((long)r * width) + c;
                float difference = prediction[i] - target[i];
                float size = MathF.Abs(difference);
                loss += size < delta ? 0.5f * difference * difference / delta : size - (0.5f * delta);
                if (gradient != null)
                    gradient[i] += weight * Math.Clamp(difference / delta, -1f, 1f);
            }
            losses[r] = loss;
        }
    }

    /// <summary>
    /// losses[i] = logsumexp of scale q k over the keys that row i sees - logsumexp over its targets; or, with gradients, weight times the derivative is added to those of query and key.
    /// Few rows and one head, so one thread; the order of sums is that of the rows.
    /// </summary>
    public virtual void AttentionLoss(in AttentionLossArguments arguments)
    {
        int longest = 0;
        for (int i = 0; i < arguments.Count; i++)
            longest = Math.Max(longest, arguments.Rows[i] - arguments.FirstKeys[i] + 1);
        float[] shared = System.Buffers.ArrayPool<float>.Shared.Rent(longest);
        try
        {
            for (int i = 0; i < arguments.Count; i++)
                AttentionLossRow(in arguments, i, shared.AsSpan(0, arguments.Rows[i] - arguments.FirstKeys[i] + 1));
        }
        finally
        {
            System.Buffers.ArrayPool<float>.Shared.Return(shared);
        }
    }

    private static void AttentionLossRow(in AttentionLossArguments a, int i, Span<float> scores)
    {
        int row = a.Rows[i], first = a.FirstKeys[i], hidden = a.HiddenStarts == null ? 0 : a.HiddenStarts[row], hiddenEnd = a.HiddenStarts == null ? 0 : a.HiddenEnds[row];
        var query = new ReadOnlySpan<float>(a.Query + ((long)row * a.QueryStride), a.HeadSize);
        for (int k = 0; k < scores.Length; k++)
        {
            scores[k] = k >= hidden && k < hiddenEnd
                ? float.NegativeInfinity
                : a.Scale * Dot(query, new ReadOnlySpan<float>(a.Key + ((long)(first + k) * a.KeyStride), a.HeadSize));
        }

        ReadOnlySpan<int> targets = new(a.Keys + a.Starts[i], a.Starts[i + 1] - a.Starts[i]);
        float largest = float.NegativeInfinity, largestTarget = float.NegativeInfinity;
        foreach (float score in scores)
            largest = MathF.Max(largest, score);
        foreach (int key in targets)
            largestTarget = MathF.Max(largestTarget, scores[key - first]);
        double sum = 0, targetSum = 0;
        foreach (float score in scores)
            sum += MathF.Exp(score - largest);
        foreach (int key in targets)
            targetSum += MathF.Exp(scores[key - first] - largestTarget);
        float all = largest + (float)Math.Log(sum), aimed = largestTarget + (float)Math.Log(targetSum);
        if (a.QueryGradient == null)
        {
            a.Losses[i] = all - aimed;
            return;
        }

        // The scores turn into the derivatives by them.
        float factor = a.Weight * a.Scale;
        int next = 0;
        for (int k = 0; k < scores.Length; k++)
        {
            float score = scores[k];
            scores[k] = factor * MathF.Exp(score - all);
            if (next < targets.Length && targets[next] == first + k)
            {
                scores[k] -= factor * MathF.Exp(score - aimed);
                next++;
            }
        }

        var queryGradient = new Span<float>(a.QueryGradient + ((long)row * a.QueryStride), a.HeadSize);
        for (int k = 0; k < scores.Length; k++)
        {
            if (scores[k] == 0)
                continue;
            AddScaled(new ReadOnlySpan<float>(a.Key + ((long)(first + k) * a.KeyStride), a.HeadSize), scores[k], queryGradient);
            AddScaled(query, scores[k], new Span<float>(a.KeyGradient + ((long)(first + k) * a.KeyStride), a.HeadSize));
        }
    }

    private static float Dot(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        Vector<float> sums = Vector<float>.Zero;
        int i = 0;
        for (; i <= x.Length - Vector<float>.Count; i += Vector<float>.Count)
            sums += new Vector<float>(x[i..]) * new Vector<float>(y[i..]);
        float sum = Vector.Sum(sums);
        for (; i < x.Length; i++)
            sum += x[i] * y[i];
        return sum;
    }

    private static void AddScaled(ReadOnlySpan<float> x, float factor, Span<float> into)
    {
        int i = 0;
        for (; i <= x.Length - Vector<float>.Count; i += Vector<float>.Count)
            (new Vector<float>(into[i..]) + (factor * new Vector<float>(x[i..]))).CopyTo(into[i..]);
        for (; i < x.Length; i++)
            into[i] += factor * x[i];
    }

    /// <summary>Sum of squares in double, in a fixed order that does not depend on threads; NaN or infinity when any value is.</summary>
    public abstract double SumOfSquares(float* x, long count);

    /// <summary>
    /// One AdamW step, PyTorch's formulas: p -= lr * weightDecay * p; m = b1 m + (1-b1) g'; v = b2 v + (1-b2) g'^2;
    /// p -= lr * (m / (1-b1^t)) / (sqrt(v / (1-b2^t)) + epsilon), with g' = g * <see cref="AdamWArguments.GradientScale"/>.
    /// </summary>
    public abstract void AdamW(float* parameter, float* gradient, float* firstMoment, float* secondMoment, long count, in AdamWArguments arguments);

    /// <summary>x[i] = x[i] * keep + y[i] * add: moment updates and decoupled steps.</summary>
    public abstract void ScaleAdd(float* x, float keep, float* y, float add, long count);

    /// <summary>destination [columns, rows] = the transpose of source [rows, columns].</summary>
    public abstract void Transpose(float* source, float* destination, int rows, int columns);

    /// <summary>Widens bfloat16 values to float32.</summary>
    public abstract void FromBFloat16(ushort* source, float* destination, long count);

    /// <summary>Releases worker threads and scratch memory.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Releases worker threads and scratch memory.</summary>
    protected abstract void Dispose(bool disposing);
}
