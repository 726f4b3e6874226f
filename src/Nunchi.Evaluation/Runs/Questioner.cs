using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Nunchi.Chat;
using Nunchi.Evaluation.Judging;
using Nunchi.Evaluation.Suites;

namespace Nunchi.Evaluation.Runs;

/// <summary>Asks the model, or finds in the store what it answered before.</summary>
internal sealed class Questioner(IChatEngine engine, AnswerStore store, GenerationOptions options)
{
    /// <summary>Questions that were put to the model.</summary>
    public int Asked { get; private set; }

    /// <summary>Answers that were there but to another question: the pictures of this seed are drawn otherwise now.</summary>
    public int Outdated { get; private set; }

    /// <summary>The answers to the questions of an item, the model's own answers standing between them.</summary>
    public async Task<IReadOnlyList<GivenAnswer>> AnswerAsync(string suite, EvaluationItem item, CancellationToken cancellation)
    {
        var conversation = new List<Message>();
        var answers = new List<GivenAnswer>();
        string asked = Hash(item);
        for (int turn = 0; turn < item.Questions.Count; turn++)
        {
            conversation.Add(item.Questions[turn].Message);
            asked = Hash(asked, QuestionForm.Shown(item.Questions[turn].Message));
            StoredAnswer? kept = store.Find(suite, item.Id, turn);
            if (kept is not null && kept.Asked != asked)
            {
                Outdated++;
                kept = null;
            }
            // What could not be asked is tried again: it costs nothing, and the reason may be gone.
            if (kept?.Error is not null)
                kept = null;
            if (kept is null)
            {
                kept = answers.LastOrDefault()?.Error is { } error
                    ? new StoredAnswer(suite, item.Id, turn, asked, "", "", [], 0, 0, error)
                    : await AskAsync(suite, item.Id, turn, asked, conversation, cancellation).ConfigureAwait(false);
                store.Add(kept);
            }
            answers.Add(kept.Given());
            conversation.Add(new Message(Role.Assistant, kept.Raw));
            asked = Hash(asked, kept.Raw);
        }
        return answers;
    }

    private async Task<StoredAnswer> AskAsync(string suite, int id, int turn, string asked, List<Message> conversation, CancellationToken cancellation)
    {
        Asked++;
        try
        {
            await foreach (AnswerUpdate update in engine.AskAsync([.. conversation], options, cancellation).WithCancellation(cancellation).ConfigureAwait(false))
            {
                if (update is AnswerCompleted { Answer: var answer })
                    return new StoredAnswer(suite, id, turn, asked, answer.RawText, answer.Text, [.. answer.Spans.Select(StoredSpan.Of)], answer.Usage.CompletionTokens, Math.Round(answer.Timings.Total.TotalMilliseconds, 1));
            }
        }
        catch (ArgumentException failure)
        {
            // The conversation does not fit the model's context: no answer, which counts as a wrong one.
            return new StoredAnswer(suite, id, turn, asked, "", "", [], 0, 0, failure.Message);
        }
        throw new InvalidOperationException("The model's answer ended without its last part.");
    }

    private static string Hash(EvaluationItem item)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (Images.RgbImage image in item.Images)
        {
            int[] size = [image.Width, image.Height];
            hash.AppendData(MemoryMarshal.AsBytes(size.AsSpan()));
            hash.AppendData(image.Pixels);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }

    private static string Hash(string before, string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{before}\0{text}")))[..16];
}
