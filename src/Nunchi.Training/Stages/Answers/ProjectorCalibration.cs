using Nunchi.Images;
using Nunchi.Models;
using Nunchi.Tensors;

namespace Nunchi.Training.Stages.Answers;

/// <summary>
/// Starts the projector at the scale of what it will see: the first layer divides by the deviation of each of the encoder's features and takes its mean away,
/// so that learning does not begin with finding their scale.
/// </summary>
internal static class ProjectorCalibration
{
    private const double SmallestDeviation = 1e-3;

    /// <summary>Starts the projector from the features of pictures.</summary>
    public static void Apply(VisionLanguageModel model, Tape tape, IEnumerable<ProcessedImages> pictures)
    {
        using var batch = new ImageBatch(model.Config.Vision);
        Apply(model, tape, pictures.Select(picture =>
        {
            batch.Clear();
            batch.Add(picture);
            return model.Encoder.Forward(tape, batch.Patches(tape, 0, batch.Crops), batch.Layout);
        }));
    }

    /// <summary>Starts the projector from [rows, encoder width] features, each made on the tape when it is asked for.</summary>
    public static void Apply(VisionLanguageModel model, Tape tape, IEnumerable<Tensor> made)
    {
        var width = model.Config.Vision.HiddenSize;
        var (sums, squares, rows) = (new double[width], new double[width], 0L);
        tape.WithoutRecording(() =>
        {
            foreach (var features in made)
            {
                for (var row = 0; row < features.Rows; row++)
                {
                    var values = features.Row(row);
                    for (var i = 0; i < width; i++)
                    {
                        sums[i] += values[i];
                        squares[i] += (double)values[i] * values[i];
                    }
                }

                rows += features.Rows;
                tape.Reset();
            }
        });
        if (rows > 0)
            Fold(model.Parameters["model.multi_modal_projector.linear_1.weight"].Tensor, model.Parameters["model.multi_modal_projector.linear_1.bias"].Tensor, sums, squares, rows);
    }

    private static void Fold(Tensor weight, Tensor bias, double[] sums, double[] squares, long rows)
    {
        for (var output = 0; output < weight.Rows; output++)
        {
            var row = weight.Row(output);
            double shift = 0;
            for (var i = 0; i < row.Length; i++)
            {
                var mean = sums[i] / rows;
                var deviation = Math.Sqrt(Math.Max(0, (squares[i] / rows) - (mean * mean)));
                row[i] = (float)(row[i] / Math.Max(deviation, SmallestDeviation));
                shift += row[i] * mean;
            }

            bias.Span[output] = (float)-shift;
        }
    }
}
