using System.Diagnostics;
using Nunchi.Testing;

namespace Nunchi.Cli.Tests.Commands;

public sealed class TrainKillTests : IDisposable
{
    private const int Kills = 3;
    private readonly string _folder = Directory.CreateTempSubdirectory("nunchi-kill-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Train_KilledWithoutWarningAndResumed_EndsWithTheSameBytes()
    {
        string recipe = WriteRecipe(), whole = Path.Combine(_folder, "whole"), killed = Path.Combine(_folder, "killed");
        using (Process run = Start("train", recipe, "--out", whole))
            Assert.Equal(ExitCode.Success, await EndOf(run));

        for (int kill = 0; kill < Kills; kill++)
        {
            int seen = Lines(killed);
            using Process run = kill == 0 ? Start("train", recipe, "--out", killed) : Start("train", "--resume", killed);
            while (!run.HasExited && Lines(killed) < seen + 2)
                await Task.Delay(1, TestContext.Current.CancellationToken);
            Assert.False(run.HasExited, "The run ended before it could be killed; give it more steps.");
            run.Kill(entireProcessTree: true);
            await run.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
        Assert.NotEqual(LastCheckpoint(whole), LastCheckpoint(killed));
        using (Process run = Start("train", "--resume", killed))
            Assert.Equal(ExitCode.Success, await EndOf(run));

        Assert.Equal(LastCheckpoint(whole), LastCheckpoint(killed));
        foreach (string file in (string[])["parameters.safetensors", "optimizer.safetensors"])
            Assert.Equal(await Bytes(whole, file), await Bytes(killed, file));
    }

    private static async Task<int> EndOf(Process run)
    {
        await run.WaitForExitAsync(TestContext.Current.CancellationToken);
        return run.ExitCode;
    }

    private static Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { ArgumentList = { Path.Combine(AppContext.BaseDirectory, "Nunchi.Cli.dll") } };
        foreach (string argument in (string[])[.. arguments, "--quiet"])
            start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }

    /// <summary>Lines that a run has written to its log; 0 before there is one.</summary>
    private static int Lines(string run)
    {
        string log = Path.Combine(run, "log.jsonl");
        if (!File.Exists(log))
            return 0;
        using var stream = new FileStream(log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Count(letter => letter == '\n');
    }

    private static string LastCheckpoint(string run) => Path.GetFileName(Directory.GetDirectories(Path.Combine(run, "checkpoints")).Where(name => File.Exists(Path.Combine(name, "state.json"))).Order(StringComparer.Ordinal).Last());

    private static Task<byte[]> Bytes(string run, string file) => File.ReadAllBytesAsync(Path.Combine(run, "checkpoints", LastCheckpoint(run), file), TestContext.Current.CancellationToken);

    private string WriteRecipe()
    {
        string path = Path.Combine(_folder, "recipe.yaml");
        File.WriteAllText(path, $$"""
            name: killed
            seed: 5
            compute: {threads: 1}
            tokenizer: {path: '{{Path.Combine(RepositoryFiles.Goldens, "varco2-tiny", "tokenizer.json")}}', vocabulary: 768 }
            model:
              encoder: {width: 32, layers: 1, heads: 2, mlp: 64, tile: 64, patch: 16}
              decoder: {width: 32, layers: 2, heads: 2, key_value_heads: 1, head_size: 16, mlp: 64, max_positions: 512}
              images: {grids: [1x1]}
            stages:
              - name: text
                kind: text
                steps: 1000
                batch: {tokens: 128}
                modules:
                  decoder: {learning_rate: 0.003, muon_learning_rate: 0.01}
                optimizer: {kind: muon+adamw}
                data: {length: 64}
                every: {log: 50, checkpoint: 20, evaluate: 0, sheet: 0}

            """);
        return path;
    }
}
