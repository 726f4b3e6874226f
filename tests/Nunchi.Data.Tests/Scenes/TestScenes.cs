using Nunchi.Data.Scenes;
using Nunchi.Data.Scenes.Designs;

namespace Nunchi.Data.Tests.Scenes;

/// <summary>Scenes from the font of the repository and from shapes: no system font is needed.</summary>
internal static class TestScenes
{
    public static string Root { get; } = RepositoryFiles.Root;

    public static SceneAssets Assets => TestAssets.Assets;

    public static SceneOptions Small { get; } = new() { MaxSide = 360 };

    public static TheoryData<string, SceneSplit> Designs()
    {
        var data = new TheoryData<string, SceneSplit>();
        foreach (Design design in DesignCatalogue.All)
            data.Add(design.Name, design.HeldOutOnly ? SceneSplit.HeldOut : SceneSplit.Training);
        return data;
    }

    public static SceneSampler Sampler(SceneSplit split, SceneOptions? options = null) => new(Assets, split, options ?? Small);
}
