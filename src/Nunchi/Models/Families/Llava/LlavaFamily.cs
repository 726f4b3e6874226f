namespace Nunchi.Models.Families.Llava;

/// <summary>LLaVA-1.5 (Liu et al. 2023): one square view of a picture, as a rule CLIP's second-to-last layer without the class token, and a Llama decoder.</summary>
internal sealed class LlavaFamily : ModelFamily
{
    private static readonly FamilyDefaults Defaults = new()
    {
        TextFamily = "llama",
        VisionFamily = ImageEncoderConfig.Clip,
        Vision = ClipLarge336,
        SelectStrategy = "default",
        FeatureLayer = -2,
        ImageTokenId = 32000,
    };

    /// <summary>openai/clip-vit-large-patch14-336, which the line took unless a file says otherwise.</summary>
    internal static ImageEncoderConfig ClipLarge336 => new()
    {
        Family = ImageEncoderConfig.Clip,
        HiddenSize = 1024,
        IntermediateSize = 4096,
        Layers = 24,
        Heads = 16,
        ImageSize = 336,
        PatchSize = 14,
        LayerNormEpsilon = 1e-5,
        Activation = "quick_gelu",
    };

    internal override string Name => VisionLanguageConfig.Llava;

    internal override string ArchitectureName => "LlavaForConditionalGeneration";

    internal override IReadOnlyList<NamePrefix> Names => LlavaNames.Published;

    internal override IReadOnlyList<NamePrefix> WrittenNames => LlavaNames.Written;

    internal override VisionLanguageConfig Read(ConfigSection root) => ReadCommon(root, Defaults) with
    {
        Family = Name,
        VideoTokenId = null,
        TilesPictures = false,
        VisionAspectRatio = "",
        GridPinpoints = [],
    };
}
