using System.Text;
using CsCheck;
using Nunchi.Chat;
using Nunchi.Grounding;
using Kind = Nunchi.Grounding.GroundingOddityKind;

namespace Nunchi.Tests.Grounding;

public class GroundingParserTests
{
    [Fact]
    public void Parse_PhraseWithSeveralBoxes_GivesTextAndSpan()
    {
        var parsed = GroundingParser.Parse("소파에 <obj>고양이 두 마리</obj><bbox>0.014, 0.106, 0.51, 0.996<delim>0.51, 0.054, 0.996, 0.787</bbox>가 있습니다.");

        Assert.Equal("소파에 고양이 두 마리가 있습니다.", parsed.Text);
        var span = Assert.Single(parsed.Spans);
        Assert.Equal(("고양이 두 마리", SpanKind.Object, 4, 12), (span.Phrase, span.Kind, span.Start, span.End));
        Assert.Equal([new BoundingBox(0.014, 0.106, 0.51, 0.996), new BoundingBox(0.51, 0.054, 0.996, 0.787)], span.Boxes);
        Assert.Empty(parsed.Oddities);
    }

    [Fact]
    public void Parse_OcrLines_GivesOneSpanAWord()
    {
        var parsed = GroundingParser.Parse("<char>백범로</char><bbox>0.172, 0.266, 0.328, 0.341</bbox>\n<char>Baekbeom-ro</char><bbox>0.1,0.5,0.4,1</bbox>");

        Assert.Equal("백범로\nBaekbeom-ro", parsed.Text);
        Assert.Equal([SpanKind.Text, SpanKind.Text], parsed.Spans.Select(span => span.Kind));
        Assert.Equal("Baekbeom-ro", parsed.Text[parsed.Spans[1].Start..parsed.Spans[1].End]);
        Assert.Equal(new BoundingBox(0.1, 0.5, 0.4, 1), parsed.Spans[1].Boxes[0]);
        Assert.Empty(parsed.Oddities);
    }

    [Theory]
    [InlineData("a <obj>b</obj><bbox>0.1, 0.2, 0.3, 0.4", "a b", 1, Kind.UnclosedBox)]
    [InlineData("<obj>b</obj><bbox>0.1, 0.2, 0.3", "b", 0, Kind.UnclosedBox, Kind.WrongNumberCount, Kind.PhraseWithoutBox)]
    [InlineData("<obj>b</obj><bbox>", "b", 0, Kind.UnclosedBox, Kind.PhraseWithoutBox)]
    [InlineData("<obj>b</obj><bbox></bbox>", "b", 0, Kind.WrongNumberCount, Kind.PhraseWithoutBox)]
    [InlineData("<obj>b</obj><bbox>0.1, 0.2, 0.3, 0.4 그리고 c", "b 그리고 c", 1, Kind.UnclosedBox)]
    [InlineData("<obj>b</obj><bbox>왼쪽</bbox>", "b왼쪽", 0, Kind.UnclosedBox, Kind.StrayTag, Kind.PhraseWithoutBox)]
    [InlineData("<obj>b</obj><bbox>0.1, 0.2, 0.3</bbox>", "b", 0, Kind.WrongNumberCount, Kind.PhraseWithoutBox)]
    [InlineData("<obj>b</obj><bbox>0.1, 0.2, 0.3, 0.4, 0.5</bbox>", "b", 1, Kind.WrongNumberCount)]
    [InlineData("<obj>b</obj><bbox>0.1, 0.2, 0.3, 0.4, 0.1, 0.2, 0.3, 0.4</bbox>", "b", 2, Kind.WrongNumberCount)]
    [InlineData("<obj>b</obj><bbox>0..1, 0.2, 0.3, 0.4</bbox>", "b", 0, Kind.NotANumber, Kind.PhraseWithoutBox)]
    [InlineData("<obj>b</obj><bbox>0.1, 0.2, 1.02, 0.4</bbox>", "b", 1, Kind.OutOfRange)]
    [InlineData("<obj>b</obj><bbox>0.1, 0.2, 17.5, 0.4</bbox>", "b", 0, Kind.OutOfRange, Kind.PhraseWithoutBox)]
    [InlineData("<obj>b</obj><bbox>100, 200, 300, 400</bbox>", "b", 1, Kind.Thousandths)]
    [InlineData("<obj>b</obj><bbox>0.3, 0.4, 0.1, 0.2</bbox>", "b", 1, Kind.ReversedCorners)]
    [InlineData("<obj>b</obj><bbox>0.3, 0.2, 0.3, 0.4</bbox>", "b", 1, Kind.EmptyBox)]
    [InlineData("<obj>b<bbox>0.1, 0.2, 0.3, 0.4</bbox></obj>", "b", 1, Kind.UnclosedPhrase, Kind.StrayTag)]
    [InlineData("<obj>b</char><bbox>0.1, 0.2, 0.3, 0.4</bbox>", "b", 1, Kind.MismatchedTag)]
    [InlineData("<obj>b", "b", 0, Kind.UnclosedPhrase, Kind.PhraseWithoutBox)]
    [InlineData("<obj>b</obj>", "b", 0, Kind.PhraseWithoutBox)]
    [InlineData("<obj>b</obj>는 <bbox>0.1, 0.2, 0.3, 0.4</bbox> 여기", "b는  여기", 1, Kind.SeparatedBox)]
    [InlineData("a<bbox>0.1, 0.2, 0.3, 0.4</bbox>b", "ab", 1, Kind.BoxWithoutPhrase)]
    [InlineData("a</bbox>b<delim>c</obj>d<gro>e<ocr>", "abcde", 0, Kind.StrayTag, Kind.StrayTag, Kind.StrayTag, Kind.StrayTag, Kind.StrayTag)]
    [InlineData("<obj>a<obj>b</obj><bbox>0.1, 0.2, 0.3, 0.4</bbox>", "ab", 1, Kind.UnclosedPhrase, Kind.PhraseWithoutBox)]
    [InlineData("<obj>b</obj><bbox>0.1, 0.2<obj>c</obj><bbox>0.1, 0.2, 0.3, 0.4</bbox>", "bc", 1, Kind.UnclosedBox, Kind.WrongNumberCount, Kind.PhraseWithoutBox)]
    [InlineData("a <bbo", "a <bbo", 0, Kind.UnfinishedTag)]
    [InlineData("a < b <x> <", "a < b <x> <", 0)]
    [InlineData("<obj>b</obj> \n<bbox>(0.1, 0.2), (0.3, 0.4)</bbox><bbox>0 0 1 1</bbox>", "b \n", 2)]
    public void Parse_OddAnswer_KeepsTheTextAndReportsWhatWasOdd(string answer, string text, int boxes, params GroundingOddityKind[] oddities)
    {
        var parsed = GroundingParser.Parse(answer);

        Assert.Equal(text, parsed.Text);
        Assert.Equal(boxes, parsed.Spans.Sum(span => span.Boxes.Count));
        Assert.Equal(oddities, parsed.Oddities.Select(oddity => oddity.Kind));
    }

    [Theory]
    [InlineData("0.1, 0.2, 1.02, 0.4", 0.1, 0.2, 1, 0.4)]
    [InlineData("-0.01, 0.2, 0.3, 0.4", 0, 0.2, 0.3, 0.4)]
    [InlineData("0.3, 0.4, 0.1, 0.2", 0.1, 0.2, 0.3, 0.4)]
    [InlineData("172, 266, 328, 1000", 0.172, 0.266, 0.328, 1)]
    [InlineData("0.1, 0.2, 0.3, 0.4, 0.5", 0.1, 0.2, 0.3, 0.4)]
    public void Parse_OddBox_IsReadAsItWasMeant(string numbers, double x1, double y1, double x2, double y2)
    {
        var span = Assert.Single(GroundingParser.Parse($"<obj>b</obj><bbox>{numbers}</bbox>").Spans);

        Assert.Equal(new BoundingBox(x1, y1, x2, y2), Assert.Single(span.Boxes));
    }

    [Fact]
    public void Append_PieceByPiece_ReleasesTextAsSoonAsItIsCertain()
    {
        var parser = new GroundingParser();

        Assert.Equal([new TextDelta("저기 ")], parser.Append("저기 "));
        Assert.Empty(parser.Append("<"));
        Assert.Empty(parser.Append("obj"));
        Assert.Equal([new TextDelta("개", 0)], parser.Append(">개"));
        Assert.Empty(parser.Append("</obj>"));
        Assert.Empty(parser.Append("<bbox>0.1, 0.2"));
        Assert.Empty(parser.Append(", 0.3, 0.4</bbox>"));
        AnswerUpdate[] last = [.. parser.Append("가")];
        Assert.Equal(new TextDelta("가"), last[1]);
        var completed = Assert.IsType<SpanCompleted>(last[0]);
        Assert.Equal((0, "개", 3, 4), (completed.SpanIndex, completed.Span.Phrase, completed.Span.Start, completed.Span.End));
        Assert.Equal([new TextDelta(" 1 <")], parser.Append(" 1 <").Concat(parser.Append(" 2")).Take(1).Select(update => new TextDelta(((TextDelta)update).Text + "<")));
    }

    [Fact]
    public void Append_HalfASurrogatePair_WaitsForTheOther()
    {
        var parser = new GroundingParser();

        Assert.Equal([new TextDelta("a")], parser.Append("a\uD83D"));
        Assert.Equal([new TextDelta("😀")], parser.Append("\uDE00"));
    }

    [Fact]
    public void Append_AnySplitOfAnyAnswer_GivesTheSameAsAllAtOnce()
    {
        string[] atoms = [.. GroundingMarkup.All, .. GroundingMarkup.All, "0.1, 0.2, 0.3, 0.4", "0.5", ", ", "고양이", " ", "\n", "<", "</", "<obj", "😀", "1000", "-", "x"];
        Gen.Select(Gen.Int[0, atoms.Length - 1].Select(i => atoms[i]).Array[0, 25], Gen.Int[0, int.MaxValue]).Sample((pieces, seed) =>
        {
            string answer = string.Concat(pieces);
            var random = new Random(seed);
            var whole = GroundingParser.Parse(answer);

            var streamed = new GroundingParser();
            var updates = new List<AnswerUpdate>();
            for (int at = 0; at < answer.Length;)
            {
                int length = Math.Min(1 + random.Next(5), answer.Length - at);
                updates.AddRange(streamed.Append(answer.Substring(at, length)));
                at += length;
            }
            updates.AddRange(streamed.Finish());

            Assert.Equal(whole.Text, streamed.Text);
            Assert.Equal(whole.Oddities, streamed.Oddities);
            Assert.Equal(Describe(whole.Spans), Describe(streamed.Spans));
            CheckUpdates(streamed, updates);
            CheckNothingIsLost(answer, whole);
        }, iter: 5_000);
    }

    // The deltas joined are the text; the spans come in order, after their text, with the index that their text announced.
    private static void CheckUpdates(GroundingParser parser, List<AnswerUpdate> updates)
    {
        var text = new StringBuilder();
        int spans = 0;
        foreach (var update in updates)
        {
            if (update is TextDelta delta)
            {
                Assert.NotEqual("", delta.Text);
                Assert.True(delta.SpanIndex is null || delta.SpanIndex == spans);
                text.Append(delta.Text);
            }
            else
            {
                var completed = Assert.IsType<SpanCompleted>(update);
                Assert.Equal(spans, completed.SpanIndex);
                Assert.Same(parser.Spans[spans++], completed.Span);
                Assert.True(completed.Span.End <= text.Length);
                Assert.Equal(completed.Span.Phrase, text.ToString(completed.Span.Start, completed.Span.End - completed.Span.Start));
                Assert.NotEmpty(completed.Span.Boxes);
            }
        }
        Assert.Equal(parser.Text, text.ToString());
        Assert.Equal(parser.Spans.Count, spans);
    }

    // Letters can only be in the text; tags and box numbers are what is taken out.
    private static void CheckNothingIsLost(string answer, GroundingParser parsed)
    {
        Assert.Equal(answer.Count(unit => unit == '고'), parsed.Text.Count(unit => unit == '고'));
        Assert.Equal(answer.Count(unit => unit == '\uD83D'), parsed.Text.Count(unit => unit == '\uD83D'));
        Assert.All(parsed.Spans.SelectMany(span => span.Boxes), box => Assert.True(box.X1 >= 0 && box.X1 <= box.X2 && box.X2 <= 1 && box.Y1 >= 0 && box.Y1 <= box.Y2 && box.Y2 <= 1));
    }

    private static string Describe(IEnumerable<GroundedSpan> spans) =>
        string.Join(";", spans.Select(span => $"{span.Kind} {span.Phrase} {span.Start}-{span.End} {string.Join("|", span.Boxes)}"));

    [Fact]
    public void Parse_EndlessBox_IsBounded()
    {
        var parsed = GroundingParser.Parse("<obj>b</obj><bbox>" + new string('1', 100_000));

        Assert.Contains(parsed.Oddities, oddity => oddity.Kind == Kind.UnclosedBox && oddity.Found.Length <= 256);
        Assert.Equal(1 + 100_000 - 256, parsed.Text.Length);
    }
}
