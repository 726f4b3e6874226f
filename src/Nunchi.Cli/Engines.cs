using Nunchi.Chat;
using Nunchi.Generation;
using Nunchi.Gguf;

namespace Nunchi.Cli;

/// <summary>Loads models from checkpoint directories and GGUF files.</summary>
internal static class Engines
{
    public static IChatEngine Load(string path, int? threads)
    {
        var options = new EngineOptions { Threads = threads ?? 0 };
        return path.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase) && File.Exists(path) ? GgufChatEngine.Load(path, options) : ChatEngine.Load(path, options);
    }
}
