using System.Text.Json;
using Nunchi.Models;
using Nunchi.Tensors.Safetensors;

namespace Nunchi.Images;

/// <summary>Reads <see cref="ImageProcessorConfig"/> from the files that releases of transformers have written over time.</summary>
internal static class ImageProcessorConfigReader
{
    private const long LargestFile = 4 << 20;
    private const int LargestTile = 4096;
    private const int MostTiles = 4096;

    public static ImageProcessorConfig Load(string directory, string? aspectRatio)
    {
        string imageFile = Path.Combine(directory, "preprocessor_config.json");
        string bundleFile = Path.Combine(directory, "processor_config.json");
        using JsonDocument? bundle = File.Exists(bundleFile) ? Parse(bundleFile) : null;
        using JsonDocument? image = File.Exists(imageFile) ? Parse(imageFile) : null;
        JsonValue? nested = bundle is null ? null : new JsonValue(bundleFile, "", bundle.RootElement).Object().Find("image_processor");
        JsonValue source = image is not null ? new JsonValue(imageFile, "", image.RootElement)
            : nested ?? throw new FileNotFoundException(
                $"No description of the image processor: expected {imageFile}, or \"image_processor\" inside {bundleFile}.", imageFile);
        JsonValue? ratio = bundle is null ? null : new JsonValue(bundleFile, "", bundle.RootElement).Find("vision_aspect_ratio");
        return Read(source.Object(), ratio, aspectRatio, directory);
    }

    private static ImageProcessorConfig Read(JsonValue source, JsonValue? ratio, string? aspectRatio, string directory)
    {
        string type = source.Find("image_processor_type")?.Text() ?? source.Find("feature_extractor_type")?.Text() ?? "";
        JsonValue? pinpoints = source.Find("image_grid_pinpoints");
        bool anyRes = pinpoints is not null || type.StartsWith("LlavaOnevision", StringComparison.Ordinal) || type.StartsWith("LlavaNext", StringComparison.Ordinal);
        var config = new ImageProcessorConfig
        {
            Layout = anyRes ? ImageLayout.AnyRes : ImageLayout.SingleCrop,
            ProcessorType = type.Length > 0 ? type : anyRes ? "LlavaOnevisionImageProcessor" : "CLIPImageProcessor",
            Resample = Filter(source.Find("resample")),
            RescaleFactor = source.Find("do_rescale")?.Boolean() == false ? 1.0 : source.Find("rescale_factor")?.Number(1e-9, 1e9) ?? 1.0 / 255.0,
            Mean = [0.48145466, 0.4578275, 0.40821073],
            Std = [0.26862954, 0.26130258, 0.27577711],
        };
        if (source.Find("do_resize") is { } resize && !resize.Boolean())
            throw resize.Wrong("true (a picture is always resized)");
        config = source.Find("do_normalize")?.Boolean() == false
            ? config with { Mean = [0, 0, 0], Std = [1, 1, 1] }
            : config with
            {
                Mean = source.Find("image_mean")?.Channels(-1e6, 1e6) ?? config.Mean,
                Std = source.Find("image_std")?.Channels(1e-9, 1e6) ?? config.Std,
            };
        return anyRes ? ReadAnyRes(config, source, pinpoints, ratio, aspectRatio, directory) : ReadSingleCrop(config, source);
    }

    private static ImageProcessorConfig ReadAnyRes(
        ImageProcessorConfig config, JsonValue source, JsonValue? pinpoints, JsonValue? ratio, string? aspectRatio, string directory)
    {
        int tile = 384;
        if (source.Find("size") is { } size)
            tile = size.IsObject && size.Find("shortest_edge") is { } edge ? edge.Integer(1, LargestTile) : Square(size);
        if (config.ProcessorType.StartsWith("LlavaNext", StringComparison.Ordinal) && source.Find("crop_size") is { } crop)
            tile = Square(crop);
        bool next = config.ProcessorType.StartsWith("LlavaNext", StringComparison.Ordinal);
        int? maxTiles = next ? null : 9;
        if (aspectRatio is not null)
        {
            if (!ImageProcessorConfig.TryParseAspectRatio(aspectRatio, out maxTiles))
                throw new InvalidDataException($"{Path.Combine(directory, "config.json")}: \"vision_aspect_ratio\" is \"{aspectRatio}\"; expected anyres or anyres_max_N.");
        }
        else if (ratio is { } value && !ImageProcessorConfig.TryParseAspectRatio(value.Text(), out maxTiles))
        {
            throw value.Wrong("anyres or anyres_max_N");
        }
        return config with
        {
            TileSize = tile,
            Canvases = pinpoints is { } list ? Canvases(list, tile) : CanvasGrid.Full(tile, 6),
            MaxTiles = maxTiles,
            Pad = source.Find("do_pad")?.Boolean() ?? true,
        };
    }

    private static ImageProcessorConfig ReadSingleCrop(ImageProcessorConfig config, JsonValue source)
    {
        int? edge = null;
        int tile = 224;
        if (source.Find("size") is { } size)
        {
            if (size.IsNumber)
                edge = tile = size.Integer(1, LargestTile);
            else if (size.Object().Find("shortest_edge") is { } shortest)
                edge = tile = shortest.Integer(1, LargestTile);
            else
                tile = Square(size);
        }
        bool crop = source.Find("do_center_crop")?.Boolean() ?? edge is not null;
        if (crop && source.Find("crop_size") is { } cropSize)
            tile = Square(cropSize);
        if (edge is not null && !crop)
            throw source.At("do_center_crop").Wrong("true where \"size\" sets the shortest edge, so that every picture gives one square");
        return config with
        {
            TileSize = tile,
            ShortestEdge = edge,
            CenterCrop = crop,
            Canvases = [],
            MaxTiles = null,
            Pad = source.Find("do_pad")?.Boolean() ?? false,
        };
    }

    private static int Square(JsonValue size)
    {
        if (size.IsNumber)
            return size.Integer(1, LargestTile);
        int height = size.Object().At("height").Integer(1, LargestTile), width = size.At("width").Integer(1, LargestTile);
        return height == width ? height : throw size.Wrong("a square (height equal to width)");
    }

    private static ResampleFilter Filter(JsonValue? value)
    {
        if (value is not { } filter)
            return ResampleFilter.Bicubic;
        int number = filter.Integer(0, 5);
        return Enum.IsDefined((ResampleFilter)number)
            ? (ResampleFilter)number
            : throw filter.Wrong("0 (nearest), 1 (Lanczos), 2 (bilinear), 3 (bicubic) or 4 (box)");
    }

    private static IReadOnlyList<ImageSize> Canvases(JsonValue list, int tile)
    {
        if (list.IsText)
            return CanvasGrid.Parse(list.Text(), tile) ?? throw list.Wrong("a list of [height, width], or the form \"(1x1),...,(6x6)\"");
        var sizes = new List<ImageSize>();
        foreach (JsonValue item in list.Items(1, MostTiles))
        {
            List<JsonValue> pair = item.Items(2, 2);
            var canvas = new ImageSize(pair[0].Integer(1, 1 << 20), pair[1].Integer(1, 1 << 20));
            if (canvas.Height % tile != 0 || canvas.Width % tile != 0 || canvas.Area / ((long)tile * tile) > MostTiles)
                throw item.Wrong($"whole multiples of the {tile} pixel tile, {MostTiles} tiles at most");
            sizes.Add(canvas);
        }
        return sizes;
    }

    private static JsonDocument Parse(string file)
    {
        long length = FileLength.Of(file);
        if (length > LargestFile)
            throw new InvalidDataException($"{file}: {length} bytes; a processor's description is expected to be at most {LargestFile}.");
        return StrictJson.Parse(file, File.ReadAllBytes(file));
    }
}
