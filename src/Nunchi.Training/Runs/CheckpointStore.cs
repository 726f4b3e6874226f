using System.Text.Json;
using Nunchi.Tensors;
using Nunchi.Tensors.Optimizers;
using Nunchi.Tensors.Safetensors;
using Nunchi.Training.Stages;

namespace Nunchi.Training.Runs;

/// <summary>
/// The checkpoints of a run: directories that appear whole or not at all, named so that their order is the order of training:
/// <c>checkpoints/01-encoder-step-00012000</c> with <c>state.json</c>, <c>parameters.safetensors</c> and <c>optimizer.safetensors</c>, all float32.
/// </summary>
internal sealed unsafe class CheckpointStore
{
    private const string UnfinishedPrefix = ".unfinished-";
    private const string ReplacedPrefix = ".replaced-";
    private readonly string _root;

    public CheckpointStore(string runDirectory)
    {
        _root = Path.Combine(runDirectory, "checkpoints");
        Directory.CreateDirectory(_root);
        foreach (var leftover in Directory.GetDirectories(_root, UnfinishedPrefix + "*"))
            Directory.Delete(leftover, recursive: true);
        foreach (var replaced in Directory.GetDirectories(_root, ReplacedPrefix + "*"))
            PutBack(replaced);
    }

    /// <summary>Called with each file's path before it is written: lets a test be the disk that is full.</summary>
    internal Action<string>? Writing { get; set; }

    /// <summary>All whole checkpoints, oldest first.</summary>
    public IReadOnlyList<string> All => Whole(_root);

    /// <summary>The whole checkpoints of a run that may be going on: nothing is tidied.</summary>
    public static IReadOnlyList<string> Of(string runDirectory) =>
        Path.Combine(runDirectory, "checkpoints") is var root && Directory.Exists(root) ? Whole(root) : [];

    private static IReadOnlyList<string> Whole(string root) =>
        [.. Directory.EnumerateDirectories(root).Where(path => !Path.GetFileName(path).StartsWith('.')).Order(StringComparer.Ordinal)];

    /// <summary>The newest checkpoint, or null.</summary>
    public string? Latest => All is { Count: > 0 } all ? all[^1] : null;

    /// <summary>The newest checkpoint of a stage, or null.</summary>
    public string? LatestOf(int stage, string name) => All.LastOrDefault(path => Path.GetFileName(path).StartsWith(Prefix(stage, name), StringComparison.Ordinal));

    /// <summary>Writes a checkpoint and removes older ones of the same stage beyond <paramref name="keep"/>.</summary>
    /// <exception cref="TrainingException">The disk is full or failing; every older checkpoint is as it was.</exception>
    public string Write(int stage, TrainingState state, IReadOnlyList<TrainingParameter> parameters, IReadOnlyList<Optimizer> optimizers, int keep)
    {
        var name = $"{Prefix(stage, state.Stage)}{state.Step:D8}";
        var final = Path.Combine(_root, name);
        var unfinished = Path.Combine(_root, UnfinishedPrefix + name);
        try
        {
            Remove(unfinished);
            Directory.CreateDirectory(unfinished);
            WriteParameters(Path.Combine(unfinished, "parameters.safetensors"), parameters);
            WriteOptimizers(Path.Combine(unfinished, "optimizer.safetensors"), optimizers);
            var statePath = Path.Combine(unfinished, "state.json");
            Writing?.Invoke(statePath);
            AtomicFile.WriteAllText(statePath, JsonSerializer.Serialize(state, TrainingStateJson.Default.TrainingState));
            Replace(unfinished, final, Path.Combine(_root, ReplacedPrefix + name));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            TryRemove(unfinished);
            var intact = Latest is { } latest ? $"the last checkpoint {latest} is intact; free some space and go on with --resume" : "there is no earlier checkpoint; free some space and start again";
            throw new TrainingException($"the checkpoint of step {state.Step} could not be written to {_root}: {error.Message.TrimEnd('.')}; {intact}", error);
        }

        var own = All.Where(path => Path.GetFileName(path).StartsWith(Prefix(stage, state.Stage), StringComparison.Ordinal)).ToList();
        foreach (var old in own.SkipLast(keep))
            Remove(old);
        return final;
    }

    /// <summary>Reads the state of a checkpoint.</summary>
    /// <exception cref="InvalidDataException">It is damaged or of another version.</exception>
    public static TrainingState ReadState(string directory)
    {
        var path = Path.Combine(directory, "state.json");
        try
        {
            var state = JsonSerializer.Deserialize(File.ReadAllBytes(path), TrainingStateJson.Default.TrainingState)
                ?? throw new InvalidDataException($"{path} is empty");
            if (state.Version != TrainingState.CurrentVersion)
                throw new InvalidDataException($"{path} has version {state.Version}; this program writes and reads version {TrainingState.CurrentVersion}");
            return state;
        }
        catch (Exception error) when (error is JsonException or FileNotFoundException)
        {
            throw new InvalidDataException($"{path} is no state of a training run: {error.Message}", error);
        }
    }

    /// <summary>Reads the parameters of a checkpoint into their tensors.</summary>
    /// <param name="directory">The checkpoint.</param>
    /// <param name="parameters">What to fill; every one must be there in its shape.</param>
    /// <exception cref="InvalidDataException">A tensor is missing or has another shape.</exception>
    public static void ReadParameters(string directory, IEnumerable<TrainingParameter> parameters)
    {
        using var file = SafetensorsFile.Open(Path.Combine(directory, "parameters.safetensors"));
        Read(file, parameters);
    }

    /// <summary>Names of the parameters of a checkpoint.</summary>
    public static IReadOnlyList<string> ParameterNames(string directory)
    {
        using var file = SafetensorsFile.Open(Path.Combine(directory, "parameters.safetensors"));
        return [.. file.Entries.Select(entry => entry.Name)];
    }

    /// <summary>Reads those parameters that a checkpoint has.</summary>
    /// <param name="directory">A checkpoint, or a model directory, which has none.</param>
    /// <param name="parameters">What to fill.</param>
    /// <returns>How many there were.</returns>
    /// <exception cref="InvalidDataException">A tensor has another shape.</exception>
    public static int ReadKnown(string directory, IReadOnlyList<TrainingParameter> parameters)
    {
        var path = Path.Combine(directory, "parameters.safetensors");
        if (!File.Exists(path))
            return 0;
        using var file = SafetensorsFile.Open(path);
        List<TrainingParameter> known = [.. parameters.Where(parameter => file.Find(parameter.Name) is not null)];
        Read(file, known);
        return known.Count;
    }

    /// <summary>Reads the state of every optimiser.</summary>
    /// <exception cref="InvalidDataException">A tensor is missing or has another shape.</exception>
    public static void ReadOptimizers(string directory, TrainingState state, IReadOnlyList<Optimizer> optimizers)
    {
        var path = Path.Combine(directory, "optimizer.safetensors");
        if (state.OptimizerSteps.Length != optimizers.Count)
            throw new InvalidDataException($"{directory} holds the state of {state.OptimizerSteps.Length} optimisers, the recipe asks for {optimizers.Count}");
        using var file = SafetensorsFile.Open(path);
        for (var i = 0; i < optimizers.Count; i++)
        {
            optimizers[i].Steps = state.OptimizerSteps[i];
            foreach (var buffer in optimizers[i].State)
                Read(file, buffer.Name, buffer.Memory, buffer.Count, [buffer.Count]);
        }
    }

    private static string Prefix(int stage, string name) => $"{stage + 1:D2}-{name}-step-";

    private static void Read(SafetensorsFile file, IEnumerable<TrainingParameter> parameters)
    {
        foreach (var parameter in parameters)
            Read(file, parameter.Name, parameter.Tensor.Data, parameter.Tensor.Count, [parameter.Tensor.Rows, parameter.Tensor.Columns]);
    }

    private static void Read(SafetensorsFile file, string name, float* destination, long count, IReadOnlyList<long> shape)
    {
        var entry = file.Require(name);
        if (!entry.Shape.SequenceEqual(shape))
            throw new InvalidDataException($"{file.Path}: tensor \"{name}\" has the shape {entry.ShapeText}; expected [{string.Join(", ", shape)}]");
        if (entry.Count != count)
            throw new InvalidDataException($"{file.Path}: tensor \"{name}\" has {entry.Count} values; expected {count}");
        file.Read(entry, destination);
    }

    private void WriteParameters(string path, IReadOnlyList<TrainingParameter> parameters)
    {
        Writing?.Invoke(path);
        using var writer = new SafetensorsWriter(path, parameters.Select(parameter => new SafetensorsSlot(parameter.Name, [parameter.Tensor.Rows, parameter.Tensor.Columns])));
        foreach (var parameter in parameters)
            WriteAll(writer, parameter.Name, parameter.Tensor.Data, parameter.Tensor.Count);
        writer.Commit();
    }

    private void WriteOptimizers(string path, IReadOnlyList<Optimizer> optimizers)
    {
        Writing?.Invoke(path);
        var buffers = optimizers.SelectMany(optimizer => optimizer.State).ToList();
        using var writer = new SafetensorsWriter(path, buffers.Select(buffer => new SafetensorsSlot(buffer.Name, [buffer.Count])));
        foreach (var buffer in buffers)
            WriteAll(writer, buffer.Name, buffer.Memory, buffer.Count);
        writer.Commit();
    }

    private static void WriteAll(SafetensorsWriter writer, string name, float* values, long count)
    {
        const int Chunk = 1 << 20;
        for (long done = 0; done < count; done += Chunk)
            writer.Write(name, new ReadOnlySpan<float>(values + done, (int)Math.Min(Chunk, count - done)));
    }

    // At every moment either the old or the new directory is whole; which one, the next start finds out by the names.
    private static void Replace(string unfinished, string final, string replaced)
    {
        if (Directory.Exists(final))
            Directory.Move(final, replaced);
        Directory.Move(unfinished, final);
        Remove(replaced);
    }

    private void PutBack(string replaced)
    {
        var final = Path.Combine(_root, Path.GetFileName(replaced)[ReplacedPrefix.Length..]);
        if (Directory.Exists(final))
            Directory.Delete(replaced, recursive: true);
        else
            Directory.Move(replaced, final);
    }

    private static void Remove(string directory)
    {
        if (Directory.Exists(directory))
            Directory.Delete(directory, recursive: true);
    }

    private static void TryRemove(string directory)
    {
        try
        {
            Remove(directory);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The next run removes what is left: its name says that it is unfinished.
        }
    }
}
