using Nunchi.Data.Fonts;
using Nunchi.Data.Objects;
using Nunchi.Data.Scenes;

namespace Nunchi.Testing;

/// <summary>Pictures from the font of the repository and from shapes: no system font is needed.</summary>
internal static class TestAssets
{
    public static SceneAssets Assets { get; } = new(new FontLibrary([Face("Known", FontSplit.Training), Face("Unseen", FontSplit.HeldOut)]), new ObjectPainter(null));

    public static SceneOptions Small { get; } = new() { MaxSide = 320, Harshness = 0.5f };

    private static FontFace Face(string family, FontSplit split) =>
        new(family, Path.Combine(RepositoryFiles.Root, "assets", "fonts", "NanumGothicBold.ttf"), 0, 700, FontStyle.Gothic, split);
}
