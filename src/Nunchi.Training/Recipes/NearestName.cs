using Nunchi.Text;

namespace Nunchi.Training.Recipes;

/// <summary>Finds what a mistyped name probably meant.</summary>
internal static class NearestName
{
    /// <summary>The closest of the names when it is close enough to be worth suggesting, else null.</summary>
    public static string? Of(string typed, IEnumerable<string> names)
    {
        string? best = null;
        var least = Math.Max(2, typed.Length / 3) + 1;
        foreach (var name in names.Order(StringComparer.Ordinal))
        {
            var distance = NameDistance.Between(typed, name);
            if (distance >= least)
                continue;
            least = distance;
            best = name;
        }

        return best;
    }
}
