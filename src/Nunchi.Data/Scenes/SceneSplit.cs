using Nunchi.Data.Fonts;

namespace Nunchi.Data.Scenes;

/// <summary>What a scene may be made of: fonts, words and layouts are divided once, so that measuring meets shapes, words and designs that training never showed.</summary>
public enum SceneSplit
{
    /// <summary>For training.</summary>
    Training,

    /// <summary>Only for measuring.</summary>
    HeldOut,
}

internal static class SceneSplits
{
    public static FontSplit Fonts(this SceneSplit split) => split == SceneSplit.Training ? FontSplit.Training : FontSplit.HeldOut;
}
