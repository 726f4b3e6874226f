using System.Text.Json;
using Nunchi.Chat;
using Nunchi.Generation;
using Nunchi.Grounding;
using Nunchi.Images;

namespace Nunchi.Cli.Tests.Commands;

/// <summary>The options of pictures, penalties, stops and log-probabilities.</summary>
public class PictureOptionsTests
{
    [Fact]
    public async Task Options_Given_ReachTheEngine()
    {
        using var shell = new TestShell();

        await shell.RunAsync("read", shell.Picture(), "--tiling", "whole", "--max-tiles", "3", "--grid", "2", "--enlarge", "on");

        EngineOptions options = shell.LoadedOptions!;
        Assert.Equal((TilingMode.WholeView, 3, 2, true), (options.Tiling, options.MaxTiles, options.GridSide, options.EnlargeForReading));
    }

    [Fact]
    public async Task Options_LeftOut_AreTheDefaults()
    {
        using var shell = new TestShell();

        await shell.RunAsync("caption", shell.Picture());

        EngineOptions options = shell.LoadedOptions!, defaults = new();
        Assert.Equal((defaults.Tiling, defaults.MaxTiles, defaults.GridSide, defaults.EnlargeForReading), (options.Tiling, options.MaxTiles, options.GridSide, options.EnlargeForReading));
    }

    [Theory]
    [InlineData("--tiling", "tiles", "anyres")]
    [InlineData("--max-tiles", "0", "1..256")]
    [InlineData("--grid", "17", "1..16")]
    [InlineData("--enlarge", "yes", "auto")]
    [InlineData("--max-image-mb", "0", "1..")]
    [InlineData("--max-megapixels", "501", "500")]
    [InlineData("--max-image-seconds", "0", "0.001..")]
    [InlineData("--presence-penalty", "3", "-2..2")]
    [InlineData("--frequency-penalty", "x", "-2..2")]
    [InlineData("--min-tokens", "-1", "0 or more")]
    [InlineData("--logprobs", "21", "0..20")]
    [InlineData("--stop", "", "none of them empty")]
    public async Task Options_OutOfRange_AreRefusedWithWhatIsAllowed(string option, string value, string allowed)
    {
        using var shell = new TestShell();

        Assert.Equal(ExitCode.Usage, await shell.RunAsync("chat", "안녕", option, value, "--json"));
        Assert.Contains(allowed, shell.Output + shell.Errors, StringComparison.Ordinal);
        Assert.Empty(shell.Engine.Asked);
    }

    [Theory]
    [InlineData("chat")]
    [InlineData("read")]
    [InlineData("caption")]
    [InlineData("locate")]
    public async Task Limits_APictureOverThem_IsRefusedBeforeTheModelLoads(string command)
    {
        using var shell = new TestShell();
        string picture = shell.Picture("large.png", 200, 100);
        string[] question = command switch { "chat" => ["chat", "뭐야?", "--image", picture], "locate" => ["locate", picture, "우산"], _ => [command, picture] };

        Assert.Equal(ExitCode.Failure, await shell.RunAsync([.. question, "--max-megapixels", "0.01"]));

        Assert.Contains("10000 pixels", shell.Errors, StringComparison.Ordinal);
        Assert.Null(shell.LoadedOptions);
    }

    [Fact]
    public async Task Limits_InAConversation_HoldForPicturesThatComeLater()
    {
        using var shell = new TestShell();
        shell.Input = $"/image {shell.Picture("large.png", 200, 100)}\n안녕\n";

        await shell.RunAsync("chat", "--max-megapixels", "0.01");

        Assert.Contains("10000 pixels", shell.Errors, StringComparison.Ordinal);
        Assert.Empty(Assert.Single(shell.Engine.Asked)[0].Parts.OfType<ImagePart>());
    }

    [Fact]
    public async Task PenaltiesAndStops_ReachTheEngine()
    {
        using var shell = new TestShell();

        await shell.RunAsync("chat", "안녕", "--presence-penalty", "0.5", "--frequency-penalty", "-1", "--min-tokens", "3", "--stop", "끝", "--stop", "\n\n");

        GenerationOptions options = shell.Engine.Options[0];
        Assert.Equal((0.5, -1.0, 3, (int?)null), (options.PresencePenalty, options.FrequencyPenalty, options.MinTokens, options.TopLogprobs));
        Assert.Equal(["끝", "\n\n"], options.StopStrings);
    }

    [Fact]
    public async Task Logprobs_OfATokenThatIsHalfACharacter_AreInTheObject()
    {
        using var shell = new TestShell();
        shell.Engine.Scripts[0] =
        [
            new TokenChosen(new TokenLogprob(7, new byte[] { 0xEC, 0x97 }, -0.25), [new TokenLogprob(7, new byte[] { 0xEC, 0x97 }, -0.25), new TokenLogprob(9, "네"u8.ToArray(), -1.5)]),
            new TokenChosen(new TokenLogprob(8, new byte[] { 0xAD }, -0.5), []),
            new TextDelta("역"),
        ];

        Assert.Equal(ExitCode.Success, await shell.RunAsync("chat", "안녕", "--logprobs", "2", "--json"));

        Assert.Equal(2, shell.Engine.Options[0].TopLogprobs);
        JsonElement tokens = JsonDocument.Parse(shell.Output).RootElement.GetProperty("logprobs");
        Assert.Equal((2, 7, "\uFFFD", -0.25), (tokens.GetArrayLength(), tokens[0].GetProperty("id").GetInt32(), tokens[0].GetProperty("token").GetString(), tokens[0].GetProperty("logprob").GetDouble()));
        Assert.Equal("네", tokens[0].GetProperty("top")[1].GetProperty("token").GetString());
    }

    [Fact]
    public async Task Logprobs_WithoutJsonOrInAConversation_AreWrongUsage()
    {
        using var shell = new TestShell { Input = "안녕\n" };

        Assert.Equal(ExitCode.Usage, await shell.RunAsync("chat", "안녕", "--logprobs", "2"));
        Assert.Contains("--json", shell.Errors, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Usage, await shell.RunAsync("chat", "--logprobs", "2", "--json"));
        Assert.Empty(shell.Engine.Asked);
    }

    [Fact]
    public async Task Json_WhatWasOddInTheAnswer_IsReported()
    {
        using var shell = new TestShell();
        shell.Engine.Oddities = [new GroundingOddity(GroundingOddityKind.ReversedCorners, 3, "0.9, 0.1, 0.2, 0.4")];

        await shell.RunAsync("chat", "안녕", "--json");

        JsonElement odd = JsonDocument.Parse(shell.Output).RootElement.GetProperty("oddities")[0];
        Assert.Equal(("reversed_corners", 3, "0.9, 0.1, 0.2, 0.4"), (odd.GetProperty("kind").GetString(), odd.GetProperty("position").GetInt32(), odd.GetProperty("found").GetString()));
    }
}
