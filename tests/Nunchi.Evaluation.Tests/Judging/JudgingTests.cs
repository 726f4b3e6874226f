using Nunchi.Data.Objects;
using Nunchi.Evaluation.Judging;

namespace Nunchi.Evaluation.Tests.Judging;

public class JudgingTests
{
    [Theory]
    [InlineData("판교", "판교역입니다.", true)]
    [InlineData("판교", "이 역은 판교 입니다", true)]
    [InlineData("판교", "서판교역입니다.", false)]
    [InlineData("강남", "강남구청역입니다.", false)]
    [InlineData("3", "13번입니다.", false)]
    [InlineData("3", "3번입니다.", true)]
    [InlineData("3", "3만 원입니다.", false)]
    [InlineData("3,000", "13,000원입니다.", false)]
    [InlineData("3,000", "3,000,000원입니다.", false)]
    [InlineData("3,000", "3,000원입니다.", true)]
    [InlineData("3000", "3,000원입니다.", false)]
    [InlineData("cat", "a catalogue", false)]
    [InlineData("Pangyo", "This is pangyo Station.", true)]
    [InlineData("두 개", "모두 두  개입니다.", true)]
    [InlineData("보이지 않", "우산은 보이지 않습니다.", true)]
    [InlineData("", "무엇이든", false)]
    public void AcceptedForm_InAnAnswer_IsFoundAsAWordOfItsOwn(string form, string answer, bool found) =>
        Assert.Equal(found, AcceptedForm.Any([form], answer, ""));

    [Fact]
    public void AcceptedForm_TailOfTheReference_IsAllowed()
    {
        Assert.False(AcceptedForm.Any(["합정"], "합정방면으로 갑니다.", ""));
        Assert.True(AcceptedForm.Any(["합정"], "합정방면으로 갑니다.", "합정방면으로 가는 열차입니다."));
    }

    [Theory]
    [InlineData("네, 있습니다.", true)]
    [InlineData("예", true)]
    [InlineData("Yes, there is a dog.", true)]
    [InlineData("아니요, 우산은 없습니다.", false)]
    [InlineData("아뇨.", false)]
    [InlineData("No.", false)]
    [InlineData("우산은 보이지 않습니다.", false)]
    [InlineData("우산이 있습니다.", true)]
    [InlineData("There is no umbrella.", false)]
    [InlineData("노란 우산", null)]
    [InlineData("", null)]
    [InlineData("nothing", null)]
    public void YesNoReader_Answers_AreToldByTheFirstWordOrTheStatement(string answer, bool? expected) => Assert.Equal(expected, YesNoReader.Read(answer));

    [Theory]
    [InlineData("노란 우산 두 개가 있습니다.", "umbrella:Yellow")]
    [InlineData("파란색 자동차와 강아지가 있습니다.", "car:Blue")]
    [InlineData("갈색 개 두 마리와 사과 세 개가 보입니다.", "apple:None dog:Brown")]
    [InlineData("분홍색 티셔츠 두 벌과 벌 한 마리", "bee:None tshirt:Pink")]
    [InlineData("곰 인형과 테니스 라켓이 있습니다.", "racket:None teddybear:None")]
    [InlineData("우산은 노란색입니다.", "umbrella:Yellow")]
    [InlineData("하늘색 원피스, 검은 모자", "cap:Black dress:SkyBlue")]
    [InlineData("종이 앞에 종 한 개가 있습니다.", "bell:None")]
    [InlineData("종이 보입니다.", "bell:None")]
    [InlineData("글자는 '노란 우산'이라고 적혀 있습니다.", "")]
    [InlineData("A sky blue umbrella and two red soccer balls.", "soccerball:Red umbrella:SkyBlue")]
    [InlineData("The umbrella is yellow. The car is in the middle.", "car:None umbrella:Yellow")]
    [InlineData("나무판을 배경으로 남자아이 한 명이 있습니다.", "boy:None")]
    [InlineData("버스정류장과 소나무", "")]
    public void ThingMentions_Text_GivesThingsWithTheirColours(string text, string expected) =>
        Assert.Equal(expected, string.Join(' ', ThingMentions.In(text).Select(m => $"{m.Class}:{m.Colour}").Order(StringComparer.Ordinal)));

    [Fact]
    public void ThingMentions_EveryNameOfTheCatalogue_IsFoundWithAParticle()
    {
        foreach (ObjectClass what in ObjectCatalogue.All)
        {
            Assert.Equal(what.Key, Assert.Single(ThingMentions.In($"여기 {what.Korean}도 있습니다.")).Class);
            Assert.Equal(what.Key, Assert.Single(ThingMentions.In($"There are {what.Plural} here.")).Class);
            Assert.Equal(new ThingMention(what.Key, ColourName.Green), Assert.Single(ThingMentions.In($"초록색 {what.Korean}만")));
        }
    }

    [Theory]
    [InlineData("노란색입니다.", "Yellow")]
    [InlineData("그것은 초록색이고 하늘색이 아닙니다", "Green SkyBlue")]
    [InlineData("It is sky blue.", "SkyBlue")]
    [InlineData("grey", "Gray")]
    [InlineData("파란불", "")]
    public void ColourWords_Text_GivesEachColourOnce(string text, string expected) =>
        Assert.Equal(expected, string.Join(' ', ColourWords.In(text).Order()));

    [Theory]
    [InlineData("우산은 왼쪽 위에 있습니다.", "left top")]
    [InlineData("위쪽 가운데에 있습니다.", "middle top")]
    [InlineData("오른쪽 아래입니다.", "bottom right")]
    [InlineData("위치를 알려 드립니다.", "")]
    [InlineData("above and to the left of", "left top")]
    public void Directions_Text_GivesItsSides(string text, string expected) => Assert.Equal(expected, string.Join(' ', Directions.In(text).Order(StringComparer.Ordinal)));

    [Theory]
    [InlineData("죄송합니다. 도와 드릴 수 없습니다.", true)]
    [InlineData("사진에 전화번호는 보이지 않습니다.", true)]
    [InlineData("Sorry, I cannot read it.", true)]
    [InlineData("전화번호는 02-123-4567입니다.", false)]
    public void Declining_Answers_AreRecognised(string answer, bool expected) => Assert.Equal(expected, Declining.Is(answer, []));

    [Fact]
    public void PlainText_WhiteSpace_BecomesOneSpace() => Assert.Equal("판교 역 1번", PlainText.Of(" 판교\n\t역 　1번 \r\n"));
}
