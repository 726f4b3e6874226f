using Nunchi.Data.Pages;
using Nunchi.Training.Stages;
using Nunchi.Training.Stages.Patches;
using Nunchi.Training.Stages.Text;

namespace Nunchi.Training.Tests.Stages;

public class CopyMakerTests
{
    private static readonly PatchThings Things = new(SmallTokenizer.Prompts.Tokenizer);

    [Fact]
    public void Repeat_ManySeeds_LabelsTheSecondOfTwoEqualLines()
    {
        for (var seed = 0UL; seed < 200; seed++)
        {
            var sample = new SequenceSample();
            new CopyMaker(Things).Repeat(new SeededRandom(seed), 200, sample, 2);

            Assert.InRange(sample.Ids.Count, 14, 200);
            for (var at = 0; at < sample.Ids.Count;)
            {
                var end = sample.Ids.IndexOf(Things.NewlineToken, at);
                var length = end + 1 - at;
                Assert.Equal(sample.Ids.GetRange(at, length), sample.Ids.GetRange(end + 1, length));
                Assert.All(sample.Labels.GetRange(at, length), label => Assert.Equal(-1, label));
                Assert.Equal(sample.Ids.GetRange(end + 1, length), sample.Labels.GetRange(end + 1, length));
                at = end + 1 + length;
            }
        }
    }

    [Fact]
    public void Strips_ManySeeds_EndWithTheLettersThatTheirPatchesShow()
    {
        var blank = Things.Tokens[PatchThings.Blank][0];
        for (var seed = 0UL; seed < 200; seed++)
        {
            var sample = new SequenceSample();
            new CopyMaker(Things).Strips(new SeededRandom(seed), 200, sample, 3);

            Assert.InRange(sample.Ids.Count, CopyMaker.Columns + 3, 200);
            for (var at = 0; at < sample.Ids.Count;)
            {
                var end = sample.Ids.IndexOf(Things.NewlineToken, at);
                Assert.Equal(0, (end - at) % CopyMaker.Columns);
                var stop = sample.Ids.IndexOf(Things.NewlineToken, end + 1);
                var word = sample.Ids.GetRange(end + 1, stop - end - 1);
                Assert.Equal(word.Append(Things.NewlineToken), sample.Labels.GetRange(end + 1, stop - end));
                var patches = sample.Ids.GetRange(at, end - at);
                var rows = patches.Count / CopyMaker.Columns;
                for (var i = 0; i < patches.Count; i++)
                    if (sample.Labels[at + i] >= 0)
                        Assert.Contains(sample.Labels[at + i], word);
                if (rows >= 3)
                    Assert.True(word.Count(letter => patches.Contains(letter)) >= word.Count - 1, $"seed {seed}: {string.Join(' ', word)} of {string.Join(' ', patches)}");
                Assert.True(word.Count > 0 && !word.Contains(blank), $"seed {seed}");
                at = stop + 1;
            }
        }
    }

    [Fact]
    public void Strips_SameSeed_AreTheSame()
    {
        SequenceSample Make()
        {
            var sample = new SequenceSample();
            new CopyMaker(Things).Strips(new SeededRandom(9), 150, sample, 3);
            return sample;
        }

        Assert.Equal(Make().Ids, Make().Ids);
        Assert.Equal(Make().Labels, Make().Labels);
    }
}
