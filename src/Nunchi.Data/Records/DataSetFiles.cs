namespace Nunchi.Data.Records;

/// <summary>Names inside a data set directory.</summary>
internal static class DataSetFiles
{
    public const string Samples = "samples.jsonl";
    public const string Scenes = "scenes.jsonl";
    public const string Manifest = "dataset.json";
    public const string Images = "images";

    /// <summary>Finished blocks of a data set that is still being drawn, and what it is to become.</summary>
    public const string Unfinished = ".unfinished";
    public const string Plan = "plan.json";

    /// <summary>Writes a file so that it is there whole or not at all.</summary>
    public static void WriteAtomically(string path, ReadOnlySpan<byte> bytes)
    {
        string partial = path + ".tmp";
        using (FileStream file = new(partial, FileMode.Create, FileAccess.Write))
        {
            file.Write(bytes);
            file.Flush(flushToDisk: true);
        }
        File.Move(partial, path, overwrite: true);
    }
}
