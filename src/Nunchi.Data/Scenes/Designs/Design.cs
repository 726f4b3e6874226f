namespace Nunchi.Data.Scenes.Designs;

/// <summary>A layout of one kind of picture.</summary>
/// <param name="Name">Unique name.</param>
/// <param name="Kind">What it shows.</param>
/// <param name="HeldOutOnly">Whether training never sees it.</param>
/// <param name="Draw">Chooses contents, sizes and colours and draws them.</param>
internal sealed record Design(string Name, SceneKind Kind, bool HeldOutOnly, Action<SceneBuilder> Draw);
