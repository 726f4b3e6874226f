using Nunchi.Data.Scenes.Designs;
using Nunchi.Images;

namespace Nunchi.Data.Scenes;

/// <summary>Draws pictures by number: the same seed and index give the same picture and record, from any thread, in any order. It keeps no state.</summary>
public sealed class SceneSampler
{
    private readonly double[] _weights;
    private readonly SceneKind[] _kinds;

    /// <summary>A sampler over kinds of scenes.</summary>
    /// <param name="assets">Fonts and things.</param>
    /// <param name="split">What scenes may be made of.</param>
    /// <param name="options">Limits; null for the usual ones.</param>
    /// <param name="weights">How often each kind is drawn; null for <see cref="SceneWeights.Default"/>. Kinds that are not named are not drawn.</param>
    /// <exception cref="ArgumentException">An option is out of range, a weight is negative or none is above zero.</exception>
    public SceneSampler(SceneAssets assets, SceneSplit split, SceneOptions? options = null, IReadOnlyDictionary<SceneKind, double>? weights = null)
    {
        ArgumentNullException.ThrowIfNull(assets);
        Assets = assets;
        Split = split;
        Options = (options ?? new SceneOptions()).Validate();
        weights ??= SceneWeights.Default;
        foreach ((SceneKind kind, double weight) in weights)
        {
            if (!(weight >= 0) || double.IsInfinity(weight))
                throw new ArgumentException($"The weight of {kind} is {weight}; expected a number from 0.", nameof(weights));
        }
        _kinds = [.. weights.Where(w => w.Value > 0).Select(w => w.Key).Order()];
        if (_kinds.Length == 0)
            throw new ArgumentException("Expected at least one kind of scene with a weight above zero.", nameof(weights));
        _weights = [.. _kinds.Select(kind => weights[kind])];
    }

    /// <summary>Fonts and things.</summary>
    public SceneAssets Assets { get; }

    /// <summary>What scenes may be made of.</summary>
    public SceneSplit Split { get; }

    /// <summary>Limits of the pictures.</summary>
    public SceneOptions Options { get; }

    /// <summary>Draws one picture.</summary>
    /// <param name="seed">The seed of the series.</param>
    /// <param name="index">Which picture of the series.</param>
    public RenderedScene Draw(ulong seed, ulong index)
    {
        var random = new SceneRandom(seed, index);
        SceneKind kind = _kinds[random.Weighted(_weights)];
        return Draw(seed, index, Designs.DesignCatalogue.Pick(kind, Split, random), random);
    }

    /// <summary>Draws one picture of a kind, whatever its weight.</summary>
    public RenderedScene Draw(ulong seed, ulong index, SceneKind kind)
    {
        var random = new SceneRandom(seed, index);
        return Draw(seed, index, Designs.DesignCatalogue.Pick(kind, Split, random), random);
    }

    internal RenderedScene Draw(ulong seed, ulong index, Design design, SceneRandom? random = null, bool ink = true)
    {
        random ??= new SceneRandom(seed, index);
        using var builder = new SceneBuilder(Assets, Options, Split, random) { DrawInk = ink };
        design.Draw(builder);
        Degrader.Light(builder);
        SceneDegradation plan = Degrader.Choose(builder, design.Kind == SceneKind.Unreadable);
        (RgbImage image, byte[]? jpeg) = Degrader.Apply(builder, plan);
        return new RenderedScene(builder.Record(design.Kind, design.Name, seed, index, plan), image, jpeg);
    }
}
