using Nunchi.Checkpoints;
using Nunchi.Generation;
using Nunchi.Models;
using Nunchi.Models.Qwen;
using Nunchi.Tensors;
using Nunchi.Tensors.Backends;
using Nunchi.Tensors.Operators;
using Nunchi.Tensors.Quantization;
using Nunchi.Text;

namespace Nunchi.Gguf;

/// <summary>
/// A text model (architecture qwen2, qwen3 or llama) read from a GGUF file. Quantised weights become the float32 numbers that they stand for, which may be
/// packed in a format of our own.
/// </summary>
public sealed class GgufTextModel : ITextModel, IDisposable
{
    private readonly ParameterSet _parameters;

    private GgufTextModel(string path, ComputeBackend backend, TextDecoderConfig config, ParameterSet parameters, Decoder decoder, Tokenizer tokenizer, ChatTemplate? template, IReadOnlyList<int> ends)
    {
        Path = path;
        Backend = backend;
        Config = config;
        _parameters = parameters;
        Decoder = decoder;
        Tokenizer = tokenizer;
        Template = template;
        EosTokenIds = ends;
    }

    /// <summary>The file it was read from.</summary>
    public string Path { get; }

    /// <summary>Sizes and switches.</summary>
    public TextDecoderConfig Config { get; }

    /// <summary>The decoder.</summary>
    public Decoder Decoder { get; }

    /// <summary>The tokenizer.</summary>
    public Tokenizer Tokenizer { get; }

    /// <summary>The chat template; null when the file has none.</summary>
    public ChatTemplate? Template { get; }

    /// <summary>Tokens that end an answer.</summary>
    public IReadOnlyList<int> EosTokenIds { get; }

    /// <summary>Numbers in all parameters.</summary>
    public long ParameterCount => _parameters.Count();

    /// <summary>Where the model lies and runs.</summary>
    public ComputeBackend Backend { get; }

    /// <summary>All parameters.</summary>
    internal ParameterSet Parameters => _parameters;

    Lock ITextModel.Turn { get; } = new();

    TextDecoderConfig ITextModel.TextConfig => Config;

    int ITextModel.ImageTokenId => -1;

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="backend">Where the model is to lie; must outlive it.</param>
    /// <param name="weights">How matrices are kept.</param>
    /// <exception cref="FileNotFoundException">The file is not there.</exception>
    /// <exception cref="InvalidDataException">It is damaged, holds another architecture, or uses what is not supported; the message names the file and the place.</exception>
    public static GgufTextModel Load(string path, ComputeBackend backend, WeightChoice weights = default)
    {
        using GgufFile file = GgufFile.Open(path);
        TextDecoderConfig config = GgufTextConfig.Read(file);
        var (tokenizer, template) = GgufTokenizer.Read(file, config);
        CheckSizes(file, config);
        var parameters = new ParameterSet(backend);
        Decoder? decoder = null;
        try
        {
            decoder = new Decoder(backend, parameters, config);
            Fill(file, config, parameters, weights);
            return new GgufTextModel(System.IO.Path.GetFullPath(path), backend, config, parameters, decoder, tokenizer, template, config.EosTokenIds);
        }
        catch
        {
            decoder?.Dispose();
            parameters.Dispose();
            throw;
        }
    }

    Tensor ITextModel.Embed(Tape tape, TokenBatch batch, Tensor? imageRows) => Rows.Gather(tape, Decoder.Embedding, batch.Ids);

    /// <summary>Frees the memory.</summary>
    public void Dispose()
    {
        Decoder.Dispose();
        _parameters.Dispose();
    }

    // Before memory is asked for: what the metadata claims must be what the file holds.
    private static void CheckSizes(GgufFile file, TextDecoderConfig config)
    {
        var report = new CheckpointReport();
        var expected = GgufTextNames.Of(config).ToDictionary(name => name.Gguf, StringComparer.Ordinal);
        foreach (GgufTensorName name in expected.Values)
        {
            if (file.Find(name.Gguf) is not { } entry)
                report.Add("Missing tensors", $"{name.Gguf} [{string.Join(", ", name.Shape)}]");
            else if (!entry.Shape.SequenceEqual(name.Shape))
                report.Add("Wrong shapes", $"{name.Gguf}: expected [{string.Join(", ", name.Shape)}], found {entry.ShapeText} (byte {entry.Offset})");
        }
        foreach (GgufEntry entry in file.Entries.Where(entry => !expected.ContainsKey(entry.Name) && entry.Name != GgufRope.FactorsName))
            report.Add("Tensors without a place", $"{entry.Name} {entry.ShapeText}");
        if (!report.IsEmpty)
            throw new InvalidDataException(report.Text(file.Path));
    }

    private static void Fill(GgufFile file, TextDecoderConfig config, ParameterSet parameters, WeightChoice weights)
    {
        var names = GgufTextNames.Of(config).ToDictionary(name => name.Parameter, StringComparer.Ordinal);
        foreach (Parameter parameter in parameters.All)
        {
            foreach (ParameterView view in parameter.Views)
            {
                GgufTensorName name = names[view.Name];
                GgufEntry entry = file.Find(name.Gguf)!;
                Span<float> values = view.In(parameter.Tensor);
                file.Read(entry, values);
                if (name.PermutedHeads > 0)
                    Reorder(name, values);
                foreach (float value in values)
                {
                    if (!float.IsFinite(value))
                        throw new InvalidDataException($"{file.Path}: tensor \"{entry.Name}\" at byte {entry.Offset} holds {value}.");
                }
            }
            // As soon as it is read, so that the whole is never there as float32.
            if (WeightPlan.For(parameter, weights) != WeightFormat.Float32)
                WeightPlan.Pack(parameter, weights);
        }
    }

    private static void Reorder(GgufTensorName name, Span<float> values)
    {
        float[] stored = values.ToArray();
        int columns = (int)(values.Length / name.Shape[0]);
        for (int row = 0; row < name.Shape[0]; row++)
            stored.AsSpan(row * columns, columns).CopyTo(values[((int)name.SourceRow(row) * columns)..]);
    }
}
