using System.IO.MemoryMappedFiles;

namespace Nunchi.Tensors.Safetensors;

/// <summary>A file's bytes in memory, read from the disk where they are touched. The file must not be shortened while it is open.</summary>
public sealed unsafe class MappedFile : IDisposable
{
    private readonly MemoryMappedFile _map;
    private readonly MemoryMappedViewAccessor _view;

    private MappedFile(MemoryMappedFile map, MemoryMappedViewAccessor view, byte* start)
    {
        _map = map;
        _view = view;
        Start = start;
    }

    /// <summary>The first byte; null when the file was unmapped.</summary>
    public byte* Start { get; private set; }

    /// <summary>Maps a file for reading.</summary>
    /// <param name="path">The file; it must hold at least a byte.</param>
    /// <exception cref="IOException">It cannot be opened.</exception>
    /// <exception cref="ArgumentException">It is empty.</exception>
    public static MappedFile Open(string path)
    {
        MemoryMappedFile map = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        MemoryMappedViewAccessor? view = null;
        try
        {
            view = map.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
            byte* start = null;
            view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
            return new MappedFile(map, view, start + view.PointerOffset);
        }
        catch
        {
            view?.Dispose();
            map.Dispose();
            throw;
        }
    }

    /// <summary>Unmaps it.</summary>
    public void Dispose()
    {
        if (Start == null)
            return;
        Start = null;
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _map.Dispose();
    }
}
