using Nunchi.Chat;
using Nunchi.Checkpoints;
using Nunchi.Data.Scenes;
using Nunchi.Data.Tasks;
using Nunchi.Images;
using Nunchi.Models;
using Nunchi.Tensors;
using Nunchi.Tensors.Cpu;
using Nunchi.Text;
using Nunchi.Training.Recipes;
using Nunchi.Training.Stages;
using Nunchi.Training.Stages.Answers;
using Nunchi.Training.Tests.Goldens;

namespace Nunchi.Training.Tests.Stages;

public sealed class AnswerMakerTests : IDisposable
{
    private readonly CpuBackend _backend = CpuBackend.Create();
    private readonly VisionLanguageModel _model;
    private readonly PromptBuilder _prompts = PromptBuilder.Load(GoldenFiles.Path("varco2-tiny"));
    private readonly ImageProcessor _images;

    public AnswerMakerTests()
    {
        _model = CheckpointReader.Load(GoldenFiles.Path("varco2-tiny"), _backend);
        _images = new ImageProcessor(ImageProcessorConfig.Load(GoldenFiles.Path("varco2-tiny"), _model.Config.VisionAspectRatio), _model.Config.Vision.PatchSize);
    }

    public void Dispose()
    {
        _model.Dispose();
        _backend.Dispose();
    }

    [Fact]
    public void Fill_TwoTurnsAboutAPicture_LabelsWhatTheAssistantSaysAndItsEnd()
    {
        var sample = Fill(new RgbImage(90, 70), ("무슨 색이야?", "빨간색입니다."), ("<ocr>", "<char>역</char><bbox>0.1, 0.2, 0.3, 0.4</bbox>"));

        var said = Enumerable.Range(0, sample.Ids.Count).Where(i => sample.Labels[i] >= 0).Select(i => sample.Ids[i]).ToArray();
        Assert.Equal("빨간색입니다.<|im_end|><char>역</char><bbox>0.1, 0.2, 0.3, 0.4</bbox><|im_end|>", _prompts.Tokenizer.Decode(said));
        Assert.Equal(sample.Images!.TokenCount, sample.Ids.Count(id => id == _model.Config.ImageTokenId));
        Assert.Equal(said.Length, sample.Labelled);
        Assert.Contains(_prompts.Tokenizer.TokenId("<char>")!.Value, said);
        Assert.Contains(_prompts.Tokenizer.TokenId("<ocr>")!.Value, sample.Ids);
        Assert.Equal((int)TaskKind.Colour, sample.Tasks[sample.Labels.FindIndex(label => label >= 0)]);
        Assert.Equal((int)TaskKind.Read, sample.Tasks[sample.Labels.FindLastIndex(label => label >= 0)]);
    }

    [Fact]
    public void Fill_LongerThanAllowed_IsMarkedWhole()
    {
        var sample = new SequenceSample();
        using var maker = new AnswerMaker(_prompts, _images, [], longest: 40, seed: 1);
        maker.Fill([Sample(new RgbImage(300, 200), ("뭐야?", "그림입니다."))], sample);

        Assert.True(sample.IsTooLong);
        Assert.Equal(sample.Images!.TokenCount, sample.Ids.Count(id => id == _model.Config.ImageTokenId));
    }

    [Theory]
    [InlineData(TilingMode.SingleView)]
    [InlineData(TilingMode.WholeView)]
    public void Fill_SeenOnce_ShowsThePictureOnce(TilingMode view)
    {
        var sample = new SequenceSample();
        using var maker = new AnswerMaker(_prompts, _images, [], longest: 2048, seed: 1);
        maker.Fill([Sample(new RgbImage(90, 70), ("뭐야?", "그림입니다."))], sample, view);

        Assert.Equal(1, sample.Images!.CropCount);
        Assert.Equal(sample.Images.TokenCount, sample.Ids.Count(id => id == _model.Config.ImageTokenId));
    }

    [Fact]
    public void AnswerPass_SeveralConversationsAboutAPicture_GiveTheLossesAndGradientsOfEachAlone()
    {
        var image = Painted(10, 120, 240);
        (string, string)[][] conversations = [[("무슨 색이야?", "파란색입니다.")], [("<ocr>", "<char>역</char><bbox>0.1, 0.2, 0.3, 0.4</bbox>"), ("무슨 색이야?", "모르겠습니다.")], [("어디야?", "벽에 있어요.")]];
        var together = new SequenceSample();
        using var maker = new AnswerMaker(_prompts, _images, [], longest: 2048, seed: 1);
        maker.Fill([.. conversations.Select(turns => Sample(image, turns))], together);
        List<SequenceSample> alone = [.. conversations.Select(turns => Fill(image, turns))];
        Assert.Equal(alone.Sum(sample => sample.Labelled), together.Labelled);
        Assert.Equal(alone.Sum(sample => sample.Ids.Count) - (2 * together.Shared), together.Ids.Count);
        Assert.Equal(alone.Select(sample => sample.Ids.Count - together.Shared), together.Branches);

        foreach (var parameter in _model.Parameters.All)
            parameter.Trainable = true;
        var (expectedLosses, expectedGradients) = Run(alone);
        var (losses, gradients) = Run([together]);
        for (var i = 0; i < losses.Length; i++)
            Assert.Equal(expectedLosses[i], losses[i], 3);
        for (var i = 0; i < gradients.Length; i++)
        {
            var scale = expectedGradients[i].Max(Math.Abs);
            for (var k = 0; k < gradients[i].Length; k++)
                Assert.True(Math.Abs(expectedGradients[i][k] - gradients[i][k]) <= 1e-4 * (scale + 1e-3), $"{_model.Parameters.All[i].Name} [{k}]: {gradients[i][k]}, alone {expectedGradients[i][k]}");
        }
    }

    [Fact]
    public void AnswerPass_RepeatedSteps_AllocateLittleAndKeepMemoryFlat()
    {
        SequenceSample[] samples = [Fill(Painted(1, 2, 3), ("무슨 색이야?", "빨간색입니다.")), Fill(Painted(4, 5, 6), ("어디야?", "벽에 있어요."))];
        foreach (var parameter in _model.Parameters.All)
            parameter.Trainable = true;
        using var tape = new Tape(_backend, recording: true);
        using var pass = new AnswerPass(_model);
        void Step()
        {
            _model.Parameters.ForgetGradients();
            pass.Clear();
            foreach (var sample in samples)
                pass.Add(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(sample.Ids), System.Runtime.InteropServices.CollectionsMarshal.AsSpan(sample.Labels), sample.Images);
            pass.Run(tape, 1);
        }

        for (var i = 0; i < 5; i++)
            Step();
        var (bytes, before) = (tape.Workspace.Bytes, GC.GetAllocatedBytesForCurrentThread());
        for (var i = 0; i < 50; i++)
            Step();
        var perStep = (GC.GetAllocatedBytesForCurrentThread() - before) / 50;
        Assert.Equal(bytes, tape.Workspace.Bytes);
        Assert.True(perStep < 8192, $"a step allocated {perStep} bytes");
    }

    [Fact]
    public void AnswerPass_AFewSamplesAgainAndAgain_LearnsThemByHeart()
    {
        var red = Painted(240, 30, 20);
        var blue = Painted(20, 40, 230);
        SequenceSample[] samples = [Fill(red, ("무슨 색이야?", "빨간색입니다.")), Fill(blue, ("무슨 색이야?", "파란색입니다.")), Fill(blue, ("어디야?", "<obj>벽</obj><bbox>0.1, 0.2, 0.9, 0.8</bbox>"))];
        var stage = StageRecipe.Read(RecipeFile.Parse("overfit.yaml", """
            {name: s, kind: finetune, steps: 60, batch: {samples: 3}, clip: 1,
             modules: {encoder: {learning_rate: 0.001}, projector: {learning_rate: 0.003}, decoder: {learning_rate: 0.003}}}
            """));
        var parameters = ModelBuilder.Parameters(_model, ModelModule.Encoder, ModelModule.Projector, ModelModule.Newline, ModelModule.Decoder).ToList();
        parameters.ForEach(parameter => parameter.Tensor.RequiresGradient = true);
        var optimizer = Assert.Single(OptimizerFactory.Create(_backend, parameters, stage));
        using var tape = new Tape(_backend, recording: true);
        using var pass = new AnswerPass(_model);
        double loss = 0;
        for (var step = 0; step < stage.Steps; step++)
        {
            _model.Parameters.ForgetGradients();
            pass.Clear();
            foreach (var sample in samples)
                pass.Add(sample.Ids.ToArray(), sample.Labels.ToArray(), sample.Images);
            loss = pass.Run(tape, 1.0 / pass.Labelled) / pass.Labelled;
            optimizer.Step(1);
        }

        Assert.True(loss < 0.05, $"the loss is {loss} after {stage.Steps} steps");
        using var answers = new GreedyAnswers(_model, _prompts, tape);
        Assert.Equal("빨간색입니다.", answers.Answer([new Message(Role.User, [new ImagePart(red), new TextPart("무슨 색이야?")])], samples[0].Images));
        Assert.Equal("파란색입니다.", answers.Answer([new Message(Role.User, [new ImagePart(blue), new TextPart("무슨 색이야?")])], samples[1].Images));
        optimizer.Dispose();
    }

    [Fact]
    public void OwnGuesses_WrongOnes_StandWhereLettersAreReadAndLabelsStay()
    {
        SequenceSample[] Samples()
        {
            SequenceSample[] samples = [Fill(Painted(1, 2, 3), ("무슨 색이야?", "빨간색입니다. 파란색도 있습니다.")), Fill(Painted(4, 5, 6), ("<ocr>", "<char>역 앞</char><bbox>0.1, 0.2, 0.3, 0.4</bbox>"))];
            foreach (var sample in samples)
                for (var i = 0; i < sample.Ids.Count; i += 2)
                    if (sample.Labels[i] >= 0)
                        sample.AddLook(i, [1]);
            return samples;
        }

        using var tape = new Tape(_backend, recording: true);
        using var pass = new AnswerPass(_model);
        List<int> guesses = [];
        var whole = Samples();
        foreach (var sample in whole)
            pass.Add(sample);
        pass.Guess(tape, guesses);
        Assert.True(tape.Recording);
        pass.Run(tape, 1);
        var labels = whole.SelectMany(sample => sample.Labels.Skip(1)).Where(label => label >= 0).ToArray();
        Assert.Equal(guesses.Select((guess, at) => guess == labels[at]), pass.Right[..guesses.Count]);

        SequenceSample[] written = Samples(), again = Samples(), untouched = Samples();
        Assert.True(new OwnGuesses(_prompts.Tokenizer, 1).Write([.. written], pass, tape) > 0);
        new OwnGuesses(_prompts.Tokenizer, 1).Write([again[0]], pass, tape);
        Assert.Equal(0, new OwnGuesses(_prompts.Tokenizer, 0).Write([.. untouched], pass, tape));
        Assert.Equal(0, pass.Labelled);
        Assert.Equal(written[0].Ids, again[0].Ids);
        int at = 0, changed = 0;
        for (var s = 0; s < whole.Length; s++)
        {
            Assert.Equal(whole[s].Labels, written[s].Labels);
            Assert.Equal(whole[s].Ids, untouched[s].Ids);
            for (var i = 0; i < whole[s].Ids.Count; i++)
            {
                var guess = i > 0 && whole[s].Labels[i] >= 0 ? guesses[at++] : -1;
                if (whole[s].Ids[i] == written[s].Ids[i])
                    continue;
                changed++;
                Assert.Equal(guess, written[s].Ids[i]);
                Assert.Contains(whole[s].Looks, look => look.Token == i);
                Assert.False(_prompts.Tokenizer.IsSpecial(guess));
                Assert.False(_prompts.Tokenizer.IsSpecial(whole[s].Ids[i]));
            }
        }

        Assert.InRange(changed, 3, labels.Length);
    }

    private (float[] Losses, float[][] Gradients) Run(IReadOnlyList<SequenceSample> samples)
    {
        using var tape = new Tape(_backend, recording: true);
        using var pass = new AnswerPass(_model);
        _model.Parameters.ForgetGradients();
        foreach (var sample in samples)
            pass.Add(sample.Ids.ToArray(), sample.Labels.ToArray(), sample.Images, null, sample.Shared, sample.Branches.ToArray());
        pass.Run(tape, 1);
        return (pass.Losses.ToArray(), [.. _model.Parameters.All.Select(parameter => parameter.Tensor.HasGradient ? parameter.Tensor.Gradient!.Span.ToArray() : new float[1])]);
    }

    private SequenceSample Fill(RgbImage image, params (string Question, string Answer)[] turns)
    {
        var sample = new SequenceSample();
        using var maker = new AnswerMaker(_prompts, _images, [], longest: 2048, seed: 1);
        maker.Fill([Sample(image, turns)], sample);
        return sample;
    }

    private static TrainingSample Sample(RgbImage image, params (string Question, string Answer)[] turns)
    {
        var messages = turns.SelectMany((turn, index) => (Message[])
        [
            new(Role.User, index == 0 ? [new ImagePart(image), new TextPart(turn.Question)] : [new TextPart(turn.Question)]),
            new(Role.Assistant, turn.Answer),
        ]).ToList();
        TurnTruth Truth(string question) => new() { Task = question == "<ocr>" ? TaskKind.Read : TaskKind.Colour, Question = question, Group = "test", Language = "ko" };
        return new TrainingSample("test", SceneSplit.Training, messages, [.. turns.Select(turn => Truth(turn.Question))], []);
    }

    private static RgbImage Painted(byte red, byte green, byte blue)
    {
        var image = new RgbImage(64, 64);
        for (var i = 0; i < image.Pixels.Length; i += 3)
            (image.Pixels[i], image.Pixels[i + 1], image.Pixels[i + 2]) = (red, green, blue);
        return image;
    }
}
