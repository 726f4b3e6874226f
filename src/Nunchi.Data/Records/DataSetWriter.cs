using System.Text;
using Nunchi.Data.Scenes;
using Nunchi.Data.Tasks;

namespace Nunchi.Data.Records;

/// <summary>
/// Draws a data set into a directory: <c>images/000001.png</c> or <c>.jpg</c>, <c>samples.jsonl</c> with a conversation a line, <c>scenes.jsonl</c> with a
/// record a picture, <c>dataset.json</c> with what it was drawn from. The same plan gives the same bytes, whatever the number of threads. It is drawn in blocks;
/// when it is stopped, finished blocks stay and the next call with the same plan goes on.
/// </summary>
public static class DataSetWriter
{
    /// <summary>Samples of a block.</summary>
    internal const int BlockSize = 64;

    /// <summary>Draws <paramref name="count"/> samples.</summary>
    /// <param name="count">How many samples, at least 1.</param>
    /// <param name="seed">The seed of the series.</param>
    /// <param name="directory">Where to; made when it is not there. It must be empty or hold the same data set, finished or not.</param>
    /// <param name="assets">Fonts and things.</param>
    /// <param name="split">What samples may be made of.</param>
    /// <param name="mixture">What they are; null for everything.</param>
    /// <param name="threads">Worker threads; 0 for one a processor.</param>
    /// <param name="progress">Told after each block: samples there are, samples wanted.</param>
    /// <param name="cancellation">Stops between samples.</param>
    /// <exception cref="ArgumentException">A number is out of range.</exception>
    /// <exception cref="InvalidDataException">The directory holds something else.</exception>
    /// <exception cref="OperationCanceledException">It was stopped; what is finished stays.</exception>
    public static void Draw(
        int count, ulong seed, string directory, SceneAssets assets, SceneSplit split = SceneSplit.Training, TaskMixture? mixture = null,
        int threads = 0, Action<int, int>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        ArgumentException.ThrowIfNullOrEmpty(directory);
        var source = new SampleSource(assets, split, mixture);
        byte[] plan = DataSetPlan.Write(count, seed, split, source.Mixture, assets);
        if (Begin(directory, plan))
        {
            progress?.Invoke(count, count);
            return;
        }
        int blocks = (count + BlockSize - 1) / BlockSize, done = 0;
        var turn = new Lock();
        var options = new ParallelOptions { MaxDegreeOfParallelism = threads == 0 ? Environment.ProcessorCount : threads, CancellationToken = cancellation };
        Parallel.For(0, blocks, options, block =>
        {
            int first = block * BlockSize, last = Math.Min(count, first + BlockSize);
            if (!File.Exists(Part(directory, block, DataSetFiles.Samples)))
                Block(source, seed, directory, block, first, last, cancellation);
            lock (turn)
            {
                done += last - first;
                progress?.Invoke(done, count);
            }
        });
        Join(directory, blocks, DataSetFiles.Scenes);
        Join(directory, blocks, DataSetFiles.Samples);
        DataSetFiles.WriteAtomically(Path.Combine(directory, DataSetFiles.Manifest), plan);
        System.IO.Directory.Delete(Path.Combine(directory, DataSetFiles.Unfinished), recursive: true);
    }

    /// <returns>Whether the data set is there already.</returns>
    private static bool Begin(string directory, byte[] plan)
    {
        string unfinished = Path.Combine(directory, DataSetFiles.Unfinished), manifest = Path.Combine(directory, DataSetFiles.Manifest);
        string planned = Path.Combine(unfinished, DataSetFiles.Plan);
        System.IO.Directory.CreateDirectory(directory);
        if (File.Exists(manifest) && !System.IO.Directory.Exists(unfinished))
        {
            if (!File.ReadAllBytes(manifest).AsSpan().SequenceEqual(plan))
                throw new InvalidDataException($"{directory} holds another data set: {manifest} tells from what it was drawn. Choose another directory, or remove this one.");
            return true;
        }
        if (File.Exists(planned))
        {
            if (!File.ReadAllBytes(planned).AsSpan().SequenceEqual(plan))
                throw new InvalidDataException($"{directory} holds an unfinished data set that was begun otherwise: {planned} tells how. Draw with the same numbers to go on, or remove the directory.");
        }
        else
        {
            if (System.IO.Directory.EnumerateFileSystemEntries(directory).Any(entry => Path.GetFileName(entry) != DataSetFiles.Unfinished))
                throw new InvalidDataException($"{directory} is not empty and holds no data set of this plan. Choose an empty or new directory.");
            System.IO.Directory.CreateDirectory(unfinished);
            DataSetFiles.WriteAtomically(planned, plan);
        }
        System.IO.Directory.CreateDirectory(Path.Combine(directory, DataSetFiles.Images));
        return false;
    }

    private static void Block(SampleSource source, ulong seed, string directory, int block, int first, int last, CancellationToken cancellation)
    {
        var samples = new StringBuilder();
        var scenes = new StringBuilder();
        for (int i = first; i < last; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            TrainingSample sample = source.Draw(seed, (ulong)i);
            var images = new List<string>(sample.Pictures.Count);
            for (int p = 0; p < sample.Pictures.Count; p++)
            {
                string name = $"{DataSetFiles.Images}/{i + 1:000000}{(sample.Pictures.Count > 1 ? $"-{p + 1}" : "")}.{sample.Pictures[p].Extension}";
                DataSetFiles.WriteAtomically(Path.Combine(directory, name), sample.Pictures[p].Encode());
                images.Add(name);
                scenes.Append("{\"image\":\"").Append(name).Append("\",").Append(SceneJson.Serialize(sample.Pictures[p].Scene).AsSpan(1)).Append('\n');
            }
            samples.Append(SampleJson.Write(sample, images)).Append('\n');
        }
        // The samples' part comes last: a block counts as finished when it is there.
        DataSetFiles.WriteAtomically(Part(directory, block, DataSetFiles.Scenes), Encoding.UTF8.GetBytes(scenes.ToString()));
        DataSetFiles.WriteAtomically(Part(directory, block, DataSetFiles.Samples), Encoding.UTF8.GetBytes(samples.ToString()));
    }

    private static void Join(string directory, int blocks, string file)
    {
        string target = Path.Combine(directory, file), partial = target + ".tmp";
        using (FileStream joined = new(partial, FileMode.Create, FileAccess.Write))
        {
            for (int block = 0; block < blocks; block++)
            {
                using FileStream part = File.OpenRead(Part(directory, block, file));
                part.CopyTo(joined);
            }
            joined.Flush(flushToDisk: true);
        }
        File.Move(partial, target, overwrite: true);
    }

    private static string Part(string directory, int block, string file) => Path.Combine(directory, DataSetFiles.Unfinished, $"{block:000000}.{file}");
}
