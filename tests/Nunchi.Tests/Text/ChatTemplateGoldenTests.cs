using System.Text.Json;
using Nunchi.Text;

namespace Nunchi.Tests.Text;

public sealed class ChatTemplateGoldenTests
{
    private static readonly string[] Checkpoints =
        ["varco1-tiny", "varco1-tiny-tf446", "varco2-tiny", "varco2-tiny-tf453", "varco2-tiny-bf16", "varco2-tiny-sharded", "llava15-tiny"];

    public static TheoryData<string> CheckpointNames => [.. Checkpoints];

    [Theory]
    [InlineData("qwen2.5", 54)]
    [InlineData("qwen3", 54)]
    [InlineData("llava-onevision", 20)]
    public void Render_GoldenCases_GivesWhatJinjaGives(string name, int count)
    {
        var goldens = Goldens.Json("chat_templates.json");
        var template = new ChatTemplate(goldens.GetProperty("templates").GetProperty(name).GetString()!);
        var cases = goldens.GetProperty("cases").EnumerateArray().Where(c => c.GetProperty("template").GetString() == name).ToList();
        Assert.Equal(count, cases.Count);
        foreach (var golden in cases)
        {
            var variables = golden.EnumerateObject().Where(p => p.Name is not ("template" or "rendered" or "error")).ToDictionary(p => p.Name, p => (object?)p.Value);
            Assert.Equal(golden.GetProperty("rendered").GetString(), template.Render(variables));
            Assert.Equal(golden.GetProperty("rendered").GetString(), string.Concat(template.RenderSegments(variables).Select(s => s.Text)));
        }
    }

    [Theory]
    [MemberData(nameof(CheckpointNames))]
    public void Load_OfACheckpoint_RendersItsCases(string checkpoint)
    {
        var template = ChatTemplate.Load(Goldens.At(checkpoint));
        foreach (var golden in Cases(checkpoint).EnumerateArray())
        {
            var variables = new Dictionary<string, object?> { ["messages"] = golden.GetProperty("messages"), ["add_generation_prompt"] = true };
            Assert.Equal(golden.GetProperty("prompt").GetString(), template.Render(variables));
        }
    }

    [Theory]
    [InlineData("qwen2.5")]
    [InlineData("qwen3")]
    public void Load_FromTokenizerConfig_FindsTheTemplate(string name)
    {
        var template = ChatTemplate.Load(Goldens.At("tokenizers", name));
        Assert.False(template.TakesContentParts);
        var messages = JsonDocument.Parse("""[{"role": "user", "content": "안녕?"}]""").RootElement;
        Assert.EndsWith("<|im_start|>user\n안녕?<|im_end|>\n", template.Render(new Dictionary<string, object?> { ["messages"] = messages }), StringComparison.Ordinal);
    }

    internal static JsonElement Cases(string checkpoint) =>
        Goldens.Json(string.Join('-', checkpoint.Split('-').Where(p => !p.StartsWith("tf", StringComparison.Ordinal) && p != "sharded")) + "-cases", "cases.json");
}
