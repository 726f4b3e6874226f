namespace Nunchi.Data.Objects;

/// <summary>The basic colour words that pictures are labelled and described with.</summary>
public enum ColourName : byte
{
    /// <summary>No colour, or several colours of which none names the thing.</summary>
    None = 0,

    /// <summary>빨간색.</summary>
    Red = 1,

    /// <summary>주황색.</summary>
    Orange = 2,

    /// <summary>노란색.</summary>
    Yellow = 3,

    /// <summary>초록색.</summary>
    Green = 4,

    /// <summary>하늘색.</summary>
    SkyBlue = 5,

    /// <summary>파란색.</summary>
    Blue = 6,

    /// <summary>보라색.</summary>
    Purple = 7,

    /// <summary>분홍색.</summary>
    Pink = 8,

    /// <summary>갈색.</summary>
    Brown = 9,

    /// <summary>검은색.</summary>
    Black = 10,

    /// <summary>흰색.</summary>
    White = 11,

    /// <summary>회색.</summary>
    Gray = 12,
}
