using System.CommandLine;
using System.Globalization;
using System.Numerics;

namespace Nunchi.Cli;

/// <summary>Options that take one number; anything else is refused with what was expected.</summary>
internal static class NumberOption
{
    public static Option<T?> Create<T>(string name, string description, T? low = null, T? high = null)
        where T : struct, INumber<T>
    {
        string kind = typeof(T) == typeof(double) ? "a number" : "a whole number";
        if (low is null && typeof(T) == typeof(ulong))
            low = T.Zero;
        string range = (low, high) switch
        {
            (T l, T h) => $" in {l}..{h}",
            (T l, null) => $" of {l} or more",
            (null, T h) => $" of {h} or less",
            _ => "",
        };
        return new Option<T?>(name)
        {
            Description = description,
            HelpName = typeof(T) == typeof(double) ? "X" : "N",
            CustomParser = result =>
            {
                string text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
                bool valid = T.TryParse(text, NumberStyles.Integer | (typeof(T) == typeof(double) ? NumberStyles.Float : 0), CultureInfo.InvariantCulture, out T value)
                    && T.IsFinite(value) && !(low is T l && value < l) && !(high is T h && value > h);
                if (!valid)
                    result.AddError($"{name} is '{text}'; {kind}{range} is expected.");
                return valid ? value : null;
            },
        };
    }
}
