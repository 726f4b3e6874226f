using System.Runtime.CompilerServices;
using Nunchi.Chat;
using Nunchi.Images;

namespace Nunchi.Generation.Looking;

/// <summary>Conversations whose pictures are changed before they are seen. The same picture gives the same object again, so that its features are found again.</summary>
/// <param name="change">Makes the picture that is seen.</param>
internal sealed class ChangedPictures(Func<RgbImage, RgbImage> change)
{
    private readonly ConditionalWeakTable<RgbImage, RgbImage> _changed = [];

    /// <summary>The conversation as it is seen.</summary>
    public IReadOnlyList<Message> Show(IReadOnlyList<Message> conversation) =>
        [.. conversation.Select(message => message with
        {
            Parts = [.. message.Parts.Select(part => part is ImagePart image ? new ImagePart(_changed.GetValue(image.Image, picture => change(picture))) : part)],
        })];
}
