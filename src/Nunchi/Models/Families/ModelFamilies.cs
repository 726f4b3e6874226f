using Nunchi.Models.Families.Llava;
using Nunchi.Models.Families.LlavaNext;
using Nunchi.Models.Families.LlavaOnevision;

namespace Nunchi.Models.Families;

/// <summary>The families that can be loaded: one row each.</summary>
internal static class ModelFamilies
{
    internal static IReadOnlyList<ModelFamily> All { get; } =
    [
        new LlavaOnevisionFamily(),
        new LlavaNextFamily(),
        new LlavaFamily(),
    ];

    internal static ModelFamily? Find(string? name) => All.FirstOrDefault(family => family.Name == name);

    /// <summary>The family of a configuration that was read or made here.</summary>
    /// <exception cref="ArgumentException">There is none of that name.</exception>
    internal static ModelFamily Of(VisionLanguageConfig config) =>
        Find(config.Family) ?? throw new ArgumentException($"There is no family \"{config.Family}\"; known are {string.Join(", ", All.Select(family => family.Name))}.");
}
