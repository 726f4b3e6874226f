namespace Nunchi.Tensors.Safetensors;

/// <summary>
/// A file that appears whole or not at all: written beside its place under a temporary name, flushed to the disk and renamed.
/// When anything fails the old file, if there was one, is as it was.
/// </summary>
public sealed class AtomicFile : IDisposable
{
    private readonly string temporary;
    private readonly Stream stream;
    private bool committed;

    /// <summary>Starts writing.</summary>
    /// <param name="path">Where the file is to be; its directory must exist.</param>
    /// <param name="expectedLength">Bytes to reserve at once, so that a full disk shows before the work; 0 when unknown.</param>
    /// <exception cref="IOException">The place cannot be written, or the disk has no room.</exception>
    public AtomicFile(string path, long expectedLength = 0) : this(path, expectedLength, OpenFile)
    {
    }

    internal AtomicFile(string path, long expectedLength, Func<string, long, Stream> open)
    {
        Path = System.IO.Path.GetFullPath(path);
        temporary = $"{Path}.{Guid.NewGuid():n}.tmp";
        try
        {
            stream = open(temporary, expectedLength);
        }
        catch (IOException failure)
        {
            throw Explain(failure);
        }
    }

    /// <summary>Where the file will be.</summary>
    public string Path { get; }

    /// <summary>Writes bytes.</summary>
    /// <exception cref="IOException">The disk is full or failing; the message says so and that the old file is untouched.</exception>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        try
        {
            stream.Write(bytes);
        }
        catch (IOException failure)
        {
            throw Explain(failure);
        }
    }

    /// <summary>Flushes to the disk and puts the file in its place.</summary>
    /// <exception cref="IOException">The disk is full or failing; the old file is untouched.</exception>
    public void Commit()
    {
        try
        {
            if (stream is FileStream file)
                file.Flush(flushToDisk: true);
            else
                stream.Flush();
            stream.Dispose();
            File.Move(temporary, Path, overwrite: true);
            committed = true;
        }
        catch (IOException failure)
        {
            throw Explain(failure);
        }
    }

    /// <summary>Writes a whole file at once, atomically.</summary>
    /// <exception cref="IOException">The disk is full or failing; the old file is untouched.</exception>
    public static void WriteAllBytes(string path, ReadOnlySpan<byte> bytes)
    {
        using var file = new AtomicFile(path, bytes.Length);
        file.Write(bytes);
        file.Commit();
    }

    /// <summary>Writes a whole text as UTF-8 at once, atomically.</summary>
    /// <exception cref="IOException">The disk is full or failing; the old file is untouched.</exception>
    public static void WriteAllText(string path, string text) => WriteAllBytes(path, System.Text.Encoding.UTF8.GetBytes(text));

    /// <summary>Removes the temporary file unless <see cref="Commit"/> succeeded.</summary>
    public void Dispose()
    {
        if (committed)
            return;
        try
        {
            stream.Dispose();
        }
        catch (IOException)
        {
            // What could not be flushed is thrown away with the temporary file.
        }
        File.Delete(temporary);
    }

    private static FileStream OpenFile(string path, long expectedLength) => new(path, new FileStreamOptions
    {
        Mode = FileMode.CreateNew,
        Access = FileAccess.Write,
        Share = FileShare.None,
        PreallocationSize = expectedLength,
        BufferSize = 1 << 16,
    });

    private IOException Explain(IOException failure) =>
        new($"Could not write {Path}: {failure.Message.TrimEnd('.')}. Nothing at that place was changed; free some space or choose another directory and try again.", failure);
}
