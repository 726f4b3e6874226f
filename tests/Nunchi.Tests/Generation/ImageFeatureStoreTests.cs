using Nunchi.Generation;
using Nunchi.Images;
using Nunchi.Models;
using Nunchi.Tests.Models;

namespace Nunchi.Tests.Generation;

public class ImageFeatureStoreTests
{
    private static readonly ImageKey One = new("1x1:AA", TilingMode.AnyRes), Other = new("1x1:BB", TilingMode.AnyRes);

    [Fact]
    public async Task Take_TwoAtOnce_EncodeOnce()
    {
        using var golden = new GoldenModel("varco2-tiny");
        using var store = new ImageFeatureStore(1 << 20);
        int encoded = 0;
        using var barrier = new Barrier(2);

        ImageFeatures[] features = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
        {
            barrier.SignalAndWait(TestContext.Current.CancellationToken);
            using ImageFeatureStore.Lease lease = store.Take(One, () =>
            {
                encoded++;
                return Encode(golden);
            }, TestContext.Current.CancellationToken);
            return lease.Features;
        })));

        Assert.Equal(1, encoded);
        Assert.Same(features[0], features[1]);
        Assert.True(store.Holds(One));
        Assert.False(store.Holds(Other));
    }

    [Fact]
    public void Take_NoRoom_KeepsWhatIsInUseAndNothingElse()
    {
        using var golden = new GoldenModel("varco2-tiny");
        using var store = new ImageFeatureStore(1);
        ImageFeatureStore.Lease first = store.Take(One, () => Encode(golden), CancellationToken.None);
        store.Take(Other, () => Encode(golden), CancellationToken.None).Dispose();

        Assert.True(store.Holds(One));
        Assert.False(store.Holds(Other));
        Assert.True(first.Features.Rows.Span[0] != float.MaxValue);
        first.Dispose();
        first.Dispose();
        Assert.False(store.Holds(One));
    }

    [Fact]
    public void Take_EncodingFails_LetsTheNextTry()
    {
        using var golden = new GoldenModel("varco2-tiny");
        using var store = new ImageFeatureStore(1 << 20);

        Assert.Throws<OperationCanceledException>(() => store.Take(One, () => throw new OperationCanceledException(), CancellationToken.None));
        using ImageFeatureStore.Lease lease = store.Take(One, () => Encode(golden), CancellationToken.None);

        Assert.True(lease.Features.Tokens > 0);
    }

    private static ImageFeatures Encode(GoldenModel golden) => ImageFeatures.Encode(golden.Model, golden.Tape, golden.Processor.Process([GoldenModel.Picture("small")]));
}
