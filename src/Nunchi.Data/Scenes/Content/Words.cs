using Nunchi.Data.Corpus;
using Nunchi.Data.Fonts;

namespace Nunchi.Data.Scenes.Content;

/// <summary>Words without meaning to the scene: for strips, distractors and names.</summary>
internal static class Words
{
    // Syllables that names and everyday words are made of; the rest of KS X 1001 is mixed in for strips.
    private const string Frequent =
        "가각간갈감강개거건검게겨결경계고곡골공과관광교구국군권귀그근금기김길나난남내너네노녹농누늘능니다단달담당대더덕도동두둔드등디라락란람랑래량러레려력령례로록론료루류르른름리린림립마만말망매머메면명모목무문물미민바박반발방배백버번별병보복본봉부북분불비빈사산살삼상새색생서석선설성세소손솔송수순술숲스슬시식신실심아안암앙애야약양어언업에여역연열염영예오옥온와왕외요용우운울원월위유육윤은을음의이인일임자작잔장재저적전절점정제조종좌주준중즈지직진집차참창채천철첫청체초총최추축춘출충치칠카코키타탄탑태터토통투파판팔평포표푸품풍피하학한할함항해햇행향허현형호홍화환활황회효후훈흥희";

    private static readonly string[] Own = """
        학교 병원 공원 도서관 시장 우체국 경찰서 소방서 은행 약국 식당 극장 미술관 박물관 운동장 수영장 놀이터 주차장 정류장 터미널 공항 항구 다리 터널 사거리 골목 광장 시청 구청 대학교
        사람 친구 가족 어머니 아버지 동생 아이 선생님 학생 의사 간호사 기자 가수 배우 작가 화가 요리사 운전사 농부 어부 손님 주인 이웃 시민 국민
        하늘 바다 강물 호수 섬 들판 나무 꽃잎 바람 구름 햇빛 달빛 별 비 눈 안개 천둥 무지개 계절 봄 여름 가을 겨울 아침 점심 저녁 새벽 오늘 내일 어제 주말
        책 연필 지우개 가방 시계 안경 모자 신발 우산 휴대폰 컴퓨터 전화 사진 그림 음악 영화 노래 춤 운동 축구 야구 농구 배구 수영 달리기 등산 여행 휴가 방학 생일 선물
        빨강 노랑 초록 파랑 보라 하양 검정 크다 작다 높다 낮다 길다 짧다 넓다 좁다 빠르다 느리다 무겁다 가볍다 밝다 어둡다 따뜻하다 시원하다 맛있다 예쁘다 재미있다
        안녕하세요 감사합니다 미안합니다 반갑습니다 어서오세요 환영합니다 축하합니다 사랑합니다 고맙습니다 수고하세요 조심하세요 들어오세요 기다리세요 도와주세요
        출입금지 주차금지 촬영금지 금연 정숙 비상구 화장실 안내소 매표소 대기실 휴게실 회의실 사무실 교무실 보건실 관리실 자료실 전시실 공사중 영업중 준비중 품절 할인 무료 신제품 특가
        경제 문화 사회 정치 과학 기술 역사 예술 교육 건강 환경 에너지 미래 희망 평화 자유 행복 꿈 마음 생각 이야기 소식 신문 방송 뉴스 날씨 지도 주소 이름 나이 시간 장소 방법 이유
        김치 밥 국수 떡 과일 사과 배 포도 딸기 수박 감자 고구마 양파 마늘 고추 배추 두부 콩 쌀 고기 생선 우유 커피 물 차 빵 과자 사탕 설탕 소금
        호랑이 사자 코끼리 기린 원숭이 토끼 다람쥐 강아지 고양이 송아지 망아지 병아리 오리 거위 독수리 참새 까치 까마귀 비둘기 나비 벌 개미 거미 물고기 고래 상어 거북이
        서울 부산 대구 인천 광주 대전 울산 세종 수원 성남 고양 용인 창원 청주 전주 천안 안산 안양 포항 제주 춘천 강릉 원주 여수 순천 목포 경주 진주 통영 속초
        """.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    // Everything the lexicon knows that fits on a sign beside the words above.
    private static readonly string[] Vocabulary = [.. Own.Concat(
        new[] { "shopname", "shoptype", "dish", "drink", "sweet", "product", "place", "road", "region", "notice", "verb", "adverb", "weather", "job", "subject", "sport", "hobby" }
            .SelectMany(category => Lexicon.Words(category, CorpusSplit.Everything))).Where(word => word.Length <= 14).Distinct(StringComparer.Ordinal)];

    private static readonly string[] OwnLatin = """
        OPEN CLOSED SALE EXIT ENTRANCE STOP GO TAXI BUS METRO STATION CAFE COFFEE TEA BAKERY HOTEL BANK PARK SCHOOL HOSPITAL MARKET MUSEUM LIBRARY AIRPORT TOILET PUSH PULL INFO TICKET WIFI FREE NEW HOT ICE
        Welcome Hello Korea Seoul Busan Jeju Street Road Bridge River Mountain Garden House Room Floor Office Center Tower Plaza Gallery Studio Kitchen Restaurant Pizza Chicken Burger Noodle Bread Cake Milk Water Juice
        Today Tomorrow Monday Friday Spring Summer Autumn Winter Morning Evening Happy Lucky Green Blue Red White Black Yellow Music Book Movie Photo Travel Sports Design Future Dream Love Peace
        """.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    private static readonly string[] Latin = [.. OwnLatin.Concat(
        new[] { "englishword", "englishplace", "englishname" }.SelectMany(category => Lexicon.Words(category, CorpusSplit.Everything))).Where(word => word.Length <= 14).Distinct(StringComparer.Ordinal)];

    public static char Syllable(SceneBuilder b, double rare = 0.3) =>
        b.Random.Chance(rare) ? KsSyllables.Text[b.Random.Next(KsSyllables.Count)] : Frequent[b.Random.Next(Frequent.Length)];

    public static string Invented(SceneBuilder b, int least, int most, double rare = 0)
    {
        while (true)
        {
            char[] letters = new char[b.Random.Between(least, most)];
            for (int i = 0; i < letters.Length; i++)
                letters[i] = Syllable(b, rare);
            string word = new(letters);
            if (SplitChoice.Fits(b.Split, word))
                return word;
        }
    }

    /// <summary>A name that stands on no list: made up, or two words that have nothing to do with each other.</summary>
    public static string Strange(SceneBuilder b)
    {
        if (b.Random.Chance(0.6))
            return Invented(b, 2, 5, 0.15);
        string name = Korean(b) + Korean(b);
        return name.Length <= 7 && SplitChoice.Fits(b.Split, name) ? name : Invented(b, 3, 6, 0.1);
    }

    public static string Korean(SceneBuilder b) => SplitChoice.Pick(b.Split, b.Random, Vocabulary, w => w);

    public static string KoreanFor(SceneSplit split, SceneRandom random) => SplitChoice.Pick(split, random, Vocabulary, w => w);

    public static char FrequentSyllable(SceneRandom random) => Frequent[random.Next(Frequent.Length)];

    public static string LatinWord(SceneBuilder b)
    {
        string word = SplitChoice.Pick(b, Latin, w => w);
        return b.Random.Next(4) switch { 0 => word.ToUpperInvariant(), 1 => word.ToLowerInvariant(), _ => word };
    }

    /// <summary>How a Korean word or a made-up one is written on signs for those who cannot read it: "Wangsimni", "JUKJEON".</summary>
    public static string Romanised(SceneBuilder b)
    {
        string word = b.Random.Chance(0.5) ? Korean(b) : Invented(b, 2, 4, 0.1);
        string latin = Corpus.Romanisation.Of(word.Length <= 5 ? word : word[..4]);
        return b.Random.Chance(0.3) ? latin.ToUpperInvariant() : latin;
    }

    public static string LatinLetters(SceneBuilder b)
    {
        char[] letters = new char[b.Random.Between(2, 7)];
        bool upper = b.Random.Chance(0.6);
        for (int i = 0; i < letters.Length; i++)
            letters[i] = (char)((upper ? 'A' : 'a') + b.Random.Next(26));
        return new string(letters);
    }

    public static string Digits(SceneBuilder b) => b.Random.Next(8) switch
    {
        0 => b.Random.Between(0, 99).ToString(),
        1 => Won(b.Random.Between(1, 999) * 100),
        2 => Won(b.Random.Between(1, 99) * 1000) + "원",
        3 => Phone(b),
        4 => $"{b.Random.Between(0, 23):00}:{b.Random.Between(0, 59):00}",
        5 => $"{b.Random.Between(2015, 2030)}-{b.Random.Between(1, 12):00}-{b.Random.Between(1, 28):00}",
        6 => $"{b.Random.Between(1, 99)}%",
        _ => b.Random.Between(100, 99999).ToString(),
    };

    /// <summary>A number with its unit, a floor, a room, a size: digits and Latin letters in one word.</summary>
    public static string Measure(SceneBuilder b) => b.Random.Next(6) switch
    {
        0 => b.Random.Pick(1, 2, 3, 5, 10, 15, 20) + b.Random.Pick("L", "kg", "m", "cm", "km", "KG"),
        1 => b.Random.Between(1, 30) * b.Random.Pick(10, 50, 100) + b.Random.Pick("ml", "g", "mL", "W", "V", "mm"),
        2 => b.Random.Pick("", "B") + b.Random.Between(1, 9) + "F",
        3 => b.Random.Pick("A", "B", "C", "D", "E", "K", "M", "No.") + b.Random.Between(1, 40),
        4 => b.Random.Between(2, 24) + b.Random.Pick("입", "개입", "매", "봉", "H", "P", "호", "층"),
        _ => b.Random.Pick("S", "M", "L", "XL", "1+1", "2+1", "LTE", "24H", "365", "5G", "TV", "PC방", "AS", "Q&A", "VIP", "No.1", "A/S"),
    };

    /// <summary>A word of a strip or a distractor: mostly Korean; known words, invented ones, Latin words, letters and names, numbers.</summary>
    public static string Any(SceneBuilder b) => b.Random.Weighted([4, 4, 1.2, 0.8, 2, 1]) switch
    {
        0 => Korean(b),
        1 => Invented(b, 1, 5, 0.4),
        2 => LatinWord(b),
        3 => LatinLetters(b),
        4 => Digits(b),
        _ => Romanised(b),
    };

    public static string Phone(SceneBuilder b) => b.Random.Next(5) switch
    {
        0 => $"02-{b.Random.Between(200, 999)}-{b.Random.Between(0, 9999):0000}",
        1 => $"02-{b.Random.Between(2000, 9999)}-{b.Random.Between(0, 9999):0000}",
        2 => $"0{b.Random.Pick(31, 32, 33, 41, 42, 43, 51, 52, 53, 54, 55, 61, 62, 63, 64)}-{b.Random.Between(200, 999)}-{b.Random.Between(0, 9999):0000}",
        3 => $"{b.Random.Pick(1522, 1544, 1566, 1577, 1588, 1600, 1644, 1661, 1670, 1800)}-{b.Random.Between(0, 9999):0000}",
        _ => $"010-{b.Random.Between(2000, 9999)}-{b.Random.Between(0, 9999):0000}",
    };

    /// <summary>A distance as signs write it: "8km", "2.5km", "400m" below one kilometre.</summary>
    public static string Kilometres(float distance) => distance < 1 ? $"{(int)MathF.Round(distance * 1000)}m" : $"{distance:0.#}km";

    /// <summary>A number with commas between thousands.</summary>
    public static string Won(int amount)
    {
        string digits = amount.ToString();
        for (int at = digits.Length - 3; at > 0; at -= 3)
            digits = digits.Insert(at, ",");
        return digits;
    }
}
