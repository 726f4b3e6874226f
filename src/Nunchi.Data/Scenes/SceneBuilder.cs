using Nunchi.Data.Objects;
using Nunchi.Data.Fonts;
using SkiaSharp;

namespace Nunchi.Data.Scenes;

/// <summary>
/// A picture while it is drawn. A design works in units of its own: <see cref="Begin"/> chooses the picture's size so that the smallest text becomes
/// readable, draws the background and sets the camera; from then on everything drawn is recorded where the camera shows it.
/// </summary>
internal sealed partial class SceneBuilder : IDisposable
{
    private SKSurface? _surface;

    public SceneBuilder(SceneAssets assets, SceneOptions options, SceneSplit split, SceneRandom random)
    {
        Assets = assets;
        Options = options;
        Split = split;
        Random = random;
        Harshness = options.Harshness * random.Pick(0f, 0.3f, 0.6f, 1f, 1f);
    }

    public SceneAssets Assets { get; }

    public SceneOptions Options { get; }

    /// <summary>Whether the next name is to be one that is on no list; nothing is drawn from the random numbers where none is.</summary>
    public bool IsStrange() => Options.StrangeNames > 0 && Random.Chance(Options.StrangeNames);

    public SceneSplit Split { get; }

    public SceneRandom Random { get; }

    /// <summary>How much this picture is turned, blurred and compressed.</summary>
    public float Harshness { get; set; }

    /// <summary>Draws text or leaves it out: tests compare both pictures.</summary>
    public bool DrawInk { get; init; } = true;

    public SKCanvas Canvas => (_surface ?? throw new InvalidOperationException("Begin comes before drawing.")).Canvas;

    public SKSurface Surface => _surface ?? throw new InvalidOperationException("Begin comes before drawing.");

    public int Width { get; private set; }

    public int Height { get; private set; }

    public SceneFacts Facts { get; set; } = new();

    public SceneBackground Background { get; set; } = new("a plain background", "단색 배경", ColourName.None);

    /// <summary>Starts a picture around a board.</summary>
    /// <param name="board">Width and height of the board in its own units.</param>
    /// <param name="smallestText">Letter height in units of the smallest text that matters.</param>
    /// <param name="margin">Greatest free space around the board, as a share of its size.</param>
    /// <param name="background">Draws what lies behind; null for one chosen from all.</param>
    /// <param name="tilt">How strong turning and tilting may be; 1 is usual for signs.</param>
    public void Begin(SKSize board, float smallestText, float margin = 0.35f, Backdrop? background = null, float tilt = 1)
    {
        float largest = Random.Chance(0.12) ? 160 : 68;
        float wanted = Options.SmallestText * MathF.Pow(largest / Options.SmallestText, Random.Between(0f, 1f));
        float scale = Math.Min(wanted / smallestText, Options.MaxSide / Math.Max(board.Width, board.Height));
        float spare = Random.Chance(0.25) ? 0 : margin * Random.Between(0.1f, 1f);
        float width = Math.Max(Options.MinSide, board.Width * scale * (1 + (spare * Random.Between(0.3f, 1f))));
        float height = Math.Max(Options.MinSide, board.Height * scale * (1 + (spare * Random.Between(0.3f, 1f))));
        width = Math.Max(width, height / 3);
        height = Math.Max(height, width / 3);
        int columns = Math.Min((int)MathF.Round(width), Options.MaxSide);
        int rows = Math.Min((int)MathF.Round(height), Options.MaxSide);
        Open(columns, rows);
        (background ?? Backdrops.Any(this)).Paint(this);

        float boardWidth = Math.Min(board.Width * scale, columns), boardHeight = Math.Min(board.Height * scale, rows);
        float left = Random.Between(0, columns - boardWidth), top = Random.Between(0, rows - boardHeight);
        SKRect place = SKRect.Create(left, top, boardWidth, boardHeight);
        Canvas.SetMatrix(Camera.View(SKRect.Create(board), place, columns, rows, 7 * Harshness * tilt, 0.09f * Harshness * tilt, Random));
    }

    /// <summary>Starts a picture of a given size whose units are pixels.</summary>
    public void Open(int width, int height)
    {
        _surface?.Dispose();
        Width = width;
        Height = height;
        _areas.Clear();
        _surface = SKSurface.Create(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque))
            ?? throw new InvalidOperationException($"No drawing surface of {width} x {height} could be made; there is too little memory.");
    }

    /// <summary>A face for a text: of the looks given (all when none is), from the split's fonts, with every letter of the text.</summary>
    public FontFace Face(string text, int leastWeight = 0, params FontStyle[] looks)
    {
        IReadOnlyList<FontFace> faces = Assets.Faces(Split, Options.FontCount);
        for (int i = 0; i < 40; i++)
        {
            FontFace face = Random.From(faces);
            bool wanted = i >= 24 || ((looks.Length == 0 || looks.Contains(face.Style)) && face.Weight >= leastWeight);
            if (wanted && face.Style == FontStyle.Hand && looks.Length == 0 && Random.Chance(0.6))
                continue;
            if (wanted && Assets.Covers(face, text))
                return face;
        }
        return faces.FirstOrDefault(face => Assets.Covers(face, text))
            ?? throw new InvalidOperationException($"No {Split} font has every letter of '{text}'.");
    }

    /// <summary>A look for texts of a sign: bold more often than not, sometimes stretched, spaced or slanted.</summary>
    public TextStyle SignStyle(string text, Paint ground, Paint? fill = null)
    {
        FontFace face = Random.Chance(0.7) ? Face(text, 500, FontStyle.Gothic, FontStyle.Display) : Face(text);
        return Vary(new TextStyle(face, fill ?? Paint.On(ground, Random)));
    }

    // Training has few families, so that their letters are varied more: bolder, narrower and more slanted ones stand for families that it never shows.
    public TextStyle Vary(TextStyle style)
    {
        bool more = Split == SceneSplit.Training;
        return style with
        {
            Stretch = Random.Chance(more ? 0.45 : 0.3) ? more ? Random.Between(0.74f, 1.28f) : Random.Between(0.82f, 1.2f) : 1,
            Spacing = Random.Chance(0.3) ? Random.Between(-0.04f, 0.25f) : 0,
            Slant = Random.Chance(more ? 0.15 : 0.06) ? more ? Random.Between(-0.08f, 0.26f) : Random.Between(0.08f, 0.24f) : 0,
            Weight = more && Random.Chance(0.3) ? Random.Between(0.008f, 0.04f) : 0,
        };
    }

    public Paint Colour(params ColourName[] choices) => Paint.Sample(choices.Length == 0 ? Random.From(Colours.All) : Random.Pick(choices), Random);

    public void Dispose() => _surface?.Dispose();
}
