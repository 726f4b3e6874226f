using Nunchi.Chat;
using Nunchi.Generation;
using Nunchi.Generation.Soaking;
using Nunchi.Images;
using Nunchi.Tensors.Quantization;
using Nunchi.Tests.Goldens;

namespace Nunchi.Tests.Generation.Soaking;

public class SoakTests
{
    [Fact]
    public async Task RunAsync_SomeAnswers_FindsNoneWrong()
    {
        var options = new SoakOptions { Answers = 60, Duration = TimeSpan.FromMinutes(5), Seed = 2 };

        SoakReport report = await Soak.RunAsync(GoldenFiles.Path("varco2-tiny"), new EngineOptions { Threads = 2, Weights = WeightFormat.Int8 }, options, cancellation: TestContext.Current.CancellationToken);

        Assert.True(report.Wrong == 0, string.Join('\n', report.Faults));
        Assert.Equal(60, report.Answers + report.Cancelled);
        Assert.True(report.Cancelled > 0 && report.Accepted > 0 && report.Cached > 0 && report.Together >= 1, report.ToString());
    }

    [Fact]
    public void Make_SameSeed_GivesTheSameConversation()
    {
        RgbImage[] pictures = SoakScenario.Pictures(1);
        SoakScenario[] one = [.. Enumerable.Range(0, 40).Select(i => SoakScenario.Make(1, i, pictures))], again = [.. Enumerable.Range(0, 40).Select(i => SoakScenario.Make(1, i, pictures))];

        Assert.Equal(one.Select(Describe), again.Select(Describe));
        Assert.NotEqual(Describe(one[0]), Describe(SoakScenario.Make(2, 0, pictures)));
        Assert.Contains(one, scenario => scenario.Conversation.Any(message => message.Parts.Any(part => part is ImagePart)));
        Assert.Contains(one, scenario => scenario.Conversation.Count > 3);
        Assert.Contains(one, scenario => scenario.Sampling is { Beams: > 1, Looks: > 1 });

        static string Describe(SoakScenario scenario) => $"{scenario.Sampling} {string.Join('|', scenario.Conversation.SelectMany(message => message.Parts))}";
    }

    [Fact]
    public void Difference_OfAnswers_IsTold()
    {
        SoakAnswer plain = Answer([(1, -0.5), (2, -0.25)], "ab");

        Assert.Null(Answer([(1, -0.5), (2, -0.25)], "ab").Difference(plain));
        Assert.Null(Answer([(1, -0.5)], null).Difference(plain));
        Assert.Contains("token 1 is 3", Answer([(1, -0.5), (3, -0.25)], "ab").Difference(plain));
        Assert.Contains("token 1 is 2", Answer([(1, -0.5), (2, Math.BitDecrement(-0.25))], "ab").Difference(plain));
        Assert.Contains("1 tokens, expected 2", Answer([(1, -0.5)], "a").Difference(plain));
        Assert.Contains("3 tokens, expected 2", Answer([(1, -0.5), (2, -0.25), (2, -0.25)], null).Difference(plain));
        Assert.Contains("expected \"ab\"", Answer([(1, -0.5), (2, -0.25)], "abc").Difference(plain));
    }

    [Fact]
    public void Compare_Memory_TellsGrowthAfterTheWarmUp()
    {
        var flat = new MemoryTrend();
        var growing = new MemoryTrend();
        var few = new MemoryTrend();
        for (int i = 0; i < 40; i++)
        {
            flat.Add((i < 10 ? 100L + (20 * i) : 300) << 20);
            growing.Add((300L + (5 * i)) << 20);
            if (i < MemoryTrend.Least - 1)
                few.Add((300L + (500 * i)) << 20);
        }

        Assert.Equal((300L << 20, 300L << 20, false), flat.Compare());
        Assert.True(growing.Compare().Grew);
        Assert.False(few.Compare().Grew);
    }

    private static SoakAnswer Answer((int, double)[] tokens, string? raw) => new(tokens, raw == null ? null : new Answer
    {
        Text = raw,
        RawText = raw,
        Spans = [],
        Usage = new Usage(1, 0, tokens.Length),
        Timings = new Timings { Encode = default, Prefill = default, FirstToken = default, Decode = default, Total = default },
        FinishReason = FinishReason.Stop,
    });
}
