using Nunchi.Tensors.Backends;
using Nunchi.Tensors.Operators;

namespace Nunchi.Tensors.Tests.Operators;

public sealed class OperatorShapeTests : IDisposable
{
    private readonly ReferenceBackend _backend = new();
    private readonly Tape _tape;

    public OperatorShapeTests() => _tape = new Tape(_backend);

    public void Dispose()
    {
        _tape.Dispose();
        _backend.Dispose();
    }

    [Fact]
    public void Linear_WrongWidth_SaysWhatWasExpected()
    {
        var error = Assert.Throws<ArgumentException>(() => Linear.Apply(_tape, T(2, 3), T(4, 5)));
        Assert.Contains("x [2, 3] has 3 columns, the weight [4, 5] takes 5", error.Message);
    }

    [Fact]
    public void Linear_WrongBiasOrResidual_SaysWhatWasExpected()
    {
        Assert.Contains("[1, 4]", Assert.Throws<ArgumentException>(() => Linear.Apply(_tape, T(2, 5), T(4, 5), T(1, 3))).Message);
        Assert.Contains("[2, 4]", Assert.Throws<ArgumentException>(() => Linear.Apply(_tape, T(2, 5), T(4, 5), null, T(2, 3))).Message);
    }

    [Fact]
    public void Norms_WrongWeight_SaysWhatWasExpected()
    {
        Assert.Contains("[1, 5]", Assert.Throws<ArgumentException>(() => LayerNorm.Apply(_tape, T(2, 5), T(1, 4), T(1, 5), 1e-6f)).Message);
        Assert.Contains("[1, 5]", Assert.Throws<ArgumentException>(() => RmsNorm.Apply(_tape, T(2, 5), T(1, 4), 1e-6f)).Message);
    }

    [Fact]
    public void Add_DifferentShapes_Refused()
    {
        Assert.Contains("same shape", Assert.Throws<ArgumentException>(() => Add.Apply(_tape, T(2, 3), T(3, 2))).Message);
        Assert.Contains("multiple of 2", Assert.Throws<ArgumentException>(() => Add.Periodic(_tape, T(3, 3), T(2, 3))).Message);
    }

    [Fact]
    public void Attention_TooFewRowsOrColumns_SaysWhichAreNeeded()
    {
        using SegmentLayout segments = SegmentLayout.Uniform(1, 4);
        var error = Assert.Throws<ArgumentException>(() => Attention.Apply(_tape, new(T(4, 8), 0), new(T(3, 8), 0), new(T(4, 8), 0), segments, 2, 2, 4, false));
        Assert.Contains("key heads need columns 0..7 and 4 rows of a tensor [3, 8]", error.Message);
        Assert.Contains("no multiple", Assert.Throws<ArgumentException>(() => Attention.Apply(_tape, new(T(4, 8), 0), new(T(4, 8), 0), new(T(4, 8), 0), segments, 3, 2, 4, false)).Message);
    }

    [Fact]
    public void HeadRotary_PositionBeyondTable_NamesBoth()
    {
        using var table = new RotaryTable(_backend, 4, 4, 10000);
        using var positions = new IndexBuffer([4]);
        var error = Assert.Throws<ArgumentException>(() => HeadRotary.Apply(_tape, T(1, 12), null, null, 1, 1, positions, table, 1e-6f));
        Assert.Contains("position 4 lies outside 0..3", error.Message);
    }

    [Fact]
    public void Gather_IndexBeyondSource_NamesBoth()
    {
        using var indices = new IndexBuffer([3]);
        Assert.Contains("row 3 was asked of [3, 2], whose last row is 2", Assert.Throws<ArgumentException>(() => Rows.Gather(_tape, T(3, 2), indices)).Message);
    }

    [Fact]
    public void CrossEntropy_LabelBeyondClasses_NamesIt()
    {
        using var labels = new IndexBuffer([5]);
        Assert.Contains("label 5 is no class of 0..4", Assert.Throws<ArgumentException>(() => Losses.CrossEntropy(_tape, T(1, 5), labels, 1, out _)).Message);
    }

    [Fact]
    public void SwiGluAndBilinear_ImpossibleShapes_Refused()
    {
        Assert.Contains("even", Assert.Throws<ArgumentException>(() => SwiGlu.Apply(_tape, T(1, 3))).Message);
        Assert.Contains("2 x 2", Assert.Throws<ArgumentException>(() => Bilinear.Apply(_tape, T(3, 3), 2, 2, 1, 1)).Message);
    }

    private Tensor T(int rows, int columns) => _tape.Rent(rows, columns);
}
