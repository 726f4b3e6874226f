namespace Nunchi.Images;

/// <summary>Turns pictures into the crops that an image encoder reads, as the image processors of transformers do (LLaVA-OneVision, LLaVA-NeXT, CLIP).</summary>
public sealed class ImageProcessor
{
    private readonly float[] _levels;

    /// <summary>A processor for one checkpoint. It holds no state and may be used from several threads.</summary>
    /// <param name="config">What the checkpoint says about pictures.</param>
    /// <param name="patchSize">Side of the encoder's patches in pixels, at most a tile.</param>
    /// <param name="featuresPerCrop">Features that the encoder gives for a crop; null: one a patch. Anything else goes with <see cref="ImageLayout.SingleCrop"/> only.</param>
    /// <exception cref="ArgumentException">A patch larger than the tile, or a config whose lists are not of three channels.</exception>
    public ImageProcessor(ImageProcessorConfig config, int patchSize, int? featuresPerCrop = null)
    {
        if (patchSize < 1 || patchSize > config.TileSize)
            throw new ArgumentException($"A patch of {patchSize} pixels does not fit a tile of {config.TileSize}.", nameof(patchSize));
        if (config.Mean.Count != 3 || config.Std.Count != 3 || config.Std.Any(value => !(value > 0)))
            throw new ArgumentException("Mean and std need three channels each, std above 0.", nameof(config));
        if (config.Layout == ImageLayout.AnyRes && config.Canvases.Count == 0)
            throw new ArgumentException("An anyres layout needs at least one canvas.", nameof(config));
        Config = config;
        PatchSize = patchSize;
        FeaturesPerCrop = featuresPerCrop ?? TokensPerSide * TokensPerSide;
        if (FeaturesPerCrop < 1 || (config.Layout == ImageLayout.AnyRes && FeaturesPerCrop != TokensPerSide * TokensPerSide))
            throw new ArgumentException($"{FeaturesPerCrop} features a crop do not go with {TokensPerSide} x {TokensPerSide} patches and the layout {config.Layout}.", nameof(featuresPerCrop));
        _levels = new float[3 * 256];
        for (int i = 0; i < _levels.Length; i++)
            _levels[i] = (float)((i % 256 * config.RescaleFactor - config.Mean[i / 256]) / config.Std[i / 256]);
    }

    /// <summary>What the checkpoint says about pictures.</summary>
    public ImageProcessorConfig Config { get; }

    /// <summary>Side of the encoder's patches in pixels.</summary>
    public int PatchSize { get; }

    /// <summary>Features along one side of a crop: whole patches that fit.</summary>
    public int TokensPerSide => Config.TileSize / PatchSize;

    /// <summary>Features that the encoder gives for a crop.</summary>
    public int FeaturesPerCrop { get; }

    /// <summary>The canvas arithmetic for a picture of that size, without looking at its pixels.</summary>
    public AnyResGeometry Geometry(ImageSize size) =>
        AnyResGeometry.Compute(size, Config.Canvases, Config.TileSize, TokensPerSide, Config.MaxTiles);

    /// <summary>Image tokens that a picture of that size takes.</summary>
    public int TokenCount(ImageSize size, TilingMode tiling) => Describe(size, tiling, 0).TokenCount;

    /// <summary>Resizes, pads and cuts pictures.</summary>
    /// <param name="images">The pictures, in the order of their places in the prompt.</param>
    /// <param name="tiling">Whether a tiling model sees tiles; a model that does not tile sees every picture once either way.</param>
    /// <param name="cancellation">Asked before every crop.</param>
    /// <returns>All crops, in order.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public ProcessedImages Process(IReadOnlyList<RgbImage> images, TilingMode tiling = TilingMode.AnyRes, CancellationToken cancellation = default)
    {
        int tile = Config.TileSize;
        var described = new ProcessedImage[images.Count];
        int count = 0;
        for (int i = 0; i < images.Count; i++)
        {
            described[i] = Describe(new ImageSize(images[i].Height, images[i].Width), tiling, count);
            count = checked(count + described[i].CropCount);
        }
        var crops = new byte[checked(count * tile * tile * 3)];
        for (int i = 0; i < images.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            Span<byte> own = crops.AsSpan(described[i].FirstCrop * tile * tile * 3, described[i].CropCount * tile * tile * 3);
            if (described[i].Geometry is { } geometry)
                WriteTiles(images[i], geometry, own, cancellation);
            else
                (described[i].IsStretched ? Resampler.Resize(images[i], tile, tile, Config.Resample) : SingleView(images[i])).Pixels.CopyTo(own);
        }
        return new ProcessedImages(described, tile, PatchSize, crops, _levels);
    }

    private ProcessedImage Describe(ImageSize size, TilingMode tiling, int firstCrop)
    {
        if (Config.Layout == ImageLayout.SingleCrop)
            return new ProcessedImage(size, firstCrop, 1, TokensPerSide, null, HasNewline: false) { FeaturesPerCrop = FeaturesPerCrop };
        if (tiling != TilingMode.AnyRes)
            return new ProcessedImage(size, firstCrop, 1, TokensPerSide, null, HasNewline: true) { IsStretched = tiling == TilingMode.WholeView };
        AnyResGeometry geometry = Geometry(size);
        return new ProcessedImage(size, firstCrop, geometry.CropCount, TokensPerSide, geometry, HasNewline: true);
    }

    private void WriteTiles(RgbImage image, AnyResGeometry geometry, Span<byte> crops, CancellationToken cancellation)
    {
        int tile = Config.TileSize, cropBytes = tile * tile * 3;
        Resampler.Resize(image, tile, tile, Config.Resample).Pixels.CopyTo(crops);
        cancellation.ThrowIfCancellationRequested();
        RgbImage resized = Resampler.Resize(image, geometry.Resized.Width, geometry.Resized.Height, Config.Resample);
        cancellation.ThrowIfCancellationRequested();
        for (int y = 0; y < resized.Height; y++)
        {
            int canvasRow = geometry.PadTop + y;
            for (int x = 0; x < resized.Width;)
            {
                int canvasColumn = geometry.PadLeft + x;
                int run = Math.Min(tile - canvasColumn % tile, resized.Width - x);
                int crop = 1 + canvasRow / tile * geometry.Grid.Width + canvasColumn / tile;
                int target = crop * cropBytes + (canvasRow % tile * tile + canvasColumn % tile) * 3;
                resized.Pixels.AsSpan((y * resized.Width + x) * 3, run * 3).CopyTo(crops[target..]);
                x += run;
            }
        }
    }

    private RgbImage SingleView(RgbImage image)
    {
        int tile = Config.TileSize;
        if (Config.Layout == ImageLayout.AnyRes)
            return Resampler.Resize(PadToSquare(image), tile, tile, Config.Resample);
        if (Config.Pad)
            image = PadToSquare(image);
        if (Config.ShortestEdge is not int edge)
            return Resampler.Resize(image, tile, tile, Config.Resample);
        int width = image.Width <= image.Height ? edge : CheckedLong(edge, image.Width, image.Height);
        int height = image.Width <= image.Height ? CheckedLong(edge, image.Height, image.Width) : edge;
        return CenterCrop(image, width, height);
    }

    private static int CheckedLong(int edge, int longer, int shorter)
    {
        long length = (long)edge * longer / shorter;
        return length <= int.MaxValue
            ? (int)length
            : throw new ArgumentException($"A picture of {longer} by {shorter} pixels is too thin to be resized to a shortest edge of {edge}.");
    }

    /// <summary>The centre of what resizing to <paramref name="width"/> x <paramref name="height"/> would give, black where that is smaller than the tile.</summary>
    private RgbImage CenterCrop(RgbImage image, int width, int height)
    {
        int tile = Config.TileSize;
        int regionWidth = Math.Min(width, tile), regionHeight = Math.Min(height, tile);
        RgbImage region = Resampler.ResizeRegion(
            image, width, height, (width - regionWidth) / 2, (height - regionHeight) / 2, regionWidth, regionHeight, Config.Resample);
        return regionWidth == tile && regionHeight == tile
            ? region
            : Place(region, tile, (tile - regionWidth) / 2, (tile - regionHeight) / 2, [0, 0, 0]);
    }

    private RgbImage PadToSquare(RgbImage image)
    {
        if (image.Width == image.Height)
            return image;
        int side = Math.Max(image.Width, image.Height);
        if ((long)side * side * 3 > Array.MaxLength)
            throw new ArgumentException($"A picture of {image.Width} by {image.Height} pixels is too thin to be padded to a square.");
        byte[] colour = [.. Config.Mean.Select(mean => (byte)Math.Clamp((int)(mean * 255), 0, 255))];
        return Place(image, side, (side - image.Width) / 2, (side - image.Height) / 2, colour);
    }

    private static RgbImage Place(RgbImage image, int side, int left, int top, byte[] colour)
    {
        var square = new RgbImage(side, side);
        if (colour.Any(value => value != 0))
        {
            for (int i = 0; i < square.Pixels.Length; i++)
                square.Pixels[i] = colour[i % 3];
        }
        for (int y = 0; y < image.Height; y++)
            image.Pixels.AsSpan(y * image.Width * 3, image.Width * 3).CopyTo(square.Pixels.AsSpan(((top + y) * side + left) * 3));
        return square;
    }
}
