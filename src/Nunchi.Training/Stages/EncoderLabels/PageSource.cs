using Nunchi.Data.Fonts;
using Nunchi.Data.Scenes;
using Nunchi.Images;
using Nunchi.Models;
using Nunchi.Training.Recipes;
using Nunchi.Training.Stages.Answers;

namespace Nunchi.Training.Stages.EncoderLabels;

/// <summary>Where a stage on dense labels gets its pages: fonts, and scenes where a share of the samples is cut from them.</summary>
internal sealed class PageSource
{
    private readonly StageContext _context;
    private readonly FontLibrary _fonts;
    private readonly SceneAssets? _scenes;
    private readonly ImageProcessor _images;
    private readonly PageMixture _mixture;

    /// <param name="context">The stage.</param>
    /// <param name="model">The model whose crops they are.</param>
    /// <param name="mixture">What is drawn.</param>
    /// <exception cref="Runs.TrainingException">There are no fonts to draw with.</exception>
    public PageSource(StageContext context, VisionLanguageConfig model, PageMixture mixture)
    {
        _context = context;
        _fonts = PageMaker.FindFonts(context.Stage.Name);
        _scenes = mixture.Scenes > 0 ? AnswerStage.FindAssets(context.Stage.Name) : null;
        _images = new ImageProcessor(ModelBuilder.Images(model, context.Recipe.Model), model.Vision.PatchSize);
        _mixture = mixture;
    }

    /// <summary>A maker whose series is named by its purpose, for one thread.</summary>
    public PageMaker Maker(string purpose)
    {
        var seed = _context.SeedFor(purpose);
        return new PageMaker(_fonts, seed, _scenes is null ? null : new SceneCrops(_scenes, _images, seed, _mixture.Things), _mixture.Scenes, _mixture.Density);
    }
}
