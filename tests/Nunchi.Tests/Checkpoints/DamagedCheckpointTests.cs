using Nunchi.Generation;
using Nunchi.Text;

namespace Nunchi.Tests.Checkpoints;

/// <summary>Every file of a checkpoint missing, empty, cut or of wrong JSON: one message that names the file.</summary>
public class DamagedCheckpointTests
{
    private static readonly EngineOptions One = new() { Threads = 1 };

    public static TheoryData<string, string> Files => new()
    {
        { "varco2-tiny", "config.json" },
        { "varco2-tiny", "model.safetensors" },
        { "varco2-tiny", "tokenizer.json" },
        { "varco2-tiny", "processor_config.json" },
        { "varco2-tiny-tf453", "preprocessor_config.json" },
        { "varco2-tiny-sharded", "model.safetensors.index.json" },
        { "varco2-tiny-sharded", "model-00003-of-00010.safetensors" },
        { "llava15-tiny", "config.json" },
    };

    [Theory]
    [MemberData(nameof(Files))]
    public void Load_FileMissing_NamesIt(string golden, string file)
    {
        using var copy = new TemporaryCheckpoint(golden);
        File.Delete(Path.Combine(copy.Directory, file));

        Assert.Contains(file.Replace("model.safetensors.index.json", "model.safetensors", StringComparison.Ordinal), Assert.ThrowsAny<IOException>(() => ChatEngine.Load(copy.Directory, One)).Message);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Load_FileEmptyOrCutAtAnyEighth_NamesIt(string golden, string file)
    {
        using var copy = new TemporaryCheckpoint(golden);
        string path = Path.Combine(copy.Directory, file);
        byte[] bytes = File.ReadAllBytes(path);
        for (int eighth = 0; eighth < 8; eighth++)
        {
            File.WriteAllBytes(path, bytes.AsSpan(0, bytes.Length * eighth / 8));

            string message = Assert.Throws<InvalidDataException>(() => ChatEngine.Load(copy.Directory, One)).Message;

            Assert.Contains(file, message);
        }
    }

    [Theory]
    [InlineData("config.json")]
    [InlineData("generation_config.json")]
    [InlineData("tokenizer.json")]
    [InlineData("tokenizer_config.json")]
    [InlineData("processor_config.json")]
    public void Load_WrongJsonTypeAtTheTop_NamesTheFile(string file)
    {
        foreach (string wrong in (string[])["[]", "7", "\"text\"", "null", "{]"])
        {
            using var copy = new TemporaryCheckpoint();
            copy.Edit(file, _ => wrong);

            Assert.Contains(file, Assert.Throws<InvalidDataException>(() => ChatEngine.Load(copy.Directory, One)).Message);
        }
    }

    [Fact]
    public void Load_TemplateWithASyntaxError_NamesFileAndLine()
    {
        using var copy = new TemporaryCheckpoint();
        copy.Edit("chat_template.jinja", _ => "{% for m in messages %}\n{{ m['role' }}\n{% endfor %}");

        Exception failure = Assert.ThrowsAny<Exception>(() => ChatEngine.Load(copy.Directory, One));

        Assert.True(failure is InvalidDataException or TemplateException, failure.GetType().Name);
        Assert.Contains("chat_template.jinja", failure.Message);
        Assert.Contains("2", failure.Message);
    }

    [Theory]
    [InlineData("../outside.safetensors")]
    [InlineData("/etc/passwd")]
    [InlineData("absent.safetensors")]
    public void Load_IndexThatLeadsElsewhere_IsRefused(string shard)
    {
        using var copy = new TemporaryCheckpoint("varco2-tiny-sharded");
        copy.Edit("model.safetensors.index.json", text => text.Replace("\"model-00003-of-00010.safetensors\"", $"\"{shard}\"", StringComparison.Ordinal));

        Assert.Contains(shard, Assert.ThrowsAny<Exception>(() => ChatEngine.Load(copy.Directory, One)).Message);
    }
}
