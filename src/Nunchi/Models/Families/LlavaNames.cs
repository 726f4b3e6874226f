namespace Nunchi.Models.Families;

/// <summary>
/// The tensor names of the LLaVA line, which its families share: those of LLaVA's own code, those of transformers' modules, and those that its releases from
/// 4.45 to 5 wrote into files. Ours are the module names without the inner <c>vision_model</c>.
/// </summary>
internal static class LlavaNames
{
    internal static IReadOnlyList<NamePrefix> Published { get; } =
    [
        // LLaVA's own code
        new("model.vision_tower.vision_tower.vision_model.", "model.vision_tower."),
        new("model.mm_projector.0.", "model.multi_modal_projector.linear_1."),
        new("model.mm_projector.2.", "model.multi_modal_projector.linear_2."),
        new("model.layers.", "model.language_model.layers."),
        new("model.embed_tokens.", "model.language_model.embed_tokens."),
        new("model.norm.", "model.language_model.norm."),
        // transformers' module names, with and without the inner vision_model
        new("model.vision_tower.vision_model.", "model.vision_tower."),
        new("model.vision_tower.", "model.vision_tower."),
        new("model.multi_modal_projector.", "model.multi_modal_projector."),
        new("model.language_model.", "model.language_model."),
        new("lm_head.", "lm_head."),
        // transformers' files: releases up to 4.5x and, without vision_model, release 5
        new("language_model.model.", "model.language_model."),
        new("language_model.lm_head.", "lm_head."),
        new("vision_tower.vision_model.", "model.vision_tower."),
        new("vision_tower.", "model.vision_tower."),
        new("multi_modal_projector.", "model.multi_modal_projector."),
    ];

    /// <summary>The vector that ends rows of features, in the families that have it.</summary>
    internal static IReadOnlyList<NamePrefix> Newline { get; } =
    [
        new("model.image_newline", "model.image_newline"),
        new("image_newline", "model.image_newline"),
    ];

    internal static IReadOnlyList<NamePrefix> Written { get; } =
    [
        new("model.language_model.", "language_model.model."),
        new("lm_head.", "language_model.lm_head."),
        new("model.", ""),
    ];
}
