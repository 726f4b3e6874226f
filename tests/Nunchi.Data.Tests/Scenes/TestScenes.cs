using Nunchi.Data.Fonts;
using Nunchi.Data.Objects;
using Nunchi.Data.Scenes;
using Nunchi.Data.Scenes.Designs;

namespace Nunchi.Data.Tests.Scenes;

/// <summary>Scenes from the font of the repository and from shapes: no system font is needed.</summary>
internal static class TestScenes
{
    public static string Root { get; } = FindRoot();

    public static SceneAssets Assets { get; } = new(new FontLibrary([Face("Known", FontSplit.Training), Face("Unseen", FontSplit.HeldOut)]), new ObjectPainter(null));

    public static SceneOptions Small { get; } = new() { MaxSide = 360 };

    public static TheoryData<string, SceneSplit> Designs()
    {
        var data = new TheoryData<string, SceneSplit>();
        foreach (Design design in DesignCatalogue.All)
            data.Add(design.Name, design.HeldOutOnly ? SceneSplit.HeldOut : SceneSplit.Training);
        return data;
    }

    public static SceneSampler Sampler(SceneSplit split, SceneOptions? options = null) => new(Assets, split, options ?? Small);

    private static FontFace Face(string family, FontSplit split) =>
        new(family, Path.Combine(Root, "assets", "fonts", "NanumGothicBold.ttf"), 0, 700, FontStyle.Gothic, split);

    private static string FindRoot()
    {
        for (DirectoryInfo? place = new(AppContext.BaseDirectory); place is not null; place = place.Parent)
        {
            if (File.Exists(Path.Combine(place.FullName, "Nunchi.slnx")))
                return place.FullName;
        }
        throw new DirectoryNotFoundException($"No directory above {AppContext.BaseDirectory} holds Nunchi.slnx; the tests read fonts and samples of the repository.");
    }
}
