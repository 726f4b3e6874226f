using Nunchi.Chat;
using Nunchi.Data.Pages;
using Nunchi.Data.Tasks;
using Nunchi.Images;
using Nunchi.Text;
using Nunchi.Training.Pipelines;
using Nunchi.Training.Stages.Patches;
using Nunchi.Training.Vocabularies;

namespace Nunchi.Training.Stages.Answers;

/// <summary>A source of conversations with its share of a level.</summary>
/// <param name="Source">Makes samples by number.</param>
/// <param name="Weight">Share.</param>
/// <param name="View">How pictures are seen; null as inference would.</param>
/// <param name="Density">See <see cref="Recipes.AnswerMixture.Density"/>.</param>
internal sealed record WeightedSource(SampleSource Source, double Weight, TilingMode? View = null, double Density = 1);

/// <summary>
/// Makes sequences of conversations about pictures: prompt, pictures, labels on what the assistant says and on the token that ends it. Several conversations about one
/// picture are branches behind it: none sees another, so that no answer can be taken from another question, and the picture is paid for once.
/// </summary>
/// <param name="prompts">Writes conversations as tokens.</param>
/// <param name="images">Prepares pictures as inference does.</param>
/// <param name="levels">Sources of each level.</param>
/// <param name="longest">Longest sample in tokens.</param>
/// <param name="seed">Names the series.</param>
/// <param name="conversations">Conversations about each picture.</param>
internal sealed class AnswerMaker(PromptBuilder prompts, ImageProcessor images, IReadOnlyList<IReadOnlyList<WeightedSource>> levels, int longest, ulong seed, int conversations = 1) : ISampleMaker<SequenceSample>, IDisposable
{
    private static readonly PromptOptions Options = new() { AddGenerationPrompt = false, FindAssistantSpans = true, UserMarkup = MiniTokenizer.Markup };
    private readonly SeededRandom _random = new(0);

    /// <summary>The task of labels inside pictures that are made of symbols, after those of <see cref="TaskKind"/>.</summary>
    public static readonly int PictureTask = Enum.GetValues<TaskKind>().Length;

    /// <summary>The task of labels in sequences of patches of no picture.</summary>
    public static readonly int DrillTask = PictureTask + 1;

    /// <summary>Whether samples keep their pictures and truths, for sheets.</summary>
    public bool KeepSource { get; init; }

    /// <summary>Says what the patches of pictures show; null where nobody needs to be told.</summary>
    public PatchSymbols? Symbols { get; init; }

    /// <summary>Whether glyphs in pictures that are seen once are labelled as tokens are.</summary>
    public bool LabelsPictures { get; init; }

    /// <summary>Makes sequences of patches of no picture for a share of the samples; null for none.</summary>
    public DrillMaker? Drills { get; init; }

    /// <summary>Share of the samples that <see cref="Drills"/> makes, 0..1.</summary>
    public double DrillShare { get; init; }

    /// <summary>Says where tokens of answers look, in samples of one picture; null where nobody needs to be told.</summary>
    public AnswerLooks? Looks { get; init; }

    /// <summary>Writes slips into answers whose looks are known; null for none.</summary>
    public AnswerSlips? Slips { get; init; }

    public void Make(long index, int level, SequenceSample sample)
    {
        sample.Clear();
        _random.Reset(seed + ((ulong)index * 0x9E3779B97F4A7C15UL));
        if (Drills is not null && _random.Unit() < DrillShare)
        {
            Drills.Fill(_random, sample, DrillTask);
            return;
        }

        var chosen = Choose(levels[level]);
        Fill(chosen.Source.DrawSeveral(seed, (ulong)index, conversations == 1 ? 1 : Math.Max(1, (int)Math.Round(conversations * chosen.Density))), sample, chosen.View);
    }

    /// <summary>Turns conversations about the same pictures into a sequence.</summary>
    public void Fill(IReadOnlyList<TrainingSample> sources, SequenceSample sample, TilingMode? view = null)
    {
        var first = sources[0];
        sample.Images = Prepare(first, view);
        if (sample.Images is { } prepared)
            Symbols?.Append(first.Pictures, prepared, _random, sample.Shown);
        for (var i = 0; i < sources.Count; i++)
        {
            var before = sample.Ids.Count;
            var prompt = prompts.Build(sources[i].Messages, Options);
            Append(prompt, sources[i], sample, skip: sample.Shared);
            if (Looks is { } looks && first.Pictures.Count == 1)
            {
                if (i == 0)
                    looks.Begin(first.Pictures[0].Scene, sample.Images!.Images[0], prompt.ImagePositions[0]);
                AddLooks(looks, sample, before, sources[i].Turns);
                Slips?.Write(sample, before, _random);
            }

            if (i == 0 && sources.Count > 1)
                sample.Shared = sample.Images is { Images: [var only] } ? prompt.ImagePositions[0] + only.TokenCount : throw new InvalidOperationException("several conversations need one picture that they share");
            if (sample.Shared > 0)
                sample.Branches.Add(sample.Ids.Count - Math.Max(before, sample.Shared));
            if (i == 0 && LabelsPictures && Symbols is { } symbols && sample.Images is { CropCount: 1, Images: [{ HasNewline: true, Geometry: null }] })
                symbols.Label(sample, prompt.ImagePositions[0], PictureTask);
        }

        sample.IsTooLong = sample.Ids.Count > longest;
        if (KeepSource)
            sample.Sources.AddRange(sources);
    }

    public void Dispose()
    {
    }

    private static void AddLooks(AnswerLooks looks, SequenceSample sample, int from, IReadOnlyList<TurnTruth> turns)
    {
        var turn = 0;
        foreach (var (start, end) in sample.AnswersFrom(from))
            looks.Add(sample, start, end, turns[turn++]);
    }

    // A conversation's tokens from a place on, counted with its pictures at full length.
    private static void Append(Prompt prompt, TrainingSample source, SequenceSample sample, int skip)
    {
        var (picture, at) = (0, 0);
        for (var (i, span) = (0, 0); i < prompt.Ids.Count; i++)
        {
            while (span < prompt.AssistantSpans.Count && prompt.AssistantSpans[span].End <= i)
                span++;
            var counts = span < prompt.AssistantSpans.Count && prompt.AssistantSpans[span].Start <= i;
            var times = 1;
            if (picture < prompt.ImagePositions.Count && prompt.ImagePositions[picture] == i)
                times = sample.Images!.Images[picture++].TokenCount;
            for (var copy = 0; copy < times; copy++)
                if (at++ >= skip)
                    sample.Append(prompt.Ids[i], counts, counts ? (int)source.Turns[span].Task : 0);
        }
    }

    /// <summary>The pictures as inference prepares them, one in tiles and several seen once each, or in the view of the mixture.</summary>
    private ProcessedImages? Prepare(TrainingSample source, TilingMode? view)
    {
        RgbImage[] pictures = [.. source.Messages.SelectMany(message => message.Parts).OfType<ImagePart>().Select(part => part.Image)];
        return pictures.Length == 0 ? null : images.Process(pictures, view ?? (pictures.Length == 1 ? TilingMode.AnyRes : TilingMode.SingleView));
    }

    private WeightedSource Choose(IReadOnlyList<WeightedSource> sources)
    {
        var place = _random.Unit() * sources.Sum(source => source.Weight);
        foreach (var source in sources)
        {
            place -= source.Weight;
            if (place < 0)
                return source;
        }

        return sources[^1];
    }
}
