using Nunchi.Chat;
using Nunchi.Checkpoints;
using Nunchi.Conversion;
using Nunchi.Generation;
using Nunchi.Generation.Measurement;
using Nunchi.Images;
using Nunchi.Models;
using Nunchi.Tensors;
using Nunchi.Tensors.Cpu;
using Nunchi.Tensors.Quantization;
using Nunchi.Tensors.Safetensors;
using Nunchi.Tests.Goldens;
using Nunchi.Text;

namespace Nunchi.Tests.Checkpoints;

/// <summary>Directories with packed weights: written, mapped, refused when damaged.</summary>
public sealed class PackedCheckpointTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("nunchi-packed-").FullName;
    private readonly CpuBackend _backend = CpuBackend.Create(new CpuOptions { Threads = 1 });

    [Theory]
    [InlineData("bf16")]
    [InlineData("int8")]
    [InlineData("int6")]
    [InlineData("int4")]
    [InlineData("int4+int6")]
    [InlineData("int4+f32")]
    public void Load_OfWrittenDirectory_GivesTheSameLogitsToTheBit(string name)
    {
        WeightChoice format = WeightChoice.Parse(name);
        float[] expected = Write(format);

        using VisionLanguageModel mapped = CheckpointReader.Load(_directory, _backend);

        Assert.Equal(expected, Logits(mapped));
        Assert.All(mapped.Parameters.All, parameter => Assert.Equal(WeightPlan.For(parameter, format), parameter.Tensor.Format));
        Assert.True(File.Exists(Path.Combine(_directory, "tokenizer.json")));
        using SafetensorsFile file = SafetensorsFile.Open(Path.Combine(_directory, SafetensorsArchive.SingleFileName));
        Assert.All(file.Entries.Where(entry => entry.Type == SafetensorsType.U8), entry => Assert.Equal(0, entry.Offset % 64));
    }

    [Fact]
    public void Load_AskedForAnotherFormat_SaysWhichIsThere()
    {
        Write(WeightFormat.Int8);
        string message = Assert.Throws<InvalidDataException>(() => CheckpointReader.Load(_directory, _backend, WeightFormat.Int4).Dispose()).Message;
        Assert.Contains("packed as int8, not int4", message, StringComparison.Ordinal);
        string encoder = Assert.Throws<InvalidDataException>(() => CheckpointReader.Load(_directory, _backend, new WeightChoice(WeightFormat.Int8, WeightFormat.Int6)).Dispose()).Message;
        Assert.Contains("packed as int8, not int8+int6", encoder, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_WithAnAdapter_AsksForTheCheckpointThatItWasMadeFrom()
    {
        Write(WeightFormat.Int8);
        string adapter = GoldenFiles.Path("training", "lora"), merged = Path.Combine(_directory, "out");
        string loading = Assert.Throws<InvalidDataException>(() => CheckpointReader.Load(_directory, _backend, new LoadOptions { Adapter = adapter }).Dispose()).Message;
        Assert.Contains("packed as int8, to which no adapter can be added", loading, StringComparison.Ordinal);
        string converting = Assert.Throws<InvalidDataException>(() => CheckpointConversion.Run(_directory, merged, new ConversionOptions { Adapter = adapter }, TestContext.Current.CancellationToken)).Message;
        Assert.Contains("packed as int8, to which no adapter can be added", converting, StringComparison.Ordinal);
        Assert.False(Directory.Exists(merged));
    }

    [Fact]
    public void Load_OtherLaymergedAsksToPackAgain()
    {
        Write(WeightFormat.Int8);
        Replace("\"nunchi.layout\":\"1\"", "\"nunchi.layout\":\"9\"");
        Assert.Contains("layout 9, this release reads layout 1", Assert.Throws<InvalidDataException>(() => CheckpointReader.Load(_directory, _backend).Dispose()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_MatrixUnderAnotherFormatsName_SaysWhatWasExpected()
    {
        Write(WeightFormat.Int8);
        Replace("packed.int8.model.language_model.layers.0.mlp.down", "packed.int4.model.language_model.layers.0.mlp.down");
        string message = Assert.Throws<InvalidDataException>(() => CheckpointReader.Load(_directory, _backend).Dispose()).Message;
        Assert.Contains("packed.int4.model.language_model.layers.0.mlp.down_proj.weight: expected U8 [", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_MatrixOfNoParameter_IsReported()
    {
        Write(WeightFormat.Int8);
        Replace("packed.int8.model.language_model.layers.0.mlp.down", "packed.int8.model.language_model.layers.9.mlp.down");
        string message = Assert.Throws<InvalidDataException>(() => CheckpointReader.Load(_directory, _backend).Dispose()).Message;
        Assert.Contains("layers.9.mlp.down_proj.weight", message, StringComparison.Ordinal);
        Assert.Contains("layers.0.mlp.down_proj.weight", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Agreement_OfAModelWithItself_IsWhole()
    {
        using VisionLanguageModel plain = CheckpointReader.Load(GoldenFiles.Path("varco2-tiny"), _backend);
        using VisionLanguageModel rounded = CheckpointReader.Load(GoldenFiles.Path("varco2-tiny"), _backend, WeightFormat.Int4);
        Tokenizer tokenizer = Tokenizer.Load(GoldenFiles.Path("varco2-tiny"));

        Agreement same = Agreement.Of(plain, plain, tokenizer, ["한 글", "two words"]), other = Agreement.Of(plain, rounded, tokenizer, ["한 글", "two words"]);

        Assert.Equal((0, 1), (same.Divergence, same.Top1));
        Assert.Equal(same.Tokens, other.Tokens);
        Assert.InRange(other.Divergence, 1e-6, 1);
        Assert.True(other.LargestDivergence >= other.Divergence);
        Assert.Throws<ArgumentException>(() => Agreement.Of(plain, rounded, tokenizer, []));
    }

    [Fact]
    public void AgreementOfAnswers_WithAPicture_FollowsThePlainModelsAnswers()
    {
        string directory = GoldenFiles.Path("varco2-tiny");
        using VisionLanguageModel plain = CheckpointReader.Load(directory, _backend);
        using VisionLanguageModel rounded = CheckpointReader.Load(directory, _backend, WeightFormat.Int4);
        byte[] pixels = new byte[3 * 70 * 50];
        new Random(4).NextBytes(pixels);
        IReadOnlyList<Message>[] conversations =
        [
            [new Message(Role.User, [new ImagePart(new RgbImage(70, 50, pixels)), new TextPart("무엇이 있나요?")])],
            [new Message(Role.User, "two words")],
        ];
        var told = new List<int>();
        CancellationToken running = TestContext.Current.CancellationToken;

        Agreement same = Agreement.OfAnswers(plain, plain, directory, conversations, 9, told.Add, running), other = Agreement.OfAnswers(plain, rounded, directory, conversations, 9, cancellation: running);
        Agreement one = Agreement.OfAnswers(plain, plain, directory, conversations, 1, cancellation: running);

        Assert.Equal((0, 1), (same.Divergence, same.Top1));
        Assert.InRange(same.Tokens, 3, 18);
        Assert.Equal(2, one.Tokens);
        Assert.Equal(same.Tokens, other.Tokens);
        Assert.InRange(other.Divergence, 1e-6, 1);
        Assert.Equal([1, 2], told);
        Assert.Throws<ArgumentException>(() => Agreement.OfAnswers(plain, rounded, directory, [], cancellation: running));
        using var stopped = new CancellationTokenSource();
        stopped.Cancel();
        Assert.Throws<OperationCanceledException>(() => Agreement.OfAnswers(plain, rounded, directory, conversations, cancellation: stopped.Token));
    }

    [Fact]
    public void Calibration_OnConversations_PacksAsPlannedAndLosesLessOnThem()
    {
        string directory = GoldenFiles.Path("varco2-tiny");
        CancellationToken running = TestContext.Current.CancellationToken;
        byte[] pixels = new byte[3 * 70 * 50];
        new Random(4).NextBytes(pixels);
        IReadOnlyList<Message>[] conversations =
        [
            [new Message(Role.User, [new ImagePart(new RgbImage(70, 50, pixels)), new TextPart("무엇이 있나요?")])],
            [new Message(Role.User, "two words and some more of them, so that there is something to round for")],
        ];
        WeightChoice format = WeightChoice.Parse("int4+f32");
        using VisionLanguageModel plain = CheckpointReader.Load(directory, _backend);
        using VisionLanguageModel alone = CheckpointReader.Load(directory, _backend, format);
        using VisionLanguageModel together = CheckpointReader.Load(directory, _backend);
        var told = new List<CalibrationProgress>();
        long tokens = Calibration.Pack(together, format, directory, conversations, 9, told.Add, running);

        Assert.All(together.Parameters.All, parameter => Assert.Equal(WeightPlan.For(parameter, format), parameter.Tensor.Format));
        Assert.InRange(tokens, 40, 2000);
        int matrices = together.Parameters.All.Count(parameter => parameter.Tensor.Format == WeightFormat.Int4);
        Assert.Equal([(1, 0), (2, 0), .. Enumerable.Range(1, matrices).Select(packed => (2, packed))], told.Select(progress => (progress.Conversations, progress.Packed)));
        Assert.All(told, progress => Assert.Equal(matrices, progress.Matrices));
        double before = Agreement.OfAnswers(plain, alone, directory, conversations, 9, cancellation: running).Divergence, after = Agreement.OfAnswers(plain, together, directory, conversations, 9, cancellation: running).Divergence;
        Assert.True(after < before, $"the divergence was {before}, calibrated {after}");

        PackedCheckpointWriter.Write(directory, _directory, together, format);
        using VisionLanguageModel mapped = CheckpointReader.Load(_directory, _backend);
        Assert.Equal(Logits(together), Logits(mapped));
    }

    [Fact]
    public void Calibration_OfWhatCannotBe_SaysWhy()
    {
        string directory = GoldenFiles.Path("varco2-tiny");
        CancellationToken running = TestContext.Current.CancellationToken;
        IReadOnlyList<Message>[] one = [[new Message(Role.User, "two words")]];
        using VisionLanguageModel plain = CheckpointReader.Load(directory, _backend), packed = CheckpointReader.Load(directory, _backend, WeightFormat.Int8);
        string Told(VisionLanguageModel model, WeightChoice format, IReadOnlyList<Message>[] conversations) =>
            Assert.Throws<ArgumentException>(() => Calibration.Pack(model, format, directory, conversations, cancellation: running)).Message;
        Assert.Contains("no matrix in 4 bits", Told(plain, WeightFormat.Int8, one), StringComparison.Ordinal);
        Assert.Contains("packed already", Told(packed, WeightFormat.Int4, one), StringComparison.Ordinal);
        Assert.Contains("no conversation", Told(plain, WeightFormat.Int4, []), StringComparison.Ordinal);
        using var stopped = new CancellationTokenSource();
        stopped.Cancel();
        Assert.Throws<OperationCanceledException>(() => Calibration.Pack(plain, WeightFormat.Int4, directory, one, cancellation: stopped.Token));
        Assert.Equal(plain.Parameters.All.Where(parameter => WeightPlan.For(parameter, WeightFormat.Int4) == WeightFormat.Int4).Sum(parameter => (long)parameter.Tensor.Columns * parameter.Tensor.Columns * 4), Calibration.Bytes(plain, WeightFormat.Int4));
    }

    public void Dispose()
    {
        _backend.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private float[] Write(WeightChoice format)
    {
        using VisionLanguageModel model = CheckpointReader.Load(GoldenFiles.Path("varco2-tiny"), _backend, format);
        PackedCheckpointWriter.Write(GoldenFiles.Path("varco2-tiny"), _directory, model, format);
        return Logits(model);
    }

    private static float[] Logits(VisionLanguageModel model)
    {
        using var tape = new Tape(model.Backend);
        using var generator = new Generator(model, tape);
        return generator.Prefill([5, 300, 12, 44], cancellation: TestContext.Current.CancellationToken).ToArray();
    }

    private void Replace(string old, string replacement)
    {
        string path = Path.Combine(_directory, SafetensorsArchive.SingleFileName);
        byte[] bytes = File.ReadAllBytes(path), from = System.Text.Encoding.UTF8.GetBytes(old);
        int at = bytes.AsSpan().IndexOf(from);
        Assert.True(at > 0, $"{old} is not in the file");
        System.Text.Encoding.UTF8.GetBytes(replacement).CopyTo(bytes, at);
        File.WriteAllBytes(path, bytes);
    }
}
