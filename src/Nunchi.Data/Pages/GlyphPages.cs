using Nunchi.Data.Fonts;
using Nunchi.Data.Objects;

namespace Nunchi.Data.Pages;

/// <summary>
/// Draws square pages that are full of what an image encoder must learn to see, with labels for every patch. The same seed and difficulty give the same
/// page on the same machine. An instance belongs to one thread; make one per thread.
/// </summary>
public sealed class GlyphPages : IDisposable
{
    private readonly FontLibrary _fonts;
    private readonly SeededRandom _random = new(0);
    private readonly GlyphCache _cache;
    private readonly TextPainter _text;
    private readonly ObjectScatter _objects;
    private readonly Ground _ground;
    private readonly PlanarCanvas _canvas = new();
    private readonly PlanarCanvas _warped = new();
    private readonly PageSheet _sheet = new();
    private readonly List<PixelArea> _regions = [];
    private PageWear? _wear;
    private int _wearSize;
    private PageDifficulty? _checked;

    /// <summary>A generator that draws with the given fonts.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public GlyphPages(FontLibrary fonts, PageOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(fonts);
        options ??= new PageOptions();
        options.Check();
        _fonts = fonts;
        _cache = new GlyphCache(options.GlyphCacheBytes);
        _text = new TextPainter(_random, _cache);
        _objects = new ObjectScatter(_random, options.Objects ?? new ObjectPainter(null));
        _ground = new Ground(_random);
    }

    /// <summary>Draws one page and its labels into the caller's buffers, overwriting what they held.</summary>
    /// <param name="seed">Names the page.</param>
    /// <param name="difficulty">What the page may show.</param>
    /// <param name="into">Where the pixels and labels go; its size is the page's size.</param>
    /// <exception cref="ArgumentException">The difficulty is out of range, or the library has no face of its split.</exception>
    public void Draw(ulong seed, PageDifficulty difficulty, LabelledPage into)
    {
        ArgumentNullException.ThrowIfNull(difficulty);
        ArgumentNullException.ThrowIfNull(into);
        if (!ReferenceEquals(difficulty, _checked))
        {
            difficulty.Check();
            if (_fonts.Of(difficulty.Split).Count == 0)
                throw new ArgumentException($"The font library has no face for {difficulty.Split}.", nameof(difficulty));
            _checked = difficulty;
        }

        _random.Reset(seed);
        _sheet.Clear();
        bool warped = _random.Chance(difficulty.WarpShare);
        Homography pageToCanvas = Homography.Identity;
        float scale = 1;
        int width = into.Size, height = into.Size;
        if (warped)
            (pageToCanvas, width, height, scale) = PageWarp.Sample(into.Size, difficulty, _random);
        _canvas.Resize(width, height);
        Paint(difficulty, scale);
        PlanarCanvas page = _canvas;
        if (warped)
        {
            PageWarp.Apply(_canvas, _warped, into.Size, pageToCanvas);
            page = _warped;
        }

        PageWear wear = Wear(into.Size);
        wear.Apply(page, difficulty, _sheet.SmallestLetters / scale);
        page.Interleave(into.Rgb);
        wear.Jpeg(into.Rgb, difficulty);
        DenseLabels.FromBoxes(_sheet.Glyphs, _sheet.Words, _sheet.Objects, warped ? pageToCanvas.Inverse() : Homography.Identity, into);
    }

    /// <summary>Releases the rendered glyphs.</summary>
    public void Dispose()
    {
        _wear?.Dispose();
        _cache.Dispose();
    }

    private void Paint(PageDifficulty difficulty, float scale)
    {
        Split(difficulty);
        IReadOnlyList<FontFace> faces = _fonts.Of(difficulty.Split);
        foreach (PixelArea region in _regions)
        {
            InkPair colours = InkPair.Sample(difficulty.Colours, difficulty.MinimumContrast, _random);
            if (_random.Chance(difficulty.PatternShare))
            {
                float reach = Math.Max(6, Math.Abs(colours.Ink.Luma - colours.Ground.Luma) - difficulty.MinimumContrast * 0.9f);
                _ground.Pattern(_canvas, region, colours.Ground, Math.Min(reach, 90));
            }
            else
            {
                Ground.Flat(_canvas, region, colours.Ground);
            }

            if (_random.Chance(difficulty.ObjectShare))
                _objects.Fill(_canvas, _sheet, region, difficulty, colours.Ground, scale);
            else
                _text.Fill(_canvas, _sheet, region, faces, difficulty, colours, scale);
        }
    }

    private void Split(PageDifficulty difficulty)
    {
        _regions.Clear();
        _regions.Add(new PixelArea(0, 0, _canvas.Width, _canvas.Height));
        int wanted = _random.Range(1, difficulty.Regions);
        for (int i = 1; i < wanted; i++)
        {
            int largest = 0;
            for (int j = 1; j < _regions.Count; j++)
            {
                if (_regions[j].Width * _regions[j].Height > _regions[largest].Width * _regions[largest].Height)
                    largest = j;
            }

            PixelArea whole = _regions[largest];
            float share = _random.Between(0.3f, 0.7f);
            if (_random.Chance(0.65f))
            {
                int cut = whole.Top + (int)(share * whole.Height);
                _regions[largest] = whole with { Bottom = cut };
                _regions.Add(whole with { Top = cut });
            }
            else
            {
                int cut = whole.Left + (int)(share * whole.Width);
                _regions[largest] = whole with { Right = cut };
                _regions.Add(whole with { Left = cut });
            }
        }
    }

    private PageWear Wear(int size)
    {
        if (_wear is not null && _wearSize == size)
            return _wear;
        _wear?.Dispose();
        _wear = new PageWear(_random, size);
        _wearSize = size;
        return _wear;
    }
}
