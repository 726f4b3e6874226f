using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using Nunchi.Text;

namespace Nunchi.Tests.Text;

/// <summary>Finds the golden files of the repository and reads what the text tests need of them.</summary>
internal static class Goldens
{
    private static readonly Lazy<string> Root = new(FindRoot);
    private static readonly System.Collections.Concurrent.ConcurrentDictionary<string, Lazy<Tokenizer>> Tokenizers = new();

    public static string At(params string[] path) => System.IO.Path.Combine([Root.Value, .. path]);

    /// <summary>A tokenizer that all tests share, by its directory under the goldens.</summary>
    public static Tokenizer Tokenizer(params string[] path) =>
        Tokenizers.GetOrAdd(At(path), d => new Lazy<Tokenizer>(() => Nunchi.Text.Tokenizer.Load(d))).Value;

    public static JsonElement Json(params string[] path)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(At(path)));
        return document.RootElement.Clone();
    }

    public static int[] Ints(this JsonElement list) => [.. list.EnumerateArray().Select(e => e.GetInt32())];

    /// <summary>The <c>input_ids</c> of a case's safetensors file.</summary>
    public static int[] InputIds(params string[] path)
    {
        var bytes = File.ReadAllBytes(At(path));
        var header = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        using var json = JsonDocument.Parse(bytes.AsMemory(8, header));
        var tensor = json.RootElement.GetProperty("input_ids");
        Assert.Equal("I32", tensor.GetProperty("dtype").GetString());
        var range = tensor.GetProperty("data_offsets").Ints();
        return MemoryMarshal.Cast<byte, int>(bytes.AsSpan(8 + header)[range[0]..range[1]]).ToArray();
    }

    private static string FindRoot()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            var goldens = System.IO.Path.Combine(directory.FullName, "tests", "goldens");
            if (Directory.Exists(goldens))
                return goldens;
        }

        throw new DirectoryNotFoundException($"tests/goldens is not above {AppContext.BaseDirectory}");
    }
}
