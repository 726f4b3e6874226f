using Nunchi.Data.Corpus;
using Nunchi.Data.Objects;

namespace Nunchi.Data.Tests.Corpus;

public class StationsTests
{
    [Fact]
    public void All_Stations_AreManyAndHaveTheirFacts()
    {
        Assert.InRange(Stations.All.Select(station => station.Korean).Distinct().Count(), 400, 2000);
        Assert.All(Stations.All, station =>
        {
            Assert.All([station.Korean, station.Roman, station.Line, station.City], text => Assert.False(string.IsNullOrWhiteSpace(text)));
            Assert.Matches("^[A-Z][A-Za-z0-9 .&'()-]*$", station.Roman);
            Assert.Matches("^([0-9]{3})?$", station.Number);
        });
    }

    [Theory]
    [InlineData("판교", "신분당선", "성남", "청계산입구", "정자", ColourName.Red)]
    [InlineData("강남", "서울 2호선", "서울", "역삼", "교대", ColourName.Green)]
    [InlineData("해운대", "부산 2호선", "부산", "중동", "동백", ColourName.Green)]
    [InlineData("오금", "서울 3호선", "서울", "경찰병원", "", ColourName.Orange)]
    public void Named_Station_KnowsLineCityAndNeighbours(string name, string line, string city, string previous, string next, ColourName colour)
    {
        Station station = Assert.Single(Stations.Named(name + "역"), found => found.Line == line);
        Assert.Equal((city, previous, next, colour), (station.City, station.Previous, station.Next, station.Colour));
    }

    [Theory]
    [InlineData("서울 2호선", "충정로", "243")]
    [InlineData("서울 3호선", "오금", "352")]
    [InlineData("서울 4호선", "남태령", "434")]
    [InlineData("서울 5호선", "강동", "548")]
    [InlineData("서울 6호선", "봉화산", "647")]
    [InlineData("서울 7호선", "온수", "750")]
    [InlineData("부산 1호선", "노포", "134")]
    [InlineData("대전 1호선", "반석", "122")]
    public void Named_LastStationOfALine_HasItsNumber(string line, string name, string number) =>
        Assert.Equal(number, Assert.Single(Stations.Named(name), found => found.Line == line).Number);

    [Fact]
    public void Neighbours_OfEveryStation_PointBack()
    {
        for (int i = 1; i < Stations.All.Count; i++)
        {
            Station before = Stations.All[i - 1];
            Station here = Stations.All[i];
            Assert.Equal(before.Next == here.Korean, here.Previous == before.Korean);
        }
    }

    [Fact]
    public void Splits_ShareNoName()
    {
        Assert.Empty(Stations.Training.Select(station => station.Korean).Intersect(Stations.HeldOut.Select(station => station.Korean)));
        Assert.InRange(Stations.HeldOut.Count, Stations.All.Count / 20, Stations.All.Count / 6);
        Assert.Empty(Stations.Named("없는역"));
        Assert.Equal("서울역", Stations.Named("서울역")[0].Full);
        Assert.Equal("판교역", Stations.Named("판교")[0].Full);
    }

    [Fact]
    public void WordSplit_ManyWords_HoldsOutAboutOneInTen()
    {
        int held = Enumerable.Range(0, 10_000).Count(i => WordSplit.IsHeldOut($"낱말{i}"));
        Assert.InRange(held, 800, 1200);
    }
}
