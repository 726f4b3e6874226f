using System.Buffers;
using System.Text.Json;

namespace Nunchi.Training.Runs;

/// <summary>The run's <c>log.jsonl</c>: one object a line. Lines after the last checkpoint are removed on resume, so that the log tells one story.</summary>
internal sealed class RunLog : IDisposable
{
    private readonly FileStream _file;
    private readonly ArrayBufferWriter<byte> _buffer = new(4096);
    private readonly Utf8JsonWriter _json;

    /// <param name="path">The log.</param>
    /// <param name="length">Bytes to keep of what is there.</param>
    public RunLog(string path, long length)
    {
        _file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        _file.SetLength(Math.Min(length, _file.Length));
        _file.Seek(0, SeekOrigin.End);
        _json = new Utf8JsonWriter(_buffer);
    }

    public long Length => _file.Length;

    /// <summary>Appends a line; the action writes the members of its object.</summary>
    public void Write(string kind, Action<Utf8JsonWriter> members)
    {
        _buffer.ResetWrittenCount();
        _json.Reset(_buffer);
        _json.WriteStartObject();
        _json.WriteString("kind", kind);
        _json.WriteString("time", DateTimeOffset.UtcNow);
        members(_json);
        _json.WriteEndObject();
        _json.Flush();
        _buffer.Write("\n"u8);
        _file.Write(_buffer.WrittenSpan);
        _file.Flush();
    }

    public void Dispose()
    {
        _json.Dispose();
        _file.Dispose();
    }

    /// <summary>A number, or null when it is not finite, which JSON cannot say.</summary>
    public static void WriteNumber(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number && double.IsFinite(number))
            json.WriteNumber(name, number);
        else
            json.WriteNull(name);
    }
}
