using Nunchi.Images;
using Nunchi.Models.Families.Llava;

namespace Nunchi.Models.Families.LlavaNext;

/// <summary>LLaVA-NeXT, also called LLaVA-1.6 (Liu et al. 2024): tiles of a few canvases, never shrunk, every picture of a conversation tiled; CLIP and a Llama or Mistral decoder.</summary>
internal sealed class LlavaNextFamily : ModelFamily
{
    private static readonly FamilyDefaults Defaults = new()
    {
        TextFamily = "llama",
        VisionFamily = ImageEncoderConfig.Clip,
        Vision = LlavaFamily.ClipLarge336,
        SelectStrategy = "default",
        FeatureLayer = -2,
        ImageTokenId = 32000,
    };

    private static readonly ImageSize[] DefaultPinpoints = [new(336, 672), new(672, 336), new(672, 672), new(1008, 336), new(336, 1008)];

    internal override string Name => VisionLanguageConfig.LlavaNext;

    internal override string ArchitectureName => "LlavaNextForConditionalGeneration";

    internal override IReadOnlyList<NamePrefix> Names { get; } = [.. LlavaNames.Published, .. LlavaNames.Newline];

    internal override IReadOnlyList<NamePrefix> WrittenNames => LlavaNames.Written;

    internal override VisionLanguageConfig Read(ConfigSection root)
    {
        VisionLanguageConfig config = ReadCommon(root, Defaults);
        return config with
        {
            Family = Name,
            VideoTokenId = null,
            TilesSeveralPictures = true,
            VisionAspectRatio = "anyres",
            GridPinpoints = ReadPinpoints(root, config.Vision.ImageSize, DefaultPinpoints),
        };
    }
}
