using Nunchi.Models.Clip;
using Nunchi.Models.Siglip;
using Nunchi.Models.Vit;
using Nunchi.Tensors;

namespace Nunchi.Models;

/// <summary>An image encoder: crops in, features out. What encoders share are the layers (<see cref="EncoderLayer"/>) and a last norm that features do not use.</summary>
public abstract class ImageEncoder : IDisposable
{
    private protected ImageEncoder(ParameterSet parameters, ImageEncoderConfig config, int layersUsed, string prefix)
    {
        Config = config;
        CreateEmbeddings(parameters, prefix);
        Layers = [.. Enumerable.Range(0, layersUsed).Select(i => new EncoderLayer(parameters, config, $"{prefix}encoder.layers.{i}."))];
        PostNormWeight = parameters.Vector(prefix + "post_layernorm.weight", ModelModule.Encoder, config.HiddenSize, ParameterStart.Ones, used: false);
        PostNormBias = parameters.Vector(prefix + "post_layernorm.bias", ModelModule.Encoder, config.HiddenSize, ParameterStart.Zeros, used: false);
    }

    /// <summary>Sizes and switches.</summary>
    public ImageEncoderConfig Config { get; }

    /// <summary>[1, width] of the norm that checkpoints carry after the last layer and that features do not use.</summary>
    public Tensor PostNormWeight { get; }

    /// <summary>[1, width], see <see cref="PostNormWeight"/>.</summary>
    public Tensor PostNormBias { get; }

    private protected EncoderLayer[] Layers { get; }

    /// <summary>Encodes crops.</summary>
    /// <param name="tape">Runs and records.</param>
    /// <param name="patches">[crops * tokens, patch length], values in the order channel, row, column.</param>
    /// <param name="crops">One segment of <see cref="ImageEncoderConfig.Tokens"/> rows a crop; kept alive by the caller until the backward has run.</param>
    /// <returns>[crops * <see cref="ImageEncoderConfig.FeaturesPerCrop"/>, width].</returns>
    /// <exception cref="ArgumentException">Shapes do not fit.</exception>
    public abstract Tensor Forward(Tape tape, Tensor patches, SegmentLayout crops);

    /// <summary>Frees what the encoder keeps beside its parameters, which belong to the set they were made in.</summary>
    public virtual void Dispose() => GC.SuppressFinalize(this);

    /// <summary>The encoder of a configuration.</summary>
    internal static ImageEncoder Create(ParameterSet parameters, ImageEncoderConfig config, int layersUsed, string prefix = "model.vision_tower.") =>
        config.Family == ImageEncoderConfig.Clip
            ? new ClipEncoder(parameters, config, layersUsed, prefix)
            : new SiglipEncoder(parameters, config, layersUsed, prefix);

    /// <summary>Makes what comes before the layers; called before they are made, so that parameters stand in the order of the way.</summary>
    private protected abstract void CreateEmbeddings(ParameterSet parameters, string prefix);

    private protected Tensor RunLayers(Tape tape, Tensor x, SegmentLayout crops)
    {
        foreach (EncoderLayer layer in Layers)
        {
            // An answer takes far longer than its picture: mapped weights of the encoder are in memory only while they work.
            layer.Fetch();
            Tensor next = layer.Forward(tape, x, crops);
            layer.Rest();
            tape.Release(x);
            x = next;
        }
        return x;
    }
}
