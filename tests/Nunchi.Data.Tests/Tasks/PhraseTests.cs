using Nunchi.Data.Tasks;
using Nunchi.Grounding;

namespace Nunchi.Data.Tests.Tasks;

public class PhraseTests
{
    [Theory]
    [InlineData("{0은} 어디?", "우산", "우산은 어디?")]
    [InlineData("{0은} 어디?", "모자", "모자는 어디?")]
    [InlineData("{0이} 있어?", "판교", "판교가 있어?")]
    [InlineData("{0으로}", "서울", "서울로")]
    [InlineData("{0으로}", "부산", "부산으로")]
    [InlineData("{0'이라고} 적힘", "판교", "'판교'라고 적힘")]
    [InlineData("{0이라고}", "Pangyo", "Pangyo라고")]
    [InlineData("{0이라고}", "Pyeongchang", "Pyeongchang이라고")]
    [InlineData("{0이라는}", "역", "역이라는")]
    [InlineData("{0과}", "두 개", "두 개와")]
    public void Fill_Particle_FitsTheLastSound(string template, string word, string expected) => Assert.Equal(expected, Phrase.Fill(template, word));

    [Fact]
    public void Fill_TaggedPhrase_UsesItsWords()
    {
        string tag = GroundingTags.Object("빨간 모자", new BoundingBox(0.1, 0.1, 0.2, 0.2));
        Assert.EndsWith("</bbox>는", Phrase.Fill("{0은}", tag), StringComparison.Ordinal);
        Assert.EndsWith("한 마리가", Phrase.Fill("{0이}", tag + " 한 마리"), StringComparison.Ordinal);
    }

    [Fact]
    public void Fill_UnknownParticle_Throws() => Assert.Throws<ArgumentException>(() => Phrase.Fill("{0쯤}", "우산"));
}
