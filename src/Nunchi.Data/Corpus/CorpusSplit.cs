namespace Nunchi.Data.Corpus;

/// <summary>Which words may be drawn.</summary>
public enum CorpusSplit
{
    /// <summary>Words that are not held out.</summary>
    Training,

    /// <summary>Words that are kept for measuring; see <see cref="WordSplit"/>.</summary>
    HeldOut,

    /// <summary>Every word.</summary>
    Everything,
}
