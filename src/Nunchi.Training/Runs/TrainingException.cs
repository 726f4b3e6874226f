namespace Nunchi.Training.Runs;

/// <summary>A run cannot start or go on. The message says why, what is safe on disk, and what to do.</summary>
public sealed class TrainingException : Exception
{
    /// <summary>A run that cannot go on.</summary>
    /// <param name="message">Why, and what to do.</param>
    /// <param name="inner">The cause, if any.</param>
    public TrainingException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
