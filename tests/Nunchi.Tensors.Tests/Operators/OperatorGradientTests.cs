using Nunchi.Tensors.Operators;

namespace Nunchi.Tensors.Tests.Operators;

public class OperatorGradientTests
{
    [Fact]
    public void Linear_WithBiasAndResidual_BackwardMatchesDifferences()
    {
        using var check = new GradientCheck(1);
        Tensor x = check.Input(5, 7), w = check.Input(3, 7), b = check.Input(1, 3), r = check.Input(5, 3);
        check.Verify(tape => Linear.Apply(tape, x, w, b, r));
    }

    [Fact]
    public void Linear_SameInputTwice_GradientsAdd()
    {
        using var check = new GradientCheck(2);
        Tensor x = check.Input(4, 4), w = check.Input(4, 4);
        check.Verify(tape => Linear.Apply(tape, Linear.Apply(tape, x, w), w, residual: x));
    }

    [Fact]
    public void Linear_FrozenWeight_OnlyInputLearns()
    {
        using var check = new GradientCheck(3);
        Tensor x = check.Input(3, 4), w = check.Input(2, 4, requiresGradient: false);
        check.Verify(tape => Linear.Apply(tape, x, w));
        Assert.Null(w.Gradient);
    }

    [Fact]
    public void Add_TwoTensors_BackwardMatchesDifferences()
    {
        using var check = new GradientCheck(4);
        Tensor x = check.Input(3, 4), y = check.Input(3, 4);
        check.Verify(tape => Add.Apply(tape, Add.Apply(tape, x, y), x));
    }

    [Fact]
    public void AddPeriodic_TableOverCrops_BackwardMatchesDifferences()
    {
        using var check = new GradientCheck(5);
        Tensor x = check.Input(6, 4), table = check.Input(3, 4);
        check.Verify(tape => Add.Periodic(tape, x, table));
    }

    [Fact]
    public void LayerNorm_RandomRows_BackwardMatchesDifferences()
    {
        using var check = new GradientCheck(6);
        Tensor x = check.Input(4, 9, scale: 2), w = check.Input(1, 9), b = check.Input(1, 9);
        check.Verify(tape => LayerNorm.Apply(tape, x, w, b, 1e-6f));
    }

    [Fact]
    public void RmsNorm_RandomRows_BackwardMatchesDifferences()
    {
        using var check = new GradientCheck(7);
        Tensor x = check.Input(4, 9, scale: 2), w = check.Input(1, 9);
        check.Verify(tape => RmsNorm.Apply(tape, x, w, 1e-6f));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Gelu_BothForms_BackwardMatchesDifferences(bool tanh)
    {
        using var check = new GradientCheck(8);
        Tensor x = check.Input(4, 8, scale: 3);
        check.Verify(tape => Gelu.Apply(tape, x, tanh));
    }

    [Fact]
    public void QuickGelu_RandomRows_BackwardMatchesDifferences()
    {
        using var check = new GradientCheck(21);
        Tensor x = check.Input(4, 8, scale: 3);
        check.Verify(tape => Add.Apply(tape, QuickGelu.Apply(tape, x), x));
    }

    [Fact]
    public void Gelu_InputReadTwice_GradientsAdd()
    {
        using var check = new GradientCheck(9);
        Tensor x = check.Input(3, 4);
        check.Verify(tape => Add.Apply(tape, Gelu.Apply(tape, x, true), x));
    }

    [Fact]
    public void SwiGlu_RandomRows_BackwardMatchesDifferences()
    {
        using var check = new GradientCheck(10);
        Tensor x = check.Input(4, 10, scale: 2);
        check.Verify(tape => SwiGlu.Apply(tape, x));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void HeadRotaryAndAttention_FusedProjection_BackwardMatchesDifferences(bool normalised)
    {
        using var check = new GradientCheck(11);
        const int Heads = 4, KeyHeads = 2, Size = 6;
        using var table = new RotaryTable(check.Backend, 16, Size, 10000);
        using var positions = new IndexBuffer([0, 1, 2, 0, 1, 2, 3]);
        using var segments = new SegmentLayout();
        segments.Add(3);
        segments.Add(4);
        Tensor fused = check.Input(7, (Heads + (2 * KeyHeads)) * Size);
        Tensor? q = normalised ? check.Input(1, Size, 0.5f, 1) : null, k = normalised ? check.Input(1, Size, 0.5f, 1) : null;
        check.Verify(tape =>
        {
            Tensor heads = HeadRotary.Apply(tape, fused, q, k, Heads, KeyHeads, positions, table, 1e-6f);
            return Attention.Apply(tape, new(heads, 0), new(heads, Heads * Size), new(fused, (Heads + KeyHeads) * Size), segments, Heads, KeyHeads, Size, causal: true);
        });
    }

    [Fact]
    public void Attention_BranchesBehindABeginning_BackwardMatchesDifferences()
    {
        using var check = new GradientCheck(37);
        Tensor fused = check.Input(13, 4 * 8);
        using var segments = new SegmentLayout();
        segments.Add(2);
        segments.AddBranched(4, [3, 1, 3]);
        check.Verify(tape => Attention.Apply(tape, new(fused, 0), new(fused, 2 * 8), new(fused, 3 * 8), segments, 2, 1, 8, causal: true));
    }

    [Fact]
    public void AttentionLoss_BranchesBehindABeginning_GradientMatchesDifferencesAndLossIsTheAttentionMissed()
    {
        using var check = new GradientCheck(38);
        const int Size = 11;
        Tensor heads = check.Input(13, 3 * Size);
        using var segments = new SegmentLayout();
        segments.Add(2);
        segments.AddBranched(4, [3, 1, 3]);
        using var targets = new AttentionTargets();
        targets.Add(1, 0, [0, 1]);
        targets.Add(8, 2, [2, 4]);
        targets.Add(11, 2, [3, 5, 10]);
        targets.Add(12, 2, [4]);
        VerifyLoss(check, heads, (Tape tape, out Tensor losses) => losses = AttentionLoss.Apply(tape, new(heads, Size), new(heads, 2 * Size), Size, segments, targets, 0.5f), 0.5);

        Tensor values = AttentionLoss.Apply(check.Tape, new(heads, Size), new(heads, 2 * Size), Size, segments, targets, 0.5f);
        Assert.Equal(0, values.Span[0], 5);
        double Score(int row, int key) => Enumerable.Range(0, Size).Sum(c => (double)heads.Row(row)[Size + c] * heads.Row(key)[(2 * Size) + c]) / Math.Sqrt(Size);
        double Expected(int row, int[] sees, int[] wants) => Math.Log(sees.Sum(key => Math.Exp(Score(row, key)))) - Math.Log(wants.Sum(key => Math.Exp(Score(row, key))));
        Assert.Equal(Expected(8, [2, 3, 4, 5, 6, 7, 8], [2, 4]), values.Span[1], 4);
        Assert.Equal(Expected(11, [2, 3, 4, 5, 10, 11], [3, 5, 10]), values.Span[2], 4);
        Assert.Equal(Expected(12, [2, 3, 4, 5, 10, 11, 12], [4]), values.Span[3], 4);
    }

    [Fact]
    public void AttentionLoss_BeforeAnAttention_AddsToItsGradient()
    {
        float[] Gradient(bool looks, bool attends)
        {
            using var check = new GradientCheck(39);
            const int Size = 8;
            Tensor fused = check.Input(6, 4 * Size);
            using var segments = new SegmentLayout();
            segments.Add(6);
            using var targets = new AttentionTargets();
            targets.Add(3, 0, [1, 2]);
            targets.Add(5, 0, [0]);
            if (looks)
                AttentionLoss.Apply(check.Tape, new(fused, Size), new(fused, 2 * Size), Size, segments, targets, 0.7f);
            if (attends)
            {
                Tensor output = Attention.Apply(check.Tape, new(fused, 0), new(fused, 2 * Size), new(fused, 3 * Size), segments, 2, 1, Size, causal: true);
                Tensor seed = check.Tape.GradientOf(output, out _);
                for (int i = 0; i < seed.Count; i++)
                    seed.Span[i] = MathF.Sin(i);
            }
            check.Tape.Backward();
            return fused.Gradient!.Span.ToArray();
        }

        float[] both = Gradient(true, true), looking = Gradient(true, false), attending = Gradient(false, true);
        Assert.Contains(looking, value => MathF.Abs(value) > 1e-3f);
        for (int i = 0; i < both.Length; i++)
            Assert.Equal(looking[i] + attending[i], both[i], 5);
    }

    [Theory]
    [InlineData(3, 2, new int[0], "no key")]
    [InlineData(3, 2, new[] { 1 }, "does not see")]
    [InlineData(3, 2, new[] { 4 }, "does not see")]
    [InlineData(3, 0, new[] { 2, 1 }, "ascending")]
    public void AttentionTargets_KeysThatCannotBe_AreRefused(int row, int first, int[] keys, string expected)
    {
        using var targets = new AttentionTargets();
        Assert.Contains(expected, Assert.Throws<ArgumentException>(() => targets.Add(row, first, keys)).Message, StringComparison.Ordinal);
        Assert.Equal(0, targets.Count);
    }

    [Fact]
    public void AttentionLoss_HeadsOrRowsOutside_AreRefused()
    {
        using var check = new GradientCheck(40);
        Tensor heads = check.Input(3, 8);
        using var segments = new SegmentLayout();
        segments.Add(3);
        using var targets = new AttentionTargets();
        Assert.Contains("no targets", Assert.Throws<ArgumentException>(() => AttentionLoss.Apply(check.Tape, new(heads, 0), new(heads, 4), 4, segments, targets, 1)).Message, StringComparison.Ordinal);
        targets.Add(2, 0, [0]);
        Assert.Contains("key head needs columns 6..9", Assert.Throws<ArgumentException>(() => AttentionLoss.Apply(check.Tape, new(heads, 0), new(heads, 6), 4, segments, targets, 1)).Message, StringComparison.Ordinal);
        targets.Add(5, 0, [0]);
        Assert.Contains("row 5", Assert.Throws<ArgumentException>(() => AttentionLoss.Apply(check.Tape, new(heads, 0), new(heads, 4), 4, segments, targets, 1)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Attention_BidirectionalCrops_BackwardMatchesDifferences()
    {
        using var check = new GradientCheck(12);
        const int Heads = 2, Size = 4;
        using SegmentLayout segments = SegmentLayout.Uniform(2, 5);
        Tensor fused = check.Input(10, 3 * Heads * Size);
        check.Verify(tape => Attention.Apply(tape, new(fused, 0), new(fused, Heads * Size), new(fused, 2 * Heads * Size), segments, Heads, Heads, Size, causal: false));
    }

    [Fact]
    public void Gather_RepeatedAndAbsentRows_BackwardMatchesDifferences()
    {
        using var check = new GradientCheck(13);
        using var indices = new IndexBuffer([2, 0, 2, -1, 1]);
        Tensor x = check.Input(3, 4);
        check.Verify(tape => Rows.Gather(tape, x, indices));
    }

    [Fact]
    public void Concatenate_FourParts_BackwardMatchesDifferences()
    {
        using var check = new GradientCheck(14);
        Tensor a = check.Input(2, 3), b = check.Input(1, 3), c = check.Input(3, 3), d = check.Input(1, 3);
        check.Verify(tape => Rows.Concatenate(tape, a, b, c, Add.Apply(tape, d, b)));
    }

    [Theory]
    [InlineData(4, 6, 3, 4)]
    [InlineData(3, 2, 5, 7)]
    [InlineData(1, 1, 2, 2)]
    public void Bilinear_ShrinkAndGrow_BackwardMatchesDifferences(int height, int width, int newHeight, int newWidth)
    {
        using var check = new GradientCheck(15);
        Tensor x = check.Input(height * width, 3);
        check.Verify(tape => Bilinear.Apply(tape, x, height, width, newHeight, newWidth));
    }

    [Fact]
    public void CrossEntropy_WithIgnoredRow_GradientMatchesDifferences()
    {
        using var check = new GradientCheck(16);
        using var labels = new IndexBuffer([2, -1, 0]);
        Tensor logits = check.Input(3, 5, scale: 3);
        VerifyLoss(check, logits, (Tape tape, out Tensor losses) => Losses.CrossEntropy(tape, logits, labels, 0.5f, out losses), 0.5);
        Assert.All(logits.Gradient!.Row(1).ToArray(), g => Assert.Equal(0, g));
    }

    [Fact]
    public void SmoothL1_WithMaskedRow_GradientMatchesDifferences()
    {
        using var check = new GradientCheck(17);
        using var mask = new IndexBuffer([1, 0, 1]);
        Tensor prediction = check.Input(3, 4), target = check.Input(3, 4, requiresGradient: false);
        VerifyLoss(check, prediction, (Tape tape, out Tensor losses) => Losses.SmoothL1(tape, prediction, target, mask, 0.3f, 0.25f, out losses), 0.25);
    }

    private delegate void LossGraph(Tape tape, out Tensor losses);

    private static void VerifyLoss(GradientCheck check, Tensor input, LossGraph graph, double weight)
    {
        graph(check.Tape, out _);
        check.Tape.Backward();
        check.Tape.Reset();
        float[] gradient = input.Gradient!.Span.ToArray();
        check.Tape.Recording = false;
        for (int i = 0; i < gradient.Length; i++)
        {
            const float Step = 1e-3f;
            float kept = input.Span[i];
            double Sum(float value)
            {
                input.Span[i] = value;
                graph(check.Tape, out Tensor losses);
                double sum = losses.Span.ToArray().Sum(l => (double)l);
                check.Tape.Reset();
                return sum;
            }
            double expected = weight * (Sum(kept + Step) - Sum(kept - Step)) / (2 * Step);
            input.Span[i] = kept;
            Assert.Equal(expected, gradient[i], 2e-3);
        }
    }
}
