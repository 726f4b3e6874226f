using System.Runtime.CompilerServices;
using Nunchi.Chat;
using Nunchi.Grounding;

namespace Nunchi.Cli.Tests;

/// <summary>An engine that answers what a test wrote down, and remembers what it was asked.</summary>
internal sealed class FakeEngine : IChatEngine
{
    /// <summary>The pieces of each answer; the last script repeats.</summary>
    public List<AnswerUpdate[]> Scripts { get; } = [[new TextDelta("안녕하세요.")]];

    public List<IReadOnlyList<Message>> Asked { get; } = [];

    public List<GenerationOptions> Options { get; } = [];

    /// <summary>Called before each piece, with the answer's and the piece's number.</summary>
    public Action<int, int>? Before { get; set; }

    public IReadOnlyList<GroundingOddity> Oddities { get; set; } = [];

    public FinishReason FinishReason { get; set; } = FinishReason.Stop;

    public bool Disposed { get; private set; }

    public ModelInfo Info { get; set; } = new()
    {
        Name = "tiny",
        Directory = "/models/tiny",
        Family = "llava_onevision",
        Parts =
        [
            new ModulePart("encoder", "SigLIP, 64 wide", 1_200_000, 4_800_000, "float32"),
            new ModulePart("projector", "64 -> 96", 15_000, 60_000, "float32"),
            new ModulePart("decoder", "Qwen3, 96 wide", 2_500_000, 10_000_000, "float32"),
        ],
        ContextLength = 2048,
        VocabularySize = 4096,
        Kernels = "AVX2, 2 threads",
        LoadTime = TimeSpan.FromMilliseconds(12.345),
    };

    public static AnswerUpdate[] Grounded(string phrase, params BoundingBox[] boxes) =>
    [
        new PhaseProgress(AnswerPhase.Encode, 1, 1),
        new PhaseProgress(AnswerPhase.Prefill, 20, 20),
        new TextDelta("여기 "),
        new TextDelta(phrase, 0),
        new SpanCompleted(0, new GroundedSpan(phrase, SpanKind.Object, 3, 3 + phrase.Length, boxes)),
        new TextDelta("이 있어요."),
    ];

    public async IAsyncEnumerable<AnswerUpdate> AskAsync(
        IReadOnlyList<Message> conversation, GenerationOptions options, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        int number = Asked.Count;
        Asked.Add(conversation);
        Options.Add(options);
        AnswerUpdate[] script = Scripts[Math.Min(number, Scripts.Count - 1)];
        for (int piece = 0; piece < script.Length; piece++)
        {
            Before?.Invoke(number, piece);
            cancellation.ThrowIfCancellationRequested();
            await Task.Yield();
            yield return script[piece];
        }
        string text = string.Concat(script.OfType<TextDelta>().Select(delta => delta.Text));
        yield return new AnswerCompleted(new Answer
        {
            Text = text,
            RawText = $"<raw>{text}",
            Spans = [.. script.OfType<SpanCompleted>().Select(span => span.Span)],
            Oddities = Oddities,
            Usage = new Usage(30, 16, 9),
            Timings = new Timings
            {
                Encode = TimeSpan.FromMilliseconds(10),
                Prefill = TimeSpan.FromMilliseconds(20),
                FirstToken = TimeSpan.FromMilliseconds(31.5),
                Decode = TimeSpan.FromMilliseconds(40),
                Total = TimeSpan.FromMilliseconds(71.5),
            },
            FinishReason = FinishReason,
        });
    }

    public void Dispose() => Disposed = true;
}
