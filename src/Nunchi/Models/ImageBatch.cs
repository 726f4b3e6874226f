using Nunchi.Images;
using Nunchi.Tensors;

namespace Nunchi.Models;

/// <summary>The pictures of a batch: their crops for the encoder, and where their features go. Refilled for every step; its memory is kept.</summary>
/// <remarks>All pictures of one batch object come from processors with one configuration.</remarks>
public sealed class ImageBatch : IDisposable
{
    private const int MostPackings = 4096;
    private readonly List<ProcessedImages> _images = [];
    private readonly Dictionary<(ImageSize Size, int Crops, bool Newline), FeaturePacking> _packings = [];
    private readonly List<(ProcessedImage Image, int FirstCrop, FeaturePacking Packing)> _pictures = [];

    /// <summary>An empty batch for an encoder.</summary>
    /// <param name="vision">The encoder, whose tile and patch the pictures must be prepared for.</param>
    public ImageBatch(ImageEncoderConfig vision) => Vision = vision;

    /// <summary>Pictures.</summary>
    public int Count => _pictures.Count;

    /// <summary>Crops of all pictures.</summary>
    public int Crops { get; private set; }

    /// <summary>Image tokens of all pictures.</summary>
    public int Tokens { get; private set; }

    /// <summary>One segment a crop.</summary>
    public SegmentLayout Layout { get; } = new();

    internal ImageEncoderConfig Vision { get; }

    internal IReadOnlyList<(ProcessedImage Image, int FirstCrop, FeaturePacking Packing)> Pictures => _pictures;

    /// <summary>Indices that packing needs until the backward has run; reused from step to step.</summary>
    internal IndexBufferPool Indices { get; } = new();

    /// <summary>Forgets all pictures.</summary>
    public void Clear()
    {
        _images.Clear();
        _pictures.Clear();
        Layout.Clear();
        Indices.Clear();
        Crops = 0;
        Tokens = 0;
    }

    /// <summary>Appends pictures, in the order of their places in the token batch.</summary>
    /// <param name="images">From an <see cref="ImageProcessor"/> of the same tile and patch size.</param>
    /// <exception cref="ArgumentException">They were prepared for another encoder.</exception>
    public void Add(ProcessedImages images)
    {
        if (images.CropSize != Vision.ImageSize || images.PatchSize != Vision.PatchSize)
            throw new ArgumentException($"The pictures were prepared in crops of {images.CropSize} and patches of {images.PatchSize} pixels, the encoder reads {Vision.ImageSize} and {Vision.PatchSize}.", nameof(images));
        _images.Add(images);
        foreach (ProcessedImage image in images.Images)
        {
            _pictures.Add((image, Crops + image.FirstCrop, Packing(image)));
            Tokens += image.TokenCount;
        }
        Crops += images.CropCount;
        for (int crop = 0; crop < images.CropCount; crop++)
            Layout.Add(Vision.Tokens);
    }

    /// <summary>The patches of some crops.</summary>
    /// <param name="tape">Where the tensor is rented.</param>
    /// <param name="first">First crop.</param>
    /// <param name="count">Crops.</param>
    /// <returns>[count * tokens, patch length], rented.</returns>
    /// <exception cref="ArgumentException">Those crops are not there.</exception>
    public unsafe Tensor Patches(Tape tape, int first, int count)
    {
        if (first < 0 || count < 1 || first > Crops - count)
            throw new ArgumentException($"Crops {first} to {first + count - 1} were asked of a batch that holds {Crops}.");
        Tensor patches = tape.Rent(checked(count * Vision.Tokens), Vision.PatchLength);
        float* to = patches.Data;
        int start = 0, perCrop = Vision.Tokens * Vision.PatchLength;
        foreach (ProcessedImages images in _images)
        {
            int from = Math.Max(first, start), end = Math.Min(first + count, start + images.CropCount);
            if (from < end)
            {
                int length = checked((end - from) * perCrop);
                images.WritePatches(from - start, end - from, new Span<float>(to, length));
                to += length;
            }
            start += images.CropCount;
        }
        return patches;
    }

    // Pictures of one size are packed alike, and training sees the same sizes again and again.
    private FeaturePacking Packing(ProcessedImage image)
    {
        var key = (image.Size, image.CropCount, image.HasNewline);
        if (_packings.TryGetValue(key, out FeaturePacking? packing))
            return packing;
        if (_packings.Count >= MostPackings)
            _packings.Clear();
        return _packings[key] = FeaturePacking.Create(image);
    }

    /// <summary>Frees the buffers.</summary>
    public void Dispose()
    {
        Layout.Dispose();
        Indices.Dispose();
    }
}
