using System.CommandLine;
using System.Text;
using Nunchi.Cli.Answers;
using Nunchi.Data.Objects;
using Nunchi.Data.Scenes;
using Nunchi.Images;

namespace Nunchi.Cli;

/// <summary><c>nunchi data samples OUT</c>: a few clear pictures of each kind to try the model on, the same ones each time.</summary>
internal static class DataSamplesCommand
{
    private const ulong Seed = 20_241_204;
    private const int MostTries = 20_000;
    private const int Batch = 64;

    private static readonly Sample[] Samples =
    [
        new("station.jpg", SceneKind.Station, scene => scene.Facts.Station is { Name: "판교", Known: true }),
        new("playground.jpg", SceneKind.Playground, scene => scene.Objects.Count >= 3
            && scene.Objects.Count(thing => thing.Class == "umbrella") == 1
            && scene.Objects.Any(thing => thing is { Class: "umbrella", Colour: ColourName.Yellow, Visible: > 0.95f })),
        new("receipt.jpg", SceneKind.Receipt, scene => scene.Texts.Count >= 8),
        new("price-tag.jpg", SceneKind.PriceTag, scene => scene.Facts.Prices.Count > 0),
        new("shop.jpg", SceneKind.ShopFront, _ => true),
        new("road-sign.jpg", SceneKind.RoadSign, scene => scene.Texts.Count >= 2),
        new("notice.jpg", SceneKind.Notice, scene => scene.Texts.Count >= 2),
        new("table.jpg", SceneKind.Table, scene => scene.Objects.Count is >= 3 and <= 6 && scene.Objects.All(thing => thing.Visible > 0.8f)),
    ];

    public static Command Create(Shell shell)
    {
        var command = new Command("samples", $"Draw the pictures of samples/: {string.Join(", ", Samples.Select(sample => sample.File))}.");
        var output = new Argument<string>("OUT") { Description = "the directory to make" };
        command.Arguments.Add(output);
        command.SetAction(parsed =>
        {
            Shell own = GlobalOptions.Apply(shell, parsed);
            string directory = parsed.GetRequiredValue(output);
            using var target = NewDirectory.Begin(directory);
            using Interrupts.Scope scope = own.Interrupts.Enter();
            using var status = new StatusLine(own, "drawing");
            SceneAssets assets = SceneAssets.Find();
            using (var records = new StreamWriter(Path.Combine(target.Path, "records.jsonl"), append: false, new UTF8Encoding(false)) { NewLine = "\n" })
            {
                foreach (Sample sample in Samples)
                {
                    status.Report($"looking for {sample.File}");
                    RenderedScene picture = Find(assets, sample, SceneSplit.HeldOut, scope.Token)
                        ?? Find(assets, sample, SceneSplit.Training, scope.Token)
                        ?? throw new InvalidDataException($"{MostTries:N0} pictures of kind {sample.Kind} held none that is fit for {sample.File}.");
                    File.WriteAllBytes(Path.Combine(target.Path, sample.File), picture.Extension == "jpg" ? picture.Encode() : ImageEncoder.ToJpeg(picture.Image));
                    records.WriteLine(DataDrawCommand.Record(sample.File, picture, null));
                }
            }
            target.Commit();
            if (parsed.GetValue(GlobalOptions.Json))
                own.Out.WriteLine(JsonDocuments.Write(new DrawnDocument(Samples.Length, Seed, Path.GetFullPath(directory))));
            else
                own.Note($"{directory}: {Samples.Length} pictures, records.jsonl");
            return ExitCode.Success;
        });
        return command;
    }

    /// <summary>The first clear picture of the series that fits; batches run in parallel, the lowest index wins.</summary>
    private static RenderedScene? Find(SceneAssets assets, Sample sample, SceneSplit split, CancellationToken cancellation)
    {
        var sampler = new SceneSampler(assets, split, new SceneOptions { MinSide = 300, SmallestText = 20, Harshness = 0.4f });
        var drawn = new RenderedScene[Batch];
        for (int start = 0; start < MostTries; start += Batch)
        {
            int first = start;
            Parallel.For(0, Batch, new ParallelOptions { CancellationToken = cancellation }, offset => drawn[offset] = sampler.Draw(Seed, (ulong)(first + offset), sample.Kind));
            if (drawn.FirstOrDefault(picture => IsClear(picture.Scene) && sample.Fits(picture.Scene)) is RenderedScene found)
                return found;
        }
        return null;
    }

    private static bool IsClear(Scene scene) => scene.Texts.All(text => text.Legible && text.Height >= 16) && scene.Degradation is { Blur: < 0.8f, Motion: < 1.5f, Noise: < 6 };

    private sealed record Sample(string File, SceneKind Kind, Func<Scene, bool> Fits);
}
