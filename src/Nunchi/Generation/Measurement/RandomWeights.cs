using Nunchi.Checkpoints;
using Nunchi.Models;
using Nunchi.Tensors;
using Nunchi.Tensors.Quantization;

namespace Nunchi.Generation.Measurement;

/// <summary>Fills a model for measuring: small random matrices made directly in their format, so that a large model is there in seconds and never as float32.</summary>
internal static class RandomWeights
{
    public static void Fill(VisionLanguageModel model, WeightChoice weights)
    {
        ulong seed = 1;
        foreach (Parameter parameter in model.Parameters.All)
        {
            Tensor tensor = parameter.Tensor;
            float deviation = parameter.Start is ParameterStart.Normal or ParameterStart.Residual ? 0.02f : 0;
            WeightFormat format = WeightPlan.For(parameter, weights);
            if (format != WeightFormat.Float32)
                tensor.Adopt(PackedWeight.ForMeasuring(format, tensor.Rows, tensor.Columns, deviation, seed++));
            else if (deviation == 0)
                FillRows(tensor, row => row.Fill(parameter.Start == ParameterStart.Ones ? 1 : 0));
            else
                FillRandom(tensor, deviation, seed++);
        }
    }

    private static void FillRandom(Tensor tensor, float deviation, ulong seed)
    {
        var random = new Xoshiro256(seed);
        float[] values = new float[Math.Max(tensor.Columns, 1 << 16)];
        foreach (ref float value in values.AsSpan())
            value = (((random.Next() >> 40) / 8388608f) - 1) * 1.732f * deviation;
        int at = 0;
        FillRows(tensor, row =>
        {
            if (at + row.Length > values.Length)
                at = 0;
            values.AsSpan(at, row.Length).CopyTo(row);
            at += 61;
        });
    }

    private delegate void RowFiller(Span<float> row);

    private static void FillRows(Tensor tensor, RowFiller fill)
    {
        for (int row = 0; row < tensor.Rows; row++)
            fill(tensor.Row(row));
    }
}
