using Nunchi.Data.Objects;

namespace Nunchi.Data.Pages;

/// <summary>What stays the same for all pages of a generator.</summary>
public sealed record PageOptions
{
    /// <summary>Draws the objects; without one, objects are shapes only.</summary>
    public ObjectPainter? Objects { get; init; }

    /// <summary>Bytes of rendered glyphs that one generator keeps, at least 1 MiB.</summary>
    public long GlyphCacheBytes { get; init; } = 96 << 20;

    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    internal void Check() => ArgumentOutOfRangeException.ThrowIfLessThan(GlyphCacheBytes, 1 << 20, nameof(GlyphCacheBytes));
}
