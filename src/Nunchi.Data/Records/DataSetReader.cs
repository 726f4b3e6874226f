using Nunchi.Data.Scenes;

namespace Nunchi.Data.Records;

/// <summary>Reads a data set directory line by line.</summary>
public sealed class DataSetReader
{
    private readonly string _directory;

    /// <summary>Opens a finished data set.</summary>
    /// <exception cref="DirectoryNotFoundException">There is no such directory.</exception>
    /// <exception cref="InvalidDataException">It is no data set, or was not drawn to its end.</exception>
    public DataSetReader(string directory)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        if (!System.IO.Directory.Exists(directory))
            throw new DirectoryNotFoundException($"There is no directory '{directory}'. Expected a data set: {DataSetFiles.Samples} with {DataSetFiles.Images}/.");
        if (System.IO.Directory.Exists(Path.Combine(directory, DataSetFiles.Unfinished)))
            throw new InvalidDataException($"The data set {directory} was not drawn to its end. Draw it again with the same count and seed; it goes on where it stopped.");
        if (!File.Exists(Path.Combine(directory, DataSetFiles.Samples)))
            throw new InvalidDataException($"{directory} is no data set: {DataSetFiles.Samples} is missing.");
        _directory = directory;
    }

    /// <summary>The directory.</summary>
    public string Directory => _directory;

    /// <summary>The samples in order.</summary>
    /// <exception cref="InvalidDataException">A line is no sample; the message names file and line.</exception>
    public IEnumerable<StoredSample> Samples() => Lines(DataSetFiles.Samples).Select(l => SampleJson.Read(l.Text, l.Where));

    /// <summary>The scene records in order, one for each picture.</summary>
    /// <exception cref="InvalidDataException">A line is no scene; the message names file and line.</exception>
    public IEnumerable<Scene> Scenes() => Lines(DataSetFiles.Scenes).Select(l => SceneJson.Deserialize(l.Text, l.Where));

    private IEnumerable<(string Text, string Where)> Lines(string file)
    {
        string path = Path.Combine(_directory, file);
        int number = 0;
        foreach (string line in File.ReadLines(path))
        {
            number++;
            if (line.Length > 0)
                yield return (line, $"{path}, line {number},");
        }
    }
}
