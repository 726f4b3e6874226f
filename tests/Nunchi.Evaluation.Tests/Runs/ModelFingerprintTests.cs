using Nunchi.Chat;
using Nunchi.Evaluation.Runs;

namespace Nunchi.Evaluation.Tests.Runs;

public class ModelFingerprintTests
{
    [Fact]
    public void Of_AnyByteOfAFile_ChangesIt()
    {
        using var run = new TestRun();
        string file = Path.Combine(run.Model, "model.safetensors"), before = ModelFingerprint.Of(run.Model);
        Assert.Equal(before, ModelFingerprint.Of(run.Model));

        File.WriteAllBytes(file, [1, 2, 3, 0]);
        string longer = ModelFingerprint.Of(run.Model);
        File.Move(file, Path.Combine(run.Model, "other.safetensors"));

        Assert.Equal(3, new[] { before, longer, ModelFingerprint.Of(run.Model) }.Distinct().Count());
    }

    [Fact]
    public void Of_LargeFile_LooksFromItsStartToItsEnd()
    {
        using var run = new TestRun();
        string file = Path.Combine(run.Model, "model.safetensors");
        byte[] bytes = new byte[5_000_000];
        File.WriteAllBytes(file, bytes);
        string before = ModelFingerprint.Of(run.Model, wholeUpTo: 1000);

        foreach (int at in new[] { 0, bytes.Length - 1 })
        {
            bytes[at] = 1;
            File.WriteAllBytes(file, bytes);
            Assert.NotEqual(before, ModelFingerprint.Of(run.Model, wholeUpTo: 1000));
            bytes[at] = 0;
        }
    }

    [Fact]
    public void Of_OtherFiles_AreNoPartOfTheModel()
    {
        using var run = new TestRun();
        string before = ModelFingerprint.Of(run.Model);
        File.WriteAllText(Path.Combine(run.Model, "README.md"), "hello");
        Assert.Equal(before, ModelFingerprint.Of(run.Model));
    }

    [Fact]
    public void Of_ModelThatIsRoundedOrAdapted_IsAnother()
    {
        using var run = new TestRun();
        string adapter = Directory.CreateDirectory(Path.Combine(run.Folder, "adapter")).FullName;
        File.WriteAllBytes(Path.Combine(adapter, "adapter_model.safetensors"), [1]);
        ModelInfo plain = new ScriptedEngine(run.Model, _ => "").Info;
        Assert.Equal(ModelFingerprint.Of(run.Model), ModelFingerprint.Of(plain));

        string adapted = ModelFingerprint.Of(plain with { Adapter = adapter });
        File.WriteAllBytes(Path.Combine(adapter, "adapter_model.safetensors"), [2]);
        string[] all = [ModelFingerprint.Of(plain), adapted, ModelFingerprint.Of(plain with { Adapter = adapter }), ModelFingerprint.Of(plain with { RoundedTo = "int8" }),
            ModelFingerprint.Of(plain with { KeyValueCache = "int8, 5.2 KB a token" }), ModelFingerprint.Of(plain with { RoundedTo = "int8", KeyValueCache = "int8, 5.2 KB a token" }),
            ModelFingerprint.Of(plain with { RoundedTo = "int8", Adapter = adapter }), ModelFingerprint.Of(plain with { Views = "the whole view alone" })];

        Assert.Equal(all.Length, all.Distinct().Count());
        Assert.NotEqual(Evaluator.DefaultDirectory(plain, TestRun.Options(1)), Evaluator.DefaultDirectory(plain with { Adapter = adapter }, TestRun.Options(1)));
    }
}
