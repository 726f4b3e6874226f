using Nunchi.Checkpoints.Shapes;
using Nunchi.Chat;
using Nunchi.Generation;
using Nunchi.Models;
using Nunchi.Tensors.Safetensors;

namespace Nunchi.Tests.Checkpoints.Shapes;

public class RandomCheckpointTests
{
    // The counts are worked out in the family's specification from the published sizes; the first equals the file size of VARCO-VISION-14B-HF.
    [Theory]
    [InlineData("varco-vision-14b", 15_195_977_248)]
    [InlineData("varco-vision-2.0-14b", 15_198_214_048)]
    [InlineData("varco-vision-2.0-1.7b", 2_124_913_568)]
    public void All_PublishedShapes_HaveThePublishedNumberOfParameters(string name, long expected)
    {
        using ParameterSet plan = VisionLanguageModel.PlanParameters(KnownShapes.All[name]);

        Assert.Equal(expected, plan.Count());
    }

    [Theory]
    [InlineData(SafetensorsType.F32, 1L << 40, 1)]
    [InlineData(SafetensorsType.BF16, 4_000L, 0)]
    [InlineData(SafetensorsType.F16, 1L << 40, 1)]
    public async Task Write_SmallShape_LoadsAndAnswers(SafetensorsType type, long shardBytes, int files)
    {
        string directory = Directory.CreateTempSubdirectory("nunchi-random-").FullName;
        try
        {
            RandomCheckpoint.Write(directory, Small(KnownShapes.All["varco-vision-2.0-1.7b"]), new RandomCheckpointOptions { Type = type, ShardBytes = shardBytes, Seed = 7 });

            int found = Directory.GetFiles(directory, "*.safetensors").Length;
            Assert.True(files == 0 ? found > 3 && File.Exists(Path.Combine(directory, SafetensorsArchive.IndexFileName)) : found == files, $"{found} files");
            using ChatEngine engine = ChatEngine.Load(directory, new EngineOptions { Threads = 1 });
            Answer? answer = null;
            await foreach (AnswerUpdate update in engine.AskAsync([new Message(Role.User, "안녕?")], new GenerationOptions { MaxTokens = 3 }, TestContext.Current.CancellationToken))
                answer = (update as AnswerCompleted)?.Answer ?? answer;
            Assert.InRange(answer!.Usage.CompletionTokens, 1, 3);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public void Write_SameSeed_GivesTheSameBytes()
    {
        string one = Directory.CreateTempSubdirectory("nunchi-random-").FullName, two = Directory.CreateTempSubdirectory("nunchi-random-").FullName, other = Directory.CreateTempSubdirectory("nunchi-random-").FullName;
        try
        {
            VisionLanguageConfig shape = Small(KnownShapes.All["llava-1.5-7b"]);
            RandomCheckpoint.Write(one, shape, new RandomCheckpointOptions { Seed = 1 });
            RandomCheckpoint.Write(two, shape, new RandomCheckpointOptions { Seed = 1 });
            RandomCheckpoint.Write(other, shape, new RandomCheckpointOptions { Seed = 2 });

            byte[] first = File.ReadAllBytes(Path.Combine(one, "model.safetensors"));
            Assert.Equal(first, File.ReadAllBytes(Path.Combine(two, "model.safetensors")));
            Assert.NotEqual(first, File.ReadAllBytes(Path.Combine(other, "model.safetensors")));
            using ChatEngine engine = ChatEngine.Load(one, new EngineOptions { Threads = 1 });
            Assert.Equal("llava", engine.Info.Family);
        }
        finally
        {
            foreach (string directory in (string[])[one, two, other])
                Directory.Delete(directory, recursive: true);
        }
    }

    private static VisionLanguageConfig Small(VisionLanguageConfig shape) => shape with
    {
        Vision = shape.Vision with { HiddenSize = 16, IntermediateSize = 24, Layers = 2, Heads = 2, ImageSize = 32, PatchSize = 8 },
        Text = shape.Text with { HiddenSize = 16, IntermediateSize = 24, Layers = 2, QueryHeads = 2, KeyHeads = 1, HeadSize = 8, VocabularySize = 300 },
        GridPinpoints = shape.TilesPictures ? VisionLanguageConfig.DefaultPinpoints(32, 2) : [],
    };
}
