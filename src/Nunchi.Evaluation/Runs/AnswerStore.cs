using System.Text;
using Nunchi.Tensors.Safetensors;

namespace Nunchi.Evaluation.Runs;

/// <summary>
/// The answers of a run, one a line of <c>answers.jsonl</c>, each on the disk before the next question is asked. A run that was stopped at any moment goes on:
/// a last line that was not written to its end is cut off.
/// </summary>
internal sealed class AnswerStore : IDisposable
{
    public const string AnswersFile = "answers.jsonl", ManifestFile = "run.json";

    private readonly Dictionary<(string Suite, int Id, int Turn), StoredAnswer> _answers = [];
    private readonly FileStream _file;

    private AnswerStore(FileStream file) => _file = file;

    /// <summary>Opens a directory of answers, or begins one.</summary>
    /// <exception cref="InvalidDataException">It holds answers of another run, or a line is damaged.</exception>
    /// <exception cref="IOException">It cannot be written, or another run writes to it.</exception>
    public static AnswerStore Open(string directory, RunManifest manifest)
    {
        Directory.CreateDirectory(directory);
        string path = Path.Combine(directory, AnswersFile), manifestPath = Path.Combine(directory, ManifestFile);
        FileStream file;
        try
        {
            file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException failure)
        {
            throw new IOException($"{path} cannot be written: {failure.Message} Is another evaluation running in {directory}?", failure);
        }
        var store = new AnswerStore(file);
        try
        {
            if (File.Exists(manifestPath))
                Compare(ReadManifest(manifestPath), manifest, directory);
            else if (file.Length > 0)
                throw new InvalidDataException($"{directory} holds answers but no {ManifestFile} that tells whose. Choose another directory, or remove it.");
            else
                AtomicFile.WriteAllBytes(manifestPath, RunJson.Write(manifest));
            store.Read(path);
            return store;
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    public static RunManifest ReadManifest(string path)
    {
        RunManifest manifest = RunJson.Read<RunManifest>(File.ReadAllText(path), path);
        return manifest.Schema == RunManifest.CurrentSchema
            ? manifest
            : throw new InvalidDataException($"{path} has the schema '{manifest.Schema}'; this program reads {RunManifest.CurrentSchema}.");
    }

    public StoredAnswer? Find(string suite, int id, int turn) => _answers.GetValueOrDefault((suite, id, turn));

    /// <summary>Keeps an answer; one to the same question that was there before is replaced.</summary>
    public void Add(StoredAnswer answer)
    {
        _answers[(answer.Suite, answer.Id, answer.Turn)] = answer;
        _file.Write([.. RunJson.Write(answer), (byte)'\n']);
        _file.Flush(flushToDisk: true);
    }

    public void Dispose() => _file.Dispose();

    private void Read(string path)
    {
        byte[] bytes = new byte[_file.Length];
        _file.ReadExactly(bytes);
        int end = bytes.AsSpan().LastIndexOf((byte)'\n') + 1, number = 0;
        foreach (string line in Encoding.UTF8.GetString(bytes, 0, end).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            StoredAnswer answer = RunJson.Read<StoredAnswer>(line, $"{path}, line {++number},");
            if (answer.Spans.SelectMany(span => span.Boxes).FirstOrDefault(box => box.Length != 4) is { } box)
                throw new InvalidDataException($"{path}, line {number}, has a box of {box.Length} numbers; 4 are expected.");
            _answers[(answer.Suite, answer.Id, answer.Turn)] = answer;
        }
        _file.SetLength(end);
        _file.Position = end;
    }

    private static void Compare(RunManifest there, RunManifest now, string directory)
    {
        string? difference =
            there.Model != now.Model || there.Fingerprint != now.Fingerprint ? $"of {there.Model} ({there.Fingerprint}), the model is now {now.Model} ({now.Fingerprint})"
            : there.Seed != now.Seed ? $"of seed {there.Seed}, not {now.Seed}"
            : there.Split != now.Split ? $"about {there.Split} pictures, not {now.Split} ones"
            : there.MaxTokens != now.MaxTokens ? $"of at most {there.MaxTokens} tokens, not {now.MaxTokens}"
            : there.Emoji != now.Emoji || !there.Fonts.SequenceEqual(now.Fonts) ? $"about pictures in other fonts ({there.Fonts.Count}, emoji: {there.Emoji}) than this machine has now ({now.Fonts.Count}, emoji: {now.Emoji})"
            : null;
        if (difference is not null)
            throw new InvalidDataException($"{directory} holds answers {difference}. Choose another directory, or remove this one.");
    }
}
