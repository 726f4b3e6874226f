using Nunchi.Images;

namespace Nunchi.Models;

/// <summary>Puts what a checkpoint says about pictures beside what it says about its encoder.</summary>
public static class CheckpointImages
{
    /// <summary>The image processor of a checkpoint directory.</summary>
    /// <param name="directory">A checkpoint directory.</param>
    /// <param name="config">Its configuration.</param>
    /// <param name="change">Another grid or limit on tiles than the checkpoint's; null takes the checkpoint's.</param>
    /// <exception cref="FileNotFoundException">There is no description of the image processor.</exception>
    /// <exception cref="InvalidDataException">A value is wrong, or processor and encoder do not belong together; the message names both.</exception>
    public static ImageProcessor Load(string directory, VisionLanguageConfig config, Func<ImageProcessorConfig, ImageProcessorConfig>? change = null)
    {
        ImageEncoderConfig vision = config.Vision;
        ImageProcessorConfig images = ImageProcessorConfig.Load(directory, config.TilesPictures ? config.VisionAspectRatio : null);
        if (config.TilesPictures != (images.Layout == ImageLayout.AnyRes))
            throw Apart($"{config.Family} {(config.TilesPictures ? "cuts pictures into tiles" : "sees one square view of a picture")}, the image processor \"{images.ProcessorType}\" does not");
        if (images.TileSize != vision.ImageSize)
            throw Apart($"the image processor makes crops of {images.TileSize} pixels, vision_config.image_size is {vision.ImageSize}");
        if (!images.Canvases.SequenceEqual(config.GridPinpoints))
            throw Apart("image_grid_pinpoints of the image processor and of config.json differ");
        return new ImageProcessor(change == null ? images : change(images), vision.PatchSize, vision.FeaturesPerCrop);

        InvalidDataException Apart(string how) => new($"{directory}: preprocessor_config.json (or processor_config.json) and config.json belong to different models: {how}.");
    }
}
