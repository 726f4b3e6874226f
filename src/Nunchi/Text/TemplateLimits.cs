namespace Nunchi.Text;

/// <summary>How much a template may do before rendering is given up; the defaults are far above what real templates need.</summary>
public sealed record TemplateLimits
{
    /// <summary>How many expressions and statements may be evaluated.</summary>
    public int Steps { get; init; } = 4_000_000;

    /// <summary>How long a rendered prompt, and any text on the way to it, may become, in UTF-16 units.</summary>
    public int Length { get; init; } = 1 << 24;

    /// <summary>How many UTF-16 units and list items may be copied or compared in all.</summary>
    public long Work { get; init; } = 1L << 27;

    /// <summary>How deep macros and recursive loops may call each other.</summary>
    public int CallDepth { get; init; } = 64;

    /// <summary>How deep a template's source may nest.</summary>
    internal const int Nesting = 200;

    /// <summary>How long a template's source may be.</summary>
    internal const int SourceLength = 1 << 20;

    /// <summary>How many items <c>range</c> may make.</summary>
    internal const int RangeItems = 100_000;
}
