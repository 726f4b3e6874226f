using System.Text;
using Nunchi.Gguf;

namespace Nunchi.Tests.Gguf;

public class GgufFileTests
{
    private static readonly int FuzzInputs = int.TryParse(Environment.GetEnvironmentVariable("NUNCHI_FUZZ_INPUTS"), out int inputs) ? inputs : 10_000;

    [Fact]
    public void Open_WrittenFile_GivesEverythingBack()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["a.gguf"], Sample());

        using GgufFile file = GgufFile.Open(folder["a.gguf"]);

        Assert.Equal("모델", file.Text("general.name"));
        Assert.Equal(7, file.Whole("count"));
        Assert.Equal(1e-6f, (float)file.Number("epsilon")!.Value);
        Assert.True(file.Flag("flag"));
        Assert.Equal(["가", "", "b"], file.Texts("texts"));
        Assert.Equal([1, -2, 3], file.Wholes("wholes"));
        Assert.Equal(3, file.Length("texts"));
        Assert.Null(file.Text("missing"));
        Assert.Equal(["one", "two"], file.Entries.Select(entry => entry.Name));
        Assert.Equal([2L, 3L], file.Find("one")!.Shape);
        float[] one = new float[6], two = new float[64];
        file.Read(file.Find("one")!, one);
        file.Read(file.Find("two")!, two);
        Assert.Equal([0, 1, 2, 3, 4, 5], one);
        Assert.All(two, value => Assert.Equal(0.5f, value, 0.01f));
        Assert.All(file.Entries, entry => Assert.Equal(0, entry.Offset % 32));
    }

    [Theory]
    [InlineData("count", "text")]
    [InlineData("general.name", "whole")]
    [InlineData("texts", "wholes")]
    [InlineData("wholes", "texts")]
    [InlineData("epsilon", "flag")]
    public void Metadata_OfAnotherType_NamesKeyAndFile(string key, string asked)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["a.gguf"], Sample());
        using GgufFile file = GgufFile.Open(folder["a.gguf"]);

        string message = Assert.Throws<InvalidDataException>(() => asked switch
        {
            "text" => file.Text(key),
            "whole" => file.Whole(key),
            "wholes" => file.Wholes(key),
            "texts" => file.Texts(key),
            _ => (object?)file.Flag(key),
        }).Message;

        Assert.Contains(folder["a.gguf"], message);
        Assert.Contains($"\"{key}\"", message);
    }

    [Fact]
    public void Open_CutAnywhere_IsOneClearError()
    {
        using var folder = new TemporaryFolder();
        byte[] whole = Sample();
        for (int length = 0; length < whole.Length - 31; length += 3)
        {
            File.WriteAllBytes(folder["cut.gguf"], whole.AsSpan(0, length));
            Assert.Contains(folder["cut.gguf"], Assert.Throws<InvalidDataException>(() => GgufFile.Open(folder["cut.gguf"])).Message);
        }
    }

    [Theory]
    [InlineData("magic", "does not begin with \"GGUF\"")]
    [InlineData("version", "version is 9")]
    [InlineData("big-endian", "big-endian")]
    [InlineData("tensors", "claims 1152921504606846976 tensors")]
    [InlineData("pairs", "claims 1152921504606846976 metadata pairs")]
    [InlineData("key", "claims 1152921504606846976 bytes")]
    [InlineData("array", "elements of \"k\"")]
    [InlineData("nested", "nests arrays deeper")]
    [InlineData("value type", "unknown value type 99")]
    [InlineData("twice", "comes twice")]
    [InlineData("rank", "has 7 dimensions")]
    [InlineData("size", "a size of 0")]
    [InlineData("huge", "is larger than any file")]
    [InlineData("block", "takes multiples of 32")]
    [InlineData("type", "type 77")]
    [InlineData("offset", "no multiple of the alignment")]
    [InlineData("outside", "cut off or damaged")]
    [InlineData("overlap", "inside \"a\"")]
    [InlineData("same name", "\"a\" comes twice")]
    [InlineData("alignment", "power of two")]
    public void Open_Hostile_SaysWhatIsWrong(string fault, string expected)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["bad.gguf"], Hostile(fault));

        string message = Assert.Throws<InvalidDataException>(() => GgufFile.Open(folder["bad.gguf"])).Message;

        Assert.StartsWith(folder["bad.gguf"], message, StringComparison.Ordinal);
        Assert.Contains(expected, message);
    }

    [Fact]
    public void Open_Mutated_NeverDoesMoreThanRefuse()
    {
        using var folder = new TemporaryFolder();
        byte[] whole = Sample();
        int seed = Random.Shared.Next();
        var random = new Random(seed);
        for (int input = 0; input < FuzzInputs; input++)
        {
            byte[] bytes = Mutate(whole, random);
            string path = folder["fuzz.gguf"];
            File.WriteAllBytes(path, bytes);
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                using GgufFile file = GgufFile.Open(path);
                foreach (GgufEntry entry in file.Entries)
                    file.Read(entry, new float[entry.Count]);
                foreach (string key in file.Keys)
                {
                    try
                    {
                        _ = file.Length(key) is null ? (object?)file.Text(key) : file.Texts(key);
                    }
                    catch (InvalidDataException)
                    {
                        // Of another type, or no UTF-8.
                    }
                }
            }
            catch (InvalidDataException failure)
            {
                Assert.Contains(path, failure.Message);
            }
            catch (Exception failure)
            {
                Assert.Fail($"Seed {seed}, input {input}: {failure}");
            }
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(allocated < 1 << 20, $"Seed {seed}, input {input}: {allocated} bytes were allocated for a file of {bytes.Length}.");
        }
    }

    internal static byte[] Mutate(byte[] whole, Random random)
    {
        byte[] bytes = [.. whole];
        for (int changes = random.Next(1, 6); changes > 0; changes--)
        {
            int at = random.Next(bytes.Length);
            switch (random.Next(5))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2:
                    BitConverter.TryWriteBytes(bytes.AsSpan(at), random.Next(4) switch { 0 => ulong.MaxValue, 1 => long.MaxValue, 2 => 1UL << random.Next(64), _ => (ulong)random.Next(100) });
                    break;
                case 3:
                    bytes = bytes[..Math.Max(1, at)];
                    break;
                default:
                    bytes.AsSpan(at, Math.Min(random.Next(16), bytes.Length - at)).CopyTo(bytes.AsSpan(random.Next(Math.Max(1, bytes.Length - 16))));
                    break;
            }
        }
        return bytes;
    }

    private static byte[] Sample()
    {
        using var folder = new TemporaryFolder();
        var metadata = new GgufMetadata();
        metadata.Add("general.name", "모델");
        metadata.AddWhole("count", 7);
        metadata.AddNumber("epsilon", 1e-6);
        metadata.Add("flag", true);
        metadata.AddTexts("texts", ["가", "", "b"]);
        metadata.AddWholes("wholes", [1, -2, 3]);
        metadata.AddNumbers("numbers", [0.5f]);
        GgufSlot one = new("one", GgufTensorType.F32, [2, 3]), two = new("two", GgufTensorType.Q4_0, [2, 32]);
        using (var writer = new GgufWriter(folder["sample.gguf"], metadata, [one, two]))
        {
            writer.Write(one, [0, 1, 2]);
            writer.Write(one, [3, 4, 5]);
            writer.Write(two, [.. Enumerable.Repeat(0.5f, 64)]);
            writer.Commit();
        }
        return File.ReadAllBytes(folder["sample.gguf"]);
    }

    private static byte[] Hostile(string fault)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream, Encoding.UTF8);
        const ulong Huge = 1UL << 60;
        writer.Write(fault == "magic" ? "GGML"u8 : "GGUF"u8);
        writer.Write(fault switch { "version" => 9u, "big-endian" => 3u << 24, _ => 3u });
        int pairs = fault switch { "key" or "array" or "nested" or "value type" or "alignment" => 1, "twice" => 2, _ => 0 };
        writer.Write(fault switch { "tensors" => Huge, "overlap" or "same name" => 2, _ => pairs > 0 ? 0UL : 1 });
        writer.Write(fault == "pairs" ? Huge : (ulong)pairs);
        switch (fault)
        {
            case "key":
                writer.Write(Huge);
                break;
            case "array":
                Key("k", 9);
                writer.Write(4u);
                writer.Write(1UL << 40);
                break;
            case "nested":
                Key("k", 9);
                for (int i = 0; i < 8; i++)
                {
                    writer.Write(9u);
                    writer.Write(1UL);
                }
                break;
            case "value type":
                Key("k", 99);
                break;
            case "alignment":
                Key("general.alignment", 4);
                writer.Write(24u);
                break;
            case "twice":
                for (int i = 0; i < 2; i++)
                {
                    Key("k", 7);
                    writer.Write((byte)1);
                }
                break;
        }
        if (pairs == 0)
        {
            Tensor("a", fault == "rank" ? 7u : 2u, fault == "size" ? 0UL : fault == "block" ? 31UL : 32UL, fault == "huge" ? Huge : fault == "outside" ? 4000UL : 2UL,
                fault switch { "type" => 77u, "block" => 8u, _ => 0u }, fault == "offset" ? 8UL : 0UL);
            if (fault is "overlap" or "same name")
                Tensor(fault == "overlap" ? "b" : "a", 2, 32, 1, 0, fault == "overlap" ? 128UL : 256UL);
        }
        writer.Write(new byte[1024]);
        return stream.ToArray();

        void Key(string key, uint type)
        {
            writer.Write((ulong)key.Length);
            writer.Write(Encoding.UTF8.GetBytes(key));
            writer.Write(type);
        }

        void Tensor(string name, uint rank, ulong inner, ulong outer, uint type, ulong offset)
        {
            writer.Write((ulong)name.Length);
            writer.Write(Encoding.UTF8.GetBytes(name));
            writer.Write(rank);
            writer.Write(inner);
            writer.Write(outer);
            writer.Write(type);
            writer.Write(offset);
        }
    }
}
