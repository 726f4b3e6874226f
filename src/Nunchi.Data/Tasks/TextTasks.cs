using Nunchi.Chat;
using Nunchi.Data.Corpus;
using Nunchi.Data.Objects;
using Nunchi.Data.Scenes;
using Nunchi.Data.Scenes.Content;

namespace Nunchi.Data.Tasks;

/// <summary>Conversations without a picture: greetings, sums, facts about stations, requests that are declined, questions that need a picture.</summary>
internal static class TextTasks
{
    private static readonly (string[] Ask, string[] Answer)[] Small =
    [
        (["안녕", "안녕하세요", "반가워", "안녕하세요?"], ["안녕하세요! 무엇을 도와 드릴까요?", "안녕하세요. 사진이나 질문을 보내 주세요."]),
        (["너는 누구야?", "이름이 뭐예요?", "누구세요?"], ["저는 사진을 보고 한국어로 답하는 눈치입니다.", "저는 눈치라고 합니다. 사진 속 글자를 읽고 물건을 찾아 드립니다."]),
        (["뭘 할 수 있어?", "무엇을 할 수 있나요?", "어떤 일을 도와줘?"], ["사진 속 글자를 읽고, 물건의 위치를 찾고, 사진을 설명할 수 있습니다."]),
        (["고마워", "감사합니다", "고맙습니다"], ["천만에요. 더 궁금한 것이 있으면 말씀해 주세요.", "별말씀을요."]),
        (["잘 가", "안녕히 계세요", "다음에 봐"], ["안녕히 가세요.", "좋은 하루 보내세요."]),
        (["이 사진에 뭐가 있어?", "사진을 설명해줘", "여기 뭐라고 적혀 있어?"], ["사진이 보이지 않습니다. 사진을 보내 주시면 살펴보겠습니다."]),
        (["한국의 수도는 어디야?", "대한민국의 수도는?"], ["대한민국의 수도는 서울입니다."]),
        (["일주일은 며칠이야?", "일주일은 며칠인가요?"], ["일주일은 칠 일입니다."]),
        (["한글은 누가 만들었어?", "한글을 만든 사람은 누구인가요?"], ["한글은 세종대왕이 만들었습니다."]),
        (["바나나는 무슨 색이야?", "익은 바나나의 색은?"], ["익은 바나나는 노란색입니다."]),
    ];

    private static readonly (string[] Ask, string[] Answer)[] English =
    [
        (["Hello", "Hi", "Good morning"], ["Hello! How can I help you?", "Hello. Please send me a picture or a question."]),
        (["Who are you?", "What is your name?"], ["I am Nunchi. I read text in pictures and find things in them."]),
        (["What can you do?"], ["I can read the text in a picture, find things in it and describe it."]),
        (["Thank you", "Thanks"], ["You are welcome."]),
        (["What is in this image?", "Describe the picture."], ["I cannot see any image. Please send me one."]),
        (["What is the capital of Korea?"], ["The capital of Korea is Seoul."]),
    ];

    // Stations are four in five of what there is to know.
    private static readonly double[] Facts = [0, 0, 7, 0, 2, 1];

    private static readonly ObjectClass[] Things = [.. ObjectCatalogue.All.Where(KnowledgeTasks.IsAskedFor)];

    private static readonly NoticeText[] Notices = [.. Scenes.Content.Notices.All.Where(notice => notice.Advice is not null && !WordSplit.IsHeldOut(notice.Title))];

    public static TrainingSample Sample(string id, SceneSplit split, SceneRandom random, bool korean, int maxTurns, double facts)
    {
        // Nothing is drawn from the random numbers where there are none.
        bool onlyFacts = facts > 0 && Stations.Taught.Count > 0 && random.Chance(facts);
        if (!onlyFacts && korean && random.Chance(0.7))
            return Conversation(id, split, random, maxTurns);
        List<Turn> turns = [];
        int wanted = onlyFacts ? random.Between((maxTurns + 1) / 2, maxTurns) : random.Between(1, Math.Min(4, maxTurns));
        for (int attempt = 0; attempt < Math.Max(20, 3 * wanted) && turns.Count < wanted; attempt++)
        {
            Turn turn = random.Weighted(onlyFacts ? Facts : [3, 3, 3, 1]) switch
            {
                0 => Talk(random, korean),
                1 => Sum(random, korean),
                2 => Stations.Taught.Count > 0 ? Station(random, korean) : Sum(random, korean),
                3 => Decline(random, korean),
                4 => Thing(random, korean),
                _ => korean ? Notice(random) : Thing(random, korean),
            };
            if (!turns.Any(t => t.Question == turn.Question || t.Answer == turn.Answer))
                turns.Add(turn);
        }
        return SampleSource.Assemble(id, split, [], turns);
    }

    // Conversations of the corpus come whole: pronouns in later turns point to earlier ones.
    private static TrainingSample Conversation(string id, SceneSplit split, SceneRandom random, int maxTurns)
    {
        var corpus = new TextCorpus(split == SceneSplit.Training ? CorpusSplit.Training : CorpusSplit.Everything);
        IReadOnlyList<Message> messages = corpus.Conversations(random.NextBits(), 1).First();
        List<Message> kept = [.. messages.Take(Math.Max(2, 2 * maxTurns))];
        return new TrainingSample(id, split, kept, [.. Enumerable.Repeat(Truth(true, "corpus"), kept.Count / 2)], []);
    }

    private static TurnTruth Truth(bool korean, string question) => new() { Task = TaskKind.TextOnly, Question = question, Group = "text", Language = korean ? "ko" : "en" };

    private static Turn Talk(SceneRandom random, bool korean)
    {
        (string[] ask, string[] answer) = random.Pick(korean ? Small : English);
        return new Turn(random.Pick(ask), random.Pick(answer), Truth(korean, "talk"));
    }

    private static Turn Sum(SceneRandom random, bool korean)
    {
        int a = random.Between(1, 20), b = random.Between(1, 20);
        bool plus = random.Chance(0.6);
        if (!plus && a < b)
            (a, b) = (b, a);
        int result = plus ? a + b : a - b;
        string question = korean
            ? random.Pick(plus ? $"{a} 더하기 {b}는?" : $"{a} 빼기 {b}는?", plus ? $"{a}+{b}는 얼마야?" : $"{a}-{b}는 얼마야?")
            : plus ? $"What is {a} plus {b}?" : $"What is {a} minus {b}?";
        question = question.Replace($"{b}는", b + KoreanGrammar.Form(b.ToString(), Particle.Topic), StringComparison.Ordinal);
        return new Turn(question, korean ? $"{result}입니다." : $"It is {result}.", Truth(korean, "sum") with { Label = result.ToString(), Accept = [result.ToString()] });
    }

    private static Turn Station(SceneRandom random, bool korean)
    {
        Station station = random.From(Stations.Taught);
        if (!korean)
            return new Turn($"Which city is {station.Roman} Station in?", $"{station.Roman} Station is in {Romanisation.Of(station.City)}.", Truth(false, "station_city") with { Accept = [Romanisation.Of(station.City)] });
        return random.Chance(0.5)
            ? new Turn(Phrase.Fill(random.Pick("{0은} 어느 도시에 있어?", "{0은} 어디에 있는 역인가요?"), station.Full), Phrase.Fill("{0은} {1}에 있습니다.", station.Full, station.City), Truth(true, "station_city") with { Accept = [station.City] })
            : new Turn(Phrase.Fill(random.Pick("{0은} 몇 호선이야?", "{0은} 무슨 노선의 역인가요?"), station.Full), Phrase.Fill("{0은} {1} 역입니다.", station.Full, Lines(station)), Truth(true, "station_line") with { Accept = [station.Line] });
    }

    private static Turn Thing(SceneRandom random, bool korean) => KnowledgeTasks.About(random.From(Things), random, Truth(korean, ""));

    private static Turn Notice(SceneRandom random)
    {
        NoticeText notice = random.From(Notices);
        string question = random.Pick("{0'이라는} 안내문은 무슨 뜻이야?", "{0'이라고} 적혀 있으면 어떻게 해야 하나요?", "{0'은} 무엇을 하라는 말이야?");
        return new Turn(Phrase.Fill(question, notice.Title), notice.Advice!, Truth(true, "notice_meaning") with { Label = notice.Meaning, Accept = [notice.Advice!.TrimEnd('.')] });
    }

    private static string Lines(Station station) =>
        Naming.List([station.Line, .. Stations.Named(station.Korean).Where(s => s.City == station.City && s.Line != station.Line).Select(s => s.Line).Distinct()], true);

    private static Turn Decline(SceneRandom random, bool korean)
    {
        Turn turn = RefusalTasks.Harm(random, korean);
        return turn with { Truth = turn.Truth with { Task = TaskKind.TextOnly } };
    }
}
