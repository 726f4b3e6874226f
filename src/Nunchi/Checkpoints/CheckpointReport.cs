using System.Text;

namespace Nunchi.Checkpoints;

/// <summary>Everything that is wrong between a checkpoint's tensors and a model's parameters, for one message.</summary>
internal sealed class CheckpointReport
{
    private const int Shown = 2000;
    private readonly Dictionary<string, List<string>> _faults = [];

    internal bool IsEmpty => _faults.Count == 0;

    internal void Add(string kind, string fault)
    {
        if (!_faults.TryGetValue(kind, out List<string>? list))
            _faults[kind] = list = [];
        list.Add(fault);
    }

    /// <exception cref="InvalidDataException">Something is wrong; the message tells all of it.</exception>
    internal void ThrowIfAny(string path)
    {
        if (!IsEmpty)
            throw new InvalidDataException(Text(path));
    }

    internal string Text(string path, string what = "the weights do not fit the configuration")
    {
        var text = new StringBuilder($"{path}: {what}.");
        foreach (var (kind, faults) in _faults)
        {
            text.Append($"\n{kind} ({faults.Count}):");
            foreach (string fault in faults.Take(Shown))
                text.Append("\n  ").Append(fault);
            if (faults.Count > Shown)
                text.Append($"\n  ... and {faults.Count - Shown} more");
        }
        return text.ToString();
    }
}
