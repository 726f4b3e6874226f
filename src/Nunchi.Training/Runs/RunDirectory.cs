using Nunchi.Tensors.Safetensors;
using Nunchi.Training.Recipes;

namespace Nunchi.Training.Runs;

/// <summary>Sets up or finds the directory of a run: <c>recipe.yaml</c>, <c>log.jsonl</c>, <c>fonts.txt</c>, <c>checkpoints/</c>, <c>sheets/</c>.</summary>
internal static class RunDirectory
{
    private const string RecipeCopy = "recipe.yaml";
    private const string LockFile = "run.lock";
    private const string RehearsalFile = "rehearsal.txt";

    // The paths that a recipe names start at its own directory, so the run remembers where that was.
    private const string OriginFile = "recipe.origin";
    private static readonly string[] Folders = ["checkpoints", "sheets", "tokenizer", "model"];
    private static readonly string[] Files = ["log.jsonl", RecipeCopy, OriginFile, RunFonts.FileName];

    /// <summary>The recipe that the run follows, and its directory.</summary>
    public static Recipe Prepare(string? recipePath, TrainingOptions options, out string directory)
    {
        var given = recipePath is null ? null : Recipe.Load(recipePath);
        directory = Path.GetFullPath(options.RunDirectory ?? Path.Combine("runs", (given?.Name ?? throw new TrainingException("name a recipe, or the run's directory to resume")) + (options.RehearsalSteps is null ? "" : "-rehearsal")));
        var copy = Path.Combine(directory, RecipeCopy);
        if (options.RehearsalSteps is { } steps)
            return Rehearse(given, directory, steps, options.Resume);
        if (File.Exists(Path.Combine(directory, RehearsalFile)))
            throw new TrainingException($"{directory} holds a rehearsal of a few steps, which is nothing to go on from; train in another directory (--out), or remove it");
        if (options.Resume)
            return Resume(given, directory, copy);
        if (given is null)
            throw new TrainingException("a new run needs a recipe");
        if (File.Exists(copy))
        {
            if (File.ReadAllText(copy) == given.Text && options.Stages is not null)
                return given;
            throw new TrainingException($"{directory} already holds a run; go on with --resume, or choose another directory with --out");
        }

        return Begin(given, directory);
    }

    /// <summary>Keeps every other training out of a run's directory, until it is given back or the process ends in whatever way.</summary>
    /// <exception cref="TrainingException">Another one is there.</exception>
    public static IDisposable Hold(string directory) =>
        FileLock.TryAcquire(Path.Combine(directory, LockFile))
            ?? throw new TrainingException($"another training is running in {directory}; two would overwrite each other's checkpoints. Wait for it or stop it, or choose another directory with --out");

    private static Recipe Begin(Recipe recipe, string directory)
    {
        Directory.CreateDirectory(directory);
        AtomicFile.WriteAllText(Path.Combine(directory, OriginFile), Path.GetFullPath(recipe.Path));
        AtomicFile.WriteAllText(Path.Combine(directory, RecipeCopy), recipe.Text);
        return recipe;
    }

    // What a rehearsal leaves is of no use to training, so it is marked, and the next one removes it: what a run writes and nothing else.
    private static Recipe Rehearse(Recipe? given, string directory, int steps, bool resume)
    {
        if (steps < 2)
            throw new TrainingException($"a rehearsal needs at least 2 steps, the first of which starts everything up; {steps} were asked for");
        if (resume || given is null)
            throw new TrainingException("a rehearsal begins anew with a recipe; it is not resumed");
        var mark = Path.Combine(directory, RehearsalFile);
        if (Directory.Exists(directory) && Directory.EnumerateFileSystemEntries(directory).Any())
        {
            if (!File.Exists(mark))
                throw new TrainingException($"{directory} holds something else than a rehearsal; choose another directory with --out");
            using (Hold(directory))
            {
                foreach (var folder in Folders.Select(name => new DirectoryInfo(Path.Combine(directory, name))).Where(folder => folder.Exists))
                    folder.Delete(recursive: folder.LinkTarget is null);
                foreach (var file in Files)
                    File.Delete(Path.Combine(directory, file));
            }
        }

        Directory.CreateDirectory(directory);
        AtomicFile.WriteAllText(mark, $"{steps} steps of every stage\n");
        return Begin(given, directory);
    }

    private static Recipe Resume(Recipe? given, string directory, string copy)
    {
        if (!File.Exists(copy))
            throw new TrainingException($"there is nothing to resume in {directory}: {RecipeCopy} is missing");
        var text = File.ReadAllText(copy);
        if (given is not null && given.Text != text)
            throw new TrainingException($"{given.Path} differs from the recipe that the run in {directory} began with ({copy}); resume without naming a recipe, or start a new run whose stages begin with init: from a checkpoint of this one");
        if (given is not null)
            return given;
        var origin = Path.Combine(directory, OriginFile);
        return Recipe.Parse(File.Exists(origin) ? File.ReadAllText(origin).Trim() : copy, text, pathsMustExist: false);
    }
}
