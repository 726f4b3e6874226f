namespace Nunchi.Data.Objects;

/// <summary>Shapes that are drawn by <see cref="ShapePainter"/> without any font.</summary>
public enum ShapeKind
{
    /// <summary>No shape.</summary>
    None,

    /// <summary>A disc.</summary>
    Circle,

    /// <summary>A square.</summary>
    Square,

    /// <summary>A triangle standing on its base.</summary>
    Triangle,

    /// <summary>A five-pointed star.</summary>
    Star,

    /// <summary>A heart.</summary>
    Heart,

    /// <summary>A square standing on a corner, a little higher than wide.</summary>
    Diamond,

    /// <summary>A regular pentagon.</summary>
    Pentagon,

    /// <summary>A regular hexagon.</summary>
    Hexagon,

    /// <summary>A cross of two equal bars.</summary>
    Cross,

    /// <summary>A ring.</summary>
    Ring,

    /// <summary>An arrow to the right.</summary>
    ArrowRight,

    /// <summary>An arrow to the left.</summary>
    ArrowLeft,

    /// <summary>An arrow upwards.</summary>
    ArrowUp,

    /// <summary>An arrow downwards.</summary>
    ArrowDown,

    /// <summary>A park bench seen from the front.</summary>
    Bench,

    /// <summary>A swing: a frame with a seat on two ropes.</summary>
    Swing,
}
