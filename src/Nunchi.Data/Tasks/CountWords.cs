namespace Nunchi.Data.Tasks;

/// <summary>Words for how many there are, by number, as answers write them.</summary>
public static class CountWords
{
    /// <summary>Before a counter: "한", "두"; nothing for none.</summary>
    public static IReadOnlyList<string> Korean { get; } = ["", "한", "두", "세", "네", "다섯", "여섯", "일곱", "여덟", "아홉", "열", "열한", "열두"];

    /// <summary>"no", "one", "two".</summary>
    public static IReadOnlyList<string> English { get; } = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
}
