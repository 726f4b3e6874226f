using Nunchi.Chat;
using Nunchi.Generation;
using Nunchi.Gguf;

namespace Nunchi.Cli;

/// <summary>Loads models from checkpoint directories and GGUF files.</summary>
internal static class Engines
{
    public static IChatEngine Load(string path, EngineOptions options) =>
        path.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase) && File.Exists(path) ? GgufChatEngine.Load(path, options) : ChatEngine.Load(path, options);
}
