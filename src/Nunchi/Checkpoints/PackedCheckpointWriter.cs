using System.Globalization;
using Nunchi.Models;
using Nunchi.Models.Families;
using Nunchi.Tensors.Quantization;
using Nunchi.Tensors.Safetensors;

namespace Nunchi.Checkpoints;

/// <summary>Writes a model with its matrices packed, so that loading only maps the file.</summary>
public static class PackedCheckpointWriter
{
    /// <summary>Packs a checkpoint directory into another, which must exist and be empty. Configuration, tokenizer and the like are copied.</summary>
    /// <param name="from">A checkpoint directory.</param>
    /// <param name="to">Where to write.</param>
    /// <param name="model">The model, loaded from <paramref name="from"/> with the format asked for.</param>
    /// <param name="weights">The format; not float32.</param>
    /// <exception cref="ArgumentException">The format is float32.</exception>
    /// <exception cref="IOException">The disk is full or the place cannot be written.</exception>
    public static unsafe void Write(string from, string to, VisionLanguageModel model, WeightChoice weights)
    {
        if (weights == WeightFormat.Float32)
            throw new ArgumentException("f32 packs nothing; choose bf16, int8, int6 or int4.", nameof(weights));
        ModelFamily family = ModelFamilies.Of(model.Config);
        foreach (string path in Directory.EnumerateFiles(from))
        {
            string name = Path.GetFileName(path);
            if (!IsWeights(name))
                File.Copy(path, Path.Combine(to, name));
        }
        List<Parameter> packed = [.. model.Parameters.All.Where(parameter => parameter.Tensor.Packed != null)];
        List<Parameter> plain = [.. model.Parameters.All.Where(parameter => parameter.Tensor.Packed == null)];
        var slots = packed.Select(parameter => new SafetensorsSlot(Name(parameter), [parameter.Tensor.Packed!.Bytes], IsBytes: true))
            .Concat(plain.SelectMany(parameter => parameter.Views.Select(view => new SafetensorsSlot(CheckpointLayout.ToWrittenName(family, view.Name), view.Shape))));
        var metadata = new Dictionary<string, string>
        {
            ["format"] = "nunchi",
            [PackedCheckpoint.FormatKey] = weights.Name,
            [PackedCheckpoint.LayoutKey] = PackedCheckpoint.Layout.ToString(CultureInfo.InvariantCulture),
        };
        using var writer = new SafetensorsWriter(Path.Combine(to, SafetensorsArchive.SingleFileName), slots, metadata: metadata);
        foreach (Parameter parameter in packed)
        {
            PackedWeight weight = parameter.Tensor.Packed!;
            for (long at = 0; at < weight.Bytes; at += 1 << 24)
                writer.WriteBytes(Name(parameter), new ReadOnlySpan<byte>(weight.Data + at, (int)Math.Min(1 << 24, weight.Bytes - at)));
        }
        foreach (Parameter parameter in plain)
        {
            foreach (ParameterView view in parameter.Views)
                writer.Write(CheckpointLayout.ToWrittenName(family, view.Name), view.In(parameter.Tensor));
        }
        writer.Commit();
    }

    private static string Name(Parameter parameter) => $"{PackedCheckpoint.Prefix}{WeightFormats.NameOf(parameter.Tensor.Format)}.{parameter.Name}";

    private static bool IsWeights(string name) =>
        name.EndsWith(".safetensors", StringComparison.Ordinal) || name == SafetensorsArchive.IndexFileName || name.EndsWith(".bin", StringComparison.Ordinal) || name.EndsWith(".pth", StringComparison.Ordinal);
}
