using Nunchi.Generation;
using Nunchi.Generation.Prefixes;
using Nunchi.Images;
using Nunchi.Tensors.Operators;
using Nunchi.Tests.Models;

namespace Nunchi.Tests.Generation.Prefixes;

public class PrefixStoreTests
{
    [Theory]
    [InlineData(CacheFormat.Float32)]
    [InlineData(CacheFormat.Int8)]
    public void Restore_RandomTexts_GivesTheLongestKnownBeginningWithItsBits(CacheFormat format)
    {
        using var golden = new GoldenModel("varco2-tiny");
        using var store = new PrefixStore(golden.Backend, golden.Model.Config.Text, format, long.MaxValue);
        var random = new Random(3);
        var known = new List<PromptToken[]>();
        for (int round = 0; round < 40; round++)
        {
            PromptToken[] text = RandomText(random, known);
            using var generator = new Generator(golden.Model, golden.Tape, cache: format);
            // A conversation holds a beginning of its own already.
            int own = random.Next(text.Length);
            if (own > 0)
                TakeIn(generator, text[..own]);

            generator.Restore(store, text.AsSpan(..^1));

            int expected = Math.Max(own, known.Select(other => other.AsSpan().CommonPrefixLength(text.AsSpan(..^1))).DefaultIfEmpty().Max());
            Assert.True(expected == generator.Length, $"round {round}: {generator.Length} of {text.Length} tokens, expected {expected}");
            float[] actual = TakeIn(generator, text[expected..]);
            using var plain = new Generator(golden.Model, golden.Tape, cache: format);
            Assert.Equal(TakeIn(plain, text), actual);
            store.Add(text, generator.Cache);
            known.Add(text);
        }
    }

    [Fact]
    public void Add_MoreThanFits_LetsTheLeastRecentlyUsedGo()
    {
        using var golden = new GoldenModel("varco2-tiny");
        using var generator = new Generator(golden.Model, golden.Tape);
        long capacity = 5 * PrefixStore.BlockTokens * generator.BytesPerToken;
        using var store = new PrefixStore(golden.Backend, golden.Model.Config.Text, CacheFormat.Float32, capacity);
        PromptToken[] first = Text(1, 64), second = Text(2, 64), third = Text(3, 64);
        Add(first);
        Add(second);
        Assert.Equal(64, Known(first));

        Add(third);

        Assert.InRange(store.Bytes, 1, capacity);
        Assert.Equal((64, 32, 64), (Known(first), Known(second), Known(third)));

        // One text that is longer than all the room keeps its beginning.
        Add(Text(4, 400));
        Assert.InRange(store.Bytes, 1, capacity);
        Assert.Equal(160, Known(Text(4, 400)));

        void Add(PromptToken[] text)
        {
            generator.Truncate(0);
            TakeIn(generator, text);
            store.Add(text, generator.Cache);
        }

        int Known(PromptToken[] text)
        {
            generator.Truncate(0);
            generator.Restore(store, text);
            return generator.Length;
        }
    }

    [Fact]
    public void Restore_SameIdsOfAnotherPicture_IsNotKnown()
    {
        using var golden = new GoldenModel("varco2-tiny");
        using var generator = new Generator(golden.Model, golden.Tape);
        using var store = new PrefixStore(golden.Backend, golden.Model.Config.Text, CacheFormat.Float32, long.MaxValue);
        PromptToken[] one = Picture("one"), other = Picture("other"), tiled = [.. one.Select(token => token with { Image = token.Image with { Tiling = TilingMode.SingleView } })];
        TakeIn(generator, one);
        store.Add(one, generator.Cache);

        foreach (PromptToken[] text in (PromptToken[][])[other, tiled, [.. one.Skip(1)]])
        {
            generator.Truncate(0);
            generator.Restore(store, text);
            Assert.Equal(0, generator.Length);
        }

        static PromptToken[] Picture(string pixels) => [.. Enumerable.Range(0, 40).Select(row => new PromptToken(7, new ImageKey(pixels, TilingMode.AnyRes), row))];
    }

    private static PromptToken[] RandomText(Random random, List<PromptToken[]> known)
    {
        PromptToken[] start = known.Count > 0 && random.Next(4) > 0 ? known[random.Next(known.Count)] : [];
        PromptToken[] kept = start[..random.Next(start.Length + 1)];
        return [.. kept, .. Enumerable.Range(0, random.Next(1, 90)).Select(_ => new PromptToken(random.Next(5)))];
    }

    private static PromptToken[] Text(int seed, int length) => [.. Enumerable.Range(0, length).Select(i => new PromptToken((seed * 50) + (i % 40)))];

    private static float[] TakeIn(Generator generator, PromptToken[] text) =>
        generator.Prefill([.. text.Select(token => token.Id)], cancellation: TestContext.Current.CancellationToken).ToArray();
}
