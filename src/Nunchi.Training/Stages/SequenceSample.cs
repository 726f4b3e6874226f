using Nunchi.Data.Tasks;
using Nunchi.Images;
using Nunchi.Training.Stages.Patches;

namespace Nunchi.Training.Stages;

/// <summary>Where the token of an answer looks.</summary>
/// <param name="Token">The token.</param>
/// <param name="Start">Where in <see cref="SequenceSample.LookedAt"/> its image tokens begin.</param>
/// <param name="Count">How many they are.</param>
/// <param name="Decides">Whether all that follows agrees with the token, as with yes or no: another cannot stand in its place.</param>
internal readonly record struct AnswerLook(int Token, int Start, int Count, bool Decides);

/// <summary>A recycled sample of the decoder: tokens, what counts of them, and pictures.</summary>
internal sealed class SequenceSample
{
    /// <summary>Tokens, placeholders of pictures repeated as often as they have features.</summary>
    public List<int> Ids { get; } = [];

    /// <summary>What is to be predicted where it counts (the token itself, in text), -1 where not.</summary>
    public List<int> Labels { get; } = [];

    /// <summary>For every label its task, an index into the stage's tasks.</summary>
    public List<int> Tasks { get; } = [];

    /// <summary>Tokens that all conversations of the sample begin with; 0 when it holds one.</summary>
    public int Shared { get; set; }

    /// <summary>Tokens of each conversation after those; none when it holds one.</summary>
    public List<int> Branches { get; } = [];

    public ProcessedImages? Images { get; set; }

    /// <summary>For every patch of every crop the thing and the colour that it shows, where pictures are made of symbols; else empty.</summary>
    public List<ShownPatch> Shown { get; } = [];

    /// <summary>For tokens of answers the image tokens that show what they say.</summary>
    public List<AnswerLook> Looks { get; } = [];

    /// <summary>Image tokens of <see cref="Looks"/>, ascending for each.</summary>
    public List<int> LookedAt { get; } = [];

    /// <summary>Labelled tokens; the first token of a sequence never counts, because nothing predicts it.</summary>
    public int Labelled { get; private set; }

    /// <summary>Whether the sample is longer than the stage allows.</summary>
    public bool IsTooLong { get; set; }

    /// <summary>The conversations it holds, for sheets; none for plain text.</summary>
    public List<TrainingSample> Sources { get; } = [];

    public void Clear()
    {
        Ids.Clear();
        Labels.Clear();
        Tasks.Clear();
        Images = null;
        Shown.Clear();
        Looks.Clear();
        LookedAt.Clear();
        Sources.Clear();
        Shared = 0;
        Branches.Clear();
        IsTooLong = false;
        Labelled = 0;
    }

    /// <summary>Labels a token that did not count with another than itself.</summary>
    public void Label(int index, int label, int task)
    {
        if (Labels[index] < 0 && index > 0)
            Labelled++;
        (Labels[index], Tasks[index]) = (label, task);
    }

    /// <summary>Says which image tokens show what a token says.</summary>
    public void AddLook(int token, List<int> imageTokens, bool decides = false)
    {
        Looks.Add(new AnswerLook(token, LookedAt.Count, imageTokens.Count, decides));
        LookedAt.AddRange(imageTokens);
    }

    /// <summary>Writes the tokens from a place on anew.</summary>
    /// <param name="from">The first that is replaced.</param>
    /// <param name="tokens">Each with its label, its task and, by its index in <see cref="Looks"/>, the look of the token that it stands for; -1 for none.</param>
    public void ReplaceFrom(int from, IReadOnlyList<(int Id, int Label, int Task, int Look)> tokens)
    {
        for (var i = Math.Max(1, from); i < Labels.Count; i++)
            Labelled -= Labels[i] >= 0 ? 1 : 0;
        Ids.RemoveRange(from, Ids.Count - from);
        Labels.RemoveRange(from, Labels.Count - from);
        Tasks.RemoveRange(from, Tasks.Count - from);
        var moved = new List<AnswerLook>();
        foreach (var (id, label, task, look) in tokens)
        {
            if (look >= 0)
                moved.Add(Looks[look] with { Token = Ids.Count });
            Append(id, label, task);
        }

        Looks.RemoveAll(look => look.Token >= from);
        Looks.AddRange(moved);
    }

    public void Append(int id, bool counts, int task) => Append(id, counts ? id : -1, task);

    /// <summary>Where answers begin and end, which are the runs of labelled tokens, from a place on.</summary>
    public IEnumerable<(int Start, int End)> AnswersFrom(int from)
    {
        for (var start = from; start < Ids.Count; start++)
        {
            var end = start;
            while (end < Ids.Count && Labels[end] >= 0)
                end++;
            if (end == start)
                continue;
            yield return (start, end);
            start = end;
        }
    }

    private void Append(int id, int label, int task)
    {
        Labels.Add(label);
        Tasks.Add(task);
        if (label >= 0 && Ids.Count > 0)
            Labelled++;
        Ids.Add(id);
    }
}
