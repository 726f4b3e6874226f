namespace Nunchi.Data.Fonts;

/// <summary>What a type family may be used for. All faces of a family share one split, so that a held-out shape is never seen in training.</summary>
public enum FontSplit
{
    /// <summary>May be drawn in training pictures.</summary>
    Training,

    /// <summary>Only drawn to measure how well reading carries over to unseen letter shapes.</summary>
    HeldOut,
}
