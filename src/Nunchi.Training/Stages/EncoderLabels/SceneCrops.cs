using Nunchi.Data.Pages;
using Nunchi.Data.Scenes;
using Nunchi.Images;
using Nunchi.Training.Stages.Patches;

namespace Nunchi.Training.Stages.EncoderLabels;

/// <summary>
/// Labelled pages that are crops of the scenes which questions are asked about, cut as the model will see them. Pages full of letters teach letters fastest; these
/// teach what stands around them. An instance belongs to one thread.
/// </summary>
/// <param name="assets">What scenes are drawn with.</param>
/// <param name="images">Cuts pictures as the model does.</param>
/// <param name="seed">Names the series.</param>
/// <param name="things">Share of the scenes that are of things, 0..1; null as in questions.</param>
internal sealed class SceneCrops(SceneAssets assets, ImageProcessor images, ulong seed, double? things = null)
{
    // A scene costs more than a crop of it, so that neighbouring samples share one.
    private const int CropsOfAScene = 4;
    private const float SingleViewShare = 0.3f;
    private readonly SceneSampler _scenes = new(assets, SceneSplit.Training, weights: things is { } share ? SceneWeights.WithThings(share) : null);
    private readonly SceneLabels _labels = new();
    private readonly SeededRandom _random = new(0);
    private long _group = -1;
    private Scene? _scene;
    private ProcessedImages? _processed;
    private List<Homography> _views = [];
    private int _first;

    /// <summary>The group of samples that an index belongs to; all samples of a group are crops of one scene.</summary>
    public static long GroupOf(long index) => index / CropsOfAScene;

    /// <summary>Draws one crop with its labels.</summary>
    public void Fill(long index, LabelledPage into)
    {
        if (GroupOf(index) != _group)
            Prepare(GroupOf(index));
        var crop = (_first + (int)(index % CropsOfAScene)) % _views.Count;
        _processed!.CropBytes(crop).CopyTo(into.Rgb);
        _labels.Fill(_scene!, _views[crop], into);
    }

    private void Prepare(long group)
    {
        var picture = _scenes.Draw(seed, (ulong)group);
        _random.Reset(seed ^ ((ulong)group * 0x9E3779B97F4A7C15UL));
        _scene = picture.Scene;
        _processed = images.Process([picture.Image], _random.Chance(SingleViewShare) ? TilingMode.SingleView : TilingMode.AnyRes);
        _views = [.. CropViews.Of(_processed.Images[0], _processed.CropSize)];
        _first = _random.Below(_views.Count);
        _group = group;
    }
}
