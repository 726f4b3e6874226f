using Nunchi.Tensors.Backends;
using Nunchi.Tensors.Cpu;

namespace Nunchi.Benchmarks;

/// <summary>The kernel calls of one training step with their real shapes and memory: encoder, projector, decoder, head, backward, clipping, AdamW. Data are random.</summary>
internal sealed unsafe class TrainingStep : IDisposable
{
    private readonly CpuBackend backend;
    private readonly StepShape shape;
    private readonly List<nint> memory = [];
    private readonly List<(nint Weight, nint Gradient, nint First, nint Second, long Count)> parameters = [];
    private readonly Dictionary<string, double> used = [];
    private readonly EncoderLayer[] encoder;
    private readonly DecoderLayer[] decoder;
    private readonly Linear projectorIn;
    private readonly Linear projectorOut;
    private readonly Linear head;
    private readonly float* encoderState;
    private readonly float* encoderGradient;
    private readonly float* projected;
    private readonly float* activated;
    private readonly float* projectedGradient;
    private readonly float* state;
    private readonly float* gradient;
    private readonly float* textState;
    private readonly float* logits;
    private readonly float* losses;
    private readonly float* scratch;
    private readonly float* scratch2;
    private readonly float* cosines;
    private readonly int* integers;
    private double mark;
    private int runs;

    public TrainingStep(CpuBackend backend, StepShape shape)
    {
        this.backend = backend;
        this.shape = shape;
        encoder = [.. Enumerable.Range(0, shape.EncoderLayers).Select(_ => new EncoderLayer(this))];
        decoder = [.. Enumerable.Range(0, shape.DecoderLayers).Select(_ => new DecoderLayer(this))];
        projectorIn = new Linear(this, shape.DecoderWidth, shape.EncoderWidth);
        projectorOut = new Linear(this, shape.DecoderWidth, shape.DecoderWidth);
        head = new Linear(this, StepShape.Vocabulary, shape.DecoderWidth);
        encoderState = New((long)shape.EncoderRows * shape.EncoderWidth);
        encoderGradient = New((long)shape.EncoderRows * shape.EncoderWidth);
        projected = New((long)shape.EncoderRows * shape.DecoderWidth);
        activated = New((long)shape.EncoderRows * shape.DecoderWidth);
        projectedGradient = New((long)shape.EncoderRows * shape.DecoderWidth);
        state = New((long)shape.DecoderRows * shape.DecoderWidth);
        gradient = New((long)shape.DecoderRows * shape.DecoderWidth);
        textState = New((long)shape.TextRows * shape.DecoderWidth);
        logits = New((long)shape.TextRows * StepShape.Vocabulary);
        losses = New(shape.TextRows);
        var widest = Math.Max(Math.Max(2 * shape.DecoderHidden, shape.MixedWidth), Math.Max(shape.EncoderHidden, 3 * shape.EncoderWidth));
        scratch = New((long)shape.DecoderRows * widest);
        scratch2 = New((long)shape.DecoderRows * widest);
        cosines = New(512 * StepShape.HeadSize);
        integers = (int*)New(8 * (long)shape.DecoderRows);
        const int length = StepShape.ImageTokens + StepShape.TextTokens;
        for (var i = 0; i < shape.DecoderRows; i++) integers[i] = i % length;
        for (var i = 0; i < shape.TextRows; i++) Labels[i] = i * 37 % StepShape.Vocabulary;
        for (var i = 0; i < shape.TextRows; i++) TextRows[i] = (i / StepShape.TextTokens * length) + StepShape.ImageTokens + (i % StepShape.TextTokens);
        for (var i = 0; i < shape.EncoderRows; i++) ImageRows[i] = (i / StepShape.ImageTokens * length) + (i % StepShape.ImageTokens);
        for (var i = 0; i <= StepShape.Batch; i++) (EncoderStarts[i], DecoderStarts[i]) = (i * StepShape.ImageTokens, i * length);
        for (var i = 0; i < StepShape.Batch; i++) (EncoderStarts[64 + i], DecoderStarts[64 + i]) = (StepShape.ImageTokens, length);
    }

    public float Loss { get; private set; }

    private int* Labels => integers + shape.DecoderRows;

    private int* TextRows => integers + (2 * shape.DecoderRows);

    private int* ImageRows => integers + (3 * shape.DecoderRows);

    private int* EncoderStarts => integers + (4 * shape.DecoderRows);

    private int* DecoderStarts => integers + (5 * shape.DecoderRows);

    public IEnumerable<(string Name, double Share, double Seconds)> Parts(int threads) =>
        used.OrderByDescending(p => p.Value).Select(p => (p.Key, p.Value / used.Values.Sum(), p.Value / runs / threads));

    public void Run()
    {
        mark = Timing.ProcessorSeconds();
        Forward();
        Backward();
        Update();
        runs++;
    }

    public void Dispose()
    {
        foreach (var block in memory) backend.Free((float*)block);
    }

    private void Forward()
    {
        var w = shape.EncoderWidth;
        MatMulShapes.Fill(encoderState, (long)shape.EncoderRows * w);
        foreach (var layer in encoder) layer.Forward(encoderState);
        projectorIn.Forward(encoderState, projected, shape.EncoderRows);
        backend.Gelu(projected, activated, (long)shape.EncoderRows * shape.DecoderWidth, true);
        Took("gelu");
        projectorOut.Forward(activated, scratch, shape.EncoderRows);
        MatMulShapes.Fill(state, (long)shape.DecoderRows * shape.DecoderWidth);
        backend.ScatterAddRows(scratch, ImageRows, state, shape.EncoderRows, shape.DecoderWidth);
        Took("rows");
        foreach (var layer in decoder) layer.Forward(state);
        backend.GatherRows(state, TextRows, textState, shape.TextRows, shape.DecoderWidth);
        Took("rows");
        head.Forward(textState, logits, shape.TextRows);
        backend.CrossEntropy(logits, StepShape.Vocabulary, Labels, losses, logits, shape.TextRows, StepShape.Vocabulary, 1f / shape.TextRows);
        Took("cross entropy");
        var sum = 0f;
        for (var i = 0; i < shape.TextRows; i++) sum += losses[i];
        Loss = sum / shape.TextRows;
    }

    private void Backward()
    {
        head.Backward(logits, textState, scratch, shape.TextRows, false);
        backend.Clear(gradient, (long)shape.DecoderRows * shape.DecoderWidth);
        backend.ScatterAddRows(scratch, TextRows, gradient, shape.TextRows, shape.DecoderWidth);
        Took("rows");
        for (var i = decoder.Length - 1; i >= 0; i--) decoder[i].Backward(gradient);
        backend.GatherRows(gradient, ImageRows, scratch, shape.EncoderRows, shape.DecoderWidth);
        Took("rows");
        projectorOut.Backward(scratch, activated, projectedGradient, shape.EncoderRows, false);
        backend.GeluBackward(projectedGradient, projected, projectedGradient, (long)shape.EncoderRows * shape.DecoderWidth, true);
        Took("gelu");
        projectorIn.Backward(projectedGradient, encoderState, encoderGradient, shape.EncoderRows, false);
        for (var i = encoder.Length - 1; i >= 0; i--) encoder[i].Backward(encoderGradient);
    }

    private void Update()
    {
        var squares = 0.0;
        foreach (var p in parameters) squares += backend.SumOfSquares((float*)p.Gradient, p.Count);
        var scale = (float)Math.Min(1, 1 / Math.Sqrt(squares));
        foreach (var p in parameters)
        {
            backend.AdamW((float*)p.Weight, (float*)p.Gradient, (float*)p.First, (float*)p.Second, p.Count, new AdamWArguments(1e-4f, 0.9f, 0.95f, 1e-8f, 0.1f, runs + 1, scale));
        }
        Took("adamw and norm");
    }

    private void Took(string part)
    {
        var now = Timing.ProcessorSeconds();
        used[part] = used.GetValueOrDefault(part) + now - mark;
        mark = now;
    }

    private float* New(long count)
    {
        var block = backend.Allocate(count);
        MatMulShapes.Fill(block, count);
        memory.Add((nint)block);
        return block;
    }

    private float* NewParameter(long count, float scale)
    {
        var weight = New(count);
        backend.Scale(weight, scale, count);
        float* first = New(count), second = New(count);
        backend.Clear(first, count);
        backend.Clear(second, count);
        parameters.Add(((nint)weight, (nint)New(count), (nint)first, (nint)second, count));
        return weight;
    }

    private sealed class Linear(TrainingStep step, int outputs, int inputs)
    {
        private readonly float* weight = step.NewParameter((long)outputs * inputs, 1 / MathF.Sqrt(inputs));
        private readonly float* weightGradient = (float*)step.parameters[^1].Gradient;

        public void Forward(float* x, float* y, int rows, bool accumulate = false)
        {
            step.backend.MatMul(false, true, rows, outputs, inputs, x, inputs, weight, inputs, y, outputs, accumulate, null);
            step.Took("product x W^T");
        }

        public void Backward(float* dy, float* x, float* dx, int rows, bool accumulate)
        {
            step.backend.MatMul(true, false, outputs, inputs, rows, dy, outputs, x, inputs, weightGradient, inputs, false, null);
            step.Took("product dy^T x");
            step.backend.MatMul(false, false, rows, inputs, outputs, dy, outputs, weight, inputs, dx, inputs, accumulate, null);
            step.Took("product dy W");
        }
    }

    private sealed class EncoderLayer
    {
        private readonly TrainingStep step;
        private readonly int rows;
        private readonly int width;
        private readonly int hidden;
        private readonly Linear mix;
        private readonly Linear output;
        private readonly Linear up;
        private readonly Linear down;
        private readonly float* norms;
        private readonly float* normGradients;
        private readonly float* input;
        private readonly float* middle;
        private readonly float* normal;
        private readonly float* normal2;
        private readonly float* statistics;
        private readonly float* mixed;
        private readonly float* attended;
        private readonly float* logSum;
        private readonly float* hiddenState;
        private readonly float* hiddenActive;

        public EncoderLayer(TrainingStep step)
        {
            this.step = step;
            (rows, width, hidden) = (step.shape.EncoderRows, step.shape.EncoderWidth, step.shape.EncoderHidden);
            mix = new Linear(step, 3 * width, width);
            output = new Linear(step, width, width);
            up = new Linear(step, hidden, width);
            down = new Linear(step, width, hidden);
            norms = step.NewParameter(4L * width, 1);
            normGradients = (float*)step.parameters[^1].Gradient;
            input = step.New((long)rows * width);
            middle = step.New((long)rows * width);
            normal = step.New((long)rows * width);
            normal2 = step.New((long)rows * width);
            statistics = step.New(4L * rows);
            mixed = step.New(3L * rows * width);
            attended = step.New((long)rows * width);
            logSum = step.New((long)rows * width);
            hiddenState = step.New((long)rows * hidden);
            hiddenActive = step.New((long)rows * hidden);
        }

        private AttentionArguments Attention => new()
        {
            QueryHeads = width / StepShape.HeadSize,
            KeyHeads = width / StepShape.HeadSize,
            HeadSize = StepShape.HeadSize,
            Segments = StepShape.Batch,
            QueryStarts = step.EncoderStarts,
            KeyStarts = step.EncoderStarts,
            KeyCounts = step.EncoderStarts + 64,
            Scale = 0.125f,
            Query = mixed,
            QueryStride = 3 * width,
            Place = new AttentionPlace { Key = mixed + width, Value = mixed + (2 * width) },
            KeyStride = 3 * width,
            ValueStride = 3 * width,
            Output = attended,
            LogSumExp = logSum,
        };

        public void Forward(float* x)
        {
            var b = step.backend;
            var all = (long)rows * width;
            b.Copy(x, input, all);
            b.LayerNorm(x, norms, norms + width, normal, statistics, statistics + rows, rows, width, 1e-6f);
            step.Took("norms");
            mix.Forward(normal, mixed, rows);
            b.Attention(Attention);
            step.Took("attention forward");
            output.Forward(attended, x, rows, true);
            b.Copy(x, middle, all);
            b.LayerNorm(x, norms + (2 * width), norms + (3 * width), normal2, statistics + (2 * rows), statistics + (3 * rows), rows, width, 1e-6f);
            step.Took("norms");
            up.Forward(normal2, hiddenState, rows);
            b.Gelu(hiddenState, hiddenActive, (long)rows * hidden, true);
            step.Took("gelu");
            down.Forward(hiddenActive, x, rows, true);
        }

        public void Backward(float* dx)
        {
            var b = step.backend;
            down.Backward(dx, hiddenActive, step.scratch, rows, false);
            b.GeluBackward(step.scratch, hiddenState, step.scratch, (long)rows * hidden, true);
            step.Took("gelu");
            up.Backward(step.scratch, normal2, step.scratch2, rows, false);
            b.LayerNormBackward(
                step.scratch2, middle, norms + (2 * width), statistics + (2 * rows), statistics + (3 * rows), dx, true, normGradients + (2 * width),
                normGradients + (3 * width), rows, width);
            step.Took("norms");
            output.Backward(dx, attended, step.scratch2, rows, false);
            var attention = Attention;
            attention.OutputGradient = step.scratch2;
            attention.QueryGradient = step.scratch;
            attention.KeyGradient = step.scratch + width;
            attention.ValueGradient = step.scratch + (2 * width);
            b.AttentionBackward(attention);
            step.Took("attention backward");
            mix.Backward(step.scratch, normal, step.scratch2, rows, false);
            b.LayerNormBackward(step.scratch2, input, norms, statistics, statistics + rows, dx, true, normGradients, normGradients + width, rows, width);
            step.Took("norms");
        }
    }

    private sealed class DecoderLayer
    {
        private readonly TrainingStep step;
        private readonly int rows;
        private readonly int width;
        private readonly int hidden;
        private readonly int queryWidth;
        private readonly int mixedWidth;
        private readonly Linear mix;
        private readonly Linear output;
        private readonly Linear gateUp;
        private readonly Linear down;
        private readonly float* norms;
        private readonly float* normGradients;
        private readonly float* input;
        private readonly float* middle;
        private readonly float* normal;
        private readonly float* normal2;
        private readonly float* statistics;
        private readonly float* headStatistics;
        private readonly float* mixed;
        private readonly float* turned;
        private readonly float* attended;
        private readonly float* logSum;
        private readonly float* gates;
        private readonly float* gated;

        public DecoderLayer(TrainingStep step)
        {
            this.step = step;
            var shape = step.shape;
            (rows, width, hidden, queryWidth, mixedWidth) = (shape.DecoderRows, shape.DecoderWidth, shape.DecoderHidden, shape.QueryWidth, shape.MixedWidth);
            mix = new Linear(step, mixedWidth, width);
            output = new Linear(step, width, queryWidth);
            gateUp = new Linear(step, 2 * hidden, width);
            down = new Linear(step, width, hidden);
            norms = step.NewParameter((2L * width) + (2 * StepShape.HeadSize), 1);
            normGradients = (float*)step.parameters[^1].Gradient;
            input = step.New((long)rows * width);
            middle = step.New((long)rows * width);
            normal = step.New((long)rows * width);
            normal2 = step.New((long)rows * width);
            statistics = step.New(2L * rows);
            headStatistics = step.New((long)rows * (shape.Heads + shape.KeyHeads));
            mixed = step.New((long)rows * mixedWidth);
            turned = step.New((long)rows * mixedWidth);
            attended = step.New((long)rows * queryWidth);
            logSum = step.New((long)rows * shape.Heads);
            gates = step.New(2L * rows * hidden);
            gated = step.New((long)rows * hidden);
        }

        private int Turned => queryWidth + KeyWidth;

        private int KeyWidth => step.shape.KeyHeads * StepShape.HeadSize;

        private AttentionArguments Attention => new()
        {
            QueryHeads = step.shape.Heads,
            KeyHeads = step.shape.KeyHeads,
            HeadSize = StepShape.HeadSize,
            Segments = StepShape.Batch,
            Causal = true,
            QueryStarts = step.DecoderStarts,
            KeyStarts = step.DecoderStarts,
            KeyCounts = step.DecoderStarts + 64,
            Scale = 0.125f,
            Query = turned,
            QueryStride = Turned,
            Place = new AttentionPlace { Key = turned + queryWidth, Value = mixed + Turned },
            KeyStride = Turned,
            ValueStride = mixedWidth,
            Output = attended,
            LogSumExp = logSum,
        };

        private HeadRotaryArguments Rotary => new()
        {
            Rows = rows,
            QueryHeads = step.shape.Heads,
            KeyHeads = step.shape.KeyHeads,
            HeadSize = StepShape.HeadSize,
            Input = mixed,
            InputStride = mixedWidth,
            Output = turned,
            QueryWeight = norms + (2 * width),
            KeyWeight = norms + (2 * width) + StepShape.HeadSize,
            Rstd = headStatistics,
            Epsilon = 1e-6f,
            Positions = step.integers,
            Cosines = step.cosines,
            Sines = step.cosines + (256 * StepShape.HeadSize),
            QueryWeightGradient = normGradients + (2 * width),
            KeyWeightGradient = normGradients + (2 * width) + StepShape.HeadSize,
        };

        public void Forward(float* x)
        {
            var b = step.backend;
            var all = (long)rows * width;
            b.Copy(x, input, all);
            b.RmsNorm(x, norms, normal, statistics, rows, width, 1e-6f);
            step.Took("norms");
            mix.Forward(normal, mixed, rows);
            b.HeadRotary(Rotary);
            step.Took("rotary");
            b.Attention(Attention);
            step.Took("attention forward");
            output.Forward(attended, x, rows, true);
            b.Copy(x, middle, all);
            b.RmsNorm(x, norms + width, normal2, statistics + rows, rows, width, 1e-6f);
            step.Took("norms");
            gateUp.Forward(normal2, gates, rows);
            b.SwiGlu(gates, gated, rows, hidden);
            step.Took("swiglu");
            down.Forward(gated, x, rows, true);
        }

        public void Backward(float* dx)
        {
            var b = step.backend;
            down.Backward(dx, gated, step.scratch, rows, false);
            b.SwiGluBackward(step.scratch, gates, step.scratch2, rows, hidden);
            step.Took("swiglu");
            gateUp.Backward(step.scratch2, normal2, step.scratch, rows, false);
            b.RmsNormBackward(step.scratch, middle, norms + width, statistics + rows, dx, true, normGradients + width, rows, width);
            step.Took("norms");
            output.Backward(dx, attended, step.scratch2, rows, false);
            // Gradients of queries and keys lie as the turned heads do; those of the values go straight to the place of the mixed rows.
            var turnedGradient = step.scratch2 + ((long)rows * queryWidth);
            var attention = Attention;
            attention.OutputGradient = step.scratch2;
            attention.QueryGradient = turnedGradient;
            attention.KeyGradient = turnedGradient + queryWidth;
            attention.ValueGradient = step.scratch + Turned;
            b.AttentionBackward(attention);
            step.Took("attention backward");
            var rotary = Rotary;
            rotary.OutputGradient = turnedGradient;
            rotary.InputGradient = step.scratch;
            b.HeadRotaryBackward(rotary);
            step.Took("rotary");
            mix.Backward(step.scratch, normal, step.scratch2, rows, false);
            b.RmsNormBackward(step.scratch2, input, norms, statistics, dx, true, normGradients, rows, width);
            step.Took("norms");
        }
    }
}
