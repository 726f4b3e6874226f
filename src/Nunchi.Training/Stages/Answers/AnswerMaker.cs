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
/// <param name="SingleView">Pictures are seen once, without tiles.</param>
internal sealed record WeightedSource(SampleSource Source, double Weight, bool SingleView = false);

/// <summary>Makes sequences of conversations about pictures: prompt, pictures, labels on what the assistant says and on the token that ends it.</summary>
internal sealed class AnswerMaker(PromptBuilder prompts, ImageProcessor images, IReadOnlyList<IReadOnlyList<WeightedSource>> levels, int longest, ulong seed) : ISampleMaker<SequenceSample>, IDisposable
{
    private static readonly PromptOptions Options = new() { AddGenerationPrompt = false, FindAssistantSpans = true, UserMarkup = MiniTokenizer.Markup };
    private readonly SeededRandom _random = new(0);

    /// <summary>The task of labels inside pictures that are made of symbols, after those of <see cref="TaskKind"/>.</summary>
    public static readonly int PictureTask = Enum.GetValues<TaskKind>().Length;

    /// <summary>Whether samples keep their pictures and truths, for sheets.</summary>
    public bool KeepSource { get; init; }

    /// <summary>Says what the patches of pictures show; null where an encoder looks for itself.</summary>
    public PatchSymbols? Symbols { get; init; }

    public void Make(long index, int level, SequenceSample sample)
    {
        sample.Clear();
        _random.Reset(seed + ((ulong)index * 0x9E3779B97F4A7C15UL));
        var chosen = Choose(levels[level]);
        Fill(chosen.Source.Draw(seed, (ulong)index), sample, chosen.SingleView);
    }

    /// <summary>Turns a conversation into a sequence.</summary>
    public void Fill(TrainingSample source, SequenceSample sample, bool singleView = false)
    {
        var prompt = prompts.Build(source.Messages, Options);
        sample.Images = Prepare(source, singleView);
        if (sample.Images is { } prepared)
            Symbols?.Append(source.Pictures, prepared, _random, sample.Shown);
        var picture = 0;
        for (var (i, span) = (0, 0); i < prompt.Ids.Count; i++)
        {
            while (span < prompt.AssistantSpans.Count && prompt.AssistantSpans[span].End <= i)
                span++;
            var counts = span < prompt.AssistantSpans.Count && prompt.AssistantSpans[span].Start <= i;
            var times = 1;
            if (picture < prompt.ImagePositions.Count && prompt.ImagePositions[picture] == i)
                times = sample.Images!.Images[picture++].TokenCount;
            for (var copy = 0; copy < times; copy++)
                sample.Append(prompt.Ids[i], counts, counts ? (int)source.Turns[span].Task : 0);
        }

        if (Symbols is { } symbols && sample.Images is { CropCount: 1, Images: [{ HasNewline: true, Geometry: null }] })
            symbols.Label(sample, prompt.ImagePositions[0], PictureTask);

        sample.IsTooLong = sample.Ids.Count > longest;
        if (KeepSource)
            sample.Source = source;
    }

    public void Dispose()
    {
    }

    /// <summary>The pictures as inference prepares them: one in tiles, several seen once each.</summary>
    private ProcessedImages? Prepare(TrainingSample source, bool singleView)
    {
        RgbImage[] pictures = [.. source.Messages.SelectMany(message => message.Parts).OfType<ImagePart>().Select(part => part.Image)];
        return pictures.Length == 0 ? null : images.Process(pictures, pictures.Length == 1 && !singleView ? TilingMode.AnyRes : TilingMode.SingleView);
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
