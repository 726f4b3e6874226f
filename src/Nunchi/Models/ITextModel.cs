using Nunchi.Generation;
using Nunchi.Models.Qwen;
using Nunchi.Tensors;
using Nunchi.Tensors.Backends;
using Nunchi.Tensors.Operators;

namespace Nunchi.Models;

/// <summary>What generation needs of a model: tokens in, logits out. The parameters and results are those of <see cref="VisionLanguageModel"/>.</summary>
internal interface ITextModel
{
    ComputeBackend Backend { get; }

    /// <summary>Held while a step runs.</summary>
    Lock Turn { get; }

    TextDecoderConfig TextConfig { get; }

    /// <summary>The id whose places take image features; -1 when there is none.</summary>
    int ImageTokenId { get; }

    /// <summary>The layers.</summary>
    Decoder Decoder { get; }

    /// <summary>[rows, width]: the tokens' embeddings, image features in their places.</summary>
    Tensor Embed(Tape tape, TokenBatch batch, Tensor? imageRows);

    /// <summary>Runs tokens through the decoder's layers; see <see cref="VisionLanguageModel.Forward"/>.</summary>
    Tensor Forward(Tape tape, TokenBatch batch, Tensor? imageRows = null, KeyValueCache? cache = null) =>
        Decoder.Forward(tape, Embed(tape, batch, imageRows), batch.Positions, batch.Segments, cache);

    /// <summary>Logits of chosen rows; null for all.</summary>
    Tensor Logits(Tape tape, Tensor hidden, IndexBuffer? rows = null) => Decoder.Logits(tape, hidden, rows);
}
