using Nunchi.Hub;

namespace Nunchi.Tests.Hub;

public class HubOptionsTests
{
    [Theory]
    [InlineData("", "/home/me/.cache/huggingface/hub")]
    [InlineData("XDG_CACHE_HOME=/xdg", "/xdg/huggingface/hub")]
    [InlineData("HF_HOME=/hf;XDG_CACHE_HOME=/xdg", "/hf/hub")]
    [InlineData("HF_HOME=~/hf", "/home/me/hf/hub")]
    [InlineData("HF_HUB_CACHE=/cache;HF_HOME=/hf", "/cache")]
    [InlineData("HUGGINGFACE_HUB_CACHE=/old", "/old")]
    public void FromEnvironment_Cache_IsWherePythonPutsIt(string variables, string expected) =>
        Assert.Equal(Path.GetFullPath(expected), Read(variables).CacheDirectory);

    [Theory]
    [InlineData("", false)]
    [InlineData("HF_HUB_OFFLINE=1", true)]
    [InlineData("HF_HUB_OFFLINE=yes", true)]
    [InlineData("HF_HUB_OFFLINE=0", false)]
    [InlineData("TRANSFORMERS_OFFLINE=True", true)]
    public void FromEnvironment_Offline_AsPythonReadsIt(string variables, bool expected) => Assert.Equal(expected, Read(variables).Offline);

    [Fact]
    public void FromEnvironment_Token_VariableBeforeFile()
    {
        using var cache = new TemporaryCache();
        File.WriteAllText(Path.Combine(cache.Directory, "token"), "hf_file\n");

        Assert.Equal("hf_file", Read($"HF_HOME={cache.Directory}").Token);
        Assert.Equal("hf_variable", Read($"HF_HOME={cache.Directory};HF_TOKEN= hf_variable ").Token);
        Assert.Null(Read("HF_HOME=/nowhere").Token);
        Assert.DoesNotContain("evil", Assert.Throws<ArgumentException>(() => Read("HF_TOKEN=hf\r\nevil")).Message);
    }

    [Theory]
    [InlineData("ftp://hub")]
    [InlineData("hub.example")]
    [InlineData("http://user:secret@hub")]
    public void FromEnvironment_EndpointThatIsNone_IsRefused(string endpoint) =>
        Assert.Contains("HF_ENDPOINT", Assert.Throws<ArgumentException>(() => Read($"HF_ENDPOINT={endpoint}")).Message);

    [Fact]
    public void FromEnvironment_Endpoint_LosesItsSlash() => Assert.Equal("https://hub.example/mirror", Read("HF_ENDPOINT=https://hub.example/mirror/").Endpoint.ToString());

    private static HubOptions Read(string variables)
    {
        var values = variables.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
        values["HOME"] = "/home/me";
        return HubOptions.FromEnvironment(name => values.GetValueOrDefault(name));
    }
}
