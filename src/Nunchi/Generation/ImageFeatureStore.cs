using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Nunchi.Images;
using Nunchi.Models;

namespace Nunchi.Generation;

/// <summary>What a picture's features depend on: its pixels and how it is shown.</summary>
internal readonly record struct ImageKey(string Pixels, TilingMode Tiling);

/// <summary>Image features that later turns may use again, least recently used first to go. The caller locks.</summary>
internal sealed class ImageFeatureStore(long capacity) : IDisposable
{
    private readonly LinkedList<(ImageKey Key, ImageFeatures Features)> _recent = [];
    private readonly ConditionalWeakTable<RgbImage, string> _hashes = [];

    public ImageKey KeyOf(RgbImage image, TilingMode tiling) => new(_hashes.GetValue(image, Hash), tiling);

    public ImageFeatures? Find(ImageKey key)
    {
        for (var node = _recent.First; node != null; node = node.Next)
        {
            if (node.Value.Key != key)
                continue;
            _recent.Remove(node);
            _recent.AddLast(node);
            return node.Value.Features;
        }
        return null;
    }

    public void Add(ImageKey key, ImageFeatures features) => _recent.AddLast((key, features));

    /// <summary>Frees the oldest until the rest fits. Not while a request still reads them.</summary>
    public void Trim()
    {
        long held = _recent.Sum(entry => entry.Features.Bytes);
        while (held > capacity && _recent.First is { } oldest)
        {
            held -= oldest.Value.Features.Bytes;
            oldest.Value.Features.Dispose();
            _recent.RemoveFirst();
        }
    }

    public void Dispose()
    {
        foreach (var (_, features) in _recent)
            features.Dispose();
        _recent.Clear();
    }

    private static string Hash(RgbImage image) => $"{image.Width}x{image.Height}:{Convert.ToHexString(SHA256.HashData(image.Pixels))}";
}
