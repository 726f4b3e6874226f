using Nunchi.Chat;
using Nunchi.Data.Scenes;
using Nunchi.Data.Tasks;
using Nunchi.Images;

namespace Nunchi.Data.Records;

/// <summary>A part of a stored message: a picture by its file name, or text.</summary>
/// <param name="Image">The picture's path inside the data set; null for text.</param>
/// <param name="Text">The text; null for a picture.</param>
public sealed record StoredPart(string? Image, string? Text);

/// <summary>A stored message.</summary>
/// <param name="Role">Who speaks.</param>
/// <param name="Parts">What is said, in order.</param>
public sealed record StoredMessage(Role Role, IReadOnlyList<StoredPart> Parts);

/// <summary>A sample of a data set directory, its pictures not yet opened.</summary>
/// <param name="Id">Unique within the data set.</param>
/// <param name="Split">Training or held out.</param>
/// <param name="Messages">The conversation.</param>
/// <param name="Images">Paths of the pictures inside the data set, in order of appearance.</param>
/// <param name="Turns">What is true about each answer.</param>
public sealed record StoredSample(string Id, SceneSplit Split, IReadOnlyList<StoredMessage> Messages, IReadOnlyList<string> Images, IReadOnlyList<TurnTruth> Turns)
{
    /// <summary>The messages with their pictures decoded.</summary>
    /// <param name="directory">The data set's directory.</param>
    /// <exception cref="InvalidDataException">A picture's name leads out of the directory.</exception>
    /// <exception cref="IOException">A picture cannot be read.</exception>
    public IReadOnlyList<Message> Open(string directory)
    {
        string root = Path.GetFullPath(directory);
        return [.. Messages.Select(message => new Message(message.Role, [.. message.Parts.Select(part => Open(root, part))]))];
    }

    private ContentPart Open(string root, StoredPart part)
    {
        if (part.Image is null)
            return new TextPart(part.Text ?? "");
        string path = Path.GetFullPath(Path.Combine(root, part.Image));
        if (!path.StartsWith(root + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            throw new InvalidDataException($"Sample {Id} names the picture '{part.Image}', which lies outside {root}; pictures of a data set lie inside its directory.");
        return new ImagePart(ImageDecoder.DecodeFile(path));
    }
}
