using System.Runtime.CompilerServices;
using Nunchi.Chat;
using Nunchi.Grounding;

namespace Nunchi.Evaluation.Tests;

/// <summary>A model that answers what a test tells it to, by the number of the question.</summary>
internal sealed class ScriptedEngine(string directory, Func<int, string> answers) : IChatEngine
{
    public List<IReadOnlyList<Message>> Asked { get; } = [];

    public List<GenerationOptions> Options { get; } = [];

    public ModelInfo Info { get; } = new()
    {
        Name = Path.GetFileName(directory),
        Directory = directory,
        Family = "llava_onevision",
        Parts = [],
        ContextLength = 2048,
        VocabularySize = 4096,
        Kernels = "none",
        LoadTime = TimeSpan.Zero,
    };

    public async IAsyncEnumerable<AnswerUpdate> AskAsync(IReadOnlyList<Message> conversation, GenerationOptions options, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        int number = Asked.Count;
        Asked.Add(conversation);
        Options.Add(options);
        await Task.Yield();
        cancellation.ThrowIfCancellationRequested();
        string raw = answers(number);
        GroundingParser parsed = GroundingParser.Parse(raw);
        yield return new AnswerCompleted(new Answer
        {
            Text = parsed.Text,
            RawText = raw,
            Spans = parsed.Spans,
            Usage = new Usage(10, 5, raw.Length),
            Timings = new Timings { Encode = default, Prefill = default, FirstToken = default, Decode = default, Total = TimeSpan.FromMilliseconds(3) },
            FinishReason = FinishReason.Stop,
        });
    }

    public void Dispose()
    {
    }
}
