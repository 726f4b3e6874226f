using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Nunchi.Chat;

namespace Nunchi.Evaluation.Runs;

/// <summary>Tells checkpoints apart, so that answers of one are never taken for those of another.</summary>
internal static class ModelFingerprint
{
    private const long WholeUpTo = 256L << 20;
    private const int Piece = 1 << 16, Pieces = 1024;

    private static readonly string[] Endings = [".safetensors", ".gguf", ".json", ".jinja"];

    /// <summary>A hash over all that a model's answers depend on: its checkpoint, what its weights, keys and values were rounded to, its adapter, how pictures are shown to it.</summary>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static string Of(ModelInfo model)
    {
        string checkpoint = Of(model.Directory);
        bool roundsCache = model.KeyValueCache.StartsWith("int8", StringComparison.Ordinal);
        if (model.Adapter is null && model.RoundedTo is null && model.Views is null && !roundsCache)
            return checkpoint;
        string all = string.Join('\n', checkpoint, model.RoundedTo ?? "", model.Adapter is null ? "" : Of(model.Adapter), roundsCache ? "keys and values in int8" : "");
        if (model.Views is { } views)
            all += "\n" + views;
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(all)))[..16];
    }

    /// <summary>
    /// A hash over names, lengths and contents of a checkpoint's files. Of files above 256 MiB, pieces evenly spread stand for the whole: training changes all of a matrix.
    /// </summary>
    /// <param name="directory">The checkpoint directory.</param>
    /// <param name="wholeUpTo">Bytes up to which a file is read whole.</param>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static string Of(string directory, long wholeUpTo = WholeUpTo)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = new byte[Piece];
        foreach (string path in Directory.EnumerateFiles(directory).Where(path => Endings.Contains(Path.GetExtension(path))).Order(StringComparer.Ordinal))
        {
            using FileStream file = File.OpenRead(path);
            hash.AppendData(Encoding.UTF8.GetBytes(Path.GetFileName(path)));
            BinaryPrimitives.WriteInt64LittleEndian(buffer, file.Length);
            hash.AppendData(buffer, 0, sizeof(long));
            long step = file.Length <= wholeUpTo ? Piece : Math.Max(Piece, (file.Length - Piece) / (Pieces - 1));
            for (long at = 0; at < file.Length; at += step)
            {
                file.Position = at;
                hash.AppendData(buffer, 0, file.ReadAtLeast(buffer, Piece, throwOnEndOfStream: false));
            }
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }
}
