namespace Nunchi.Hub;

/// <summary>A model that is in the cache.</summary>
/// <param name="Repository">What was asked for.</param>
/// <param name="Commit">The commit that it is.</param>
/// <param name="Directory">The snapshot: a checkpoint directory.</param>
/// <param name="Files">Its files, with slashes, as the hub names them.</param>
/// <param name="Bytes">Their bytes.</param>
/// <param name="Received">Bytes that came over the network this time.</param>
public sealed record PulledModel(HubRepository Repository, string Commit, string Directory, IReadOnlyList<string> Files, long Bytes, long Received);
