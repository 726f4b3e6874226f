using Nunchi.Images;
using Nunchi.Text;

namespace Nunchi.Training.Stages;

/// <summary>Repeats the placeholder of each picture as often as the picture has features.</summary>
internal static class ImageTokens
{
    /// <summary>The prompt's tokens with every picture at its full length.</summary>
    /// <exception cref="ArgumentException">Prompt and pictures differ in number.</exception>
    public static List<int> Expand(Prompt prompt, ProcessedImages? images)
    {
        if (prompt.ImagePositions.Count != (images?.Images.Count ?? 0))
            throw new ArgumentException($"the prompt has places for {prompt.ImagePositions.Count} pictures, {images?.Images.Count ?? 0} were prepared");
        var ids = new List<int>(prompt.Ids.Count + (images?.TokenCount ?? 0));
        var picture = 0;
        for (var i = 0; i < prompt.Ids.Count; i++)
        {
            var times = 1;
            if (picture < prompt.ImagePositions.Count && prompt.ImagePositions[picture] == i)
                times = images!.Images[picture++].TokenCount;
            for (var copy = 0; copy < times; copy++)
                ids.Add(prompt.Ids[i]);
        }

        return ids;
    }
}
