namespace Nunchi.Models;

/// <summary>Values for training from nothing: normal numbers of deviation 0.02 (smaller where a matrix writes into the residual stream, GPT-2), zero biases, unit norms.</summary>
internal static class ParameterInitialiser
{
    internal static void Initialise(ParameterSet parameters, VisionLanguageConfig config, ulong seed)
    {
        double deviation = config.Text.InitializerRange;
        foreach (Parameter parameter in parameters.All)
        {
            int layers = parameter.Module == ModelModule.Encoder ? config.VisionLayersUsed : config.Text.Layers;
            double scale = parameter.Start switch
            {
                ParameterStart.Normal => deviation,
                ParameterStart.Residual => deviation / Math.Sqrt(2.0 * layers),
                ParameterStart.Newline => 1 / Math.Sqrt(config.Text.HiddenSize),
                _ => 0,
            };
            Span<float> values = parameter.Tensor.Span;
            if (scale == 0)
            {
                values.Fill(parameter.Start == ParameterStart.Ones ? 1 : 0);
                continue;
            }
            var random = new SeededRandom(seed, parameter.Name);
            foreach (ref float value in values)
                value = (float)(random.NextNormal() * scale);
        }
    }
}
