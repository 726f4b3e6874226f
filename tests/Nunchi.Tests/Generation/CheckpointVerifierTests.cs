using Nunchi.Generation.Verification;
using Nunchi.Tensors.Safetensors;
using Nunchi.Tests.Checkpoints;
using Nunchi.Tests.Goldens;

namespace Nunchi.Tests.Generation;

public class CheckpointVerifierTests
{
    [Theory]
    [InlineData("varco2-tiny", "varco2-tiny-cases", false)]
    [InlineData("varco2-tiny-tf453", "varco2-tiny-cases", false)]
    [InlineData("varco2-tiny-bf16", "varco2-tiny-bf16-cases", true)]
    [InlineData("varco2-tiny-sharded", "varco2-tiny-bf16-cases", true)]
    [InlineData("varco1-tiny", "varco1-tiny-cases", false)]
    [InlineData("varco1-tiny-tf446", "varco1-tiny-cases", false)]
    [InlineData("llava15-tiny", "llava15-tiny-cases", false)]
    public void Run_EveryGoldenCase_Passes(string checkpoint, string cases, bool roundedRotary)
    {
        IReadOnlyList<CaseResult> results = Run(GoldenFiles.Path(checkpoint), cases);

        Assert.Equal(GoldenFiles.Json(cases, "cases.json").GetArrayLength(), results.Count);
        foreach (CaseResult result in results)
        {
            Assert.True(result.Passed, $"{result.Name}: {string.Join("; ", result.Comparisons.Where(comparison => !comparison.Passed).Select(comparison => $"{comparison.Name} {comparison.Detail}"))}");
            // The reference wrote neither pixels nor features for LLaVA-1.5.
            Assert.Equal(result.Name.StartsWith("text_", StringComparison.Ordinal) || checkpoint == "llava15-tiny" ? ["prompt", "ids", "logits", "greedy"] : ["prompt", "ids", "pixels", "features", "logits", "greedy"], result.Comparisons.Select(comparison => comparison.Name));
            Assert.Equal(roundedRotary, result.Note != null);
        }
    }

    [Fact]
    public void Run_ChangedWeight_ReportsWhatDiffers()
    {
        using var copy = new TemporaryCheckpoint();
        string path = Path.Combine(copy.Directory, "model.safetensors");
        var tensors = new List<(SafetensorsSlot Slot, float[] Values)>();
        using (SafetensorsFile file = SafetensorsFile.Open(path))
            tensors.AddRange(file.Entries.Select(entry => (new SafetensorsSlot(entry.Name, entry.Shape), file.ReadSingles(entry.Name))));
        tensors.Single(tensor => tensor.Slot.Name == "multi_modal_projector.linear_2.bias").Values[3] += 0.5f;
        using (var writer = new SafetensorsWriter(path, tensors.Select(tensor => tensor.Slot)))
        {
            foreach (var (slot, values) in tensors)
                writer.Write(slot.Name, values);
            writer.Commit();
        }

        IReadOnlyList<CaseResult> results = Run(copy.Directory, "varco2-tiny-cases");

        Assert.True(results.Single(result => result.Name == "text_only").Passed);
        CaseResult square = results.Single(result => result.Name == "ask_square");
        Assert.Equal(["features", "logits"], square.Comparisons.Where(comparison => !comparison.Passed && comparison.Name != "greedy").Select(comparison => comparison.Name));
        Comparison features = square.Comparisons.Single(comparison => comparison.Name == "features");
        Assert.Equal(0.5, features.LargestDifference, 1e-3);
        Assert.Contains("expected", features.Detail);
    }

    [Fact]
    public void Run_NoCases_SaysWhatIsMissing() =>
        Assert.Contains("cases.json", Assert.Throws<FileNotFoundException>(() => Run(GoldenFiles.Path("varco2-tiny"), "images")).Message);

    private static IReadOnlyList<CaseResult> Run(string checkpoint, string cases) =>
        CheckpointVerifier.Run(checkpoint, GoldenFiles.Path(cases), new VerificationOptions { Threads = 2 }, TestContext.Current.CancellationToken);
}
