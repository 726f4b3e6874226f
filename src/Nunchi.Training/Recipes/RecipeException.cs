namespace Nunchi.Training.Recipes;

/// <summary>A recipe says something that cannot be done. The message names the file, the line, the key, what came and what is allowed.</summary>
public sealed class RecipeException : Exception
{
    /// <summary>An error at a place of a recipe.</summary>
    /// <param name="file">The recipe.</param>
    /// <param name="line">Line from 1, or 0 for the whole file.</param>
    /// <param name="message">What is wrong and what to do.</param>
    /// <param name="inner">The cause, if any.</param>
    public RecipeException(string file, long line, string message, Exception? inner = null)
        : base(line > 0 ? $"{file}:{line}: {message}" : $"{file}: {message}", inner)
    {
        File = file;
        Line = line;
    }

    /// <summary>The recipe.</summary>
    public string File { get; }

    /// <summary>Line from 1, or 0 for the whole file.</summary>
    public long Line { get; }
}
