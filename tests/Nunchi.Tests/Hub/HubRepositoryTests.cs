using Nunchi.Hub;

namespace Nunchi.Tests.Hub;

public class HubRepositoryTests
{
    [Theory]
    [InlineData("NCSOFT/VARCO-VISION-2.0-1.7B", "NCSOFT/VARCO-VISION-2.0-1.7B", "main")]
    [InlineData("a/b@refs/pr/3", "a/b", "refs/pr/3")]
    [InlineData("a/b_c@0123456789abcdef0123456789abcdef01234567", "a/b_c", "0123456789abcdef0123456789abcdef01234567")]
    public void Parse_Names_AreRead(string text, string name, string revision)
    {
        HubRepository repository = HubRepository.Parse(text);

        Assert.Equal((name, revision), (repository.Name, repository.Revision));
        Assert.Equal(revision.Length == 40, repository.IsPinned);
    }

    [Theory]
    [InlineData("")]
    [InlineData("name")]
    [InlineData("a/b/c")]
    [InlineData("../b")]
    [InlineData("a/..")]
    [InlineData("/etc/passwd")]
    [InlineData("a/b@")]
    [InlineData("a/b@../../x")]
    [InlineData("a/b@/x")]
    [InlineData("a/b--c")]
    [InlineData("a\\b/c")]
    [InlineData("./models/x")]
    [InlineData("a/한글")]
    public void Parse_OtherTexts_AreRefused(string text) => Assert.Throws<ArgumentException>(() => HubRepository.Parse(text));
}
