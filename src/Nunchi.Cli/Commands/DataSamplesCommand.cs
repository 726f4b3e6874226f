using System.CommandLine;
using Nunchi.Cli.Answers;
using Nunchi.Data.Scenes;

namespace Nunchi.Cli;

/// <summary><c>nunchi data samples OUT</c>: a few clear pictures of each kind to try the model on, the same ones each time.</summary>
internal static class DataSamplesCommand
{
    public static Command Create(Shell shell)
    {
        var command = new Command("samples", $"Draw the pictures of samples/: {string.Join(", ", SamplePictures.Names.Select(name => name + ".jpg"))}.");
        var output = new Argument<string>("OUT") { Description = "the directory; pictures of the same names are replaced" };
        var records = new Option<string?>("--records") { Description = "a directory for what is known about each picture, as NAME.json" };
        command.Arguments.Add(output);
        command.Options.Add(records);
        command.SetAction(parsed =>
        {
            Shell own = GlobalOptions.Apply(shell, parsed);
            string directory = parsed.GetRequiredValue(output);
            using (new StatusLine(own, "drawing"))
                SamplePictures.Draw(directory, SceneAssets.Find(), parsed.GetValue(records));
            if (parsed.GetValue(GlobalOptions.Json))
                own.Out.WriteLine(JsonDocuments.Write(new DrawnDocument(SamplePictures.Names.Count, 0, Path.GetFullPath(directory))));
            else
                own.Note($"{directory}: {SamplePictures.Names.Count} pictures");
            return ExitCode.Success;
        });
        return command;
    }
}
