namespace Nunchi.Data.Scenes;

/// <summary>What a picture shows.</summary>
public enum SceneKind
{
    /// <summary>One character.</summary>
    Glyph,

    /// <summary>One word.</summary>
    Word,

    /// <summary>One line of several words.</summary>
    Line,

    /// <summary>Two to four lines.</summary>
    Lines,

    /// <summary>The name board of a railway station.</summary>
    Station,

    /// <summary>The front of a shop with its sign.</summary>
    ShopFront,

    /// <summary>A price tag or several.</summary>
    PriceTag,

    /// <summary>A sign at a road.</summary>
    RoadSign,

    /// <summary>A paper receipt.</summary>
    Receipt,

    /// <summary>A notice or a warning.</summary>
    Notice,

    /// <summary>A poster or business card with a telephone number.</summary>
    Contact,

    /// <summary>A menu board with prices.</summary>
    Menu,

    /// <summary>The plate of a door: room number and name.</summary>
    DoorPlate,

    /// <summary>The sign of a bus stop.</summary>
    BusStop,

    /// <summary>Things outdoors.</summary>
    Playground,

    /// <summary>Things on a table.</summary>
    Table,

    /// <summary>Coloured shapes.</summary>
    Shapes,

    /// <summary>A picture whose writing nobody can read: too small or too blurred.</summary>
    Unreadable,
}
