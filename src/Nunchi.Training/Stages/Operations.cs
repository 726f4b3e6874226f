using Nunchi.Models;

namespace Nunchi.Training.Stages;

/// <summary>Floating-point operations of the matrix products of a model, for the share of the machine's peak. A product of [m, k] and [k, n] counts 2 m k n.</summary>
internal static class Operations
{
    /// <summary>Forward of the encoder over crops.</summary>
    public static double Encoder(VisionLanguageConfig config, int crops)
    {
        var vision = config.Vision;
        double tokens = (double)crops * vision.Tokens;
        double layer = (4.0 * vision.HiddenSize * vision.HiddenSize) + (2.0 * vision.HiddenSize * vision.IntermediateSize) + (2.0 * vision.Tokens * vision.HiddenSize);
        return 2 * tokens * (((double)vision.PatchLength * vision.HiddenSize) + (config.VisionLayersUsed * layer));
    }

    /// <summary>Forward of the projector over feature rows.</summary>
    public static double Projector(VisionLanguageConfig config, double rows) =>
        2 * rows * (((double)config.Vision.HiddenSize * config.Text.HiddenSize) + ((double)config.Text.HiddenSize * config.Text.HiddenSize));

    /// <summary>Forward of the decoder's layers over one sequence; causal attention counts half of its square.</summary>
    public static double Decoder(VisionLanguageConfig config, double tokens)
    {
        var text = config.Text;
        double attended = text.QueryHeads * text.HeadSize;
        double layer = ((double)text.FusedHeadRows * text.HiddenSize) + (attended * text.HiddenSize) + (3.0 * text.HiddenSize * text.IntermediateSize) + (tokens * attended);
        return 2 * tokens * text.Layers * layer;
    }

    /// <summary>Forward of the head over rows.</summary>
    public static double Head(VisionLanguageConfig config, double rows) => 2 * rows * config.Text.HiddenSize * config.Text.VocabularySize;
}
