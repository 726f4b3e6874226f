namespace Nunchi.Text;

/// <summary>Lengths of time and amounts of bytes as people write them, the same in every message.</summary>
public static class Quantities
{
    /// <summary>Bytes in decimal units: "12.5 MB", "8.91 GB".</summary>
    public static string Bytes(long bytes) => bytes switch
    {
        >= 1_000_000_000_000 => $"{bytes / 1e12:0.00} TB",
        >= 1_000_000_000 => $"{bytes / 1e9:0.00} GB",
        >= 1_000_000 => $"{bytes / 1e6:0.0} MB",
        >= 1_000 => $"{bytes / 1e3:0.0} kB",
        _ => $"{bytes} bytes",
    };

    /// <summary>A length of time in its two largest units, rounded: "2 h 5 min", "4 min 12 s", "38 s", "0.7 s".</summary>
    public static string Duration(TimeSpan time)
    {
        if (time < TimeSpan.FromSeconds(9.95))
            return $"{time.TotalSeconds:0.0} s";
        long seconds = (long)Math.Round(time.TotalSeconds);
        if (seconds < 60)
            return $"{seconds} s";
        if (seconds < 3600)
            return $"{seconds / 60} min {seconds % 60} s";
        long minutes = (long)Math.Round(time.TotalMinutes);
        return $"{minutes / 60} h {minutes % 60} min";
    }
}
