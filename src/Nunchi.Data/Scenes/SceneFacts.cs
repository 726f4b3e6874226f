using Nunchi.Data.Objects;
namespace Nunchi.Data.Scenes;

/// <summary>What a picture tells beyond its letters; null where it tells nothing of the sort.</summary>
public sealed record SceneFacts
{
    /// <summary>The station whose board it is.</summary>
    public StationFacts? Station { get; init; }

    /// <summary>The bus stop whose sign it is.</summary>
    public BusStopFacts? BusStop { get; init; }

    /// <summary>The shop it shows.</summary>
    public ShopFacts? Shop { get; init; }

    /// <summary>Products and their prices on tags or a menu.</summary>
    public IReadOnlyList<PricedItem> Prices { get; init; } = [];

    /// <summary>The receipt it shows.</summary>
    public ReceiptFacts? Receipt { get; init; }

    /// <summary>The road sign it shows.</summary>
    public RoadSignFacts? RoadSign { get; init; }

    /// <summary>Whom to call.</summary>
    public ContactFacts? Contact { get; init; }

    /// <summary>What a notice says.</summary>
    public NoticeFacts? Notice { get; init; }

    /// <summary>The room behind the door.</summary>
    public RoomFacts? Room { get; init; }

    /// <summary>Colour of the board the text stands on; none when there is none to speak of.</summary>
    public ColourName BoardColour { get; init; }
}

/// <summary>A railway station.</summary>
/// <param name="Name">Korean name without "역".</param>
/// <param name="Romanised">Name in Latin letters; null when unknown.</param>
/// <param name="Lines">Lines that stop there, the one of the board first; empty for an invented station.</param>
/// <param name="City">City or province it lies in; null for an invented station.</param>
/// <param name="Known">Whether the station exists and its facts are part of what training may teach.</param>
/// <param name="Number">Number on the board; null when there is none.</param>
/// <param name="Previous">Korean name of the station that the board shows before this one; null when it shows none.</param>
/// <param name="Next">Korean name of the station that the board shows after this one; null when it shows none.</param>
/// <param name="LineColour">Colour of the line on the board; none when it shows none.</param>
public sealed record StationFacts(
    string Name, string? Romanised, IReadOnlyList<string> Lines, string? City, bool Known, string? Number, string? Previous, string? Next, ColourName LineColour);

/// <summary>A bus stop.</summary>
/// <param name="Name">Korean name.</param>
/// <param name="Number">Number of the stop; null when the sign shows none.</param>
/// <param name="Routes">Numbers of the buses.</param>
/// <param name="Next">The stop after this one; null when the sign shows none.</param>
public sealed record BusStopFacts(string Name, string? Number, IReadOnlyList<string> Routes, string? Next);

/// <summary>A shop.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Business">Key of what it is: "cafe", "pharmacy" ...</param>
/// <param name="BusinessKorean">The same in Korean.</param>
/// <param name="Phone">Telephone number; null when none is shown.</param>
/// <param name="Hours">Opening hours as shown; null when none are.</param>
public sealed record ShopFacts(string Name, string Business, string BusinessKorean, string? Phone, string? Hours);

/// <summary>A product with its price.</summary>
/// <param name="Name">Korean name.</param>
/// <param name="Price">Price in won.</param>
/// <param name="OldPrice">Price in won that holds no more; null when none is shown.</param>
public sealed record PricedItem(string Name, int Price, int? OldPrice = null);

/// <summary>A line of a receipt.</summary>
/// <param name="Name">Korean name of the product.</param>
/// <param name="Quantity">How many.</param>
/// <param name="UnitPrice">Price of one in won.</param>
public sealed record ReceiptItem(string Name, int Quantity, int UnitPrice)
{
    /// <summary>Quantity times unit price.</summary>
    public int Amount => Quantity * UnitPrice;
}

/// <summary>A receipt.</summary>
/// <param name="Shop">Name of the shop.</param>
/// <param name="Date">Date as shown; null when none is.</param>
/// <param name="Items">What was bought.</param>
/// <param name="Total">Sum of all amounts in won.</param>
/// <param name="Paid">Cash given in won; null when none is shown.</param>
/// <param name="Change">Cash given back in won; null when none is shown.</param>
public sealed record ReceiptFacts(string Shop, string? Date, IReadOnlyList<ReceiptItem> Items, int Total, int? Paid, int? Change);

/// <summary>A road sign.</summary>
/// <param name="Places">Where it points.</param>
/// <param name="SpeedLimit">Greatest speed in km/h; null when it names none.</param>
public sealed record RoadSignFacts(IReadOnlyList<SignedPlace> Places, int? SpeedLimit);

/// <summary>A place on a road sign.</summary>
/// <param name="Name">Korean name.</param>
/// <param name="Direction">"left", "right" or "straight"; null when no arrow points there.</param>
/// <param name="Kilometres">Distance as shown; null when none is.</param>
public sealed record SignedPlace(string Name, string? Direction, float? Kilometres);

/// <summary>Whom to call.</summary>
/// <param name="Name">Person, or the heading of a poster.</param>
/// <param name="Phone">Telephone number.</param>
/// <param name="Company">Company; null when none is shown.</param>
/// <param name="JobTitle">Position; null when none is shown.</param>
public sealed record ContactFacts(string Name, string Phone, string? Company, string? JobTitle);

/// <summary>A notice.</summary>
/// <param name="Title">Its heading.</param>
/// <param name="Meaning">Key of what it asks for: "no_smoking" ...; null when it asks for nothing.</param>
/// <param name="Advice">Korean sentence that says what to do; null when it asks for nothing.</param>
public sealed record NoticeFacts(string Title, string? Meaning, string? Advice);

/// <summary>A room.</summary>
/// <param name="Number">Its number; null when none is shown.</param>
/// <param name="Name">Its name; null when none is shown.</param>
/// <param name="Floor">Storey that its number tells; null when it tells none.</param>
public sealed record RoomFacts(string? Number, string? Name, int? Floor);
