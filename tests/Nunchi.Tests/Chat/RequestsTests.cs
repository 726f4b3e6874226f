using Nunchi.Chat;
using Nunchi.Images;

namespace Nunchi.Tests.Chat;

public class RequestsTests
{
    private static readonly RgbImage Image = new(4, 4);

    [Fact]
    public void Caption_Korean_IsThePictureAlone() => Assert.Equal([new ImagePart(Image)], Requests.Caption(Image, AnswerLanguage.Korean).Parts);

    [Fact]
    public void Read_Boxes_IsTheReadingTask() => Assert.Equal([new ImagePart(Image), new TaskPart(VisualTask.Read)], Requests.Read(Image, boxes: true).Parts);

    [Theory]
    [InlineData("노란 우산", "노란 우산")]
    [InlineData(" red car ", "Find the red car.")]
    [InlineData("the red car", "Find the red car.")]
    [InlineData("an apple", "Find the apple.")]
    public void Locate_Phrase_AsksWithTheGroundingTask(string phrase, string words)
    {
        IReadOnlyList<ContentPart> parts = Requests.Locate(Image, phrase).Parts;

        Assert.Equal(new TaskPart(VisualTask.Ground), parts[1]);
        Assert.Contains(words, Assert.IsType<TextPart>(parts[2]).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Locate_EmptyPhrase_Throws() => Assert.Throws<ArgumentException>(() => Requests.Locate(Image, " "));
}
