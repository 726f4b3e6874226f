using Nunchi.Chat;

namespace Nunchi.Cli;

/// <summary>Loads models. (The engine is joined with the next merge of the model.)</summary>
internal static class Engines
{
    public static IChatEngine Load(string directory, int? threads) =>
        throw new NotSupportedException($"{directory} cannot be loaded: this build has no engine.");
}
