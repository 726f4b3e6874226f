using Nunchi.Checkpoints.Shapes;
using Nunchi.Models;

namespace Nunchi.Generation.Measurement;

/// <summary>The shapes whose speed is measured with random weights: some of <see cref="KnownShapes"/>, and an encoder alone.</summary>
public static class ModelShapes
{
    private const string EncoderAlone = "siglip2-so400m";
    private static readonly string[] Known = ["varco-vision-2.0-1.7b", "varco-vision-2.0-14b", EncoderAlone, "nunchi-mini"];

    /// <summary>The names, for messages.</summary>
    public static string Names => string.Join(", ", Known);

    /// <summary>The configuration of that name.</summary>
    /// <exception cref="ArgumentException">There is none; the message lists them.</exception>
    public static VisionLanguageConfig Find(string name)
    {
        if (!Known.Contains(name, StringComparer.Ordinal))
            throw new ArgumentException($"\"{name}\" is no shape; expected {Names}.", nameof(name));
        if (name != EncoderAlone)
            return KnownShapes.All[name];
        // The encoder is what is measured; the decoder only has to be there.
        VisionLanguageConfig whole = KnownShapes.All["varco-vision-2.0-1.7b"];
        return whole with { Text = whole.Text with { VocabularySize = 1024, HiddenSize = 1024, IntermediateSize = 1024, Layers = 1, QueryHeads = 8 } };
    }
}
