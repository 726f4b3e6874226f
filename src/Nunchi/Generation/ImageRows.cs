using Nunchi.Models;
using Nunchi.Tensors;

namespace Nunchi.Generation;

/// <summary>The features of those pictures of a request that are not all in the cache already, below each other; those of a single picture are not copied.</summary>
internal sealed unsafe class ImageRows : IDisposable
{
    private readonly IReadOnlyList<ImageFeatureStore.Lease> _leases;
    private readonly bool _owned;

    /// <param name="model">The model.</param>
    /// <param name="counts">Places that each picture has in the prompt.</param>
    /// <param name="leases">Their features, which go back with this.</param>
    public ImageRows(VisionLanguageModel model, ReadOnlySpan<int> counts, IReadOnlyList<ImageFeatureStore.Lease> leases)
    {
        _leases = leases;
        for (int i = 0; i < leases.Count; i++)
        {
            if (counts[i] != leases[i].Features.Tokens)
                throw new InvalidOperationException($"Picture {i + 1} gave {leases[i].Features.Tokens} features for {counts[i]} places in the prompt.");
        }
        if (leases.Count == 1)
            Tensor = leases[0].Features.Rows;
        if (leases.Count < 2)
            return;
        _owned = true;
        Tensor = new Tensor(model.Backend, leases.Sum(lease => lease.Features.Tokens), model.Config.Text.HiddenSize);
        float* to = Tensor.Data;
        lock (model.Turn)
        {
            foreach (ImageFeatureStore.Lease lease in leases)
            {
                model.Backend.Copy(lease.Features.Rows.Data, to, lease.Features.Rows.Count);
                to += lease.Features.Rows.Count;
            }
        }
    }

    /// <summary>[image tokens, decoder width], or null without pictures.</summary>
    public Tensor? Tensor { get; }

    public void Dispose()
    {
        if (_owned)
            Tensor!.Dispose();
        foreach (ImageFeatureStore.Lease lease in _leases)
            lease.Dispose();
    }
}
