namespace Nunchi.Images;

/// <summary>How the pictures of one prompt are shown to a tiling model.</summary>
public enum TilingMode
{
    /// <summary>Every picture as a whole and cut into tiles of its best canvas.</summary>
    AnyRes,

    /// <summary>Every picture once, padded to a square with the mean colour: the reference's way for several pictures in one prompt.</summary>
    SingleView,

    /// <summary>Every picture once, stretched to the tile: what comes before the tiles in <see cref="AnyRes"/>, alone.</summary>
    WholeView,
}
