using System.Globalization;
using Nunchi.Data.Pages;

namespace Nunchi.Data.Corpus;

/// <summary>Numbers as signs and receipts write them.</summary>
public static class SignNumbers
{
    private static readonly string[] AreaCodes = ["02", "031", "032", "033", "041", "042", "043", "051", "052", "053", "054", "055", "061", "062", "063", "064"];

    /// <summary>A telephone number: mobile, area code, or a service number such as 1588-1234. Made up.</summary>
    public static string Phone(SeededRandom random)
    {
        ArgumentNullException.ThrowIfNull(random);
        string last = Digits(random, 4);
        return random.Below(4) switch
        {
            0 or 1 => $"010-{random.Range(2, 9)}{Digits(random, 3)}-{last}",
            2 => $"{random.Pick(AreaCodes)}-{random.Range(2, 9)}{Digits(random, random.Range(2, 3))}-{last}",
            _ => $"{(random.Chance(0.5f) ? "15" : "16")}{Digits(random, 2)}-{last}",
        };
    }

    /// <summary>A price in won, round as prices are.</summary>
    public static int Price(SeededRandom random)
    {
        ArgumentNullException.ThrowIfNull(random);
        return random.Below(4) switch
        {
            0 => random.Range(3, 99) * 100,
            1 => random.Range(2, 30) * 500,
            2 => random.Range(1, 60) * 1000,
            _ => random.Range(10, 300) * 1000 - (random.Chance(0.5f) ? 100 : 0),
        };
    }

    /// <summary>A number with commas between thousands: 12,500.</summary>
    public static string WithCommas(long number) => number.ToString("#,0", CultureInfo.InvariantCulture);

    /// <summary>An amount of money as text: 4,500원.</summary>
    public static string Won(long amount) => WithCommas(amount) + "원";

    private static string Digits(SeededRandom random, int count)
    {
        Span<char> digits = stackalloc char[count];
        for (int i = 0; i < count; i++)
            digits[i] = (char)('0' + random.Below(10));
        return new string(digits);
    }
}
