using System.Diagnostics;
using System.Globalization;

namespace Nunchi.Tests.Fuzzing;

/// <summary>
/// Feeds damaged inputs to every reader of foreign bytes: only the documented exceptions come out, and no input costs more memory than its reader may take.
/// Ten thousand inputs each here; <c>eng/fuzz.sh</c> runs as many as it is asked for and also looks at the time that one input takes.
/// </summary>
public sealed class ReaderFuzzTests : IDisposable
{
    private static readonly string? Asked = Environment.GetEnvironmentVariable("NUNCHI_FUZZ_INPUTS");
    private static readonly int Inputs = Asked is null ? 10_000 : int.Parse(Asked, CultureInfo.InvariantCulture);
    private static readonly int Seed = int.Parse(Environment.GetEnvironmentVariable("NUNCHI_FUZZ_SEED") ?? "1", CultureInfo.InvariantCulture);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    private readonly FuzzTargets _targets = new();

    public static TheoryData<string> Names => ["safetensors", "index", "tokenizer", "config", "generation-config", "image-processor", "adapter-config", "template", "image", "tags"];

    public void Dispose() => _targets.Dispose();

    [Theory]
    [MemberData(nameof(Names))]
    public void Read_DamagedInputs_ThrowsOnlyWhatIsDocumented(string name)
    {
        FuzzTarget target = _targets.All.Single(candidate => candidate.Name == name);
        int read = 0;
        for (int i = 0; i < Inputs; i++)
        {
            byte[] input = new Mutator(unchecked((Seed * 1_000_003) + i), target.Seeds, target.Words).Next();
            if (Try(target, input, i))
                read++;
        }
        // A fuzzer that only ever meets the first check tests little.
        Assert.InRange(read, Inputs / 500, Inputs);
    }

    [Fact]
    public void Names_AreThoseOfTheTargets() => Assert.Equal(_targets.All.Select(target => target.Name), Names.Select(row => row.Data));

    private static bool Try(FuzzTarget target, byte[] input, int number)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        var watch = Stopwatch.StartNew();
        bool read = true;
        try
        {
            target.Read(input);
        }
        catch (Exception failure) when (target.Allowed.Contains(failure.GetType()))
        {
            read = false;
        }
        catch (Exception failure)
        {
            Assert.Fail($"{Where()} threw {failure}");
        }
        long taken = GC.GetAllocatedBytesForCurrentThread() - before;
        if (taken > target.MostBytes)
            Assert.Fail($"{Where()} took {taken:N0} bytes of at most {target.MostBytes:N0}.");
        if (Asked is not null && watch.Elapsed > Longest)
            Assert.Fail($"{Where()} took {watch.Elapsed.TotalSeconds:0.0} s.");
        return read;

        string Where() => $"{target.Name}, seed {Seed}, input {number} ({input.Length} bytes: {Convert.ToBase64String(input.AsSpan(0, Math.Min(input.Length, 3000)))})";
    }
}
