using System.Text.Json;
using Nunchi.Tensors;
using Nunchi.Tests.Goldens;

namespace Nunchi.Tests.Models;

/// <summary>The three training samples of the goldens, put into a golden model's batches.</summary>
internal static class GoldenSamples
{
    // A label stands at its own token; the row before predicts it.
    public static void Fill(GoldenModel golden, IndexBuffer rows, IndexBuffer labels)
    {
        foreach (JsonElement sample in GoldenFiles.Json("training", "samples.json").EnumerateArray())
        {
            int[] ids = [.. sample.GetProperty("input_ids").EnumerateArray().Select(id => id.GetInt32())];
            int[] targets = [.. sample.GetProperty("labels").EnumerateArray().Select(id => id.GetInt32())];
            int first = golden.Tokens.Rows;
            golden.Tokens.Add(ids);
            for (int i = 1; i < ids.Length; i++)
            {
                if (targets[i] < 0)
                    continue;
                rows.Add(first + i - 1);
                labels.Add(targets[i]);
            }
            if (sample.GetProperty("image").GetString() is { } image)
                golden.Images.Add(TorchvisionProcessor.Process(golden.Processor, GoldenModel.Picture(image)));
        }
    }
}
