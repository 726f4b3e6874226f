using Nunchi.Data.Sheets;
using Nunchi.Grounding;
using Nunchi.Images;

namespace Nunchi.Data.Tests.Sheets;

public class SheetTests
{
    [Fact]
    public void BoxedPicture_Boxes_LieInThePicturesPixels()
    {
        string svg = BoxedPicture.Draw(new RgbImage(200, 100), 100, new BoxLayer(BoxedPicture.Expected, [new BoundingBox(0.1, 0.2, 0.5, 0.9)]), new BoxLayer(BoxedPicture.Given, []));

        Assert.Contains("width=\"100\" viewBox=\"0 0 200 100\"", svg, StringComparison.Ordinal);
        Assert.Contains("<rect x=\"20.0\" y=\"20.0\" width=\"80.0\" height=\"70.0\" fill=\"none\" stroke=\"#0a8a3c\"", svg, StringComparison.Ordinal);
        Assert.DoesNotContain(BoxedPicture.Given, svg, StringComparison.Ordinal);
        Assert.Contains("href=\"data:image/jpeg;base64,", svg, StringComparison.Ordinal);
    }

    [Fact]
    public void DataUri_Jpeg_IsThePicture()
    {
        var image = new RgbImage(16, 8);
        Array.Fill(image.Pixels, (byte)200);
        string uri = DataUri.Jpeg(image.Pixels, image.Width, image.Height);

        RgbImage read = ImageDecoder.Decode(Convert.FromBase64String(uri["data:image/jpeg;base64,".Length..]), cancellation: TestContext.Current.CancellationToken);

        Assert.Equal((16, 8), (read.Width, read.Height));
        Assert.All(read.Pixels, value => Assert.InRange(value, 196, 204));
        Assert.Throws<ArgumentException>(() => DataUri.Jpeg(image.Pixels, 16, 9));
    }

    [Fact]
    public void SheetWriter_Title_IsEscaped()
    {
        var sheet = new SheetWriter("a < b", "<p>intro</p>");
        sheet.Add("<p>one</p>", "data-right=\"1\"");
        sheet.Add("<p>two</p>");
        string html = sheet.Finish("<p>end</p>");

        Assert.Contains("<h1>a &lt; b</h1><p>intro</p>", html, StringComparison.Ordinal);
        Assert.Contains("<div class=\"card\" data-right=\"1\"><p>one</p></div><div class=\"card\"><p>two</p></div>", html, StringComparison.Ordinal);
        Assert.EndsWith("<p>end</p></body></html>", html, StringComparison.Ordinal);
    }
}
