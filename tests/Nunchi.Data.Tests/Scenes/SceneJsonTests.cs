using Nunchi.Data.Pages;
using Nunchi.Data.Scenes;

namespace Nunchi.Data.Tests.Scenes;

public class SceneJsonTests
{
    [Fact]
    public void Deserialize_WhatSerializeWrote_GivesTheSameText()
    {
        SceneSampler sampler = TestScenes.Sampler(SceneSplit.HeldOut);
        for (ulong index = 0; index < 30; index++)
        {
            string json = SceneJson.Serialize(sampler.Draw(2, index).Scene);
            Assert.DoesNotContain('\n', json);
            Assert.Equal(json, SceneJson.Serialize(SceneJson.Deserialize(json, "here")));
        }
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("{\"width\":")]
    [InlineData("null")]
    public void Deserialize_NoScene_NamesThePlace(string json) =>
        Assert.StartsWith("file.jsonl, line 3", Assert.Throws<InvalidDataException>(() => SceneJson.Deserialize(json, "file.jsonl, line 3")).Message, StringComparison.Ordinal);

    [Fact]
    public void Deserialize_OtherVersion_NamesBothVersions()
    {
        string json = SceneJson.Serialize(TestScenes.Sampler(SceneSplit.Training).Draw(2, 0).Scene).Replace("\"version\":1", "\"version\":99", StringComparison.Ordinal);
        string message = Assert.Throws<InvalidDataException>(() => SceneJson.Deserialize(json, "here")).Message;
        Assert.Contains("99", message, StringComparison.Ordinal);
        Assert.Contains("1", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Deserialize_ARecordFromBeforeAreas_HasNone()
    {
        Scene scene = TestScenes.Sampler(SceneSplit.Training).Draw(2, 0, SceneKind.Station).Scene;
        Assert.NotEmpty(scene.Areas);
        string areas = $"\"areas\":{SceneJson.Serialize(scene).Split("\"areas\":")[1].Split(",\"texts\"")[0]},";
        string before = SceneJson.Serialize(scene).Replace(areas, "", StringComparison.Ordinal);
        Assert.DoesNotContain("areas", before, StringComparison.Ordinal);
        Assert.Empty(SceneJson.Deserialize(before, "here").Areas);
    }

    [Fact]
    public void Quad_Contains_KnowsInsideAndOutside()
    {
        var quad = new Quad(0, 0, 10, 2, 9, 12, 1, 10);
        Assert.True(quad.Contains(5, 5));
        Assert.False(quad.Contains(9.9f, 11.9f));
        Assert.Equal(new SceneBox(0, 0, 10, 12), SceneBox.Around(quad));
    }
}
