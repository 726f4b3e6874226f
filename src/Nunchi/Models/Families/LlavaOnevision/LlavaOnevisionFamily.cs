using Nunchi.Images;

namespace Nunchi.Models.Families.LlavaOnevision;

/// <summary>LLaVA-OneVision (Li et al. 2024), to which VARCO-VISION belongs: tiles shrunk beyond a limit, several pictures seen once each; SigLIP and as a rule a Qwen decoder.</summary>
internal sealed class LlavaOnevisionFamily : ModelFamily
{
    private static readonly FamilyDefaults Defaults = new()
    {
        TextFamily = "qwen2",
        VisionFamily = ImageEncoderConfig.Siglip,
        SelectStrategy = "full",
        FeatureLayer = -1,
        ImageTokenId = 151646,
    };

    internal override string Name => VisionLanguageConfig.LlavaOnevision;

    internal override string ArchitectureName => "LlavaOnevisionForConditionalGeneration";

    internal override IReadOnlyList<NamePrefix> Names { get; } = [.. LlavaNames.Published, .. LlavaNames.Newline];

    internal override IReadOnlyList<NamePrefix> WrittenNames => LlavaNames.Written;

    internal override VisionLanguageConfig Read(ConfigSection root)
    {
        VisionLanguageConfig config = ReadCommon(root, Defaults);
        string aspect = root.Text("vision_aspect_ratio") ?? "anyres_max_9";
        if (!ImageProcessorConfig.TryParseAspectRatio(aspect, out _))
            throw root.Wrong("vision_aspect_ratio", "anyres or anyres_max_N");
        return config with
        {
            Family = Name,
            VideoTokenId = root.OptionalInteger("video_token_id", 0, int.MaxValue) ?? root.Integer("video_token_index", 151647, 0, int.MaxValue),
            VisionAspectRatio = aspect,
            GridPinpoints = ReadPinpoints(root, config.Vision.ImageSize, VisionLanguageConfig.DefaultPinpoints(384, 6)),
        };
    }
}
