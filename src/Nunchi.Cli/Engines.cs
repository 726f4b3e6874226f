using Nunchi.Chat;
using Nunchi.Generation;

namespace Nunchi.Cli;

/// <summary>Loads models from checkpoint directories.</summary>
internal static class Engines
{
    public static IChatEngine Load(string directory, EngineOptions options) => ChatEngine.Load(directory, options);
}
