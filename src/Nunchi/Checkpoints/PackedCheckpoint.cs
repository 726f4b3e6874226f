using Nunchi.Models;
using Nunchi.Tensors.Quantization;
using Nunchi.Tensors.Safetensors;

namespace Nunchi.Checkpoints;

/// <summary>
/// Packed matrices of a checkpoint directory that <c>nunchi quantize</c> wrote: tensors of bytes named <c>packed.FORMAT.PARAMETER</c> that a model uses where they lie in the mapped file.
/// Everything else of the directory is as published.
/// </summary>
internal sealed class PackedCheckpoint
{
    /// <summary>Before the name of every packed matrix.</summary>
    public const string Prefix = "packed.";

    /// <summary>The key of the file's metadata that names the format asked for.</summary>
    public const string FormatKey = "nunchi.weights";

    /// <summary>The key of the file's metadata that names the layout of strips; another value is another layout.</summary>
    public const string LayoutKey = "nunchi.layout";

    /// <summary>The layout that this release reads and writes.</summary>
    public const string Layout = "1";

    private readonly SafetensorsArchive _archive;
    private readonly Dictionary<string, (string Published, WeightFormat Format)> _matrices = new(StringComparer.Ordinal);
    private readonly Dictionary<SafetensorsFile, SharedMapping> _mappings = [];

    private PackedCheckpoint(SafetensorsArchive archive, WeightChoice format)
    {
        _archive = archive;
        Format = format;
    }

    /// <summary>What was asked for when it was written.</summary>
    public WeightChoice Format { get; }

    /// <summary>The packed part of a directory; null when nothing in it is packed.</summary>
    /// <exception cref="InvalidDataException">It was written in another layout, or a name says no format.</exception>
    public static PackedCheckpoint? Of(SafetensorsArchive archive)
    {
        SafetensorsFile? owner = archive.Files.FirstOrDefault(file => file.Metadata.ContainsKey(FormatKey));
        if (owner == null)
            return null;
        string layout = owner.Metadata.GetValueOrDefault(LayoutKey, "none"), name = owner.Metadata[FormatKey];
        if (layout != Layout)
            throw new InvalidDataException($"{owner.Path}: its weights are packed in layout {layout}, this release reads layout {Layout}; make them again with nunchi quantize.");
        var packed = new PackedCheckpoint(archive, Parse(owner, name, WeightChoice.Parse));
        foreach (string published in archive.Names.Where(published => published.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            int dot = published.IndexOf('.', Prefix.Length);
            SafetensorsFile file = archive.Find(published)!.Value.File;
            if (dot < 0)
                throw new InvalidDataException($"{file.Path}: the tensor \"{published}\" should be named packed.FORMAT.PARAMETER.");
            packed._matrices[published[(dot + 1)..]] = (published, Parse(file, published[Prefix.Length..dot], WeightFormats.Parse));
        }
        return packed;
    }

    /// <summary>Whether a parameter has packed values here.</summary>
    public bool Holds(Parameter parameter) => _matrices.ContainsKey(parameter.Name);

    /// <summary>Gives a parameter its packed values; false when it has none.</summary>
    public unsafe bool TryAdopt(Parameter parameter, CheckpointReport report)
    {
        if (!_matrices.Remove(parameter.Name, out var matrix))
            return false;
        var (file, entry) = _archive.Find(matrix.Published)!.Value;
        int rows = parameter.Tensor.Rows, columns = parameter.Tensor.Columns;
        long expected = matrix.Format == WeightFormat.Float32 ? -1 : PackedWeight.BytesOf(matrix.Format, rows, columns);
        if (entry.Type != SafetensorsType.U8 || entry.ByteCount != expected)
        {
            report.Add("Wrong shapes", $"{matrix.Published}: expected U8 [{expected}] for a matrix {parameter.Tensor}, found {entry.Type} {entry.ShapeText} ({Path.GetFileName(file.Path)}, byte {entry.Offset})");
            return true;
        }
        if (!_mappings.TryGetValue(file, out SharedMapping? mapping))
            _mappings[file] = mapping = new SharedMapping(SafetensorsFile.Open(file.Path));
        byte* data = mapping.File.Locate(mapping.File.Require(matrix.Published));
        parameter.Tensor.Adopt(new PackedWeight(matrix.Format, rows, columns, data, entry.ByteCount, mapping.Lease()));
        return true;
    }

    /// <summary>Reports what belongs to none of a model's parameters.</summary>
    public void ReportRest(ParameterSet parameters, CheckpointReport report)
    {
        HashSet<string> known = [.. parameters.All.Select(parameter => parameter.Name)];
        foreach (var (name, matrix) in _matrices)
        {
            if (!known.Contains(name))
                report.Add("Tensors without a place", matrix.Published);
        }
    }

    private static T Parse<T>(SafetensorsFile file, string name, Func<string, T> parse)
    {
        try
        {
            return parse(name);
        }
        catch (ArgumentException failure)
        {
            throw new InvalidDataException($"{file.Path}: {failure.Message}", failure);
        }
    }

    /// <summary>A mapped file that stays until the last matrix in it goes.</summary>
    private sealed class SharedMapping(SafetensorsFile file)
    {
        private int _leases;

        public SafetensorsFile File => file;

        public IDisposable Lease()
        {
            _leases++;
            return new Share(this);
        }

        private sealed class Share(SharedMapping owner) : IDisposable
        {
            private bool _returned;

            public void Dispose()
            {
                if (_returned)
                    return;
                _returned = true;
                if (--owner._leases == 0)
                    owner.File.Dispose();
            }
        }
    }
}
