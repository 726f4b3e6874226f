using Nunchi.Data.Objects;

namespace Nunchi.Data.Corpus;

/// <summary>A real railway or underground station as it lies on one line.</summary>
/// <param name="Korean">Name without 역, except where 역 belongs to the name (서울역).</param>
/// <param name="Roman">Name in Latin letters, as boards write it.</param>
/// <param name="Line">Full name of the line: 서울 2호선, 신분당선, KTX.</param>
/// <param name="Number">Station number, or empty where it has none here.</param>
/// <param name="City">City or county it lies in.</param>
/// <param name="Colour">Colour word of the line, or none.</param>
/// <param name="Previous">Name of the station before it in the line's list, or empty.</param>
/// <param name="Next">Name of the station after it, or empty.</param>
/// <param name="HeldOut">Whether the name is kept out of training.</param>
public sealed record Station(
    string Korean, string Roman, string Line, string Number, string City, ColourName Colour, string Previous, string Next, bool HeldOut)
{
    /// <summary>The name with 역: 판교역, 서울역.</summary>
    public string Full => Korean.EndsWith('역') ? Korean : Korean + "역";
}
