using Nunchi.Chat;
using Nunchi.Checkpoints;
using Nunchi.Models;
using Nunchi.Tensors.Quantization;

namespace Nunchi.Generation.Measurement;

/// <summary>
/// Packs a model's 4-bit matrices by what goes through them: the model answers questions, and each matrix is rounded so that its errors make up for each other on what it was then
/// multiplied with. The rest is packed as <see cref="WeightPlan"/> says.
/// </summary>
public static class Calibration
{
    /// <summary>Bytes that calibrating takes beside the model's weights.</summary>
    public static long Bytes(VisionLanguageModel model, WeightChoice weights) => Matrices(model, weights).Sum(parameter => InputMoments.BytesOf(parameter.Tensor));

    /// <summary>Packs a model in place.</summary>
    /// <param name="model">Its weights are float32.</param>
    /// <param name="weights">The format; its 4-bit matrices are calibrated.</param>
    /// <param name="directory">The checkpoint, for its tokenizer, template, images and ends.</param>
    /// <param name="conversations">Each ends with a question; the model answers it.</param>
    /// <param name="maxTokens">The most tokens of an answer.</param>
    /// <param name="report">Told what is done: conversations answered, then matrices packed.</param>
    /// <param name="cancellation">Asked between tokens and between matrices; a cancelled model is of no use.</param>
    /// <returns>Tokens that went through the matrices.</returns>
    /// <exception cref="ArgumentException">The format has no 4 bits, the model is packed already, or there is no conversation.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static long Pack(VisionLanguageModel model, WeightChoice weights, string directory, IEnumerable<IReadOnlyList<Message>> conversations, int maxTokens = 128, Action<CalibrationProgress>? report = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(conversations);
        List<Parameter> matrices = [.. Matrices(model, weights)];
        if (matrices.Count == 0)
            throw new ArgumentException($"{weights.Name} has no matrix in 4 bits to calibrate; choose int4 or int4+int6.", nameof(weights));
        if (model.Parameters.All.FirstOrDefault(parameter => parameter.Tensor.Packed != null) is { } packed)
            throw new ArgumentException($"The weights are packed already ({packed.Name} as {WeightFormats.NameOf(packed.Tensor.Format)}); calibrating starts from the checkpoint that they were made from.", nameof(model));
        using var moments = new InputMoments(model.Backend, matrices.Select(parameter => parameter.Tensor));
        var asked = new MeasuredConversations(model, directory, maxTokens);
        int done = 0;
        foreach (IReadOnlyList<Message> conversation in conversations)
        {
            cancellation.ThrowIfCancellationRequested();
            var (ids, pictures) = asked.Prepare(conversation, cancellation);
            var (answer, _) = asked.Answer(ids, pictures, cancellation);
            MeasuredConversations.Follow(model, [.. ids, .. answer], pictures, _ => null, moments, cancellation);
            report?.Invoke(new CalibrationProgress(++done, 0, matrices.Count));
        }
        if (done == 0)
            throw new ArgumentException("There is no conversation to calibrate on.", nameof(conversations));
        long tokens = moments.RowsOf(matrices[0].Tensor);
        int packedCount = 0;
        foreach (Parameter parameter in matrices)
        {
            cancellation.ThrowIfCancellationRequested();
            using (ErrorFeedback feedback = ErrorFeedback.Of(model.Backend, moments.Of(parameter.Tensor)))
                parameter.Tensor.PackInt4(feedback);
            moments.Forget(parameter.Tensor);
            report?.Invoke(new CalibrationProgress(done, ++packedCount, matrices.Count));
        }
        foreach (Parameter parameter in model.Parameters.All)
        {
            if (parameter.Tensor.Packed == null)
                WeightPlan.Pack(parameter, weights);
        }
        return tokens;
    }

    private static IEnumerable<Parameter> Matrices(VisionLanguageModel model, WeightChoice weights) =>
        model.Parameters.All.Where(parameter => parameter.Module == ModelModule.Decoder && WeightPlan.For(parameter, weights) == WeightFormat.Int4);
}

/// <summary>How far a calibration is.</summary>
/// <param name="Conversations">Conversations answered.</param>
/// <param name="Packed">Matrices packed.</param>
/// <param name="Matrices">Matrices to pack.</param>
public readonly record struct CalibrationProgress(int Conversations, int Packed, int Matrices);
