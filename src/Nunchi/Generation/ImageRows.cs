using Nunchi.Models;
using Nunchi.Tensors;

namespace Nunchi.Generation;

/// <summary>The features of all pictures of a request below each other; those of a single picture are not copied.</summary>
internal sealed unsafe class ImageRows : IDisposable
{
    private readonly bool _owned;

    public ImageRows(VisionLanguageModel model, ChatRequest request, ImageFeatures[] features)
    {
        for (int i = 0; i < features.Length; i++)
        {
            int end = i + 1 < features.Length ? request.ImageStarts[i + 1] : request.Ids.Length;
            int places = request.Ids.AsSpan(request.ImageStarts[i], end - request.ImageStarts[i]).Count(model.Config.ImageTokenId);
            if (places != features[i].Tokens)
                throw new InvalidOperationException($"Picture {i + 1} gave {features[i].Tokens} features for {places} places in the prompt.");
        }
        if (features.Length == 1)
            Tensor = features[0].Rows;
        if (features.Length < 2)
            return;
        _owned = true;
        Tensor = new Tensor(model.Backend, request.ImageTokens, model.Config.Text.HiddenSize);
        float* to = Tensor.Data;
        lock (model.Turn)
        {
            foreach (ImageFeatures image in features)
            {
                model.Backend.Copy(image.Rows.Data, to, image.Rows.Count);
                to += image.Rows.Count;
            }
        }
    }

    /// <summary>[image tokens, decoder width], or null without pictures.</summary>
    public Tensor? Tensor { get; }

    public void Dispose()
    {
        if (_owned)
            Tensor!.Dispose();
    }
}
