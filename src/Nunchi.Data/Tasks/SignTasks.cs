using Nunchi.Data.Scenes;

namespace Nunchi.Data.Tasks;

/// <summary>Questions at a road sign: which way, how far, how fast.</summary>
internal static class RoadTasks
{
    public static Turn? Ask(AskContext ask)
    {
        RoadSignFacts sign = ask.Scene.Facts.RoadSign!;
        if (sign.SpeedLimit is { } limit)
        {
            return FactTasks.Find(ask, TextRole.SpeedLimit) is not { } text ? null : FactTasks.About(ask, "speed_limit", text, limit.ToString(),
                ask.Say(["제한 속도가 얼마야?", "최고 속도는 얼마인가요?", "시속 몇 킬로미터까지 달릴 수 있어?", "속도 제한이 어떻게 되나요?"], ["What is the speed limit?"]),
                ask.Say(["제한 속도는 시속 {0}km입니다."], ["The speed limit is {0} km/h."]));
        }
        List<SignedPlace> places = [.. sign.Places.Where(p => Shown(ask, p.Name) is not null)];
        if (places.Count == 0)
            return null;
        SignedPlace place = ask.Random.From(places);
        return FactTasks.AnyOf(ask,
            () => place.Direction is null ? null : new Turn(
                ask.Say(["{0}에 가려면 어느 쪽으로 가야 해?", "{0은} 어느 방향이야?", "{0으로} 가는 방향을 알려줘", "{0} 방향은 어느 쪽인가요?"], ["Which way is it to {0}?"], place.Name),
                ask.Say(["{0은} {1}입니다."], ["{0} is {2}."], place.Name, KoreanWay(place.Direction), EnglishWay(place.Direction)),
                ask.Truth(TaskKind.TextFact, "road_direction") with { Label = place.Direction, Accept = [KoreanWay(place.Direction), EnglishWay(place.Direction)], TextHeight = Shown(ask, place.Name)!.Height }),
            () => place.Kilometres is not { } far || ask.Readable.FirstOrDefault(t => t.Role == TextRole.Distance && t.Text == Scenes.Content.Words.Kilometres(far)) is not { } text ? null : FactTasks.About(ask, "road_distance", text, text.Text,
                ask.Say(["{0}까지 얼마나 남았어?", "{0}까지 몇 킬로미터야?", "{0}까지의 거리는 얼마인가요?"], ["How far is it to {0}?"], place.Name), ask.Say(["{0} 남았습니다.", "{0}입니다."], ["{0}."])),
            () => new Turn(
                sign.Places.Count == 1 ? ask.Say(["표지판에 적힌 곳은 어디야?", "어느 곳을 가리키는 표지판이야?", "여기는 어느 길이야?"], ["Which place does the sign name?"]) : ask.Say(["표지판에 어떤 곳들이 적혀 있어?", "어디로 갈 수 있나요?"], ["Which places does the sign name?"]),
                ask.Korean ? $"{Naming.List([.. places.Select(p => p.Name)], true)}입니다." : $"{Naming.List([.. places.Select(p => p.Name)], false)}.",
                ask.Truth(TaskKind.TextFact, "road_places") with { Accept = [places[0].Name], TextHeight = Shown(ask, places[0].Name)!.Height }));
    }

    public static string? Summary(AskContext ask)
    {
        RoadSignFacts sign = ask.Scene.Facts.RoadSign!;
        if (sign.SpeedLimit is { } limit)
            return FactTasks.Find(ask, TextRole.SpeedLimit) is null ? null : ask.Korean ? $"제한 속도가 시속 {limit}km라고 알리는 표지판입니다." : $"A road sign with a speed limit of {limit} km/h.";
        List<SignedPlace> places = [.. sign.Places.Where(p => Shown(ask, p.Name) is not null)];
        if (places.Count == 0)
            return null;
        string list = Naming.List([.. places.Select(p => p.Direction is null ? p.Name : ask.Korean ? $"{p.Name}({KoreanWay(p.Direction)})" : $"{p.Name} ({EnglishWay(p.Direction)})")], ask.Korean);
        return ask.Korean ? Phrase.Fill("{0}도로 표지판입니다. {1이} 적혀 있습니다.", FactTasks.Ground(ask), list) : $"A {FactTasks.Ground(ask)}road sign: {list}.";
    }

    private static SceneText? Shown(AskContext ask, string name) => ask.Readable.FirstOrDefault(t => t.Role == TextRole.Destination && t.Text == name);

    private static string KoreanWay(string way) => way switch { "left" => "왼쪽", "right" => "오른쪽", _ => "직진" };

    private static string EnglishWay(string way) => way switch { "left" => "to the left", "right" => "to the right", _ => "straight ahead" };
}

/// <summary>Questions at a notice: what it says and what is to be done.</summary>
internal static class NoticeTasks
{
    public static Turn? Ask(AskContext ask)
    {
        NoticeFacts notice = ask.Scene.Facts.Notice!;
        List<SceneText> titles = [.. ask.Readable.Where(t => t.Role == TextRole.Title)];
        string title = string.Join(' ', titles.Select(t => t.Text));
        if (titles.Count == 0 || title != notice.Title)
            return null;
        return FactTasks.AnyOf(ask,
            () => new Turn(
                ask.Say(["무슨 안내문이야?", "무슨 표지판이야?", "제목이 뭐야?", "무엇을 알리는 글인가요?"], ["What does the sign say?", "What is the notice about?"]), ask.Say(["{0'이라는} 안내문입니다.", "{0'이라고} 적힌 안내문입니다."], ["It says '{0}'."], title),
                ask.Truth(TaskKind.TextFact, "notice_title") with { Accept = [title], TextHeight = titles[0].Height }),
            // What a notice asks for is known, not read: a title that is kept out of training is not asked for it.
            () => notice.Advice is null || !ask.Korean || Corpus.WordSplit.IsHeldOut(notice.Title) ? null : new Turn(
                ask.Say(["여기서 무엇을 조심해야 해?", "어떻게 해야 하나요?", "이 안내문은 무슨 뜻이야?", "무엇을 하라는 거야?"], [""]), notice.Advice,
                ask.Truth(TaskKind.Knowledge, "notice_meaning") with { Label = notice.Meaning, Accept = [notice.Advice.TrimEnd('.')], TextHeight = titles[0].Height }));
    }

    public static string? Summary(AskContext ask)
    {
        NoticeFacts notice = ask.Scene.Facts.Notice!;
        string title = string.Join(' ', ask.Readable.Where(t => t.Role == TextRole.Title).Select(t => t.Text));
        if (title != notice.Title)
            return null;
        return ask.Korean
            ? Phrase.Fill("{0}{1'이라고} 적힌 안내문입니다.", FactTasks.Ground(ask), title) + (notice.Advice is null ? "" : " " + notice.Advice)
            : $"A {FactTasks.Ground(ask)}notice that says '{title}'.";
    }
}

/// <summary>Questions at a door.</summary>
internal static class RoomTasks
{
    public static Turn? Ask(AskContext ask)
    {
        RoomFacts room = ask.Scene.Facts.Room!;
        SceneText? number = FactTasks.Find(ask, TextRole.Number), name = FactTasks.Find(ask, TextRole.RoomName);
        return FactTasks.AnyOf(ask,
            () => FactTasks.About(ask, "room_number", number, room.Number, ask.Say(["몇 호야?", "방 번호가 뭐야?", "몇 호실인가요?"], ["What is the room number?"]), ask.Say(["{0}입니다."], ["It is {0}."])),
            () => FactTasks.About(ask, "room_name", name, room.Name, ask.Say(["무슨 방이야?", "여기는 뭐 하는 방이야?", "방 이름이 무엇인가요?"], ["Which room is it?"]), ask.Say(["{0}입니다."], ["It is {0}."])),
            () => room.Floor is not { } floor || number is null ? null : new Turn(ask.Say(["몇 층이야?", "이 방은 몇 층에 있나요?"], ["Which floor is it on?"]), ask.Say(["{0}층입니다."], ["It is on floor {0}."], floor.ToString()),
                ask.Truth(TaskKind.Knowledge, "room_floor") with { Label = floor.ToString(), Accept = [floor.ToString()], TextHeight = number.Height }));
    }

    public static string? Summary(AskContext ask)
    {
        string text = string.Join(' ', ask.Readable.Select(t => t.Text));
        return text.Length == 0 ? null : ask.Korean ? Phrase.Fill("{0}문패에 {1'이라고} 적혀 있습니다.", FactTasks.Ground(ask), text) : $"A {FactTasks.Ground(ask)}door plate says '{text}'.";
    }
}

/// <summary>Questions at a bus stop.</summary>
internal static class BusTasks
{
    public static Turn? Ask(AskContext ask)
    {
        BusStopFacts stop = ask.Scene.Facts.BusStop!;
        SceneText? next = FactTasks.Find(ask, TextRole.NextStation);
        List<string> routes = [.. stop.Routes.Where(r => ask.Readable.Any(t => t.Role == TextRole.Destination && t.Text == r))];
        return FactTasks.AnyOf(ask,
            () => FactTasks.About(ask, "stop_name", FactTasks.Find(ask, TextRole.StationName), stop.Name,
                ask.Say(["무슨 정류장이야?", "정류장 이름이 뭐야?", "여기는 어느 정류장인가요?"], ["What is the name of the stop?"]), ask.Say(["{0} 정류장입니다."], ["The stop is {0}."])),
            () => FactTasks.About(ask, "stop_number", FactTasks.Find(ask, TextRole.Number), stop.Number,
                ask.Say(["정류장 번호가 뭐야?", "정류장 번호를 알려 주세요"], ["What is the number of the stop?"]), ask.Say(["정류장 번호는 {0}입니다."], ["The number is {0}."])),
            () => next is null || stop.Next is null ? null : new Turn(ask.Say(["다음 정류장은 어디야?", "다음은 어느 정류장인가요?"], ["What is the next stop?"]), ask.Say(["다음 정류장은 {0}입니다."], ["The next stop is {0}."], stop.Next),
                ask.Truth(TaskKind.TextFact, "stop_next") with { Accept = [stop.Next], TextHeight = next.Height }),
            () => routes.Count < stop.Routes.Count ? null : new Turn(ask.Say(["몇 번 버스가 서?", "어떤 버스를 탈 수 있어?", "버스 번호를 알려 주세요"], ["Which buses stop here?"]),
                ask.Korean ? $"{string.Join("번, ", routes)}번 버스가 섭니다." : $"{(routes.Count == 1 ? "Bus" : "Buses")} {Naming.List(routes, false)}.",
                ask.Truth(TaskKind.TextFact, "stop_routes") with { Accept = [routes[0]], TextHeight = ask.Readable.Min(t => t.Height) }));
    }

    public static string? Summary(AskContext ask)
    {
        BusStopFacts stop = ask.Scene.Facts.BusStop!;
        return FactTasks.Find(ask, TextRole.StationName) is null ? null
            : ask.Korean ? $"{FactTasks.Ground(ask)}버스 정류장 표지판입니다. 정류장 이름은 {stop.Name}입니다." : $"A {FactTasks.Ground(ask)}bus stop sign. The stop is {stop.Name}.";
    }
}
