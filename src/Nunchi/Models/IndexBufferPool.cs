using Nunchi.Tensors;

namespace Nunchi.Models;

/// <summary>Index buffers that are handed out during a step and all taken back before the next.</summary>
internal sealed class IndexBufferPool : IDisposable
{
    private readonly List<IndexBuffer> _buffers = [];
    private int _used;

    internal IndexBuffer Rent()
    {
        if (_used == _buffers.Count)
            _buffers.Add(new IndexBuffer());
        IndexBuffer buffer = _buffers[_used++];
        buffer.Clear();
        return buffer;
    }

    internal void Clear() => _used = 0;

    public void Dispose() => _buffers.ForEach(buffer => buffer.Dispose());
}
