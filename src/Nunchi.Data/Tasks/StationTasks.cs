using Nunchi.Data.Objects;
using Nunchi.Data.Scenes;

namespace Nunchi.Data.Tasks;

/// <summary>Questions at a station board: its name, Latin name, number, neighbours; line and city, which the board itself does not say.</summary>
internal static class StationTasks
{
    public static Turn? Ask(AskContext ask)
    {
        StationFacts station = ask.Scene.Facts.Station!;
        SceneText? name = FactTasks.Find(ask, TextRole.StationName), latin = FactTasks.Find(ask, TextRole.Romanised);
        if (name is null)
            return null;
        List<Func<Turn?>> makers = [() => Name(ask, station, name, latin), () => Name(ask, station, name, latin)];
        if (FactTasks.Find(ask, TextRole.NextStation) is { } next && station.Next is not null)
            makers.Add(() => Neighbour(ask, next, true));
        if (FactTasks.Find(ask, TextRole.PreviousStation) is { } previous && station.Previous is not null)
            makers.Add(() => Neighbour(ask, previous, false));
        if (latin is not null && ask.Korean)
            makers.Add(() => Latin(ask, station, latin));
        if (FactTasks.Find(ask, TextRole.Number) is { } number)
            makers.Add(() => Number(ask, number));
        return ask.Random.From(makers)();
    }

    public static Turn? Knowledge(AskContext ask)
    {
        StationFacts? station = ask.Scene.Facts.Station;
        if (station is not { Known: true, City: not null } || FactTasks.Find(ask, TextRole.StationName) is not { } name)
            return null;
        if (ask.Random.Chance(0.5))
        {
            return new Turn(
                ask.Say(["이 역은 어느 도시에 있어?", "여기는 어느 도시야?", "이 역이 있는 도시는 어디인가요?", "어느 지역에 있는 역이야?"], ["Which city is this station in?"]),
                ask.Korean ? Phrase.Fill("{0은} {1}에 있습니다.", Full(station), station.City) : $"{station.Romanised} Station is in {Latinised(station.City)}.",
                ask.Truth(TaskKind.Knowledge, "station_city") with { Accept = [station.City, Latinised(station.City)], TextHeight = name.Height });
        }
        string lines = Naming.List([.. station.Lines], true);
        return station.Lines.Count == 0 || !ask.Korean ? null : new Turn(
            ask.Say(["이 역은 몇 호선이야?", "무슨 노선의 역인가요?", "이 역에는 어떤 노선이 지나가?", "몇 호선 역이야?"], [""]),
            Phrase.Fill("{0은} {1} 역입니다.", Full(station), lines),
            ask.Truth(TaskKind.Knowledge, "station_line") with { Accept = [.. station.Lines], TextHeight = name.Height });
    }

    public static string? Summary(AskContext ask)
    {
        StationFacts station = ask.Scene.Facts.Station!;
        SceneText? name = FactTasks.Find(ask, TextRole.StationName);
        if (name is null)
            return null;
        bool latin = FactTasks.Find(ask, TextRole.Romanised) is not null && station.Romanised is not null;
        string text = ask.Korean
            ? $"{FactTasks.Ground(ask)}역 이름 표지판입니다. 역 이름은 {station.Name}{(latin ? $"({station.Romanised})" : "")}입니다."
            : $"A {FactTasks.Ground(ask)}station name board. The station is {(latin ? $"{station.Name} ({station.Romanised})" : station.Name)}.";
        if (FactTasks.Find(ask, TextRole.PreviousStation) is { } previous && FactTasks.Find(ask, TextRole.NextStation) is { } next)
            text += ask.Korean ? Phrase.Fill(" 이전 역은 {0}, 다음 역은 {1}입니다.", previous.Text, next.Text) : $" The previous station is {previous.Text}, the next one {next.Text}.";
        return text;
    }

    private static Turn Name(AskContext ask, StationFacts station, SceneText name, SceneText? latin)
    {
        bool boxes = ask.Random.Chance(0.2);
        string question = (boxes ? GroundingTags.AskForBoxes : "") + ask.Say(
            ["지금 무슨 역이야?", "여기 무슨 역이야?", "이 역의 이름이 뭐야?", "무슨 역인가요?", "이번 역은 어디입니까?", "어느 역이야?", "여기가 어디야?", "역 이름을 알려줘", "이 역은 무슨 역이에요?", "지금 여기는 어느 역인가요?"],
            ["Which station is this?", "What is the name of this station?", "What station is it?"]);
        // In the sentence the tag holds the text as the board shows it, with or without 역.
        string shown = boxes ? GroundingTags.Char(name.Text, ReadingTasks.Box(ask, name)) + (name.Text.EndsWith('역') ? "" : "역") : Full(station);
        string answer = ask.Korean ? $"{shown}입니다." : latin is not null && station.Romanised is not null && !boxes ? $"This is {station.Romanised} Station." : $"This is {(boxes ? GroundingTags.Char(name.Text, ReadingTasks.Box(ask, name)) : station.Name)} Station.";
        if (ask.Korean && latin is not null && station.Romanised is not null && ask.Random.Chance(0.35))
            answer += $" 영어로는 {station.Romanised}{Particles.Of(station.Romanised, "이라고")} 적혀 있습니다.";
        if (ask.Korean && station is { Known: true, City: not null, Lines.Count: > 0 } && ask.Random.Chance(0.3))
            answer += $" {station.City}에 있는 {station.Lines[0]} 역입니다.";
        return new Turn(question, answer, ask.Truth(TaskKind.TextFact, "station_name") with
        {
            Accept = station.Romanised is null ? [station.Name] : [station.Name, station.Romanised],
            Boxes = boxes ? [new TruthBoxes(name.Text, "char", [ReadingTasks.Box(ask, name)])] : [],
            TextHeight = name.Height,
        });
    }

    private static Turn Neighbour(AskContext ask, SceneText text, bool next)
    {
        string question = next
            ? ask.Say(["다음 역은?", "다음 역은 어디야?", "다음 역이 뭐야?", "다음은 무슨 역인가요?", "다음 역 이름을 알려 주세요"], ["What is the next station?", "Which station comes next?"])
            : ask.Say(["이전 역은?", "이전 역은 어디야?", "전 역은 무슨 역이야?", "바로 앞의 역은 어디인가요?"], ["What is the previous station?"]);
        string word = next ? "다음" : "이전";
        string answer = ask.Korean ? $"{word} 역은 {text.Text}입니다." : $"The {(next ? "next" : "previous")} station is {text.Text}.";
        return new Turn(question, answer, ask.Truth(TaskKind.TextFact, next ? "station_next" : "station_previous") with { Accept = [text.Text], TextHeight = text.Height });
    }

    private static Turn Latin(AskContext ask, StationFacts station, SceneText latin) => new(
        ask.Say(["역 이름을 영어로 뭐라고 써?", "영어 이름은 뭐야?", "로마자로는 어떻게 적혀 있나요?", "영어로 어떻게 표기되어 있어?"], [""]),
        Phrase.Fill("영어로는 {0이라고} 적혀 있습니다.", latin.Text),
        ask.Truth(TaskKind.TextFact, "station_latin") with { Accept = [latin.Text, station.Romanised ?? latin.Text], TextHeight = latin.Height });

    private static Turn Number(AskContext ask, SceneText number) => new(
        ask.Say(["역 번호가 뭐야?", "역 번호는 몇 번이야?", "이 역의 번호를 알려 주세요"], ["What is the station number?"]),
        ask.Say(["역 번호는 {0}입니다."], ["The station number is {0}."], number.Text),
        ask.Truth(TaskKind.TextFact, "station_number") with { Accept = [number.Text], TextHeight = number.Height });

    private static string Full(StationFacts station) => station.Name.EndsWith('역') ? station.Name : station.Name + "역";

    private static string Latinised(string city) => Nunchi.Data.Corpus.Romanisation.Of(city);
}
