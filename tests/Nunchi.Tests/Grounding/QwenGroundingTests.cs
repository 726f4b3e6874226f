using CsCheck;
using Nunchi.Chat;
using Nunchi.Grounding;
using Nunchi.Images;

namespace Nunchi.Tests.Grounding;

public class QwenGroundingTests
{
    private static readonly ForeignCoordinates Thousandths = new(CoordinateUnit.Thousandths);

    [Fact]
    public void Read_RefAndBoxTags_GivesTextAndSpans()
    {
        var (text, spans) = QwenGrounding.Read("There is <ref>a cat</ref><box>(100,200),(300,400)</box><box>(0,0),(500,1000)</box> on it.", Thousandths);

        Assert.Equal("There is a cat on it.", text);
        var span = Assert.Single(spans);
        Assert.Equal(("a cat", 9, 14), (span.Phrase, span.Start, span.End));
        Assert.Equal([new BoundingBox(0.1, 0.2, 0.3, 0.4), new BoundingBox(0, 0, 0.5, 1)], span.Boxes);
    }

    [Fact]
    public void Read_LongTagsOfQwen2_AreTheSame()
    {
        var (text, spans) = QwenGrounding.Read("<|object_ref_start|>버스<|object_ref_end|><|box_start|>(100, 200), (300, 400)<|box_end|>", Thousandths);

        Assert.Equal("버스", text);
        Assert.Equal(new BoundingBox(0.1, 0.2, 0.3, 0.4), Assert.Single(spans).Boxes[0]);
    }

    [Fact]
    public void Read_JsonInAFence_ReplacesItByItsLabels()
    {
        const string answer = """
            Here they are:
            ```json
            [
              {"bbox_2d": [64, 48, 320, 240], "label": "우산"},
              {"bbox_2d": [640, 480, 0, 0], "text_content": "출구"}
            ]
            ```
            """;

        var (text, spans) = QwenGrounding.Read(answer, new ForeignCoordinates(CoordinateUnit.Pixels, new ImageSize(480, 640)));

        Assert.Equal("Here they are:\n우산\n출구", text);
        Assert.Equal([("우산", SpanKind.Object), ("출구", SpanKind.Text)], spans.Select(span => (span.Phrase, span.Kind)));
        Assert.All(spans, span => Assert.Equal(span.Phrase, text[span.Start..span.End]));
        Assert.Equal(new BoundingBox(0.1, 0.1, 0.5, 0.5), spans[0].Boxes[0]);
        Assert.Equal(new BoundingBox(0, 0, 1, 1), spans[1].Boxes[0]);
    }

    [Fact]
    public void Read_JsonCutOff_KeepsTheCompleteObjectsAndTheRestAsText()
    {
        var (text, spans) = QwenGrounding.Read("""[{"bbox_2d":[1,2,3,4],"label":"a"},{"bbox_2d":[1,2""", Thousandths);

        Assert.Equal("a", Assert.Single(spans).Phrase);
        Assert.Contains("{\"bbox_2d\":[1,2", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no boxes here")]
    [InlineData("<ref>only a phrase</ref>")]
    [InlineData("<box>(1,2),(3</box>")]
    [InlineData("""{"bbox_2d":[1,2,3],"label":"x"}""")]
    [InlineData("""{"bbox_2d":["a",2,3,4],"label":"x"}""")]
    [InlineData("""{"bbox_2d":1}""")]
    public void Read_NothingReadable_StaysText(string answer)
    {
        var (text, spans) = QwenGrounding.Read(answer, Thousandths);

        Assert.Empty(spans);
        Assert.Equal(answer, text);
    }

    [Fact]
    public void Read_PixelsWithoutASize_IsRefused() =>
        Assert.Throws<ArgumentException>(() => QwenGrounding.Read("x", new ForeignCoordinates(CoordinateUnit.Pixels)));

    [Fact]
    public void Read_AnyMixture_NeverFails()
    {
        string[] atoms = ["<ref>", "</ref>", "<box>", "</box>", "(1,2),(3,4)", "{", "}", "\"bbox_2d\":[1,2,3,4]", ",", "\"label\":\"\\ud800\"", "[", "]", "```json", "가", "\uD800", "\n", "<|box_start|>"];
        Gen.Int[0, atoms.Length - 1].Select(i => atoms[i]).Array[0, 30].Sample(pieces =>
        {
            var (text, spans) = QwenGrounding.Read(string.Concat(pieces), Thousandths);
            Assert.All(spans, span => Assert.Equal(span.Phrase, text[span.Start..span.End]));
        }, iter: 3_000);
    }
}
