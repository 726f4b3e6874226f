using System.Runtime.InteropServices;
using Nunchi.Chat;
using Nunchi.Generation;
using Nunchi.Images;
using Nunchi.Models;
using Nunchi.Tensors;
using Nunchi.Text;
using Nunchi.Training.Stages.Patches;
using Nunchi.Training.Vocabularies;

namespace Nunchi.Training.Stages;

/// <summary>The model's most probable answers, for sheets while it trains.</summary>
internal sealed class GreedyAnswers(VisionLanguageModel model, PromptBuilder prompts, Tape tape, PatchVectors? symbols = null) : IDisposable
{
    private const int MostTokens = 160;
    private static readonly PromptOptions Options = new() { UserMarkup = MiniTokenizer.Markup };
    private readonly TokenBatch _tokens = new(model.Config.ImageTokenId);
    private readonly ImageBatch _images = new(model.Config.Vision);
    private readonly IndexBuffer _last = new();

    /// <summary>Answers the last message, special tokens of the answer written out.</summary>
    /// <param name="messages">The conversation so far.</param>
    /// <param name="images">Its pictures, prepared, or null.</param>
    /// <param name="shown">What the patches of the pictures show, where they are made of symbols.</param>
    public string Answer(IReadOnlyList<Message> messages, ProcessedImages? images, IReadOnlyList<ShownPatch>? shown = null)
    {
        var answer = "";
        tape.WithoutRecording(() => answer = Generate(messages, images, shown));
        return answer;
    }

    public void Dispose()
    {
        _tokens.Dispose();
        _images.Dispose();
        _last.Dispose();
    }

    private string Generate(IReadOnlyList<Message> messages, ProcessedImages? images, IReadOnlyList<ShownPatch>? shown)
    {
        var prompt = ImageTokens.Expand(prompts.Build(messages, Options), images);
        using var cache = new KeyValueCache(model.Backend, model.Config.Text, prompt.Count + MostTokens);
        _images.Clear();
        if (images is not null)
            _images.Add(images);
        var answer = new List<int>();
        _tokens.Clear();
        _tokens.Add(CollectionsMarshal.AsSpan(prompt));
        var features = images is null ? null : symbols is null ? model.EncodeImages(tape, _images) : symbols.Features(tape, _images, shown!);
        while (true)
        {
            var hidden = model.Forward(tape, _tokens, features, cache);
            _last.Clear();
            _last.Add(hidden.Rows - 1);
            var next = Greedy.Choose(model.Logits(tape, hidden, _last).Row(0));
            tape.Reset();
            if (model.Config.Text.EosTokenIds.Contains(next) || answer.Count == MostTokens || prompt.Count + answer.Count + 1 >= model.Config.Text.MaxPositions)
                return prompts.Tokenizer.Decode(CollectionsMarshal.AsSpan(answer));
            answer.Add(next);
            features = null;
            var imageTokens = prompt.Count(id => id == model.Config.ImageTokenId);
            _tokens.Clear();
            _tokens.AddAfter([next], prompt.Count + answer.Count - 1, imageTokens);
        }
    }
}
