namespace Nunchi.Text;

/// <summary>A token that is matched whole in the text before byte pairs are merged.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Content">Its text; never empty.</param>
/// <param name="Special">Whether it is control: such tokens are never made from text that a user typed.</param>
/// <param name="Normalized">Whether it is sought in the normalised text instead of the text as given.</param>
/// <param name="LeftStrip">Whether it swallows white space before it.</param>
/// <param name="RightStrip">Whether it swallows white space after it.</param>
/// <param name="SingleWord">Whether it counts only when no word character touches it.</param>
public sealed record AddedToken(
    int Id, string Content, bool Special, bool Normalized = false, bool LeftStrip = false, bool RightStrip = false, bool SingleWord = false);
