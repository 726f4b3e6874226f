namespace Nunchi.Tensors;

/// <summary>What one recorded operator needs for its backward. Recycled between steps.</summary>
internal sealed unsafe class TapeNode
{
    public delegate*<Tape, TapeNode, void> Backward;

    public Tensor? Output;
    public Tensor? A;
    public Tensor? B;
    public Tensor? C;
    public Tensor? D;
    public Tensor? Saved;
    public Tensor? Saved2;
    public IndexBuffer? Indices;
    public SegmentLayout? Segments;
    public RotaryTable? Rotary;
    public AttentionTargets? Targets;
    public int Int0;
    public int Int1;
    public int Int2;
    public int Int3;
    public int Int4;
    public int Int5;
    public float Float0;
    public float Float1;
    public bool Flag;

    public void Clear()
    {
        Output = A = B = C = D = Saved = Saved2 = null;
        Indices = null;
        Segments = null;
        Rotary = null;
        Targets = null;
    }
}
