using System.Text;
using Nunchi.Data.Objects;
using Nunchi.Data.Records;
using Nunchi.Data.Scenes.Content;
using Nunchi.Data.Scenes.Designs;
using Nunchi.Images;

namespace Nunchi.Data.Scenes;

/// <summary>The pictures of the samples directory, drawn from fixed seeds with held-out fonts where they are installed.</summary>
public static class SamplePictures
{
    private const ulong StationSeed = 1;

    // Seeds were chosen by looking: pictures that are clear and differ from each other.
    private static readonly (string Name, string Design, ulong Seed, SceneSplit Split)[] Pictures =
    [
        ("receipt", "receipt_columns", 2, SceneSplit.HeldOut),
        ("menu", "menu_chalk", 4, SceneSplit.Training),
        ("sign", "road_directions", 11, SceneSplit.HeldOut),
        ("pricetag", "price_sale", 8, SceneSplit.HeldOut),
        ("shop", "shop_front", 5, SceneSplit.Training),
        ("notice", "notice_warning", 8, SceneSplit.HeldOut),
    ];

    /// <summary>Names of the pictures, without their ending.</summary>
    public static IReadOnlyList<string> Names { get; } = ["station", "playground", .. Pictures.Select(p => p.Name)];

    /// <summary>Draws every sample picture as <c>NAME.jpg</c>.</summary>
    /// <param name="directory">Where to; made when it is not there. Files of the same names are replaced.</param>
    /// <param name="assets">Fonts and things; null for those of this machine.</param>
    /// <param name="truths">Where the records go as <c>NAME.json</c>; null for nowhere.</param>
    /// <exception cref="InvalidOperationException">The emoji font is missing; the playground cannot be drawn.</exception>
    public static void Draw(string directory, SceneAssets? assets = null, string? truths = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        assets ??= SceneAssets.Find();
        Directory.CreateDirectory(directory);
        if (truths is not null)
            Directory.CreateDirectory(truths);
        foreach (string name in Names)
        {
            RenderedScene picture = Render(name, assets);
            DataSetFiles.WriteAtomically(Path.Combine(directory, name + ".jpg"), picture.Extension == "jpg" ? picture.Encode() : ImageEncoder.ToJpeg(picture.Image, 92));
            if (truths is not null)
                DataSetFiles.WriteAtomically(Path.Combine(truths, name + ".json"), Encoding.UTF8.GetBytes(SceneJson.Serialize(picture.Scene) + "\n"));
        }
    }

    internal static RenderedScene Render(string name, SceneAssets assets)
    {
        var options = new SceneOptions { MinSide = 300, Harshness = 0.35f, SmallestText = 20 };
        switch (name)
        {
            case "station":
                return new SceneSampler(assets, SceneSplit.HeldOut, options).Draw(StationSeed, 0, new Design("station_sample", SceneKind.Station, false, b => StationBoards.Sample(b, StationCards.Named("판교")!)));
            case "playground":
                if (!assets.Painter.HasEmoji)
                    throw new InvalidOperationException("The sample pictures need the emoji font: apt-get install fonts-noto-color-emoji.");
                return new SceneSampler(assets, SceneSplit.HeldOut, options).Draw(21, 0, new Design("playground_sample", SceneKind.Playground, false, ThingScenes.Sample));
            default:
                (string _, string design, ulong seed, SceneSplit split) = Pictures.First(p => p.Name == name);
                return new SceneSampler(assets, split, options).Draw(seed, 0, DesignCatalogue.Named(design));
        }
    }
}
