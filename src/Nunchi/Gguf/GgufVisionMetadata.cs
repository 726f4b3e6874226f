using Nunchi.Hub;
using Nunchi.Images;
using Nunchi.Models;

namespace Nunchi.Gguf;

/// <summary>Writes what a projector's GGUF file says beside its tensors, for llama.cpp's loader of LLaVA-style projectors.</summary>
internal static class GgufVisionMetadata
{
    public static (GgufMetadata Metadata, GgufVisionShape Shape) Of(string directory, VisionLanguageConfig config, ImageProcessorConfig images, GgufWeights weights)
    {
        ImageEncoderConfig vision = config.Vision;
        if (vision.HasClassToken != vision.DropsFirstToken)
            throw new InvalidDataException($"{directory}: vision_feature_select_strategy keeps {(vision.HasClassToken ? "the class token" : "all patches but the first")}; llama.cpp always takes all patches and no class token.");
        int layers = config.VisionLayersUsed;
        if (Math.Abs(images.RescaleFactor - (1 / 255.0)) > 1e-6)
            throw new InvalidDataException($"{directory}: the image processor multiplies bytes by {images.RescaleFactor}; llama.cpp divides them by 255.");
        var metadata = new GgufMetadata();
        metadata.Add("general.architecture", "clip");
        metadata.Add("general.type", "mmproj");
        metadata.Add("general.name", HubCache.NameOf(Path.GetFullPath(directory)) ?? Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory))));
        metadata.AddWhole("general.file_type", GgufWeightTypes.FileType(weights is GgufWeights.F32 or GgufWeights.BF16 or GgufWeights.Q8_0 ? weights : GgufWeights.F16));
        metadata.AddWhole("general.quantization_version", 2);
        metadata.Add("clip.has_vision_encoder", true);
        metadata.Add("clip.projector_type", "mlp");
        // Neither of the two is llama.cpp's sign for CLIP's quick GELU.
        metadata.Add("clip.use_gelu", vision.Activation is "gelu_pytorch_tanh" or "gelu");
        metadata.Add("clip.use_silu", false);
        const string Prefix = "clip.vision.";
        metadata.AddWhole(Prefix + "image_size", vision.ImageSize);
        metadata.AddWhole(Prefix + "patch_size", vision.PatchSize);
        metadata.AddWhole(Prefix + "embedding_length", vision.HiddenSize);
        metadata.AddWhole(Prefix + "feed_forward_length", vision.IntermediateSize);
        // Only layers that are used are written; the features are what the last of them gives.
        metadata.AddWhole(Prefix + "block_count", layers);
        metadata.AddWholes(Prefix + "feature_layer", [layers]);
        metadata.AddWhole(Prefix + "projection_dim", config.Text.HiddenSize);
        metadata.AddWhole(Prefix + "attention.head_count", vision.Heads);
        metadata.AddNumber(Prefix + "attention.layer_norm_epsilon", vision.LayerNormEpsilon);
        metadata.AddNumbers(Prefix + "image_mean", [.. images.Mean.Select(value => (float)value)]);
        metadata.AddNumbers(Prefix + "image_std", [.. images.Std.Select(value => (float)value)]);
        if (config.GridPinpoints.Count > 0)
        {
            // llama.cpp reads width before height.
            metadata.AddWholes(Prefix + "image_grid_pinpoints", [.. config.GridPinpoints.SelectMany(size => (int[])[size.Width, size.Height])]);
            metadata.Add(Prefix + "mm_patch_merge_type", "spatial_unpad");
        }
        return (metadata, new GgufVisionShape
        {
            Width = vision.HiddenSize,
            Inner = vision.IntermediateSize,
            Layers = layers,
            PatchSize = vision.PatchSize,
            Positions = vision.SequenceLength,
            TextWidth = config.Text.HiddenSize,
            IsClip = vision.HasClassToken,
            ProjectorBias = config.ProjectorBias,
            HasNewline = config.TilesPictures,
        });
    }
}
