using System.CommandLine;
using Nunchi.Generation;
using Nunchi.Images;

namespace Nunchi.Cli;

/// <summary>What a picture file may cost, and how pictures are shown to the model.</summary>
internal sealed class PictureOptions
{
    private static readonly Dictionary<string, TilingMode?> Tilings = new()
    {
        ["auto"] = null,
        ["anyres"] = TilingMode.AnyRes,
        ["single"] = TilingMode.SingleView,
        ["whole"] = TilingMode.WholeView,
    };

    private readonly Option<string?> _tiling = new("--tiling")
    {
        Description = "How pictures are shown: anyres (whole and in tiles), single (once, padded to a square), whole (once, stretched); auto (default) tiles one picture and shows several once each, as the models learned it.",
        HelpName = string.Join('|', Tilings.Keys),
    };

    private readonly Option<int?> _maxTiles = NumberOption.Create<int>("--max-tiles", "The N of anyres_max_N: more tiles than this are shrunk to as many tokens (default: as the checkpoint says).", 1, 256);
    private readonly Option<int?> _grid = NumberOption.Create<int>("--grid", "Tile on every canvas of up to N x N tiles (default: the checkpoint's list).", 1, 16);

    private readonly Option<string?> _enlarge = new("--enlarge")
    {
        Description = "Enlarge small pictures so that their longer side has 2304 pixels, as VARCO-VISION's OCR model is fed: auto (default) does so for that model only.",
        HelpName = "auto|on|off",
    };

    private readonly Option<int?> _megabytes = NumberOption.Create<int>("--max-image-mb", "Refuse picture files of more megabytes (default 64).", 1, 1 << 20);
    private readonly Option<double?> _megapixels = NumberOption.Create<double>("--max-megapixels", "Refuse pictures of more million pixels (default 100).", 0.001, 500);
    private readonly Option<double?> _seconds = NumberOption.Create<double>("--max-image-seconds", "Give up on a picture that takes longer to decode (default 20).", 0.001, 86_400);

    public PictureOptions()
    {
        _tiling.AcceptOnlyFromAmong([.. Tilings.Keys]);
        _enlarge.AcceptOnlyFromAmong("auto", "on", "off");
    }

    public void AddTo(Command command)
    {
        AddViewsTo(command);
        foreach (Option option in (Option[])[_megabytes, _megapixels, _seconds])
            command.Options.Add(option);
    }

    /// <summary>Adds the options of how pictures are shown, without those of files.</summary>
    public void AddViewsTo(Command command)
    {
        foreach (Option option in (Option[])[_tiling, _maxTiles, _grid, _enlarge])
            command.Options.Add(option);
    }

    /// <summary>What a picture file may cost.</summary>
    public ImageLimits Limits(ParseResult parsed)
    {
        ImageLimits limits = ImageLimits.Default;
        return limits with
        {
            MaxBytes = parsed.GetValue(_megabytes) is { } megabytes ? (long)megabytes << 20 : limits.MaxBytes,
            MaxPixels = parsed.GetValue(_megapixels) is { } megapixels ? (long)(megapixels * 1e6) : limits.MaxPixels,
            MaxTime = parsed.GetValue(_seconds) is { } seconds ? TimeSpan.FromSeconds(seconds) : limits.MaxTime,
        };
    }

    /// <summary>Reads a picture within the limits.</summary>
    public Picture Read(ParseResult parsed, string path) => Picture.Read(path, Limits(parsed));

    /// <summary>The engine's options with what was given.</summary>
    public EngineOptions Apply(EngineOptions options, ParseResult parsed) => options with
    {
        Tiling = parsed.GetValue(_tiling) is { } tiling ? Tilings[tiling] : options.Tiling,
        MaxTiles = parsed.GetValue(_maxTiles) ?? options.MaxTiles,
        GridSide = parsed.GetValue(_grid) ?? options.GridSide,
        EnlargeForReading = parsed.GetValue(_enlarge) switch { "on" => true, "off" => false, _ => options.EnlargeForReading },
    };
}
