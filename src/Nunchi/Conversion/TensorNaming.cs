namespace Nunchi.Conversion;

/// <summary>How a checkpoint calls its tensors.</summary>
public enum TensorNaming
{
    /// <summary>transformers 4.45 to 4.57 as they write files: <c>language_model.model.</c>, <c>vision_tower.vision_model.</c>.</summary>
    Release4,

    /// <summary>transformers 5 as it writes files: the same without <c>vision_model.</c>.</summary>
    Release5,

    /// <summary>The modules of 4.52 to 4.57: <c>model.language_model.</c>, <c>model.vision_tower.vision_model.</c>, <c>lm_head.</c>.</summary>
    Modules4,

    /// <summary>The modules of release 5: the same without <c>vision_model.</c>.</summary>
    Modules5,
}

/// <summary>From the names of parameters to those of a naming.</summary>
internal static class TensorNamings
{
    private const string Language = "model.language_model.", Vision = "model.vision_tower.", Head = "lm_head.", Model = "model.";

    /// <summary>Names for people, and for options.</summary>
    public static IReadOnlyDictionary<string, TensorNaming> ByName { get; } = new Dictionary<string, TensorNaming>
    {
        ["4"] = TensorNaming.Release4,
        ["5"] = TensorNaming.Release5,
        ["4-modules"] = TensorNaming.Modules4,
        ["5-modules"] = TensorNaming.Modules5,
    };

    public static bool IsRelease4(TensorNaming naming) => naming is TensorNaming.Release4 or TensorNaming.Modules4;

    /// <summary>A parameter's name (<c>model.language_model...</c>, <c>model.vision_tower...</c>, <c>lm_head...</c>) in a naming.</summary>
    public static string Name(TensorNaming naming, string parameter)
    {
        string inner = IsRelease4(naming) && parameter.StartsWith(Vision, StringComparison.Ordinal) ? $"{Vision}vision_model.{parameter[Vision.Length..]}" : parameter;
        if (naming is TensorNaming.Modules4 or TensorNaming.Modules5)
            return inner;
        if (inner.StartsWith(Language, StringComparison.Ordinal))
            return "language_model.model." + inner[Language.Length..];
        if (inner.StartsWith(Head, StringComparison.Ordinal))
            return "language_model." + inner;
        return inner[Model.Length..];
    }
}
