using System.Net;
using Nunchi.Chat;
using Nunchi.Data.Corpus;
using Nunchi.Data.Sheets;
using Nunchi.Models;
using Nunchi.Text;
using Nunchi.Training.Pipelines;
using Nunchi.Training.Stages.Patches;
using Nunchi.Training.Recipes;
using Nunchi.Training.Vocabularies;

namespace Nunchi.Training.Stages.Text;

/// <summary>Trains the decoder on text of our own: plain sentences and conversations, with a loss on every token, and lines to copy.</summary>
internal sealed class TextStage : SequenceStage
{
    private static readonly string[] TaskNames = ["sentences", "conversation", "repeats", "strips"];
    private readonly TextData _data;

    public TextStage(StageContext context)
        : base(context, TaskNames, ((TextData)context.Stage.Data).Length, ModelModule.Decoder) =>
        _data = (TextData)context.Stage.Data;

    public override int Levels => 1;

    public override void StartAtRandom(IReadOnlyCollection<string> modules)
    {
        if (modules.Contains("decoder"))
            ComposedEmbedding.Apply(Model, Prompts.Tokenizer, Context.SeedFor("syllables"));
    }

    public override string Sheet(int samples, int level, string title)
    {
        var sheet = new SheetWriter(title);
        using var answers = new GreedyAnswers(Model, Prompts, Tape);
        foreach (var messages in new TextCorpus().Conversations(Context.SeedFor("sheet"), samples))
        {
            var given = answers.Answer([messages[0]], null);
            sheet.Add($"<p class=\"ask\">{Escape(messages[0])}</p><p>{Escape(messages[1])}</p><p class=\"{(given == TextOf(messages[1]) ? "right" : "wrong")}\">{WebUtility.HtmlEncode(given)}</p>");
        }

        return sheet.Finish();
    }

    protected override ISampleMaker<SequenceSample> CreateMaker(string purpose) => new Maker(Prompts, _data, Longest, Context.SeedFor(purpose));

    private static string Escape(Message message) => WebUtility.HtmlEncode(TextOf(message));

    private static string TextOf(Message message) => string.Concat(message.Parts.OfType<TextPart>().Select(part => part.Text));

    private sealed class Maker(PromptBuilder prompts, TextData data, int longest, ulong seed) : ISampleMaker<SequenceSample>, IDisposable
    {
        private const int SentencesAtOnce = 16;
        private static readonly PromptOptions Options = new() { AddGenerationPrompt = false, FindAssistantSpans = true, UserMarkup = MiniTokenizer.Markup };
        private readonly TextCorpus _corpus = new();
        private readonly CopyMaker? _copies = data.CopyShare > 0 ? new CopyMaker(new PatchThings(prompts.Tokenizer)) : null;
        private readonly Data.Pages.SeededRandom _random = new(0);
        private readonly List<int> _ids = [];
        private readonly int _end = prompts.Tokenizer.TokenId(prompts.Tokenizer.PadToken ?? "<|endoftext|>") ?? throw new InvalidDataException("the tokenizer has no token that ends a text");

        public void Make(long index, int level, SequenceSample sample)
        {
            sample.Clear();
            _random.Reset(seed + ((ulong)index * 0x9E3779B97F4A7C15UL));
            var kind = _random.Unit();
            if (kind < data.CopyShare)
                Copy(sample);
            else if (kind < data.CopyShare + ((1 - data.CopyShare) * data.ConversationShare))
                Conversation(_random.Next(), sample);
            else
                Sentences(_random.Next(), sample);
        }

        public void Dispose()
        {
        }

        private void Copy(SequenceSample sample)
        {
            if (_random.Chance(0.3f))
                _copies!.Repeat(_random, longest, sample, 2);
            else
                _copies!.Strips(_random, longest, sample, 3);
            sample.IsTooLong = sample.Ids.Count == 0;
        }

        private void Conversation(ulong series, SequenceSample sample)
        {
            var prompt = prompts.Build(_corpus.Conversations(series, 1).First(), Options);
            foreach (var id in prompt.Ids)
                sample.Append(id, true, 1);
            sample.IsTooLong = sample.Ids.Count > longest;
        }

        // Whole sentences, as many as fit.
        private void Sentences(ulong series, SequenceSample sample)
        {
            foreach (var sentence in _corpus.Sentences(series, SentencesAtOnce))
            {
                _ids.Clear();
                prompts.Tokenizer.Encode(sentence, _ids, allowSpecial: false);
                if (sample.Ids.Count + _ids.Count + 2 > longest)
                    break;
                sample.Append(_end, sample.Ids.Count > 0, 0);
                foreach (var id in _ids)
                    sample.Append(id, true, 0);
            }

            if (sample.Ids.Count > 0)
                sample.Append(_end, true, 0);
            sample.IsTooLong = sample.Ids.Count == 0;
        }
    }
}
