using Nunchi.Data.Fonts;
using Nunchi.Data.Objects;
using Nunchi.Data.Pages;
using Nunchi.Training.Pipelines;
using Nunchi.Training.Runs;

namespace Nunchi.Training.Stages.EncoderLabels;

/// <summary>Draws labelled pages on one thread.</summary>
/// <param name="fonts">Faces of the pages.</param>
/// <param name="seed">Names the series.</param>
/// <param name="crops">Draws crops of scenes instead for some samples; null for none.</param>
/// <param name="share">Share of the samples that are such crops, 0..1.</param>
/// <param name="density">How much closer words and lines of pages lie, 0..1.</param>
internal sealed class PageMaker(FontLibrary fonts, ulong seed, SceneCrops? crops = null, double share = 0, double density = 0) : ISampleMaker<LabelledPage>, IDisposable
{
    private readonly PageDifficulty[] _difficulties = [.. Enumerable.Range(0, PageCurriculum.Levels).Select(level => PageCurriculum.Level(level).Denser((float)density))];
    private readonly GlyphPages _pages = new(fonts, new PageOptions { Objects = new ObjectPainter(ObjectPainter.FindEmojiFont()) });

    /// <summary>The fonts that a stage draws with.</summary>
    /// <exception cref="TrainingException">There are none.</exception>
    public static FontLibrary FindFonts(string stage)
    {
        var fonts = FontLibrary.Find();
        return fonts.Training.Count > 0 ? fonts : throw new TrainingException($"stage '{stage}' draws pages with Korean fonts and found none; install them: {fonts.InstallHint}");
    }

    public void Make(long index, int level, LabelledPage sample)
    {
        if (crops is not null && (Mix(seed ^ (ulong)SceneCrops.GroupOf(index)) >> 11) * (1.0 / (1UL << 53)) < share)
            crops.Fill(index, sample);
        else
            _pages.Draw(Mix(seed + ((ulong)index * 0x9E3779B97F4A7C15UL)), _difficulties[level], sample);
    }

    public void Dispose() => _pages.Dispose();

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }
}
