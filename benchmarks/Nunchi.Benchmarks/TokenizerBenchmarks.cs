using System.Text;
using System.Text.Json;
using BenchmarkDotNet.Attributes;
using Nunchi.Text;

namespace Nunchi.Benchmarks;

/// <summary>
/// Encoding and decoding speed with the Qwen3 tokenizer on one thread. The mean of an operation is for <see cref="Megabytes"/> MB of UTF-8, so a mean of
/// 100 ms is 40 MB/s. Run with <c>dotnet run -c Release --project benchmarks/Nunchi.Benchmarks -- --filter *Tokenizer*</c>.
/// </summary>
public class TokenizerBenchmarks
{
    private const int Megabytes = 4;

    private Tokenizer _tokenizer = null!;
    private string _korean = "";
    private string _unseen = "";
    private string _decomposed = "";
    private byte[] _json = [];
    private int[] _ids = [];
    private readonly List<int> _output = new(Megabytes << 20);

    [GlobalSetup]
    public void Load()
    {
        var goldens = FindGoldens();
        var directory = Path.Combine(goldens, "tokenizers", "qwen3");
        _json = File.ReadAllBytes(Path.Combine(directory, "tokenizer.json"));
        _tokenizer = Tokenizer.Load(directory);
        var sentences = File.ReadAllLines(Path.Combine(goldens, "tokenizer.qwen3.jsonl"))
            .Select(l => JsonDocument.Parse(l).RootElement.GetProperty("text").GetString()!)
            .Where(t => t.Count(c => c is >= '가' and <= '힣') > t.Length / 2).ToArray();
        _korean = Fill(random => sentences[random.Next(sentences.Length)] + "\n");
        _unseen = Fill(random => string.Concat(Enumerable.Range(0, random.Next(2, 6)).Select(_ => KsX1001.Syllables[random.Next(2350)])) + " ");
        _decomposed = Fill(random => Decompose(KsX1001.Syllables[random.Next(2350)]) + " ");
        _ids = _tokenizer.Encode(_korean);
    }

    [Benchmark(Description = "encode Korean sentences")]
    public int Korean() => Encode(_korean);

    [Benchmark(Description = "encode random syllables (the word cache does not help)")]
    public int Unseen() => Encode(_unseen);

    [Benchmark(Description = "encode decomposed jamo (normalisation has to compose)")]
    public int Decomposed() => Encode(_decomposed);

    [Benchmark(Description = "decode Korean sentences")]
    public string Decode() => _tokenizer.Decode(_ids);

    [Benchmark(Description = "load the 11 MB tokenizer.json")]
    public Tokenizer LoadJson() => Tokenizer.FromJson(_json);

    private int Encode(string text)
    {
        _output.Clear();
        _tokenizer.Encode(text, _output, allowSpecial: false);
        return _output.Count;
    }

    private static string Fill(Func<Random, string> piece)
    {
        var random = new Random(1);
        var text = new StringBuilder();
        for (var bytes = 0; bytes < Megabytes << 20;)
        {
            var next = piece(random);
            text.Append(next);
            bytes += Encoding.UTF8.GetByteCount(next);
        }

        return text.ToString();
    }

    private static string Decompose(char syllable)
    {
        var index = syllable - 0xAC00;
        var tail = index % 28;
        return $"{(char)(0x1100 + index / 588)}{(char)(0x1161 + index % 588 / 28)}{(tail == 0 ? "" : (char)(0x11A7 + tail))}";
    }

    private static string FindGoldens()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            var goldens = Path.Combine(directory.FullName, "tests", "goldens");
            if (Directory.Exists(goldens))
                return goldens;
        }

        throw new DirectoryNotFoundException($"tests/goldens is not above {AppContext.BaseDirectory}");
    }
}
