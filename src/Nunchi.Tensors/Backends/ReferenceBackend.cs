using System.Runtime.InteropServices;

namespace Nunchi.Tensors.Backends;

/// <summary>
/// The same arithmetic in plain loops with double sums and one thread: what every fast kernel is compared against. Slow on purpose.
/// </summary>
public sealed unsafe class ReferenceBackend : ComputeBackend
{
    /// <inheritdoc/>
    public override string Name => "reference";

    /// <inheritdoc/>
    public override int Threads => 1;

    /// <inheritdoc/>
    public override float* Allocate(long count) => (float*)NativeMemory.AlignedAlloc((nuint)Math.Max(1, count) * sizeof(float), 64);

    /// <inheritdoc/>
    public override void Free(float* memory) => NativeMemory.AlignedFree(memory);

    /// <inheritdoc/>
    public override void Clear(float* destination, long count) => NativeMemory.Clear(destination, (nuint)count * sizeof(float));

    /// <inheritdoc/>
    public override void Copy(float* source, float* destination, long count) => NativeMemory.Copy(source, destination, (nuint)count * sizeof(float));

    /// <inheritdoc/>
    public override void MatMul(bool transposeA, bool transposeB, int m, int n, int k, float* a, int lda, float* b, int ldb, float* c, int ldc, bool accumulate, float* bias)
    {
        for (long i = 0; i < m; i++)
        {
            for (long j = 0; j < n; j++)
            {
                double sum = accumulate ? c[(i * ldc) + j] : 0;
                if (bias != null)
                    sum += bias[j];
                for (long l = 0; l < k; l++)
                {
                    double x = transposeA ? a[(l * lda) + i] : a[(i * lda) + l];
                    double y = transposeB ? b[(j * ldb) + l] : b[(l * ldb) + j];
                    sum += x * y;
                }
                c[(i * ldc) + j] = (float)sum;
            }
        }
    }

    /// <inheritdoc/>
    public override void ColumnSums(float* x, int m, int n, int ldx, float* sums, bool accumulate)
    {
        for (int j = 0; j < n; j++)
        {
            double sum = accumulate ? sums[j] : 0;
            for (long i = 0; i < m; i++)
                sum += x[(i * ldx) + j];
            sums[j] = (float)sum;
        }
    }

    /// <inheritdoc/>
    public override void AddTo(float* destination, float* source, long count)
    {
        for (long i = 0; i < count; i++)
            destination[i] += source[i];
    }

    /// <inheritdoc/>
    public override void Add(float* x, float* y, float* result, long count)
    {
        for (long i = 0; i < count; i++)
            result[i] = x[i] + y[i];
    }

    /// <inheritdoc/>
    public override void Scale(float* x, float factor, long count)
    {
        for (long i = 0; i < count; i++)
            x[i] *= factor;
    }

    /// <inheritdoc/>
    public override void AddPeriodic(float* x, float* table, float* y, int rows, int width, int period)
    {
        for (long r = 0; r < rows; r++)
        {
            for (int c = 0; c < width; c++)
                y[(r * width) + c] = x[(r * width) + c] + table[(r % period * width) + c];
        }
    }

    /// <inheritdoc/>
    public override void AddPeriodicBackward(float* dy, float* dTable, int rows, int width, int period, bool accumulate)
    {
        for (long p = 0; p < period; p++)
        {
            for (int c = 0; c < width; c++)
            {
                double sum = accumulate ? dTable[(p * width) + c] : 0;
                for (long r = p; r < rows; r += period)
                    sum += dy[(r * width) + c];
                dTable[(p * width) + c] = (float)sum;
            }
        }
    }

    /// <inheritdoc/>
    public override void LayerNorm(float* x, float* weight, float* bias, float* y, float* mean, float* rstd, int rows, int width, float epsilon)
    {
        for (long r = 0; r < rows; r++)
        {
            float* row = x + (r * width);
            double sum = 0, squares = 0;
            for (int c = 0; c < width; c++)
                sum += row[c];
            double average = sum / width;
            for (int c = 0; c < width; c++)
                squares += (row[c] - average) * (row[c] - average);
            double reciprocal = 1 / Math.Sqrt((squares / width) + epsilon);
            for (int c = 0; c < width; c++)
                y[(r * width) + c] = (float)(((row[c] - average) * reciprocal * weight[c]) + bias[c]);
            if (mean != null)
                mean[r] = (float)average;
            if (rstd != null)
                rstd[r] = (float)reciprocal;
        }
    }

    /// <inheritdoc/>
    public override void LayerNormBackward(float* dy, float* x, float* weight, float* mean, float* rstd, float* dx, bool accumulateDx, float* dWeight, float* dBias, int rows, int width)
    {
        for (long r = 0; r < rows; r++)
        {
            double first = 0, second = 0;
            for (int c = 0; c < width; c++)
            {
                long i = (r * width) + c;
                double normal = ((double)x[i] - mean[r]) * rstd[r];
                double g = (double)dy[i] * weight[c];
                first += g;
                second += g * normal;
                if (dWeight != null)
                    dWeight[c] += (float)(dy[i] * normal);
                if (dBias != null)
                    dBias[c] += dy[i];
            }
            for (int c = 0; c < width && dx != null; c++)
            {
                long i = (r * width) + c;
                double normal = ((double)x[i] - mean[r]) * rstd[r];
                double value = rstd[r] * (((double)dy[i] * weight[c]) - (first / width) - (normal * second / width));
                dx[i] = (float)(value + (accumulateDx ? dx[i] : 0));
            }
        }
    }

    /// <inheritdoc/>
    public override void RmsNorm(float* x, float* weight, float* y, float* rstd, int rows, int width, float epsilon)
    {
        for (long r = 0; r < rows; r++)
        {
            double squares = 0;
            for (int c = 0; c < width; c++)
                squares += (double)x[(r * width) + c] * x[(r * width) + c];
            double reciprocal = 1 / Math.Sqrt((squares / width) + epsilon);
            for (int c = 0; c < width; c++)
                y[(r * width) + c] = (float)(x[(r * width) + c] * reciprocal * weight[c]);
            if (rstd != null)
                rstd[r] = (float)reciprocal;
        }
    }

    /// <inheritdoc/>
    public override void RmsNormBackward(float* dy, float* x, float* weight, float* rstd, float* dx, bool accumulateDx, float* dWeight, int rows, int width)
    {
        for (long r = 0; r < rows; r++)
            RmsNormRowBackward(dy + (r * width), x + (r * width), weight, rstd[r], dx == null ? null : dx + (r * width), accumulateDx, dWeight, width);
    }

    /// <inheritdoc/>
    public override void HeadRotary(in HeadRotaryArguments arguments)
    {
        int size = arguments.HeadSize, half = size / 2, heads = arguments.QueryHeads + arguments.KeyHeads;
        float* normal = stackalloc float[size];
        for (long r = 0; r < arguments.Rows; r++)
        {
            float* cosines = arguments.Cosines + ((long)arguments.Positions[r] * half);
            float* sines = arguments.Sines + ((long)arguments.Positions[r] * half);
            for (int h = 0; h < heads; h++)
            {
                float* x = arguments.Input + (r * arguments.InputStride) + (h * size);
                float* y = arguments.Output + (((r * heads) + h) * size);
                float* weight = h < arguments.QueryHeads ? arguments.QueryWeight : arguments.KeyWeight;
                if (weight != null)
                {
                    RmsNorm(x, weight, normal, arguments.Rstd == null ? null : arguments.Rstd + (r * heads) + h, 1, size, arguments.Epsilon);
                    x = normal;
                }
                for (int i = 0; i < half; i++)
                {
                    y[i] = (x[i] * cosines[i]) - (x[i + half] * sines[i]);
                    y[i + half] = (x[i + half] * cosines[i]) + (x[i] * sines[i]);
                }
            }
        }
    }

    /// <inheritdoc/>
    public override void HeadRotaryBackward(in HeadRotaryArguments arguments)
    {
        int size = arguments.HeadSize, half = size / 2, heads = arguments.QueryHeads + arguments.KeyHeads;
        float* turned = stackalloc float[size];
        for (long r = 0; r < arguments.Rows; r++)
        {
            float* cosines = arguments.Cosines + ((long)arguments.Positions[r] * half);
            float* sines = arguments.Sines + ((long)arguments.Positions[r] * half);
            for (int h = 0; h < heads; h++)
            {
                bool query = h < arguments.QueryHeads;
                float* dy = arguments.OutputGradient + (((r * heads) + h) * size);
                float* dx = arguments.InputGradient + (r * arguments.InputStride) + (h * size);
                for (int i = 0; i < half; i++)
                {
                    turned[i] = (dy[i] * cosines[i]) + (dy[i + half] * sines[i]);
                    turned[i + half] = (dy[i + half] * cosines[i]) - (dy[i] * sines[i]);
                }
                float* weight = query ? arguments.QueryWeight : arguments.KeyWeight;
                float* x = arguments.Input + (r * arguments.InputStride) + (h * size);
                if (weight != null)
                    RmsNormRowBackward(turned, x, weight, arguments.Rstd[(r * heads) + h], dx, false, query ? arguments.QueryWeightGradient : arguments.KeyWeightGradient, size);
                else
                    Copy(turned, dx, size);
            }
        }
    }

    /// <inheritdoc/>
    public override void Attention(in AttentionArguments arguments)
    {
        AttentionArguments a = arguments;
        int group = a.QueryHeads / a.KeyHeads;
        for (int s = 0; s < a.Segments; s++)
        {
            a.Select(s);
            int queries = a.QueryStarts[s + 1] - a.QueryStarts[s];
            double[] weights = new double[a.KeyCounts[s]];
            for (int h = 0; h < a.QueryHeads; h++)
            {
                for (int i = 0; i < queries; i++)
                {
                    long row = a.QueryStarts[s] + i;
                    double logSum = Weights(in a, s, h, i, queries, weights);
                    if (a.LogSumExp != null)
                        a.LogSumExp[(row * a.QueryHeads) + h] = (float)logSum;
                    float* output = a.Output + (((row * a.QueryHeads) + h) * a.HeadSize);
                    for (int d = 0; d < a.HeadSize; d++)
                    {
                        double sum = 0;
                        for (int j = 0; j < weights.Length; j++)
                            sum += weights[j] * a.ValueAt(a.KeyStarts[s] + j, h / group, d);
                        output[d] = (float)sum;
                    }
                }
            }
        }
    }

    /// <inheritdoc/>
    public override void AttentionBackward(in AttentionArguments arguments)
    {
        AttentionArguments a = arguments;
        int group = a.QueryHeads / a.KeyHeads, size = a.HeadSize;
        for (int s = 0; s < a.Segments; s++)
        {
            int queries = a.QueryStarts[s + 1] - a.QueryStarts[s], keys = a.KeyCounts[s];
            double[] weights = new double[keys];
            for (int kh = 0; kh < a.KeyHeads; kh++)
            {
                double[] dKey = new double[keys * size], dValue = new double[keys * size];
                for (int h = kh * group; h < (kh + 1) * group; h++)
                {
                    for (int i = 0; i < queries; i++)
                    {
                        long row = a.QueryStarts[s] + i;
                        Weights(in a, s, h, i, queries, weights);
                        float* dOut = a.OutputGradient + (((row * a.QueryHeads) + h) * size);
                        float* output = a.Output + (((row * a.QueryHeads) + h) * size);
                        float* query = a.Query + (row * a.QueryStride) + (h * size);
                        double delta = 0;
                        double[] dQuery = new double[size];
                        for (int d = 0; d < size; d++)
                            delta += (double)dOut[d] * output[d];
                        for (int j = 0; j < keys; j++)
                        {
                            float* key = a.Place.Key + ((long)(a.KeyStarts[s] + j) * a.KeyStride) + (kh * size);
                            float* value = a.Place.Value + ((long)(a.KeyStarts[s] + j) * a.ValueStride) + (kh * size);
                            double product = 0;
                            for (int d = 0; d < size; d++)
                            {
                                product += (double)dOut[d] * value[d];
                                dValue[(j * size) + d] += weights[j] * dOut[d];
                            }
                            double dScore = weights[j] * (product - delta) * a.Scale;
                            for (int d = 0; d < size; d++)
                            {
                                dQuery[d] += dScore * key[d];
                                dKey[(j * size) + d] += dScore * query[d];
                            }
                        }
                        for (int d = 0; d < size; d++)
                            a.QueryGradient[(row * a.QueryStride) + (h * size) + d] = (float)dQuery[d];
                    }
                }
                for (int j = 0; j < keys; j++)
                {
                    for (int d = 0; d < size; d++)
                    {
                        a.KeyGradient[((long)(a.KeyStarts[s] + j) * a.KeyStride) + (kh * size) + d] = (float)dKey[(j * size) + d];
                        a.ValueGradient[((long)(a.KeyStarts[s] + j) * a.ValueStride) + (kh * size) + d] = (float)dValue[(j * size) + d];
                    }
                }
            }
        }
    }

    /// <inheritdoc/>
    public override void Gelu(float* x, float* y, long count, bool tanh)
    {
        for (long i = 0; i < count; i++)
            y[i] = (float)(tanh ? 0.5 * x[i] * (1 + Math.Tanh(Inner(x[i]))) : x[i] * NormalDistribution(x[i]));
    }

    /// <inheritdoc/>
    public override void GeluBackward(float* dy, float* x, float* dx, long count, bool tanh)
    {
        for (long i = 0; i < count; i++)
        {
            double v = x[i], slope;
            if (tanh)
            {
                double t = Math.Tanh(Inner(v));
                slope = (0.5 * (1 + t)) + (0.5 * v * (1 - (t * t)) * Math.Sqrt(2 / Math.PI) * (1 + (3 * 0.044715 * v * v)));
            }
            else
            {
                slope = NormalDistribution(v) + (v * Math.Exp(-0.5 * v * v) / Math.Sqrt(2 * Math.PI));
            }
            dx[i] = (float)(dy[i] * slope);
        }
    }

    /// <inheritdoc/>
    public override void QuickGelu(float* x, float* y, long count)
    {
        for (long i = 0; i < count; i++)
            y[i] = (float)(x[i] / (1 + Math.Exp(-1.702 * x[i])));
    }

    /// <inheritdoc/>
    public override void QuickGeluBackward(float* dy, float* x, float* dx, long count)
    {
        for (long i = 0; i < count; i++)
        {
            double gate = 1 / (1 + Math.Exp(-1.702 * x[i]));
            dx[i] = (float)(dy[i] * gate * (1 + (1.702 * x[i] * (1 - gate))));
        }
    }

    /// <inheritdoc/>
    public override void SwiGlu(float* gateUp, float* y, int rows, int width)
    {
        for (long r = 0; r < rows; r++)
        {
            for (int c = 0; c < width; c++)
            {
                double gate = gateUp[(r * 2 * width) + c];
                y[(r * width) + c] = (float)(gate / (1 + Math.Exp(-gate)) * gateUp[(r * 2 * width) + width + c]);
            }
        }
    }

    /// <inheritdoc/>
    public override void SwiGluBackward(float* dy, float* gateUp, float* dGateUp, int rows, int width)
    {
        for (long r = 0; r < rows; r++)
        {
            for (int c = 0; c < width; c++)
            {
                long g = (r * 2 * width) + c, u = g + width;
                double gate = gateUp[g], up = gateUp[u], d = dy[(r * width) + c];
                double sigmoid = 1 / (1 + Math.Exp(-gate));
                dGateUp[g] = (float)(d * up * sigmoid * (1 + (gate * (1 - sigmoid))));
                dGateUp[u] = (float)(d * gate * sigmoid);
            }
        }
    }

    /// <inheritdoc/>
    public override void GatherRows(float* source, int* indices, float* destination, int rows, int width)
    {
        for (long r = 0; r < rows; r++)
        {
            if (indices[r] < 0)
                Clear(destination + (r * width), width);
            else
                Copy(source + ((long)indices[r] * width), destination + (r * width), width);
        }
    }

    /// <inheritdoc/>
    public override void ScatterAddRows(float* source, int* indices, float* destination, int rows, int width)
    {
        for (long r = 0; r < rows; r++)
        {
            if (indices[r] >= 0)
                AddTo(destination + ((long)indices[r] * width), source + (r * width), width);
        }
    }

    /// <inheritdoc/>
    public override void Bilinear(float* x, float* y, int height, int width, int newHeight, int newWidth, int channels)
    {
        for (int i = 0; i < newHeight; i++)
        {
            (int y0, int y1, float fy) = Taps(i, height, newHeight);
            for (int j = 0; j < newWidth; j++)
            {
                (int x0, int x1, float fx) = Taps(j, width, newWidth);
                for (int c = 0; c < channels; c++)
                {
                    double top = ((1 - fx) * (double)x[((((long)y0 * width) + x0) * channels) + c]) + (fx * (double)x[((((long)y0 * width) + x1) * channels) + c]);
                    double bottom = ((1 - fx) * (double)x[((((long)y1 * width) + x0) * channels) + c]) + (fx * (double)x[((((long)y1 * width) + x1) * channels) + c]);
                    y[((((long)i * newWidth) + j) * channels) + c] = (float)(((1 - fy) * top) + (fy * bottom));
                }
            }
        }
    }

    /// <inheritdoc/>
    public override void BilinearBackward(float* dy, float* dx, int height, int width, int newHeight, int newWidth, int channels)
    {
        for (int i = 0; i < newHeight; i++)
        {
            (int y0, int y1, float fy) = Taps(i, height, newHeight);
            for (int j = 0; j < newWidth; j++)
            {
                (int x0, int x1, float fx) = Taps(j, width, newWidth);
                for (int c = 0; c < channels; c++)
                {
                    float d = dy[((((long)i * newWidth) + j) * channels) + c];
                    dx[((((long)y0 * width) + x0) * channels) + c] += (1 - fy) * (1 - fx) * d;
                    dx[((((long)y0 * width) + x1) * channels) + c] += (1 - fy) * fx * d;
                    dx[((((long)y1 * width) + x0) * channels) + c] += fy * (1 - fx) * d;
                    dx[((((long)y1 * width) + x1) * channels) + c] += fy * fx * d;
                }
            }
        }
    }

    /// <inheritdoc/>
    public override void CrossEntropy(float* logits, int ldl, int* labels, float* losses, float* gradient, int rows, int classes, float scale)
    {
        for (long r = 0; r < rows; r++)
        {
            float* row = logits + (r * ldl);
            float* slope = gradient == null ? null : gradient + (r * ldl);
            losses[r] = 0;
            if (labels[r] < 0)
            {
                if (slope != null)
                    Clear(slope, classes);
                continue;
            }
            double max = double.NegativeInfinity, sum = 0;
            for (int c = 0; c < classes; c++)
                max = Math.Max(max, row[c]);
            for (int c = 0; c < classes; c++)
                sum += Math.Exp(row[c] - max);
            double logSum = max + Math.Log(sum);
            losses[r] = (float)(logSum - row[labels[r]]);
            for (int c = 0; c < classes && slope != null; c++)
                slope[c] = (float)((Math.Exp(row[c] - logSum) - (c == labels[r] ? 1 : 0)) * scale);
        }
    }

    /// <inheritdoc/>
    public override double SumOfSquares(float* x, long count)
    {
        double sum = 0;
        for (long i = 0; i < count; i++)
            sum += (double)x[i] * x[i];
        return sum;
    }

    /// <inheritdoc/>
    public override void AdamW(float* parameter, float* gradient, float* firstMoment, float* secondMoment, long count, in AdamWArguments arguments)
    {
        double correction1 = 1 - Math.Pow(arguments.Beta1, arguments.Step), correction2 = 1 - Math.Pow(arguments.Beta2, arguments.Step);
        for (long i = 0; i < count; i++)
        {
            double g = (double)gradient[i] * arguments.GradientScale;
            double m = (arguments.Beta1 * (double)firstMoment[i]) + ((1 - (double)arguments.Beta1) * g);
            double v = (arguments.Beta2 * (double)secondMoment[i]) + ((1 - (double)arguments.Beta2) * g * g);
            firstMoment[i] = (float)m;
            secondMoment[i] = (float)v;
            double p = parameter[i] * (1 - ((double)arguments.LearningRate * arguments.WeightDecay));
            parameter[i] = (float)(p - (arguments.LearningRate * (m / correction1) / (Math.Sqrt(v / correction2) + arguments.Epsilon)));
        }
    }

    /// <inheritdoc/>
    public override void ScaleAdd(float* x, float keep, float* y, float add, long count)
    {
        for (long i = 0; i < count; i++)
            x[i] = (float)(((double)x[i] * keep) + ((double)y[i] * add));
    }

    /// <inheritdoc/>
    public override void Transpose(float* source, float* destination, int rows, int columns)
    {
        for (long r = 0; r < rows; r++)
        {
            for (long c = 0; c < columns; c++)
                destination[(c * rows) + r] = source[(r * columns) + c];
        }
    }

    /// <inheritdoc/>
    public override void FromBFloat16(ushort* source, float* destination, long count)
    {
        for (long i = 0; i < count; i++)
            destination[i] = BitConverter.UInt32BitsToSingle((uint)source[i] << 16);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
    }

    private static double Weights(in AttentionArguments a, int segment, int head, int query, int queries, double[] weights)
    {
        int keys = weights.Length, size = a.HeadSize, keyHead = head / (a.QueryHeads / a.KeyHeads);
        int seen = a.Causal ? keys - queries + query + 1 : keys;
        float* q = a.Query + ((long)(a.QueryStarts[segment] + query) * a.QueryStride) + (head * size);
        double max = double.NegativeInfinity, sum = 0;
        for (int j = 0; j < seen; j++)
        {
            double product = 0;
            for (int d = 0; d < size; d++)
                product += (double)q[d] * a.KeyAt(a.KeyStarts[segment] + j, keyHead, d);
            bool hidden = a.HiddenStarts != null && j >= a.HiddenStarts[a.QueryStarts[segment] + query] && j < a.HiddenEnds[a.QueryStarts[segment] + query];
            weights[j] = hidden ? double.NegativeInfinity : product * a.Scale;
            max = Math.Max(max, weights[j]);
        }
        for (int j = 0; j < seen; j++)
            sum += Math.Exp(weights[j] - max);
        double logSum = max + Math.Log(sum);
        for (int j = 0; j < keys; j++)
            weights[j] = j < seen ? Math.Exp(weights[j] - logSum) : 0;
        return logSum;
    }

    private static void RmsNormRowBackward(float* dy, float* x, float* weight, double rstd, float* dx, bool accumulate, float* dWeight, int width)
    {
        double sum = 0;
        for (int c = 0; c < width; c++)
        {
            sum += (double)dy[c] * weight[c] * x[c] * rstd;
            if (dWeight != null)
                dWeight[c] += (float)(dy[c] * x[c] * rstd);
        }
        for (int c = 0; c < width && dx != null; c++)
        {
            double value = rstd * (((double)dy[c] * weight[c]) - (x[c] * rstd * sum / width));
            dx[c] = (float)(value + (accumulate ? dx[c] : 0));
        }
    }

    private static double Inner(double x) => Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x));

    private static (int First, int Second, float Fraction) Taps(int index, int size, int newSize)
    {
        float position = Math.Max(0f, ((index + 0.5f) * ((float)size / newSize)) - 0.5f);
        int first = Math.Min((int)position, size - 1);
        return (first, Math.Min(first + 1, size - 1), position - first);
    }

    // Phi(x) by its power series inside, by the continued fraction of the tail outside; both to double precision.
    private static double NormalDistribution(double x)
    {
        if (double.IsNaN(x))
            return x;
        double z = Math.Abs(x);
        double density = Math.Exp(-0.5 * z * z) / Math.Sqrt(2 * Math.PI);
        if (z < 3.5)
        {
            double term = z, sum = z;
            for (int i = 1; Math.Abs(term) > 1e-18 * Math.Abs(sum); i++)
            {
                term *= z * z / ((2 * i) + 1);
                sum += term;
            }
            double half = density * sum;
            return x >= 0 ? 0.5 + half : 0.5 - half;
        }
        double fraction = z;
        for (int i = 60; i >= 1; i--)
            fraction = z + (i / fraction);
        double tail = density / fraction;
        return x >= 0 ? 1 - tail : tail;
    }
}
