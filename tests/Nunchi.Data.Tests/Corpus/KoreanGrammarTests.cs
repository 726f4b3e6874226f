using Nunchi.Data.Corpus;

namespace Nunchi.Data.Tests.Corpus;

public class KoreanGrammarTests
{
    [Theory]
    [InlineData("사과", Particle.Topic, "사과는")]
    [InlineData("우산", Particle.Topic, "우산은")]
    [InlineData("우산", Particle.Subject, "우산이")]
    [InlineData("나무", Particle.Object, "나무를")]
    [InlineData("서울", Particle.Direction, "서울로")]
    [InlineData("부산", Particle.Direction, "부산으로")]
    [InlineData("학교", Particle.Direction, "학교로")]
    [InlineData("빵", Particle.And, "빵과")]
    [InlineData("우유", Particle.With, "우유랑")]
    [InlineData("연필", Particle.Or, "연필이나")]
    [InlineData("판교역", Particle.Is, "판교역이에요")]
    [InlineData("자전거", Particle.Is, "자전거예요")]
    [InlineData("책", Particle.IsCasual, "책이야")]
    [InlineData("시계", Particle.IsPlain, "시계다")]
    [InlineData("눈치", Particle.Called, "눈치라고")]
    [InlineData("지훈", Particle.Vocative, "지훈아")]
    [InlineData("영수", Particle.Vocative, "영수야")]
    [InlineData("3", Particle.Subject, "3이")]
    [InlineData("2", Particle.Subject, "2가")]
    [InlineData("7", Particle.Direction, "7로")]
    [InlineData("10", Particle.Subject, "10이")]
    [InlineData("CU", Particle.Topic, "CU는")]
    [InlineData("BOWL", Particle.Direction, "BOWL로")]
    [InlineData("\"문\"", Particle.Object, "\"문\"을")]
    [InlineData("출구(3)", Particle.Direction, "출구(3)으로")]
    public void Add_Word_TakesTheFormItsSoundAsksFor(string word, Particle particle, string expected) =>
        Assert.Equal(expected, KoreanGrammar.Add(word, particle));

    [Theory]
    [InlineData(1, "개", "한 개")]
    [InlineData(3, "마리", "세 마리")]
    [InlineData(20, "명", "스무 명")]
    [InlineData(21, "명", "스물한 명")]
    [InlineData(99, "권", "아흔아홉 권")]
    [InlineData(100, "권", "100 권")]
    public void Counted_Number_ReadsNatively(int number, string counter, string expected) =>
        Assert.Equal(expected, KoreanGrammar.Counted(number, counter));

    [Theory]
    [InlineData(0, "영")]
    [InlineData(10, "십")]
    [InlineData(15, "십오")]
    [InlineData(110, "백십")]
    [InlineData(3500, "삼천오백")]
    [InlineData(10000, "만")]
    [InlineData(12800, "만이천팔백")]
    [InlineData(20000, "이만")]
    [InlineData(100010000, "일억일만")]
    public void Sino_Number_ReadsAsMoneyDoes(long number, string expected) => Assert.Equal(expected, KoreanGrammar.Sino(number));

    [Fact]
    public void Numbers_OutOfRange_Throw()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => KoreanGrammar.Native(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => KoreanGrammar.NativeAlone(100));
        Assert.Throws<ArgumentOutOfRangeException>(() => KoreanGrammar.Sino(-1));
        Assert.Equal("스물둘", KoreanGrammar.NativeAlone(22));
        Assert.Equal("공일공 일이삼사", KoreanGrammar.Spelled("010-1234"));
    }

    [Theory]
    [InlineData("왕십리", "Wangsimni")]
    [InlineData("독립문", "Dongnimmun")]
    [InlineData("신림", "Sillim")]
    [InlineData("종로", "Jongno")]
    [InlineData("선릉", "Seolleung")]
    [InlineData("압구정", "Apgujeong")]
    [InlineData("묵호", "Mukho")]
    [InlineData("좋고", "Joko")]
    [InlineData("같이", "Gachi")]
    [InlineData("해돋이", "Haedoji")]
    [InlineData("백마", "Baengma")]
    [InlineData("별내", "Byeollae")]
    [InlineData("강남 3번 출구", "Gangnam 3Beon Chulgu")]
    public void Of_Word_FollowsTheRevisedRomanisation(string korean, string latin) => Assert.Equal(latin, Romanisation.Of(korean));
}
