namespace Nunchi.Generation.Prefixes;

/// <summary>A token as the key/value cache knows it: what its keys and values depend on beside the tokens before it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Image">The picture whose features stand there; default for text.</param>
/// <param name="Row">Which of its features.</param>
internal readonly record struct PromptToken(int Id, ImageKey Image = default, int Row = 0);
