using Nunchi.Tensors.Backends;

namespace Nunchi.Tensors;

/// <summary>
/// Runs operators and, when recording, remembers what their backward needs. Losses seed gradients while they run forward;
/// <see cref="Backward"/> then walks the nodes from last to first. Tensors and nodes are recycled, so a repeated step allocates nothing.
/// </summary>
public sealed unsafe class Tape : IDisposable
{
    private readonly List<TapeNode> _nodes = [];
    private readonly Stack<TapeNode> _freeNodes = new();
    private readonly List<Tensor> _rented = [];

    private readonly GradientSet? _gradients;

    /// <summary>A tape on a backend, with a workspace of its own.</summary>
    /// <param name="backend">Where the arithmetic runs.</param>
    /// <param name="recording">Whether operators record their backward.</param>
    /// <param name="gradients">Where gradients of parameters go; null for the parameters themselves. With its own, a tape may run beside others over the same parameters.</param>
    public Tape(ComputeBackend backend, bool recording = false, GradientSet? gradients = null)
    {
        _gradients = gradients;
        Backend = backend;
        Workspace = new Workspace(backend);
        Recording = recording;
    }

    /// <summary>Where the arithmetic runs.</summary>
    public ComputeBackend Backend { get; }

    /// <summary>Where intermediate tensors come from.</summary>
    public Workspace Workspace { get; }

    /// <summary>Whether operators record their backward. Off for inference.</summary>
    public bool Recording { get; set; }

    /// <summary>Sees the inputs of linear layers; null for nobody.</summary>
    public IInputObserver? InputObserver { get; set; }

    /// <summary>Nodes recorded since the last <see cref="Reset"/>.</summary>
    public int NodeCount => _nodes.Count;

    /// <summary>An intermediate tensor, contents undefined; lives until released, until its backward has run, or until <see cref="Reset"/>.</summary>
    public Tensor Rent(int rows, int columns)
    {
        Tensor tensor = Workspace.Rent(rows, columns);
        _rented.Add(tensor);
        return tensor;
    }

    /// <summary>Says that the caller will not read this intermediate tensor any more. Recorded nodes that need it keep it alive.</summary>
    public void Release(Tensor tensor)
    {
        if (!tensor.Rented)
            return;
        if (tensor.References == 0 && !tensor.Kept)
            Workspace.Return(tensor);
        else
            tensor.ReleaseRequested = true;
    }

    /// <summary>Keeps a tensor and its gradient readable after <see cref="Backward"/>, until <see cref="Reset"/>.</summary>
    public void Keep(Tensor tensor) => tensor.Kept = true;

    /// <summary>Runs the backward of everything recorded, last to first; parameters' gradients accumulate until <see cref="Tensor.ForgetGradient"/>.</summary>
    public void Backward()
    {
        for (int i = _nodes.Count - 1; i >= 0; i--)
        {
            TapeNode node = _nodes[i];
            if (node.Output!.HasGradient)
                node.Backward(this, node);
            Recycle(node);
        }
        _nodes.Clear();
    }

    /// <summary>Forgets what was recorded and takes back every intermediate tensor.</summary>
    public void Reset()
    {
        foreach (TapeNode node in _nodes)
        {
            node.Clear();
            _freeNodes.Push(node);
        }
        _nodes.Clear();
        // A gradient that is rented on its own goes back together with its tensor.
        foreach (Tensor tensor in _rented)
        {
            if (tensor.Rented)
                Workspace.Return(tensor);
        }
        _rented.Clear();
        Workspace.EndStep();
    }

    /// <summary>
    /// Where an operator's backward writes the gradient of an input. <paramref name="accumulate"/> tells whether something is there already.
    /// </summary>
    public Tensor GradientOf(Tensor tensor, out bool accumulate)
    {
        if (_gradients != null && !tensor.Rented)
            return _gradients.Of(tensor, out accumulate);
        if (tensor.Gradient == null)
        {
            if (tensor.Rented)
            {
                tensor.Gradient = Workspace.Rent(tensor.Rows, tensor.Columns);
            }
            else
            {
                tensor.Gradient = new Tensor(Backend, tensor.Rows, tensor.Columns);
            }
            tensor.HasGradient = false;
        }
        accumulate = tensor.HasGradient;
        tensor.HasGradient = true;
        return tensor.Gradient;
    }

    /// <summary>Like <see cref="GradientOf"/>, with zeros written first when nothing is there yet: for backwards that only add.</summary>
    public Tensor AccumulatedGradientOf(Tensor tensor)
    {
        Tensor gradient = GradientOf(tensor, out bool accumulate);
        if (!accumulate)
            Backend.Clear(gradient.Data, gradient.Count);
        return gradient;
    }

    /// <summary>Frees the workspace.</summary>
    public void Dispose()
    {
        _nodes.Clear();
        _rented.Clear();
        Workspace.Dispose();
    }

    internal bool ShouldRecord(Tensor a, Tensor? b = null, Tensor? c = null, Tensor? d = null) =>
        Recording && (a.RequiresGradient || b is { RequiresGradient: true } || c is { RequiresGradient: true } || d is { RequiresGradient: true });

    internal TapeNode Record(Tensor output, delegate*<Tape, TapeNode, void> backward, Tensor? a, Tensor? b = null, Tensor? c = null, Tensor? d = null, Tensor? saved = null, Tensor? saved2 = null)
    {
        if (!_freeNodes.TryPop(out TapeNode? node))
            node = new TapeNode();
        node.Output = output;
        node.Backward = backward;
        node.A = Hold(a);
        node.B = Hold(b);
        node.C = Hold(c);
        node.D = Hold(d);
        node.Saved = Hold(saved);
        node.Saved2 = Hold(saved2);
        Hold(output);
        output.RequiresGradient = true;
        _nodes.Add(node);
        return node;
    }

    // Parameters outlive every tape and may be on several, so that nothing is counted on them.
    private static Tensor? Hold(Tensor? tensor)
    {
        if (tensor is { Rented: true })
            tensor.References++;
        return tensor;
    }

    private void Recycle(TapeNode node)
    {
        Tensor output = node.Output!;
        output.ReleaseRequested = true;
        if (node.Saved is { Rented: true } saved)
            saved.ReleaseRequested = true;
        if (node.Saved2 is { Rented: true } saved2)
            saved2.ReleaseRequested = true;
        Drop(node.A);
        Drop(node.B);
        Drop(node.C);
        Drop(node.D);
        Drop(node.Saved);
        Drop(node.Saved2);
        Drop(output);
        node.Clear();
        _freeNodes.Push(node);
    }

    private void Drop(Tensor? tensor)
    {
        if (tensor is not { Rented: true })
            return;
        tensor.References--;
        if (tensor is { References: 0, ReleaseRequested: true, Kept: false })
            Workspace.Return(tensor);
    }
}
