using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Nunchi.Images;
using Nunchi.Models;

namespace Nunchi.Generation;

/// <summary>What a picture's features depend on: its pixels and how it is shown. The model and the processing are those of the store.</summary>
internal readonly record struct ImageKey(string Pixels, TilingMode Tiling);

/// <summary>
/// Image features that later turns and other conversations may use again, least recently used first to go. What is in use is never freed; when two conversations ask for one
/// picture at a time, one of them encodes it. Thread-safe.
/// </summary>
/// <param name="capacity">Most bytes of features that nobody uses at the moment.</param>
internal sealed class ImageFeatureStore(long capacity) : IDisposable
{
    private readonly Lock _use = new();
    private readonly LinkedList<Entry> _recent = [];
    private readonly ConditionalWeakTable<RgbImage, string> _hashes = [];

    public ImageKey KeyOf(RgbImage image, TilingMode tiling) => new(_hashes.GetValue(image, Hash), tiling);

    /// <summary>Whether the features are there; they may be gone a moment later.</summary>
    public bool Holds(ImageKey key)
    {
        lock (_use)
            return Find(key) is { Features: not null };
    }

    /// <summary>Features to use until the lease is disposed.</summary>
    /// <param name="key">The picture's.</param>
    /// <param name="encode">Makes them; called when they are not there and nobody else is making them.</param>
    /// <param name="cancellation">Ends waiting for somebody else.</param>
    public Lease Take(ImageKey key, Func<ImageFeatures> encode, CancellationToken cancellation)
    {
        Entry entry = Enter(key);
        try
        {
            entry.Making.Wait(cancellation);
            try
            {
                if (entry.Features == null)
                {
                    ImageFeatures features = encode();
                    lock (_use)
                        entry.Features = features;
                }
            }
            finally
            {
                entry.Making.Release();
            }
            return new Lease(this, entry);
        }
        catch
        {
            Leave(entry);
            throw;
        }
    }

    public void Dispose()
    {
        lock (_use)
        {
            foreach (Entry entry in _recent)
                entry.Features?.Dispose();
            _recent.Clear();
        }
    }

    private Entry Enter(ImageKey key)
    {
        lock (_use)
        {
            Entry entry = Find(key) ?? new Entry(key);
            _recent.Remove(entry);
            _recent.AddLast(entry);
            entry.Users++;
            return entry;
        }
    }

    private void Leave(Entry entry)
    {
        lock (_use)
        {
            entry.Users--;
            long held = _recent.Sum(one => one.Features?.Bytes ?? 0);
            for (LinkedListNode<Entry>? node = _recent.First, next; node != null; node = next)
            {
                next = node.Next;
                if (node.Value.Users > 0 || (node.Value.Features != null && held <= capacity))
                    continue;
                held -= node.Value.Features?.Bytes ?? 0;
                node.Value.Features?.Dispose();
                _recent.Remove(node);
            }
        }
    }

    private Entry? Find(ImageKey key) => _recent.FirstOrDefault(entry => entry.Key == key);

    private static string Hash(RgbImage image) => $"{image.Width}x{image.Height}:{Convert.ToHexString(SHA256.HashData(image.Pixels))}";

    /// <summary>Features in use.</summary>
    public sealed class Lease : IDisposable
    {
        private readonly ImageFeatureStore _store;
        private readonly Entry _entry;
        private bool _left;

        internal Lease(ImageFeatureStore store, Entry entry) => (_store, _entry) = (store, entry);

        public ImageFeatures Features => _entry.Features!;

        public void Dispose()
        {
            if (!Interlocked.Exchange(ref _left, true))
                _store.Leave(_entry);
        }
    }

    internal sealed class Entry(ImageKey key)
    {
        public ImageKey Key => key;

        public SemaphoreSlim Making { get; } = new(1, 1);

        public ImageFeatures? Features { get; set; }

        public int Users { get; set; }
    }
}
