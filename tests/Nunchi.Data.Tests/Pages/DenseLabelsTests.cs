using Nunchi.Data.Objects;
using Nunchi.Data.Pages;

namespace Nunchi.Data.Tests.Pages;

public class DenseLabelsTests
{
    [Fact]
    public void Encode_EverySyllable_DecodesToItself()
    {
        for (char syllable = '가'; syllable <= '힣'; syllable++)
        {
            (byte initial, byte medial, byte final) = DenseLabels.Encode(syllable);
            Assert.InRange(initial, 1, DenseLabels.LeadingConsonants);
            Assert.InRange(medial, 1, DenseLabels.Medials - 1);
            Assert.InRange(final, 1, DenseLabels.Finals - 1);
            Assert.Equal(syllable, DenseLabels.Decode(initial, medial, final));
        }
    }

    [Theory]
    [InlineData('가', 1, 1, 1)]
    [InlineData('역', 12, 7, 2)]
    [InlineData('힣', 19, 21, 28)]
    [InlineData('A', 20, 0, 0)]
    [InlineData('a', 46, 0, 0)]
    [InlineData('0', 72, 0, 0)]
    [InlineData(';', 107, 0, 0)]
    [InlineData('漢', 108, 0, 0)]
    [InlineData(' ', 0, 0, 0)]
    public void Encode_KnownCharacters_GiveTheirNumbers(char character, int initial, int medial, int final)
    {
        Assert.Equal(((byte)initial, (byte)medial, (byte)final), DenseLabels.Encode(character));
    }

    [Fact]
    public void Encode_OtherCharacters_DecodeToThemselves()
    {
        foreach (char character in DenseLabels.OtherCharacters)
        {
            (byte initial, byte medial, byte final) = DenseLabels.Encode(character);
            Assert.Equal(character, DenseLabels.Decode(initial, medial, final));
        }

        Assert.Equal(DenseLabels.UnknownInitial, DenseLabels.LeadingConsonants + DenseLabels.OtherCharacters.Length + 1);
        Assert.Equal('\uFFFD', DenseLabels.Decode(DenseLabels.UnknownInitial, 0, 0));
        Assert.Equal('\uFFFD', DenseLabels.Decode(3, 0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => DenseLabels.Decode(DenseLabels.Initials, 0, 0));
    }

    [Fact]
    public void FromBoxes_CroppedAndResizedTile_LabelsWhatCoversPatchCentres()
    {
        // A picture of 400 x 400, cropped to (100, 100, 200, 200): every source pixel becomes 0.96 page pixels.
        Quad word = Quad.Rectangle(120, 120, 200, 160);
        LabelledGlyph[] glyphs =
        [
            new('판', ColourName.Red, Quad.Rectangle(120, 120, 160, 160), 0),
            new('교', ColourName.Red, Quad.Rectangle(160, 120, 200, 160), 0),
        ];
        int umbrella = ObjectCatalogue.Get("umbrella").Id;
        LabelledObject[] objects = [new(umbrella, ColourName.Yellow, Quad.Rectangle(150, 200, 500, 350))];
        LabelledPage page = new();
        DenseLabels.FromBoxes(glyphs, [word], objects, Homography.Crop(100, 100, 200, 200, 192), page);

        // Page: word 19.2..96 across, 19.2..57.6 down; object from 48 across and 96 down, cut at the right edge.
        Assert.Equal("판", Text(page, 2, 2));
        Assert.Equal("판", Text(page, 1, 1));
        Assert.Equal("교", Text(page, 2, 4));
        Assert.Equal(" ", Text(page, 0, 2));
        Assert.Equal(" ", Text(page, 2, 6));
        int at = 2 * 12 + 2;
        Assert.Equal(19.2f / 192, page.Box[4 * at], 4);
        Assert.Equal(19.2f / 192, page.Box[4 * at + 1], 4);
        Assert.Equal(96f / 192, page.Box[4 * at + 2], 4);
        Assert.Equal(57.6f / 192, page.Box[4 * at + 3], 4);
        int below = 8 * 12 + 5;
        Assert.Equal(umbrella, page.ObjectClass[below]);
        Assert.Equal((byte)ColourName.Yellow, page.Colour[below]);
        Assert.Equal(1f, page.Box[4 * below + 2], 4);
        Assert.Equal(1f, page.Box[4 * below + 3], 4);
        Assert.Equal(0, page.ObjectClass[5 * 12 + 5]);
    }

    [Fact]
    public void FromBoxes_NarrowLetters_AreNotedWhereTheyAreSqueezedIn()
    {
        Quad word = Quad.Rectangle(16, 16, 80, 32);
        LabelledPage page = new();
        LabelledGlyph Letter(char character, float left, float right, float top = 16, float bottom = 32) => new(character, ColourName.Black, Quad.Rectangle(left, top, right, bottom), 0);
        DenseLabels.FromBoxes(
            [Letter('i', 16, 21), Letter('1', 21, 27), Letter('l', 27, 32), Letter('A', 32, 48), Letter(' ', 48, 52), Letter('B', 52, 68), Letter('C', 68, 79), Letter('x', 100, 110, 34, 39), Letter('가', -20, -1), Letter('나', 112, 121), Letter('다', 121, 128)],
            [word], [], Homography.Identity, page);

        // The first patch is covered by the middle one of three; of the others it notes the first.
        Assert.Equal("1", Text(page, 1, 1));
        Assert.Equal('i', page.Beside[(1 * 12) + 1]);
        Assert.Equal("A", Text(page, 1, 2));
        Assert.Equal('\0', page.Beside[(1 * 12) + 2]);
        // A letter that has a patch of its own is noted nowhere else; one too low for any patch is noted where it stands, the patch being blank.
        Assert.Equal("B", Text(page, 1, 3));
        Assert.Equal("C", Text(page, 1, 4));
        Assert.Equal(" ", Text(page, 2, 6));
        Assert.Equal('x', page.Beside[(2 * 12) + 6]);
        Assert.Equal("나", Text(page, 1, 7));
        Assert.Equal(2, page.Beside.Count(character => character != '\0'));
        page.ClearLabels();
        Assert.All(page.Beside, character => Assert.Equal('\0', character));
    }

    [Fact]
    public void FromBoxes_RotatedText_FollowsTheTurn()
    {
        double angle = Math.PI / 6;
        Homography turn = new(Math.Cos(angle), -Math.Sin(angle), 96, Math.Sin(angle), Math.Cos(angle), 96, 0, 0, 1);
        LabelledGlyph glyph = new('A', ColourName.Black, Quad.Rectangle(40, -10, 80, 10), 0);
        LabelledPage page = new();
        DenseLabels.FromBoxes([glyph], [glyph.Cell], [], turn, page);
        Homography back = turn.Inverse();
        int covered = 0;
        for (int i = 0; i < page.Patches; i++)
        {
            (float x, float y) = back.Apply(i % 12 * 16 + 8, i / 12 * 16 + 8);
            bool inside = x is >= 40 and <= 80 && y is >= -10 and <= 10;
            Assert.Equal(inside ? DenseLabels.Encode('A').Initial : 0, page.Initial[i]);
            covered += inside ? 1 : 0;
        }

        Assert.InRange(covered, 2, 5);
    }

    [Fact]
    public void FromBoxes_GlyphOverObject_WinsAndUnknownWordThrows()
    {
        Quad all = Quad.Rectangle(0, 0, 192, 192);
        LabelledPage page = new();
        DenseLabels.FromBoxes([new('B', ColourName.White, Quad.Rectangle(0, 0, 50, 50), 0)], [all], [new(1, ColourName.Red, all)], Homography.Identity, page);
        Assert.Equal(DenseLabels.Encode('B').Initial, page.Initial[0]);
        Assert.Equal(0, page.ObjectClass[0]);
        Assert.Equal(1, page.ObjectClass[143]);
        Assert.Throws<ArgumentException>(() =>
            DenseLabels.FromBoxes([new('B', ColourName.White, all, 1)], [all], [], Homography.Identity, page));
        Assert.Throws<ArgumentException>(() =>
            DenseLabels.FromBoxes([], [], [new(DenseLabels.ObjectClasses, ColourName.None, all)], Homography.Identity, page));
    }

    private static string Text(LabelledPage page, int row, int column)
    {
        int at = row * page.Side + column;
        return DenseLabels.Decode(page.Initial[at], page.Medial[at], page.Final[at]).ToString();
    }
}
