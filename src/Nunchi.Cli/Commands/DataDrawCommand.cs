using System.CommandLine;
using System.Text;
using System.Text.Json;
using Nunchi.Chat;
using Nunchi.Cli.Answers;
using Nunchi.Data.Scenes;
using Nunchi.Data.Tasks;

namespace Nunchi.Cli;

/// <summary><c>nunchi data draw --count N --seed S OUT</c>: pictures, their records, and questions with answers about them. The same seed gives the same bytes.</summary>
internal static class DataDrawCommand
{
    private const int Batch = 64;

    public static Command Create(Shell shell)
    {
        var command = new Command("draw", "Draw pictures with records and questions: OUT/pictures and OUT/records.jsonl. The same seed gives the same bytes.");
        var output = new Argument<string>("OUT") { Description = "the directory to make" };
        Option<int?> count = NumberOption.Create<int>("--count", "How many pictures (default 100).", 1, 10_000_000);
        Option<ulong?> seed = NumberOption.Create<ulong>("--seed", "The seed of the series (default 0).");
        var kinds = new Option<string[]>("--kind") { Description = $"Only this kind of picture; may be given several times: {string.Join(", ", KindNames)}.", HelpName = "KIND", Arity = ArgumentArity.OneOrMore };
        var heldOut = new Option<bool>("--held-out") { Description = "Draw with the fonts, words and layouts that training never shows." };
        command.Arguments.Add(output);
        foreach (Option option in (Option[])[count, seed, kinds, heldOut])
            command.Options.Add(option);
        command.SetAction(parsed =>
        {
            Shell own = GlobalOptions.Apply(shell, parsed);
            SceneKind[] chosen = [.. (parsed.GetValue(kinds) ?? []).Select(ParseKind)];
            string directory = parsed.GetRequiredValue(output);
            int pictures = parsed.GetValue(count) ?? 100;
            ulong series = parsed.GetValue(seed) ?? 0;
            using var target = NewDirectory.Begin(directory);
            using Interrupts.Scope scope = own.Interrupts.Enter();
            SceneAssets assets = SceneAssets.Find();
            SceneSplit split = parsed.GetValue(heldOut) ? SceneSplit.HeldOut : SceneSplit.Training;
            IReadOnlyDictionary<SceneKind, double> weights = chosen.Length == 0 ? SceneWeights.Default : chosen.Distinct().ToDictionary(kind => kind, _ => 1.0);
            var sampler = new SceneSampler(assets, split, weights: weights);
            var questions = new SampleSource(assets, split, TaskMixture.All with { SeveralImages = 0, TextOnly = 0 });
            Draw(own, sampler, questions, series, pictures, target.Path, scope.Token);
            target.Commit();
            if (parsed.GetValue(GlobalOptions.Json))
                own.Out.WriteLine(JsonDocuments.Write(new DrawnDocument(pictures, series, Path.GetFullPath(directory))));
            else
                own.Note($"{directory}: {pictures:N0} pictures, records.jsonl");
            return ExitCode.Success;
        });
        return command;
    }

    private static string[] KindNames => [.. Enum.GetNames<SceneKind>().Select(JsonNamingPolicy.KebabCaseLower.ConvertName)];

    private static SceneKind ParseKind(string name)
    {
        int index = Array.IndexOf(KindNames, name);
        if (index >= 0)
            return Enum.GetValues<SceneKind>()[index];
        string near = NearestName.Find(name, KindNames) is string found ? $" Did you mean '{found}'?" : "";
        throw new UsageException($"--kind is '{name}'; one of {string.Join(", ", KindNames)} is expected.{near}");
    }

    private static void Draw(Shell shell, SceneSampler sampler, SampleSource questions, ulong seed, int count, string directory, CancellationToken cancellation)
    {
        using var status = new StatusLine(shell, "drawing");
        Directory.CreateDirectory(Path.Combine(directory, "pictures"));
        using var records = new StreamWriter(Path.Combine(directory, "records.jsonl"), append: false, new UTF8Encoding(false)) { NewLine = "\n" };
        int digits = Math.Max(6, $"{count - 1}".Length);
        var batch = new (string File, byte[] Bytes, string Record)[Batch];
        for (int start = 0; start < count; start += Batch)
        {
            int length = Math.Min(Batch, count - start);
            int first = start;
            Parallel.For(0, length, new ParallelOptions { CancellationToken = cancellation }, offset =>
            {
                int index = first + offset;
                RenderedScene picture = sampler.Draw(seed, (ulong)index);
                string file = $"pictures/{index.ToString($"D{digits}")}.{picture.Extension}";
                batch[offset] = (file, picture.Encode(), Record(file, picture, questions.Ask(picture, seed, $"{seed}-{index}")));
            });
            for (int offset = 0; offset < length; offset++)
            {
                File.WriteAllBytes(Path.Combine(directory, batch[offset].File), batch[offset].Bytes);
                records.WriteLine(batch[offset].Record);
            }
            status.Report($"drawing {start + length:N0} of {count:N0}", (double)(start + length) / count);
        }
    }

    internal static string Record(string file, RenderedScene picture, TrainingSample? sample)
    {
        TurnRecord[] turns = sample is null ? [] : [.. sample.Messages.Select(message =>
            new TurnRecord(message.Role == Role.User ? "user" : "assistant", string.Concat(message.Parts.OfType<TextPart>().Select(part => part.Text))))];
        using JsonDocument scene = JsonDocument.Parse(SceneJson.Serialize(picture.Scene));
        return JsonDocuments.Write(new PictureRecord(file, scene.RootElement, turns));
    }
}
