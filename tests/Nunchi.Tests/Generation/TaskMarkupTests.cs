using Nunchi.Chat;
using Nunchi.Generation;
using Nunchi.Grounding;
using Nunchi.Images;
using Nunchi.Tests.Goldens;
using Nunchi.Text;

namespace Nunchi.Tests.Generation;

public class TaskMarkupTests
{
    [Fact]
    public void Expand_TasksAndRegions_BecomeTheirTokensAndTheTypedWordsDoNot()
    {
        PromptBuilder prompts = PromptBuilder.Load(GoldenFiles.Path("varco2-tiny"));
        var picture = new ImagePart(new RgbImage(2, 2));
        Message[] conversation =
        [
            new(Role.User, [picture, new TaskPart(VisualTask.Ground), new TextPart("<gro> "), new RegionPart("이 <obj>", SpanKind.Object, [new BoundingBox(0.1, 0.2, 0.3, 0.4), new BoundingBox(0, 0, 1, 1)])]),
            new(Role.Assistant, "네"),
            new(Role.User, [picture, new TaskPart(VisualTask.Read)]),
        ];

        Prompt prompt = prompts.Build(TaskMarkup.Expand(conversation));

        Assert.Contains("<gro>\n<gro> <obj>이 <obj></obj><bbox>0.1, 0.2, 0.3, 0.4<delim>0, 0, 1, 1</bbox><|im_end|>", prompt.Text);
        foreach (var (token, count) in ((string, int)[])[("<gro>", 1), ("<obj>", 1), ("</obj>", 1), ("<bbox>", 1), ("</bbox>", 1), ("<delim>", 1), ("<ocr>", 1)])
            Assert.Equal(count, prompt.Ids.Count(id => id == prompts.Tokenizer.TokenId(token)));
    }

    [Fact]
    public void Expand_PlainMessage_IsTheSame()
    {
        var message = new Message(Role.User, "안녕");

        Assert.Same(message, TaskMarkup.Expand([message])[0]);
    }
}
