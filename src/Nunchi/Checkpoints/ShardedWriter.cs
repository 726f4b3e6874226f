using System.Text.Json;
using System.Text.Json.Nodes;
using Nunchi.Tensors.Safetensors;

namespace Nunchi.Checkpoints;

/// <summary>Writes tensors into one file, or into as many as a limit on their size asks for, with the index that lists them, as transformers does.</summary>
internal sealed class ShardedWriter
{
    private readonly string _directory;
    private readonly SafetensorsType _type;
    private readonly List<List<SafetensorsSlot>> _shards = [[]];

    /// <param name="directory">An existing directory.</param>
    /// <param name="tensors">All tensors, in the order in which they are to be given.</param>
    /// <param name="type">F32, BF16 or F16.</param>
    /// <param name="shardBytes">Most bytes of tensors in a file; a larger tensor has a file of its own.</param>
    internal ShardedWriter(string directory, IReadOnlyList<SafetensorsSlot> tensors, SafetensorsType type, long shardBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(shardBytes, 1);
        _directory = directory;
        _type = type;
        ElementBytes = type == SafetensorsType.F32 ? 4 : 2;
        long held = 0;
        foreach (SafetensorsSlot tensor in tensors)
        {
            long bytes = tensor.Shape.Aggregate((long)ElementBytes, (product, size) => checked(product * size));
            if (_shards[^1].Count > 0 && held + bytes > shardBytes)
            {
                _shards.Add([]);
                held = 0;
            }
            _shards[^1].Add(tensor);
            held += bytes;
            TotalBytes += bytes;
        }
    }

    /// <summary>Bytes of one element.</summary>
    internal int ElementBytes { get; }

    /// <summary>Bytes of all tensors.</summary>
    internal long TotalBytes { get; }

    /// <summary>Writes all files.</summary>
    /// <param name="write">Gives one tensor's values to the writer it is handed.</param>
    internal void Write(Action<SafetensorsWriter, SafetensorsSlot> write)
    {
        var map = new JsonObject();
        for (int i = 0; i < _shards.Count; i++)
        {
            string name = _shards.Count == 1 ? SafetensorsArchive.SingleFileName : $"model-{i + 1:00000}-of-{_shards.Count:00000}.safetensors";
            using var file = new SafetensorsWriter(Path.Combine(_directory, name), _shards[i], _type);
            foreach (SafetensorsSlot tensor in _shards[i])
            {
                write(file, tensor);
                map[tensor.Name] = name;
            }
            file.Commit();
        }
        if (_shards.Count == 1)
            return;
        var index = new JsonObject { ["metadata"] = new JsonObject { ["total_size"] = TotalBytes }, ["weight_map"] = map };
        AtomicFile.WriteAllText(Path.Combine(_directory, SafetensorsArchive.IndexFileName), index.ToJsonString(new JsonSerializerOptions { WriteIndented = true, NewLine = "\n" }) + "\n");
    }
}
