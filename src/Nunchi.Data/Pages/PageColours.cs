namespace Nunchi.Data.Pages;

/// <summary>Which ink lies on which ground.</summary>
public enum PageColours
{
    /// <summary>Dark ink on a light ground.</summary>
    DarkOnLight,

    /// <summary>Dark on light or light on dark.</summary>
    EitherPolarity,

    /// <summary>Any two colours that differ enough.</summary>
    Any,
}
