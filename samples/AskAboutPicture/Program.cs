// dotnet run --project samples/AskAboutPicture -- CHECKPOINT_DIRECTORY samples/station.jpg "지금 무슨 역이야?"
using Nunchi.Chat;
using Nunchi.Generation;
using Nunchi.Images;

if (args is not [string checkpoint, string file, string question])
{
    Console.Error.WriteLine("usage: AskAboutPicture CHECKPOINT_DIRECTORY PICTURE QUESTION");
    return 2;
}

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    stop.Cancel();
};

using ChatEngine engine = ChatEngine.Load(checkpoint);
RgbImage picture = ImageDecoder.DecodeFile(file);
Message[] conversation = [new Message(Role.User, [new ImagePart(picture), new TextPart(question)])];

// Text comes as it is made; phrases that are tied to places in the picture follow with their boxes, in shares of its width and height.
await foreach (AnswerUpdate update in engine.AskAsync(conversation, new GenerationOptions { MaxTokens = 256 }, stop.Token))
{
    if (update is TextDelta delta)
        Console.Write(delta.Text);
    else if (update is AnswerCompleted { Answer: var answer })
    {
        Console.WriteLine();
        foreach (var span in answer.Spans)
            Console.WriteLine($"  {span.Phrase}: {string.Join(", ", span.Boxes)}");
        Console.WriteLine($"  {answer.Usage.CompletionTokens} tokens in {answer.Timings.Total.TotalSeconds:0.0} s");
    }
}
return 0;
