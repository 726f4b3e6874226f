namespace Nunchi.Tensors.Safetensors;

/// <summary>The length of a file's contents. On Unix <see cref="FileInfo.Length"/> gives that of the link where a path is one, as all paths in a hub's cache are.</summary>
public static class FileLength
{
    /// <summary>Bytes of the file that the path leads to, links followed.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public static long Of(string path)
    {
        using Microsoft.Win32.SafeHandles.SafeFileHandle handle = File.OpenHandle(path);
        return RandomAccess.GetLength(handle);
    }
}
