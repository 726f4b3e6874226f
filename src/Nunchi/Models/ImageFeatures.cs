using Nunchi.Images;
using Nunchi.Tensors;

namespace Nunchi.Models;

/// <summary>The packed features of one picture or of several, ready to stand in a prompt: kept between the turns of a conversation.</summary>
public sealed unsafe class ImageFeatures : IDisposable
{
    private ImageFeatures(Tensor rows) => Rows = rows;

    /// <summary>[image tokens, decoder width].</summary>
    public Tensor Rows { get; }

    /// <summary>Image tokens that they take.</summary>
    public int Tokens => Rows.Rows;

    /// <summary>Bytes of memory.</summary>
    public long Bytes => Rows.Count * sizeof(float);

    /// <summary>Encodes pictures.</summary>
    /// <param name="model">The model.</param>
    /// <param name="tape">Runs; must not record. It is reset.</param>
    /// <param name="images">The pictures.</param>
    /// <param name="cropsAtOnce">Crops that run together.</param>
    /// <param name="encoded">Called with the number of crops done; may throw to stop.</param>
    public static ImageFeatures Encode(VisionLanguageModel model, Tape tape, ProcessedImages images, int cropsAtOnce = 4, Action<int>? encoded = null)
    {
        using var batch = new ImageBatch(model.Config.Vision);
        batch.Add(images);
        try
        {
            Tensor packed = model.EncodeImages(tape, batch, cropsAtOnce, encoded);
            var rows = new Tensor(model.Backend, packed.Rows, packed.Columns);
            lock (model.Turn)
                model.Backend.Copy(packed.Data, rows.Data, packed.Count);
            return new ImageFeatures(rows);
        }
        finally
        {
            tape.Reset();
        }
    }

    /// <summary>Frees the memory.</summary>
    public void Dispose() => Rows.Dispose();
}
