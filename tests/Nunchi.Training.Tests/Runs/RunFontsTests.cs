using Nunchi.Training.Runs;

namespace Nunchi.Training.Tests.Runs;

public sealed class RunFontsTests : IDisposable
{
    private readonly string _run = Directory.CreateTempSubdirectory("nunchi-run-").FullName;
    private readonly string _fonts = Directory.CreateTempSubdirectory("nunchi-fonts-").FullName;

    public void Dispose()
    {
        Directory.Delete(_run, recursive: true);
        Directory.Delete(_fonts, recursive: true);
    }

    [Fact]
    public void Note_FontsThatComeAndGo_AreToldOnceAndByName()
    {
        Add("NanumGothic.ttf");
        Add("NotoColorEmoji.ttf");
        Assert.Contains("apt-get install", Assert.Single(Note()), StringComparison.Ordinal);
        Assert.Equal(["NanumGothic.ttf", "NotoColorEmoji.ttf"], File.ReadAllLines(Path.Combine(_run, RunFonts.FileName)));
        Assert.Single(Note());

        Add("NanumMyeongjo.ttf");
        File.Delete(Path.Combine(_fonts, "NotoColorEmoji.ttf"));
        Assert.EndsWith("without NotoColorEmoji.ttf, with new NanumMyeongjo.ttf", Note()[1], StringComparison.Ordinal);
        Assert.Single(Note());

        File.Delete(Path.Combine(_fonts, "NanumGothic.ttf"));
        Assert.EndsWith(": without NanumGothic.ttf", Note()[1], StringComparison.Ordinal);
        Assert.Throws<DirectoryNotFoundException>(() => RunFonts.Note(_run, [Path.Combine(_fonts, "nowhere")]));
    }

    private IReadOnlyList<string> Note() => RunFonts.Note(_run, [_fonts]);

    private void Add(string file) => File.WriteAllBytes(Path.Combine(_fonts, file), []);
}
