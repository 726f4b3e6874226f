using Nunchi.Data.Fonts;

namespace Nunchi.Data.Tests.Fonts;

public class FontLibraryTests
{
    [Fact]
    public void Catalogue_Families_GoWhollyToOneSplit()
    {
        foreach (var family in FontCatalogue.Entries.GroupBy(entry => entry.Family))
            Assert.Single(family.Select(entry => entry.Split).Distinct());
    }

    [Theory]
    [InlineData(FontStyle.Gothic)]
    [InlineData(FontStyle.Myeongjo)]
    [InlineData(FontStyle.Hand)]
    [InlineData(FontStyle.Display)]
    public void Catalogue_EachStyle_HasTrainingAndHeldOutFamilies(FontStyle style)
    {
        Assert.Contains(FontCatalogue.Entries, entry => entry.Style == style && entry.Split == FontSplit.Training);
        Assert.Contains(FontCatalogue.Entries, entry => entry.Style == style && entry.Split == FontSplit.HeldOut);
    }

    [Fact]
    public void Catalogue_Entries_AreUniqueAndHoldOutFourFamilies()
    {
        Assert.Equal(FontCatalogue.Entries.Count, FontCatalogue.Entries.Select(entry => (entry.File, entry.Index)).Distinct().Count());
        Assert.True(FontCatalogue.Entries.Where(entry => entry.Split == FontSplit.HeldOut).Select(entry => entry.Family).Distinct().Count() >= 4);
    }

    [Fact]
    public void FindInstallHint_SomeFilesAreThere_NamesThePackagesOfTheOthers()
    {
        string directory = Directory.CreateTempSubdirectory("nunchi-fonts-").FullName;
        try
        {
            foreach (var entry in FontCatalogue.Entries.Where(entry => entry.Package == "fonts-nanum"))
                File.WriteAllBytes(Path.Combine(directory, entry.File), []);
            string[] hint = FontLibrary.FindInstallHint([directory]).Split(' ');
            Assert.Equal(["apt-get", "install", .. FontCatalogue.Entries.Select(entry => entry.Package).Distinct().Where(package => package != "fonts-nanum").Order(StringComparer.Ordinal)], hint);
            foreach (var entry in FontCatalogue.Entries)
                File.WriteAllBytes(Path.Combine(directory, entry.File), []);
            Assert.Empty(FontLibrary.FindInstallHint([directory]));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public void Find_DirectoryWithoutKnownFonts_NamesThePackages()
    {
        string directory = Path.Combine(AppContext.BaseDirectory, "Fixtures");
        var failure = Assert.Throws<FileNotFoundException>(() => FontLibrary.Find([directory]));
        Assert.Contains("apt-get install", failure.Message, StringComparison.Ordinal);
        Assert.Contains("fonts-nanum", failure.Message, StringComparison.Ordinal);
        Assert.Contains(directory, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Find_MissingDirectory_SaysWhich()
    {
        var failure = Assert.Throws<DirectoryNotFoundException>(() => FontLibrary.Find(["/no/such/fonts"]));
        Assert.Contains("/no/such/fonts", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Find_FaceWithoutEverySyllable_IsExcludedWithItsCoverage()
    {
        string directory = Directory.CreateTempSubdirectory("nunchi-fonts").FullName;
        try
        {
            File.Copy(TestFonts.Path, Path.Combine(directory, "NanumGothicBold.ttf"));
            Assert.Throws<FileNotFoundException>(() => FontLibrary.Find([directory]));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public void Library_FamilyInBothSplits_Throws()
    {
        FontFace[] faces = [TestFonts.Face(split: FontSplit.Training), TestFonts.Face(split: FontSplit.HeldOut)];
        Assert.Throws<ArgumentException>(() => new FontLibrary(faces));
    }

    [Fact]
    public void Library_Splits_KeepOrder()
    {
        FontFace[] faces = [TestFonts.Face("a"), TestFonts.Face("b", FontSplit.HeldOut), TestFonts.Face("c")];
        FontLibrary library = new(faces);
        Assert.Equal(["a", "c"], library.Training.Select(face => face.Family));
        Assert.Equal(["b"], library.HeldOut.Select(face => face.Family));
        Assert.Same(library.HeldOut, library.Of(FontSplit.HeldOut));
    }

    [Fact]
    public void Face_MissingFile_SaysWhich()
    {
        FontFace face = new("x", "/no/such.ttf", 0, 400, FontStyle.Gothic, FontSplit.Training);
        var failure = Assert.Throws<InvalidDataException>(() => face.Typeface);
        Assert.Contains("/no/such.ttf", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Face_Has_KnowsItsGlyphs()
    {
        FontFace face = TestFonts.Face();
        Assert.True(face.Has('가'));
        Assert.True(face.Has('A'));
        Assert.False(face.Has('뷁'));
        Assert.False(new FontFace("x", TestFonts.Path, 0, 400, FontStyle.Gothic, FontSplit.Training, "₩").Has('₩'));
        Assert.InRange(face.SyllableCoverage(), 500, KsSyllables.Count - 1);
    }

    [Fact]
    public void KsSyllables_Text_IsTheStandardsSet()
    {
        Assert.Equal(2350, KsSyllables.Text.Length);
        Assert.Equal('가', KsSyllables.Text[0]);
        Assert.Equal('힝', KsSyllables.Text[^1]);
        Assert.DoesNotContain('뷁', KsSyllables.Text);
        Assert.All(KsSyllables.Text, c => Assert.InRange(c, '가', '힣'));
        Assert.Equal(2350, KsSyllables.Text.Distinct().Count());
    }
}
