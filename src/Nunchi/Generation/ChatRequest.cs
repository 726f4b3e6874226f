using Nunchi.Chat;
using Nunchi.Generation.Prefixes;
using Nunchi.Images;
using Nunchi.Models;
using Nunchi.Text;

namespace Nunchi.Generation;

/// <summary>A conversation as the decoder sees it: tokens with a place for every image feature, and the pictures in order.</summary>
internal sealed record ChatRequest(int[] Ids, IReadOnlyList<RgbImage> Images, IReadOnlyList<int> ImageStarts, int[] ImageCounts, TilingMode Tiling)
{
    /// <summary>Tokens that stand for pictures.</summary>
    public int ImageTokens => ImageCounts.Sum();

    /// <summary>The tokens with the pictures that they stand for.</summary>
    public PromptToken[] Tokens(IReadOnlyList<ImageKey> keys)
    {
        PromptToken[] tokens = [.. Ids.Select(id => new PromptToken(id))];
        for (int i = 0; i < Images.Count; i++)
        {
            for (int row = 0; row < ImageCounts[i]; row++)
                tokens[ImageStarts[i] + row] = new PromptToken(Ids[ImageStarts[i]], keys[i], row);
        }
        return tokens;
    }

    /// <exception cref="ArgumentException">The conversation is empty, does not end with the user, says nothing, or leaves no room for an answer.</exception>
    public static ChatRequest Prepare(IReadOnlyList<Message> conversation, PromptBuilder prompts, ImageProcessor processor, TilingMode? tiling, VisionLanguageConfig config)
    {
        Check(conversation);
        RgbImage[] images = [.. conversation.SelectMany(message => message.Parts).OfType<ImagePart>().Select(part => part.Image)];
        TilingMode mode = tiling ?? config.DefaultTiling(images.Length);
        int context = config.Text.MaxPositions;
        int[] tokens = [.. images.Select(image => processor.TokenCount(new ImageSize(image.Height, image.Width), mode))];
        Prompt prompt = prompts.Build(TaskMarkup.Expand(conversation));
        long total = (long)prompt.Ids.Count + tokens.Sum(count => (long)count - 1);
        int imageTokens = tokens.Sum();
        if (total >= context)
        {
            throw new ArgumentException(
                $"The conversation takes {total} tokens, {imageTokens} of them for {images.Length} picture{(images.Length == 1 ? "" : "s")}; the model's context holds {context} with the answer. "
                + "Leave out earlier turns, or use smaller or fewer pictures.", nameof(conversation));
        }
        int[] ids = new int[total];
        var starts = new List<int>(images.Length);
        int at = 0, image = 0;
        for (int i = 0; i < prompt.Ids.Count; i++)
        {
            bool isImage = image < images.Length && prompt.ImagePositions[image] == i;
            if (isImage)
                starts.Add(at);
            int count = isImage ? tokens[image++] : 1;
            ids.AsSpan(at, count).Fill(prompt.Ids[i]);
            at += count;
        }
        return new ChatRequest(ids, images, starts, tokens, mode);
    }

    private static void Check(IReadOnlyList<Message> conversation)
    {
        if (conversation.Count == 0)
            throw new ArgumentException("The conversation has no message.", nameof(conversation));
        if (conversation[^1].Role != Role.User)
            throw new ArgumentException($"The conversation ends with a message of the {conversation[^1].Role.ToString().ToLowerInvariant()}; the last one must be the user's.", nameof(conversation));
        if (conversation[^1].Parts.All(part => part is TextPart { Text.Length: 0 }))
            throw new ArgumentException("The last message is empty; it needs text or a picture.", nameof(conversation));
    }
}
