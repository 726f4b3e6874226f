using Nunchi.Tensors;

namespace Nunchi.Training.Stages;

/// <summary>Running a model to look at it, not to learn.</summary>
internal static class Measuring
{
    /// <summary>Runs something while the tape does not record; afterwards the tape is empty and records as it did before.</summary>
    public static void WithoutRecording(this Tape tape, Action action)
    {
        var recording = tape.Recording;
        tape.Recording = false;
        try
        {
            action();
        }
        finally
        {
            tape.Reset();
            tape.Recording = recording;
        }
    }
}
