using Nunchi.Data.Fonts;
using Nunchi.Data.Objects;
using Nunchi.Data.Pages;
using Nunchi.Training.Pipelines;
using Nunchi.Training.Runs;

namespace Nunchi.Training.Stages.EncoderLabels;

/// <summary>Draws labelled pages on one thread.</summary>
internal sealed class PageMaker(FontLibrary fonts, ulong seed) : ISampleMaker<LabelledPage>, IDisposable
{
    private static readonly PageDifficulty[] Difficulties = [.. Enumerable.Range(0, PageCurriculum.Levels).Select(PageCurriculum.Level)];
    private readonly GlyphPages _pages = new(fonts, new PageOptions { Objects = new ObjectPainter(ObjectPainter.FindEmojiFont()) });

    /// <summary>The fonts that a stage draws with.</summary>
    /// <exception cref="TrainingException">There are none.</exception>
    public static FontLibrary FindFonts(string stage)
    {
        var fonts = FontLibrary.Find();
        return fonts.Training.Count > 0 ? fonts : throw new TrainingException($"stage '{stage}' draws pages with Korean fonts and found none; install them: {fonts.InstallHint}");
    }

    public void Make(long index, int level, LabelledPage sample) => _pages.Draw(Mix(seed + ((ulong)index * 0x9E3779B97F4A7C15UL)), Difficulties[level], sample);

    public void Dispose() => _pages.Dispose();

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }
}
