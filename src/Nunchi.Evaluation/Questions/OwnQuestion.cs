using System.Text.Json.Serialization;

namespace Nunchi.Evaluation.Questions;

/// <summary>How a picture is asked about.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<OwnTask>))]
internal enum OwnTask
{
    /// <summary>With a question.</summary>
    [JsonStringEnumMemberName("ask")]
    Ask,

    /// <summary>As <c>nunchi caption</c> does.</summary>
    [JsonStringEnumMemberName("caption")]
    Caption,

    /// <summary>As <c>nunchi read</c> does.</summary>
    [JsonStringEnumMemberName("read")]
    Read,

    /// <summary>As <c>nunchi locate</c> does.</summary>
    [JsonStringEnumMemberName("locate")]
    Locate,
}

/// <summary>A line of a file of questions about pictures of one's own. (Lists that a line does not name are set to null by generated code, whatever they begin with.)</summary>
internal sealed record OwnQuestion
{
    /// <summary>The picture, beside the file; or <see cref="Images"/>, or neither for a question without a picture.</summary>
    public string? Image { get; init; }

    /// <summary>Several pictures.</summary>
    public IReadOnlyList<string>? Images { get; init; }

    /// <summary>How it is asked.</summary>
    public OwnTask Task { get; init; } = OwnTask.Ask;

    /// <summary>The question; of <see cref="OwnTask.Locate"/> what to look for.</summary>
    public string? Ask { get; init; }

    /// <summary>"ko" (default) or "en": of a caption.</summary>
    public string? Language { get; init; }

    /// <summary>Short forms of which a right answer holds one, as a word of its own.</summary>
    public IReadOnlyList<string> Accept { get; init => field = value ?? []; } = [];

    /// <summary>Short forms that it holds all.</summary>
    public IReadOnlyList<string> All { get; init => field = value ?? []; } = [];

    /// <summary>Short forms that it holds none of.</summary>
    public IReadOnlyList<string> Not { get; init => field = value ?? []; } = [];

    /// <summary>The whole answer, white space apart.</summary>
    public string? Text { get; init; }

    /// <summary>Boxes that it gives, x1, y1, x2, y2 from 0 to 1; empty for an answer without boxes, null where boxes do not matter.</summary>
    public IReadOnlyList<IReadOnlyList<double>>? Boxes { get; init; }

    /// <summary>A name under which its answer is counted as well.</summary>
    public string? Group { get; init; }

    /// <summary>The names of its pictures.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Pictures => Images ?? (Image is null ? [] : [Image]);

    /// <summary>What is wrong with it; null when nothing is.</summary>
    public string? Fault()
    {
        if (Image is not null && Images is not null)
            return "names both 'image' and 'images'; one of them is enough";
        if (Pictures.Any(string.IsNullOrWhiteSpace))
            return "names a picture with an empty name";
        if (Task is OwnTask.Ask or OwnTask.Locate && string.IsNullOrWhiteSpace(Ask))
            return Task == OwnTask.Ask ? "has no 'ask', the question (or a 'task': caption or read)" : "has no 'ask': what to look for";
        if (Task is OwnTask.Caption or OwnTask.Read && Ask is not null)
            return $"asks '{Ask}', but a task of {Name(Task)} has its own question";
        if (Task != OwnTask.Ask && Pictures.Count != 1)
            return $"shows {Pictures.Count} pictures; a task of {Name(Task)} is about one";
        if (Language is not (null or "ko" or "en") || (Language is not null && Task != OwnTask.Caption))
            return "has a 'language', which is ko or en and of a caption only";
        if (Accept.Concat(All).Concat(Not).Append(Text ?? "-").Any(string.IsNullOrWhiteSpace))
            return "expects something empty";
        if (Accept.Count + All.Count + Not.Count == 0 && Text is null && Boxes is null)
            return "expects nothing; say what a right answer is: accept, all, not, text or boxes";
        return Boxes?.FirstOrDefault(box => box is not [>= 0 and var left, >= 0 and var top, <= 1 and var right, <= 1 and var bottom] || !(left < right && top < bottom)) is { } odd
            ? $"has the box [{string.Join(", ", odd)}]; expected x1, y1, x2, y2 from 0 to 1, the first two smaller"
            : null;
    }

    /// <summary>As files name a task.</summary>
    public static string Name(OwnTask task) => task.ToString().ToLowerInvariant();
}
