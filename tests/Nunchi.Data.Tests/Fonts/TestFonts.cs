using Nunchi.Data.Fonts;

namespace Nunchi.Data.Tests.Fonts;

internal static class TestFonts
{
    public static string Path => System.IO.Path.Combine(AppContext.BaseDirectory, "Fixtures", "NunchiTestSans.ttf");

    public static FontFace Face(string family = "Nunchi Test Sans", FontSplit split = FontSplit.Training) =>
        new(family, Path, 0, 400, FontStyle.Gothic, split);

    public static FontLibrary Library { get; } = new([Face()]);
}
