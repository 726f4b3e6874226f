using System.Globalization;
using Nunchi.Data.Objects;
using Nunchi.Data.Pages;

namespace Nunchi.Data.Corpus;

/// <summary>Draws what the slots of templates stand for.</summary>
internal sealed class CorpusSlots(SeededRandom random, CorpusSplit split)
{
    private static readonly string[] EnglishNumbers = ["", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
    private static readonly ObjectClass[] Plain = [.. ObjectCatalogue.All.Where(item => !item.English.Contains(" of ", StringComparison.Ordinal))];
    private static readonly ObjectClass[] Recolourable = [.. ObjectCatalogue.All.Where(item => item.Recolourable)];
    private static readonly (ObjectClass Item, ColourName Colour)[] Natural =
        [.. ObjectCatalogue.All.SelectMany(item => item.Variants.Where(variant => variant.Colour != ColourName.None).Select(variant => (item, variant.Colour)))];
    private static readonly ObjectClass[] Animals = [.. ObjectCatalogue.In("animal")];
    private static readonly ObjectClass[] Fruits = [.. ObjectCatalogue.In("fruit").Where(item => !item.English.Contains(' ', StringComparison.Ordinal))];
    private static readonly ObjectClass[] Vehicles = [.. ObjectCatalogue.In("vehicle")];
    private readonly StationSlots _stations = new(random, split);

    public CorpusEntry Draw(string name)
    {
        if (Facts.TryGet(name, out FactTable? table))
            return new CorpusEntry(table!.Fields, random.Pick(table.Rows));
        if (Lexicon.Categories.Contains(name))
            return CorpusEntry.Of(("", Lexicon.Pick(name, random, split)));
        return name switch
        {
            "object" => Thing(random.Pick(ObjectCatalogue.All)),
            "thing" => Thing(random.Pick(Plain)),
            "animal" => Thing(random.Pick(Animals)),
            "fruit" => Thing(random.Pick(Fruits)),
            "vehicle" => Thing(random.Pick(Vehicles)),
            "painted" => Painted(),
            "dyed" => Dyed(),
            "counted" => Counted(),
            "colour" => Colour(),
            "encolour" => CorpusEntry.Of(("", Colours.English(random.Pick(Colours.All)))),
            "fullname" => CorpusEntry.Of(("", Lexicon.FullName(random, split))),
            "number" => Number(2, 9),
            "digit" => Number(1, 4),
            "minute" => Number(2, 40),
            "age" => Number(7, 80),
            "house" => Number(1, 300),
            "count" => Count(),
            "compare" => Compare(),
            "sum" => Sum(),
            "difference" => Difference(),
            "product2x" => Product(),
            "price" => Price(SignNumbers.Price(random)),
            "cheap" => Price(random.Range(2, 30) * 500),
            "phone" => Phone(),
            "time" => Time(),
            "date" => Date(),
            _ => _stations.Draw(name) ?? throw new InvalidDataException($"A template asks for '{name}', which is no category, table or slot."),
        };
    }

    private static CorpusEntry Thing(ObjectClass item) => CorpusEntry.Of(("ko", item.Korean), ("en", item.English), ("plural", item.Plural));

    private CorpusEntry Painted()
    {
        if (random.Chance(0.5f))
            return Dyed();
        (ObjectClass item, ColourName colour) = random.Pick(Natural);
        return Coloured(item, colour);
    }

    private CorpusEntry Dyed() => Coloured(random.Pick(Recolourable), random.Pick(Colours.All));

    private static CorpusEntry Coloured(ObjectClass item, ColourName colour) => CorpusEntry.Of(
        ("phrase", $"{Colours.Adjective(colour)} {item.Korean}"), ("ko", item.Korean), ("colour", Colours.Noun(colour)),
        ("en", item.English), ("encolour", Colours.English(colour)), ("counter", item.Counter));

    private CorpusEntry Counted()
    {
        ObjectClass item = random.Pick(ObjectCatalogue.All);
        int count = random.Range(2, 10);
        string phrase = KoreanGrammar.Counted(count, item.Counter);
        return CorpusEntry.Of(
            ("ko", $"{item.Korean} {phrase}"), ("en", $"{EnglishNumbers[count]} {item.Plural}"), ("name", item.Korean), ("counter", item.Counter),
            ("phrase", phrase), ("plural", item.Plural));
    }

    private CorpusEntry Colour()
    {
        ColourName colour = random.Pick(Colours.All);
        return CorpusEntry.Of(("ko", Colours.Adjective(colour)), ("noun", Colours.Noun(colour)));
    }

    private CorpusEntry Number(int low, int high) => CorpusEntry.Of(("", Text(random.Range(low, high))));

    private CorpusEntry Count()
    {
        int number = random.Range(1, 199);
        return CorpusEntry.Of(("digits", Text(number)), ("after", Text(number + 1)));
    }

    private CorpusEntry Compare()
    {
        int one = random.Range(1, random.Chance(0.5f) ? 20 : 999);
        int two = one + random.Range(1, 30);
        bool turned = random.Chance(0.5f);
        return CorpusEntry.Of(("a", Text(turned ? two : one)), ("b", Text(turned ? one : two)), ("high", Text(two)), ("low", Text(one)));
    }

    private CorpusEntry Sum()
    {
        int most = random.Chance(0.7f) ? 10 : 50;
        int one = random.Range(1, most);
        int two = random.Range(1, most);
        return CorpusEntry.Of(("a", Text(one)), ("b", Text(two)), ("r", Text(one + two)));
    }

    private CorpusEntry Difference()
    {
        int most = random.Chance(0.7f) ? 10 : 50;
        int rest = random.Range(1, most);
        int taken = random.Range(1, most);
        return CorpusEntry.Of(("a", Text(rest + taken)), ("b", Text(taken)), ("r", Text(rest)));
    }

    private CorpusEntry Product()
    {
        int one = random.Range(2, 9);
        int two = random.Range(2, 9);
        return CorpusEntry.Of(("a", Text(one)), ("b", Text(two)), ("r", Text(one * two)));
    }

    private static CorpusEntry Price(int amount)
    {
        return CorpusEntry.Of(("digits", SignNumbers.Won(amount)), ("read", KoreanGrammar.Sino(amount) + " 원"), ("won", SignNumbers.WithCommas(amount) + " won"));
    }

    private CorpusEntry Phone()
    {
        string number = SignNumbers.Phone(random);
        return CorpusEntry.Of(("digits", number), ("read", KoreanGrammar.Spelled(number)));
    }

    private CorpusEntry Time()
    {
        int hour = random.Range(0, 23);
        int minute = random.Range(0, 11) * 5;
        int spoken = hour % 12 == 0 ? 12 : hour % 12;
        string half = hour < 12 ? "오전" : "오후";
        bool read = random.Chance(0.35f);
        string minutes = minute == 0 ? "" : minute == 30 && random.Chance(0.4f) ? " 반" : read ? $" {KoreanGrammar.Sino(minute)} 분" : $" {Text(minute)}분";
        string hours = read ? KoreanGrammar.Native(spoken) + " 시" : Text(spoken) + "시";
        string written = string.Create(CultureInfo.InvariantCulture, $"{hour:00}:{minute:00}");
        return CorpusEntry.Of(
            ("short", written), ("long", $"{half} {hours}{minutes}"),
            ("en", string.Create(CultureInfo.InvariantCulture, $"{spoken}:{minute:00} {(hour < 12 ? "a.m." : "p.m.")}")));
    }

    private CorpusEntry Date()
    {
        int month = random.Range(1, 12);
        int day = random.Range(1, DateTime.DaysInMonth(2024, month));
        return CorpusEntry.Of(("long", $"{Text(month)}월 {Text(day)}일"));
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
